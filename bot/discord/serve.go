package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/retrieval"
)

// serve takes an exchange from its claim, before anything else, to its reply.
func (s *Server) serve(work context.Context, x exchange, taken bool, acknowledged func()) {
	defer func() {
		if p := recover(); p != nil {
			logPanic(x.log, p)
			s.release(x)
		}
	}()
	ctx, cancel := context.WithTimeout(s.talk, s.claimLimit(x))
	defer cancel()
	if !s.claim(ctx, x) {
		return
	}
	soon, end := inTime(ctx, x)
	defer end()
	p, err := s.decide(soon, &x, taken)
	x.counts = p.counts
	switch {
	case errors.Is(err, errSilence) || err != nil && x.request.Unasked:
		x.log.Debug("discord: nothing is said", "error", err)
		s.finish(x)
		return
	case err != nil:
		s.decline(ctx, x, err)
		s.finish(x)
		return
	case p.atOnce != nil:
		s.respond(ctx, soon, x, p)
		return
	}
	if !s.acknowledge(ctx, x, p) {
		return
	}
	acknowledged()
	s.took(x, Acknowledged)
	cancel() // what follows has limits of its own
	if s.closed.has(x.request.Channel) && x.request.Kind == ledger.MessageRequest {
		s.finish(x) // the bot may not write there; the owner was told, if that was possible
		return
	}
	s.carryOut(work, x, p)
}

// inTime ends early enough before a response is due for one to be made.
func inTime(ctx context.Context, x exchange) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok || x.request.Kind != ledger.CommandRequest {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-respondRest))
}

// decide is the plan for an exchange. A panic is an error.
func (s *Server) decide(ctx context.Context, x *exchange, taken bool) (p plan, err error) {
	defer caught(&err)
	if !taken {
		return plan{private: true, work: func(context.Context, func(message)) (message, error) { return message{}, errRestarting }}, nil
	}
	v, err := s.visit(ctx, x)
	if err != nil {
		return plan{}, err
	}
	p, err = x.plan(ctx, v)
	if err != nil || !p.counts || x.found { // who waited while the bot was away is not too early
		return p, err
	}
	return p, s.allowance.take(x.request)
}

// respond serves what can be served at once, which has to be soon. It is its own
// acknowledgement.
func (s *Server) respond(ctx, soon context.Context, x exchange, p plan) {
	answer, err := responseOf(soon, p)
	if err != nil {
		s.decline(ctx, x, err)
		s.finish(x)
		return
	}
	switch err := x.reply.respond(ctx, answer); {
	case err == nil:
		x.log.Debug("discord: responded")
	case refused(err) && !isUnwanted(err):
		s.decline(ctx, x, fmt.Errorf("discord: responding: %w", err))
	default:
		x.log.Error("discord: responding", "error", err)
	}
	s.finish(x)
}

// respondRest is the part of the time for an acknowledgement that is kept for Discord to
// take it.
const respondRest = time.Second

// responseOf does what is done at once. A panic is an error.
func responseOf(ctx context.Context, p plan) (r response, err error) {
	defer caught(&err)
	return p.atOnce(ctx)
}

// caught makes an error of a panic.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("discord: panic: %v\n%s", p, debug.Stack())
	}
}

// waitingPause is how many pauses between two versions of a reply are between two that say
// how far an index is: there may be many who wait, and answers go first.
const waitingPause = 5

