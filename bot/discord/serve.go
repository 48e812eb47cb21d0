package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"runtime/debug"
	"sync"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// event starts the work that something in Discord asks for, and does not wait for any
// of it: others come behind.
func (s *Server) event(work context.Context, e *discordgo.Event) {
	switch e.Type {
	case "READY": // of a new session: the end of the last one may have been missed
		s.cursors.gap()
		select {
		case s.missed <- struct{}{}:
		default:
		}
	case "INTERACTION_CREATE", "MESSAGE_CREATE":
		s.take(work, func() (exchange, bool) { return s.read(e) })
	}
}

// read is the exchange that an event opens, if it does.
func (s *Server) read(e *discordgo.Event) (x exchange, ok bool) {
	var err error
	if e.Type == "INTERACTION_CREATE" {
		var i discordgo.Interaction
		if err = decode(e, &i); err == nil {
			return s.fromInteraction(&i)
		}
	} else {
		var m discordgo.Message
		if err = decode(e, &m); err == nil {
			return s.hear(&m)
		}
	}
	s.log.Error("discord: reading an event", "error", err)
	return exchange{}, false
}

// hear is the exchange that a message opens, if it does, which came or was found later.
func (s *Server) hear(m *discordgo.Message) (exchange, bool) {
	x, ok := s.fromMessage(m)
	s.cursors.saw(m.ChannelID, parseSnowflake(m.ID), ok)
	return x, ok
}

// take serves an exchange, if there is one. After the stop it only tells the person.
func (s *Server) take(work context.Context, find func() (exchange, bool)) {
	taken := s.takes()
	s.acking.begin()
	s.spawn(s.log, func() {
		acknowledged := sync.OnceFunc(s.acking.end)
		defer acknowledged()
		if x, ok := find(); ok {
			s.serve(work, x, taken, acknowledged)
		}
	})
}

// serve takes an exchange from its claim, before anything else, to its reply.
func (s *Server) serve(work context.Context, x exchange, taken bool, acknowledged func()) {
	defer recovered(s.logger(x))
	if !s.open(x, acknowledged) {
		return
	}
	acknowledged()
	busy, done := context.WithCancel(s.talk)
	defer done()
	s.spawn(s.logger(x), func() { x.reply.busy(busy) })

	d := newDraft(x.reply, s.editPause, s.logger(x))
	var m message
	if taken {
		m = s.answer(work, x, func(a bot.Answer) { d.update(s.talk, render(a, x.echo)) })
	} else {
		m = s.apology(x, errRestarting)
	}
	s.close(x, func(ctx context.Context) error { return d.finish(ctx, m) })
}

// spawn does a part of the work, for which a stop waits.
func (s *Server) spawn(log *slog.Logger, do func()) {
	s.work.begin()
	go func() {
		defer s.work.end()
		defer recovered(log)
		do()
	}()
}

// open claims the exchange and acknowledges it; it calls sent as soon as that is on
// its way. It is false when there is nothing more to do: someone else has it, or Discord
// does not want it any more.
func (s *Server) open(x exchange, sent func()) bool {
	log := s.logger(x)
	ctx, cancel := context.WithTimeout(s.talk, acknowledgeLimit)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { sent() }})
	claimed, err := s.inbox.Claim(ctx, x.request)
	if err != nil {
		// What cannot be remembered is not begun.
		if err := x.reply.decline(ctx, s.apology(x, fmt.Errorf("discord: claiming: %w", err))); err != nil {
			log.Error("discord: declining", "error", err)
		}
		return false
	}
	if !claimed {
		log.Debug("discord: claimed already")
		return false
	}
	err = x.reply.acknowledge(ctx)
	if refused(err) { // it came too late: Discord has told the person so
		log.Error("discord: acknowledging", "error", err)
		s.finish(x)
		return false
	}
	if err != nil { // it may have come through
		log.Warn("discord: acknowledging", "error", err)
	}
	return true
}

// answer asks, and renders what comes back: an answer, an error or a panic. What
// has been checked so far is handed to show.
func (s *Server) answer(work context.Context, x exchange, show func(bot.Answer)) (m message) {
	defer func() {
		if p := recover(); p != nil {
			m = s.apology(x, fmt.Errorf("discord: panic: %v\n%s", p, debug.Stack()))
		}
	}()
	a, err := s.inTurn(work, x.question, show)
	switch {
	case err != nil && context.Cause(work) == errRestarting:
		return s.apology(x, errRestarting)
	case err != nil:
		return s.apology(x, err)
	}
	s.logger(x).Info("discord: answered", "answer", a.ID, "status", a.Status, "mode", a.Mode, "ms", a.Timings.Total)
	return render(a, x.echo)
}

// inTurn asks as soon as there is room for one more. In a rush the acknowledgements of
// others come first: searching takes the processors that they need.
func (s *Server) inTurn(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
	waiting, cancel := context.WithTimeout(ctx, tokenLife/2)
	defer cancel()
	select {
	case s.asking <- struct{}{}:
		defer func() { <-s.asking }()
	case <-waiting.Done():
		return bot.Answer{}, waiting.Err()
	}
	s.acking.drain(rushLimit)
	ctx, cancel = context.WithTimeout(ctx, s.askLimit)
	defer cancel()
	return s.ask(ctx, q, show)
}

// close has the reply shown, or the person told why not, and finishes the
// exchange. What Discord does not take now is told later.
func (s *Server) close(x exchange, show func(context.Context) error) {
	ctx, cancel := context.WithTimeout(s.talk, s.replyLimit)
	defer cancel()
	err := show(ctx)
	if refused(err) && !isForbidden(err) {
		// What Discord refuses must not leave the person without a word.
		err = x.reply.show(ctx, s.apology(x, fmt.Errorf("discord: replying: %w", err)))
	}
	switch {
	case err == nil:
	case refused(err):
		s.logger(x).Error("discord: replying", "error", err)
		s.tellOwner(ctx, x.request, err)
	default:
		s.logger(x).Error("discord: replying", "error", err)
		if err := s.inbox.Release(s.talk, x.request.ID); err != nil {
			s.logger(x).Error("discord: releasing", "error", err)
		}
		return
	}
	s.finish(x)
}

// takes reports whether new questions are answered: after the stop they are not.
func (s *Server) takes() bool {
	select {
	case <-s.stopping:
		return false
	default:
		return true
	}
}

func (s *Server) finish(x exchange) {
	if err := s.inbox.Finish(s.talk, x.request.ID); err != nil {
		s.logger(x).Error("discord: finishing", "error", err)
	}
}

// refused reports whether Discord has answered a request, and will say the same to
// it again.
func refused(err error) bool {
	var answer *discordgo.RESTError
	return errors.As(err, &answer) && answer.Response.StatusCode < http.StatusInternalServerError
}

// recovered logs a panic, whose goroutine then ends.
func recovered(log *slog.Logger) {
	if p := recover(); p != nil {
		log.Error("discord: panic", "panic", p, "stack", string(debug.Stack()))
	}
}

// logger marks what is logged of an exchange with the id that the person may
// be shown.
func (s *Server) logger(x exchange) *slog.Logger {
	return s.log.With("id", parseSnowflake(x.request.ID).short(), "guild", x.request.Guild)
}
