package discord

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"storybot/bot/ledger"
	"storybot/retrieval"
)

const (
	// replayEvery is how often it is looked whether stories have changed: by another process,
	// the terminal, or a refresh; and whether somebody wants to be told. Changes made in
	// Discord are looked at at once.
	replayEvery = time.Minute
	// replayRest is from when a guild's stories are asked again to when they may be next,
	// however often they change: a replay asks hundreds of questions.
	replayRest = time.Minute
	// replayLimit bounds one question, which takes milliseconds.
	replayLimit = 10 * time.Second
	// findingsAtOnce is how many findings are stored together: what a killed process has asked
	// since it last stored some is asked again.
	findingsAtOnce = 20
	// findingsLimit bounds how long they are stored when the bot stops.
	findingsLimit = 5 * time.Second
	// maxReplayTries is how often a question is asked that fails, a look after the other, before
	// it has to wait for the next change of the stories.
	maxReplayTries = 3
	// maxReplayFailures is how many questions may fail one after the other: more are not the
	// questions' fault.
	maxReplayFailures = 10
)

// Replays are what a process remembers of its replays. What is to be done is in the ledger
// alone: it does not matter which process changes the stories, and which one ends before it
// is done.
type replays struct {
	changed chan string   // guilds whose stories have changed
	every   time.Duration // between two looks at all guilds
	rest    time.Duration // between the beginnings of two replays of a guild

	mu      sync.Mutex // held while it is looked
	begun   map[string]time.Time
	failed  map[replayed]int      // how often, with these stories
	claimed map[claimed]time.Time // since when it is seen that others tell somebody
}

// A replayed is what is asked again.
type replayed struct {
	entry    string
	citation int
}

func newReplays() replays {
	return replays{
		changed: make(chan string, 64), every: replayEvery, rest: replayRest,
		begun: make(map[string]time.Time), failed: make(map[replayed]int),
	}
}

// storiesChanged has it looked now whether there is something to ask again in a guild.
func (s *Server) storiesChanged(guild string) {
	select {
	case s.again.changed <- guild:
	default: // the next look at all guilds finds it
	}
}