// carryOut does the work of a plan, and shows what comes of it.
func (s *Server) carryOut(work context.Context, x exchange, p plan) {
	busy, done := context.WithCancel(s.talk)
	defer done()
	if !x.request.Unasked {
		s.spawn(x.log, func() { x.reply.busy(busy) })
	}
	work = bot.WithTrace(work, x.id())
	d := newDraft(x.reply, s.editPause, x.say.say("answer_unfinished"), x.log)
	defer d.close()
	if !x.request.Unasked {
		var shown time.Time
		work = retrieval.WithProgress(work, s.editPause, func(done, all int) {
			if time.Since(shown) < waitingPause*s.editPause {
				return
			}
			shown = time.Now()
			d.waiting(s.talk, message{content: quoted(p.echo)}, preparing(x.say, done, all))
		})
	}
	m, err := s.inTurn(work, x, p, func(m message) { d.update(s.talk, m) })
	switch {
	case err == nil:
	case errors.Is(err, errSilence) || x.request.Unasked && d.last == nil:
		if !errors.Is(err, errSilence) {
			x.log.Warn("discord: no answer to what nobody asked", "error", err)
		}
		s.finish(x)
		return
	case d.last != nil: // what was checked stands
		s.unanswered(x, err)
		m = d.last.noting(s.regret(x, err))
	default:
		s.unanswered(x, err)
		m = s.apology(x, err)
		m.content = quoted(p.echo) + m.content
	}
	done()
	s.deliver(x, p, func(ctx context.Context) error { return d.finish(ctx, m) }, d.amended)
}

// preparing tells how far the building of the index is that a question waits for.
func preparing(say *phrases, done, all int) string {
	if all == 0 {
		return say.say("answer_preparing_somewhere")
	}
	return say.say("answer_preparing", "Done", say.number(done), "All", say.number(all))
}

// claim makes the exchange this process's. It is false when there is nothing more to do:
// someone else has it, or it cannot be remembered.
func (s *Server) claim(ctx context.Context, x exchange) bool {
	soon, end := inTime(ctx, x) // while the record is away there is time left to say so
	defer end()
	claimed, err := s.inbox.Claim(soon, x.request)
	switch {
	case err == nil:
		if !claimed {
			x.log.Debug("discord: claimed already")
		}
		return claimed
	case x.found: // it may have been answered long ago, or will be found again
		x.log.Warn("discord: claiming", "error", err)
		s.lost(x)
	case !x.request.Unasked: // what cannot be remembered is not begun
		x.counts = true // it is likely to be a question
		s.decline(ctx, x, fmt.Errorf("discord: claiming: %w", err))
	}
	return false
}

// acknowledge tells Discord that there will be a reply. It is false when Discord does not
// want one any more.
func (s *Server) acknowledge(ctx context.Context, x exchange, p plan) bool {
	err := x.reply.acknowledge(ctx, p)
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
func (s *Server) decline(ctx context.Context, x exchange, cause error) {
	s.unanswered(x, cause)
	var over tooMany
	if x.request.Kind == ledger.MessageRequest && errors.As(cause, &over) && over.told {
		return // once is enough: who writes too much is not to have the bot do it too
	}
	err := x.reply.respond(ctx, privately(s.apology(x, cause)))
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

// privateRest is kept of a token's life for Discord to take a private answer.
const privateRest = 30 * time.Second

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// inTurn does the work of a plan as soon as there is room for one more. The acknowledgements
// of those who asked before come first: in a rush, searching takes the processors that they
// need. A panic is an error.
func (s *Server) inTurn(ctx context.Context, x exchange, p plan, show func(message)) (m message, err error) {
	defer func() {
		if err != nil && context.Cause(ctx) == errRestarting {
			err = errRestarting
		}
	}()
	defer caught(&err)
	s.acking.drain(rushLimit)
	waiting, cancel := context.WithTimeout(ctx, ledger.TokenLife/2)
	defer cancel()
	guild := cmp.Or(x.request.Guild, x.request.Channel) // a DM has turns of its own
	turns := s.turns
	if p.reads {
		turns = s.readings
	}
	done, err := turns.take(waiting, guild, cmp.Or(x.request.User, x.request.ID))
	if err != nil {
		return message{}, err
	}
	defer done()
	end := time.Now().Add(s.workLimit)
	if p.private && x.request.Kind == ledger.CommandRequest { // it can be told while the token holds, and no longer
		end = earlier(end, x.request.At.Add(ledger.TokenLife-privateRest))
	}
	ctx, cancel = context.WithDeadline(ctx, end)
	defer cancel()
	return p.work(ctx, show)
}
