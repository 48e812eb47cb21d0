package discord

import (
	"context"
	"time"

	"storybot/bot/ledger"
)

const (
	// replayEvery is how often it is looked whether stories have changed: by another process,
	// the terminal, or a refresh. Changes made in Discord are looked at at once.
	replayEvery = time.Minute
	// findingsAtOnce is how many findings are stored together: what a killed process has asked
	// since it last stored some is asked again.
	findingsAtOnce = 20
)

// storiesChanged has it looked now whether there is something to ask again.
func (s *Server) storiesChanged() {
	select {
	case s.changed <- struct{}{}:
	default: // it will be
	}
}

// keepReplaying asks again, until ctx ends, what the stories could not tell or was cited
// wrongly, each time that the stories have changed, and tells those who wait for an answer.
// What is to be done is in the ledger alone: it does not matter which process changes the
// stories, and which one ends before it is done.
func (s *Server) keepReplaying(ctx context.Context) {
	for {
		s.replayAll(ctx)
		timer := time.NewTimer(s.replayPause)
		select {
		case <-s.changed:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// replayAll looks once. What fails is tried again at the next look.
func (s *Server) replayAll(ctx context.Context) {
	defer recovered(s.log)
	guilds, err := s.ledger.Unanswered(ctx)
	if err != nil && ctx.Err() == nil {
		s.log.Warn("discord: looking for what to ask again", "error", err)
	}
	for _, guild := range guilds {
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
// many those were.
func (s *Server) replay(ctx context.Context, guild string) (asked int, err error) {
	version, err := s.corpus.Version(ctx, guild)
	if err != nil {
		return 0, err
	}
	replays, before, err := s.ledger.Replays(ctx, guild, version)
	if err != nil {
		return 0, err
	}
	var findings []ledger.Finding
	for i, r := range replays {
		s.acking.drain(rushLimit)
		start := time.Now()
		found, err := s.askAgain(ctx, r)
		if err != nil {
			return i, err
		}
		findings = append(findings, ledger.Finding{Entry: r.Asked.ID, Citation: r.Citation, Guild: guild, Version: version, Found: found})
		if len(findings) == findingsAtOnce || i == len(replays)-1 {
			if err := s.ledger.KeepFindings(ctx, findings...); err != nil {
				return i, err
			}
			findings = findings[:0]
		}
		// Half of the time is for those who wait for an answer.
		if !pause(ctx, time.Since(start)) {
			return i, ctx.Err()
		}
	}
	if before == version {
		return len(replays), nil
	}
	if len(replays) > 0 {
		s.log.Info("discord: asked again", "guild", guild, "questions", len(replays), "version", version)
	}
	return len(replays), s.ledger.Replayed(ctx, guild, before, version)
}

// askAgain is what is cited now, nil when that is nothing new. A question at which the bot
// panics is none to try again and again: nothing is found.
func (s *Server) askAgain(ctx context.Context, r ledger.Replay) (found *ledger.Found, err error) {
	defer recovered(s.log)
	got, err := s.bot.Replay(ctx, r.Asked, r.Citation)
	if err != nil || got.News == nil {
		return nil, err
	}
	c := got.News
	return &ledger.Found{Story: c.StoryID, Title: c.Story, Revision: c.Revision, Paragraph: c.Paragraph, Quote: c.Quote}, nil
}