// keepReplaying asks again, until ctx ends, what the stories could not tell or was cited
// wrongly, each time that the stories have changed, and tells those who wait for an answer. It
// begins when the gateway does, and looks at once when a shard becomes this process's.
func (s *Server) keepReplaying(ctx context.Context) {
	looks := time.NewTicker(s.again.every)
	defer looks.Stop()
	for {
		select {
		case <-s.connections.changed:
			s.replayAll(ctx)
		case guild := <-s.again.changed:
			s.replayAll(ctx, guild)
		case <-looks.C:
			s.replayAll(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// replayAll looks once, at all guilds that are this process's, or at those of them alone. What
// fails is tried again at the next look.
func (s *Server) replayAll(ctx context.Context, only ...string) {
	defer recovered(s.log)
	s.again.mu.Lock()
	defer s.again.mu.Unlock()
	guilds := only
	if len(only) == 0 {
		version, err := s.corpus.Versions(ctx)
		if err == nil {
			guilds, err = s.ledger.Unanswered(ctx, version)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("discord: looking for what to ask again", "error", err)
		}
	}
	for _, guild := range guilds {
		if !s.connections.serves(guild) {
			continue
		}
		asked, err := s.replay(ctx, guild)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("discord: asking again", "guild", guild, "error", err)
		}
		if asked > 0 { // there may be many guilds
			s.fulfil(ctx)
		}
	}
	s.fulfil(ctx)
}

// replay asks again what there is to ask in a guild, one question at a time, and tells how
// many those were. A guild that has been asked a moment ago is left to a later look.
func (s *Server) replay(ctx context.Context, guild string) (asked int, err error) {
	version, err := s.corpus.Version(ctx, guild)
	if err != nil {
		return 0, err
	}
	replays, before, err := s.ledger.Replays(ctx, guild, version)
	if err != nil {
		return 0, err
	}
	if before != "" && before != version { // else it is the guild's first, or somebody's wish
		if time.Since(s.again.begun[guild]) < s.again.rest {
			return 0, nil
		}
		s.again.begun[guild] = time.Now()
	}
	settled := 0
	for some := range slices.Chunk(replays, findingsAtOnce) {
		findings, err := s.askAllAgain(ctx, guild, version, some)
		err = errors.Join(err, s.keepFindings(ctx, findings))
		asked += len(some)
		settled += len(findings)
		if err != nil {
			return asked, err
		}
	}
	if settled < len(replays) || before == version {
		return asked, nil
	}
	if asked > 0 {
		s.log.Info("discord: asked again", "guild", guild, "questions", asked, "version", version)
	}
	return asked, s.ledger.Replayed(ctx, guild, before, version)
}

// askAllAgain gives the findings of all that does not fail. It goes on after what does,
// unless ctx ends, the guild's index is still being built, or too much fails.
func (s *Server) askAllAgain(ctx context.Context, guild, version string, replays []ledger.Replay) (findings []ledger.Finding, err error) {
	failures := 0
	for _, r := range replays {
		start := time.Now()
		found, err := s.askAgain(ctx, r)
		if ctx.Err() != nil {
			return findings, ctx.Err()
		}
		if errors.Is(err, retrieval.ErrPreparing) { // no fault of the question's
			return findings, err
		}
		if err == nil {
			failures = 0
		} else if failures++; !s.givesUp(r, err) {
			if failures == maxReplayFailures {
				return findings, err
			}
			continue
		}
		findings = append(findings, ledger.Finding{Entry: r.Asked.ID, Citation: r.Citation, Guild: guild, Version: version, Found: found})
		pause(ctx, time.Since(start)) // half of the time is for whoever else needs the processors
	}
	return findings, nil
}

// givesUp notes that a question has failed, and reports whether it has too often: then it
// finds nothing in this version of the stories.
func (s *Server) givesUp(r ledger.Replay, err error) bool {
	p := replayed{r.Asked.ID, r.Citation}
	s.again.failed[p]++
	tries := s.again.failed[p]
	s.log.Warn("discord: a question cannot be asked again", "guild", r.Asked.Guild, "answer", p.entry, "citation", p.citation, "tries", tries, "error", err)
	if tries < maxReplayTries {
		return false
	}
	delete(s.again.failed, p)
	return true
}

// keepFindings stores what was found, also when the bot stops.
func (s *Server) keepFindings(ctx context.Context, findings []ledger.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), findingsLimit)
		defer cancel()
	}
	return s.ledger.KeepFindings(ctx, findings...)
}

// askAgain asks when nobody waits for an answer, and gives up for whoever asks meanwhile,
// though not for ever: a model may be at an answer for minutes.
func (s *Server) askAgain(ctx context.Context, r ledger.Replay) (*ledger.Found, error) {
	for end := time.Now().Add(rushLimit); time.Now().Before(end); {
		quiet, cancel := s.work.quiet(ctx)
		if s.work.idle(time.Until(end)) {
			found, err := s.askOnce(quiet, r)
			if err == nil || quiet.Err() == nil || ctx.Err() != nil {
				cancel()
				return found, err
			}
		}
		cancel()
	}
	return s.askOnce(ctx, r)
}

// askOnce is what is cited now, nil when that is nothing new. A question at which the bot
// panics is none to try again and again: nothing is found.
func (s *Server) askOnce(ctx context.Context, r ledger.Replay) (found *ledger.Found, err error) {
	defer recovered(s.log)
	ctx, cancel := context.WithTimeout(ctx, replayLimit)
	defer cancel()
	got, err := s.bot.Replay(ctx, r.Asked, r.Citation)
	if err != nil || got.News == nil {
		return nil, err
	}
	c := got.News
	return &ledger.Found{Story: c.StoryID, Title: c.Story, Revision: c.Revision, Paragraph: c.Paragraph, Quote: c.Quote}, nil
}
