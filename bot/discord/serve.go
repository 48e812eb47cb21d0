package discord

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
)

// patience is how long the bot goes on trying to show a person what it has to say.
// For an interaction it is the life of its token.
const patience = time.Hour

// serve takes an exchange from its claim, before anything else, to its reply.
func (s *Server) serve(work context.Context, x exchange, taken bool, acknowledged func()) {
	defer func() {
		if p := recover(); p != nil {
			logPanic(x.log, p)
			s.release(x)
		}
	}()
	if !s.accept(x) {
		return
	}
	acknowledged()
	if s.closed.has(x.request.Channel) && x.request.Kind == ledger.MessageRequest {
		s.finish(x) // the bot may not write there; the owner was told, if that was possible
		return
	}
	busy, done := context.WithCancel(s.talk)
	defer done()
	s.spawn(x.log, func() { x.reply.busy(busy) })

	d := newDraft(x.reply, s.editPause, x.log)
	defer d.close()
	var a bot.Answer
	err := errRestarting
	if taken {
		a, err = s.answer(work, x, func(a bot.Answer) {
			a.Incomplete = false // that goes without saying
			a.ID = ""            // it is not kept yet, so its buttons would open nothing
			m := pages(s.texts.in(), a, x.echo)[0]
			m.content += "\n"
			d.update(s.talk, m)
		})
	}
	var m message
	switch {
	case err == nil:
		m = pages(s.texts.in(), a, x.echo)[0]
	case d.last != nil: // what was checked stands
		m = d.last.noting(s.regret(x, err))
	default:
		m = s.apology(x, err)
	}
	done()
	if s.deliver(x, func(ctx context.Context) error { return d.finish(ctx, m) }, d.amended) && err == nil {
		x.log.Info("discord: answered", "answer", a.ID, "status", a.Status, "mode", a.Mode, "ms", a.Timings.Total)
	}
}

// accept claims the exchange and acknowledges it. It is false when there is nothing
// more to do: someone else has it, or Discord does not want it any more.
func (s *Server) accept(x exchange) bool {
	ctx, cancel := context.WithTimeout(s.talk, s.claimLimit(x))
	defer cancel()
	claimed, err := s.inbox.Claim(ctx, x.request)
	switch {
	case err == nil:
	case x.found: // it may have been answered long ago, or will be found again
		x.log.Warn("discord: claiming", "error", err)
		s.lost(x)
		return false
	default: // what cannot be remembered is not begun
		s.decline(x, fmt.Errorf("discord: claiming: %w", err))
		return false
	}
	if !claimed {
		x.log.Debug("discord: claimed already")
		return false
	}
	err = x.reply.acknowledge(ctx)
	if refused(err) { // it came too late: Discord has told the person so
		x.log.Error("discord: acknowledging", "error", err)
		s.finish(x)
		return false
	}
	if err != nil { // it may have come through
		x.log.Warn("discord: acknowledging", "error", err)
	}
	return true
}

// decline tells a person at once that their request is not taken.
func (s *Server) decline(x exchange, cause error) {
	ctx, cancel := context.WithTimeout(s.talk, s.claimLimit(x))
	defer cancel()
	err := x.reply.decline(ctx, s.apology(x, cause))
	if err == nil {
		return
	}
	x.log.Error("discord: declining", "error", err)
	if x.request.Kind == ledger.MessageRequest && !refused(err) {
		s.lost(x)
	}
}

// lost has a message be read again.
func (s *Server) lost(x exchange) {
	s.cursors.lost(x.request.Channel, parseSnowflake(x.request.ID))
	s.mayHaveMissed()
}

// claimLimit is how long the claim and the acknowledgement may take.
func (s *Server) claimLimit(x exchange) time.Duration {
	if x.request.Kind == ledger.CommandRequest {
		return acknowledgeLimit
	}
	return s.replyLimit
}

// answer asks. A panic is an error. What has been checked so far is handed to show.
func (s *Server) answer(work context.Context, x exchange, show func(bot.Answer)) (a bot.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("discord: panic: %v\n%s", p, debug.Stack())
		}
	}()
	a, err = s.inTurn(work, x, show)
	if err != nil && context.Cause(work) == errRestarting {
		err = errRestarting
	}
	return a, err
}

// inTurn asks as soon as there is room for one more. The acknowledgements of those who
// asked before come first: in a rush, searching takes the processors that they need.
func (s *Server) inTurn(ctx context.Context, x exchange, show func(bot.Answer)) (bot.Answer, error) {
	s.acking.drain(rushLimit)
	waiting, cancel := context.WithTimeout(ctx, ledger.TokenLife/2)
	defer cancel()
	done, err := s.turns.take(waiting, cmp.Or(x.request.Guild, x.request.Channel)) // a DM has turns of its own
	if err != nil {
		return bot.Answer{}, err
	}
	defer done()
	ctx, cancel = context.WithTimeout(ctx, s.askLimit)
	defer cancel()
	return s.ask(ctx, x.question, show)
}

// deliver has the reply shown, or the person told why not, and finishes the
// exchange. It reports whether the reply stands. When the bot stops before that it is
// left to the next process. instead, if there is any, gives what is told of a refusal
// where something of the reply stands already.
func (s *Server) deliver(x exchange, show func(context.Context) error, instead func(regret string) *message) (shown bool) {
	limit := x.life()
	if x.request.Kind == ledger.CommandRequest { // else it may have been found long after
		limit = time.Until(x.request.At.Add(limit))
	}
	ctx, cancel := context.WithTimeout(s.talk, limit)
	defer cancel()
	err := show(ctx)
	shown = err == nil
	if isForbidden(err) && x.request.Kind == ledger.MessageRequest {
		x.log.Warn("discord: the bot lacks a permission", "channel", x.request.Channel, "error", err)
		s.tellOwner(x.request)
	}
	if refused(err) && !isUnwanted(err) && instead != nil {
		// What Discord refuses must not leave the person without a word.
		regret := s.regret(x, fmt.Errorf("discord: replying: %w", err))
		m := x.apology(regret)
		if more := instead(regret); more != nil {
			m = *more
		}
		err = x.reply.show(ctx, m)
	}
	switch {
	case err == nil:
	case isUnwanted(err):
		x.log.Info("discord: nobody waits for the reply any more", "error", err)
	case isForbidden(err) && x.request.Kind == ledger.MessageRequest:
		s.closed.add(x.request.Channel)
	case s.talk.Err() != nil || isUnauthorized(err): // the next process, or the next token, will tell
		x.log.Info("discord: the reply is left undone", "error", err)
		return false
	default:
		x.log.Error("discord: replying", "error", err)
	}
	s.finish(x)
	return shown
}

// life is how long after a request its reply is worth trying.
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
