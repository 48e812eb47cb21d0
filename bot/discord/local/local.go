// Package local is a small Discord in one process: guilds, channels, people,
// messages and slash commands behind the REST API and the gateway that bots
// speak (v9 and v10, as JSON without compression), with Discord's real limits
// and its errors. It serves the one application whose token it is given, and
// is written against Discord's documentation, not against any client library.
//
// A bot talks to it over HTTP and WebSocket; a test, or a demo's web page,
// drives it by the methods of Server: AddGuild, Say, Slash, Wait and so on.
// What can go wrong between the two goes wrong when it is told to: SetFaults,
// Disturb.
//
//	discord := local.New(local.Options{Token: "a.token", Name: "bot"})
//	web := httptest.NewServer(discord) // the API is at web.URL + "/api"
//	ann := discord.AddUser("ann")
//	channel := discord.AddChannel(discord.AddGuild("Readers", ann).ID, "general")
//	// Start the bot here: it sends "Authorization: Bot a.token" and finds the
//	// gateway, as at Discord, by GET /gateway or /gateway/bot.
//	err := discord.Online(ctx)
//	said, err := discord.Say(ann.ID, channel.ID, "Hello <@"+discord.App().ID+">")
//	reply, err := discord.Reply(ctx, said.ID) // as it is first posted; Wait and Messages see it edited
//
// Source of everything here unless a comment names another:
// https://discord.com/developers/docs. What it refuses though Discord knows it:
// components v2, premium buttons, forwards, polls and stickers; what it lacks:
// voice, categories, announcements, webhooks of one's own and moderation.
package local

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"
)

// Options set up a Server. The first two are required; without the others
// it is as Discord is to a small bot.
type Options struct {
	Token string // the bot token that is let in
	Name  string // of the application and its bot user

	// Now is the clock that timestamps, limits and deadlines go by. The Server
	// asks it while it holds its lock: it may not call the Server. Nil is
	// time.Now.
	Now func() time.Time

	Privileged     bool          // the application may use the privileged intents
	Heartbeat      time.Duration // between those that the gateway asks for, by the wall clock; 0 is 41.25 s
	Shards         int           // that are recommended to the bot; 0 is 1
	GuildsPerShard int           // a session with more is refused; 0 is 2,500
	SessionStarts  int           // that a bot has in a day; 0 is 1,000
	MaxConcurrency int           // how many shards may identify at once; 0 is 1

	KeepRequests int // how many of the last requests Requests returns; 0 is 100,000
	KeepEvents   int // how many of the last events a session keeps for a client that resumes; 0 is 4,096

	// Limits may change the rate limits: it is asked for each, by a name (see
	// Limit), and told Discord's. Nil leaves them all; Unlimited lifts them.
	Limits func(name string, discord Limit) Limit
}

// A Server is the local Discord, an http.Handler. Its methods may be called
// from any goroutine.
type Server struct {
	opts     Options
	routes   *http.ServeMux
	mu       sync.Mutex // guards all below, and everything they point to
	state    state
	conns    map[*conn]bool
	sessions []*session // that have not ended, oldest first
	starts   starts
	limiter  limiter
	faults   Faults
	log      requestLog
	changed  chan struct{} // closed and replaced whenever anything above changes
}

// New makes a local Discord without guilds and people: only the
// application's bot user is there.
func New(opts Options) *Server {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	opts.Heartbeat = cmp.Or(opts.Heartbeat, 41250*time.Millisecond)
	opts.Shards = cmp.Or(opts.Shards, 1)
	opts.GuildsPerShard = cmp.Or(opts.GuildsPerShard, 2500)
	opts.SessionStarts = cmp.Or(opts.SessionStarts, 1000)
	opts.MaxConcurrency = cmp.Or(opts.MaxConcurrency, 1)
	opts.KeepRequests = cmp.Or(opts.KeepRequests, 100000)
	opts.KeepEvents = cmp.Or(opts.KeepEvents, maxReplay)
	s := &Server{opts: opts, conns: map[*conn]bool{}, changed: make(chan struct{})}
	s.log.most = opts.KeepRequests
	s.limiter = newLimiter(opts)
	s.starts = newStarts(opts)
	s.state = newState(opts.Now, opts.Name)
	s.routes = s.newRoutes()
	return s
}

// Close drops every gateway connection; their sessions can be resumed. The
// HTTP side is the caller's.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		s.drop(c, closeGoingAway, "The server is closing.")
		c.hasten()
	}
}

// Wait returns nil as soon as cond holds, or ctx's error. It looks again
// after every change of the server's state. cond may call the Server.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// touch wakes everyone in Wait. s.mu is held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}
