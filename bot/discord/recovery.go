package discord

import (
	"context"
	"time"
)

// attend tells the inbox, until ctx ends, that this process lives, and takes over
// what others, or a panic, left undone.
func (s *Server) attend(ctx context.Context) {
	for {
		s.beat(ctx)
		if !pause(ctx, s.beatPause) {
			break
		}
	}
	if err := s.cursors.save(context.WithoutCancel(ctx), s.inbox); err != nil {
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
		x := s.exchange(r)
		s.spawn(x.log, func() { s.makeUp(x) })
	}
}

// makeUp tells a person to ask again whose request was left undone, unless the
// reply stands already.
func (s *Server) makeUp(x exchange) {
	defer func() {
		if p := recover(); p != nil { // it would come again and again
			logPanic(x.log, p)
			s.finish(x)
		}
	}()
	if time.Since(x.request.At) > x.life() || x.request.Unasked && x.request.Reply == "" {
		s.finish(x)
		return
	}
	s.deliver(x, plan{}, func(ctx context.Context) error { return x.reply.makeUp(ctx, s.apology(x, errInterrupted)) }, nil)
}
