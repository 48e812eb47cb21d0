package discord

import (
	"context"
	"net/http"
	"time"

	"storybot/bot/ledger"
)

// patience is how long the bot goes on trying to tell a person that their message
// was not answered. For an interaction it is the life of its token.
const patience = time.Hour

// keepHouse tells the inbox, until ctx ends, that this process lives, and takes over
// what others, or this one, left undone.
func (s *Server) keepHouse(ctx context.Context) {
	for {
		s.beat(ctx)
		if !pause(ctx, s.beatPause) {
			break
		}
	}
	if err := s.cursors.save(s.talk, s.inbox); err != nil {
		s.log.Error("discord: noting what was seen", "error", err)
	}
}

func (s *Server) beat(ctx context.Context) {
	defer recovered(s.log)
	left, err := s.inbox.Beat(ctx)
	if err == nil {
		err = s.cursors.save(ctx, s.inbox)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("discord: looking into the inbox", "error", err)
	}
	for _, r := range left {
		x := s.exchange(r, "")
		s.spawn(s.logger(x), func() { s.makeUp(x) })
	}
}

// makeUp tells a person to ask again whose request was left undone, unless the
// reply stands already.
func (s *Server) makeUp(x exchange) {
	ctx, cancel := context.WithTimeout(s.talk, s.replyLimit)
	defer cancel()
	limit := patience
	if x.request.Kind == ledger.CommandRequest {
		limit = tokenLife
	}
	if time.Since(x.request.At) > limit {
		s.finish(x)
		return
	}
	m, err := x.reply.standing(ctx)
	switch {
	case isStatus(err, http.StatusNotFound): // never acknowledged, or gone
		s.finish(x)
		return
	case err == nil && m != nil && !isUnfinished(m):
		s.finish(x)
		return
	}
	s.close(x, func(ctx context.Context) error {
		if err != nil {
			return err
		}
		return x.reply.show(ctx, s.apology(x, errInterrupted))
	})
}
