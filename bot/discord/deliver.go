package discord

import (
	"context"
	"fmt"
	"time"

	"storybot/bot/ledger"
)

// patience is how long the bot goes on trying to show a person what it has to say.
// For an interaction it is the life of its token.
const patience = time.Hour

// deliver has the reply shown, or the person told why not, and finishes the exchange. When
// the bot stops before that it is left to the next process. Where something of the reply
// stands already, instead gives what is told of a refusal; it may be nil.
func (s *Server) deliver(x exchange, p plan, show func(context.Context) error, instead func(regret string) *message) {
	limit := patience
	if x.request.Kind == ledger.CommandRequest && p.private { // nowhere else can it be shown to one person alone
		limit = time.Until(x.request.At.Add(ledger.TokenLife))
	}
	ctx, cancel := context.WithTimeout(s.talk, limit)
	defer cancel()
	err := show(ctx)
	if isForbidden(err) && x.request.Kind == ledger.MessageRequest {
		x.log.Warn("discord: the bot lacks a permission", "channel", x.request.Channel, "error", err)
		s.tellOwner(x.request)
	}
	if refused(err) && !isUnwanted(err) && instead != nil {
		// What Discord refuses must not leave the person without a word.
		regret := s.regret(x, fmt.Errorf("discord: replying: %w", err))
		m := message{content: quoted(p.echo) + regret}
		if more := instead(regret); more != nil {
			m = *more
		}
		err = x.reply.show(ctx, m)
	}
	switch {
	case err == nil:
		s.took(x, Replied)
	case isUnwanted(err):
		x.log.Info("discord: nobody waits for the reply any more", "error", err)
	case isForbidden(err) && x.request.Kind == ledger.MessageRequest:
		s.closed.add(x.request.Channel)
	case s.talk.Err() != nil || isUnauthorized(err): // the next process, or the next token, will tell
		x.log.Info("discord: the reply is left undone", "error", err)
		return
	default:
		x.log.Error("discord: replying", "error", err)
	}
	s.finish(x)
}

// life is how long after a request it is worth telling of that it was left undone.
func (x exchange) life() time.Duration {
	if x.request.Kind == ledger.CommandRequest {
		return ledger.TokenLife
	}
	return patience
}

// finish marks the exchange as done. What is not so marked would be told about again.
func (s *Server) finish(x exchange) { s.mark(x, s.inbox.Finish) }

// release leaves the exchange to whoever looks into the inbox next.
func (s *Server) release(x exchange) { s.mark(x, s.inbox.Release) }

// mark writes to the inbox until it is written.
func (s *Server) mark(x exchange, write func(context.Context, string) error) {
	for {
		err := write(s.talk, x.request.ID)
		if err == nil || s.talk.Err() != nil {
			return
		}
		x.log.Error("discord: writing to the inbox", "error", err)
		if !pause(s.talk, s.beatPause) {
			return
		}
	}
}
