package discord

import (
	"log/slog"
	"time"
)

// An Observation is something that an operator may want to count. It names nobody.
type Observation struct {
	What What
	Took time.Duration // since the bot heard of the question, of Acknowledged and Replied; else 0
}

// What was observed.
type What string

// Of questions, summaries and checks.
const (
	Acknowledged What = "acknowledged" // Discord knows that there will be an answer
	Replied      What = "replied"      // the answer is shown, or that there is none
	Refused      What = "refused"      // there is none, for a reason that people can change
	Failed       What = "failed"       // there is none, for another
)

// Of Discord.
const (
	Connected    What = "connected"    // the gateway has begun a session
	Resumed      What = "resumed"      // it has taken one up again
	Disconnected What = "disconnected" // a connection to it has ended, or could not be made
	RateLimited  What = "rate_limited" // a request met a limit of Discord's
)

// A ShardState is how a part of the gateway is that this process serves.
type ShardState struct {
	Number    int
	Connected bool          // it has a session
	RoundTrip time.Duration // of the session's last heartbeat; 0: there was none yet
}

// Shards are the parts of the gateway that this process serves, by number: one, when the
// gateway is not divided. They are not known until the first is served, or other processes
// turn out to serve all.
func (s *Server) Shards() (served []ShardState, known bool) { return s.connections.states() }

// Waiting is how many questions wait for their turn.
func (s *Server) Waiting() int { return int(s.turns.waiting.Load()) }

// took observes how far an exchange is, when it is a question.
func (s *Server) took(x exchange, what What) {
	if x.counts {
		s.observe(Observation{what, time.Since(x.heard)})
	}
}

// unanswered observes why a question gets no answer.
func (s *Server) unanswered(x exchange, err error) {
	if !x.counts {
		return
	}
	what := Failed
	if _, level := sentence(x.say, err); level < slog.LevelWarn {
		what = Refused
	}
	s.observe(Observation{What: what})
}
