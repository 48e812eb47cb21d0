package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/local"
)

// nth does f to the nth payload of a name, counted from 1.
func nth(name string, n int32, f local.PayloadFault) func(string) local.PayloadFault {
	var count atomic.Int32
	return func(sent string) local.PayloadFault {
		if sent == name && count.Add(1) == n {
			return f
		}
		return local.PayloadFault{}
	}
}

// answers checks that the bot is there for commands and messages, or will be: a
// command that comes to nobody is used again, as people do.
func (w *world) answers(name string) {
	w.t.Helper()
	for answered := false; !answered; {
		i := w.command("Closed?")
		soon, cancel := context.WithTimeout(w.ctx, 300*time.Millisecond)
		got, err := w.Response(soon, i.ID)
		cancel()
		if answered = err == nil; answered && len(got.Embeds) != 1 {
			w.t.Errorf("%s: /ask got %+v", name, got)
		}
		if w.ctx.Err() != nil {
			w.t.Fatalf("%s: /ask: %v\n%s", name, err, w.log)
		}
	}
	if got := w.say(w.general, "<@"+w.App().ID+"> Closed?"); len(got.Embeds) != 1 {
		w.t.Errorf("%s: a mention got %+v", name, got)
	}
}

// However its connection is lost, the bot comes back, and takes up its session
// where Discord lets it.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fault   local.PayloadFault
		resumes bool
	}{
		{"cut", local.PayloadFault{Cut: true}, true},
		{"op 7", local.PayloadFault{Reconnect: true}, true},
		{"op 9, resumable", local.PayloadFault{Invalid: local.Resumable}, true},
		{"op 9", local.PayloadFault{Invalid: local.NotResumable}, false},
		{"half-open", local.PayloadFault{HalfOpen: true}, true},
		{"going away", local.PayloadFault{Close: 1001}, true},
		{"unknown error", local.PayloadFault{Close: 4000}, true},
		{"unknown opcode", local.PayloadFault{Close: 4001}, true},
		{"decode error", local.PayloadFault{Close: 4002}, true},
		{"not authenticated", local.PayloadFault{Close: 4003}, true},
		{"already authenticated", local.PayloadFault{Close: 4005}, true},
		{"invalid seq", local.PayloadFault{Close: 4007}, false},
		{"rate limited", local.PayloadFault{Close: 4008}, true},
		{"session timed out", local.PayloadFault{Close: 4009}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := emptyWorld(t, func(o *local.Options) { o.Heartbeat = 50 * time.Millisecond })
			w.run(quoting)
			w.online()
			w.answers("before")
			w.Disturb(tt.fault)
			missed := w.ask(w.general, "Closed?")
			w.answers(tt.name)
			if _, err := w.Reply(w.ctx, missed.ID); err != nil || len(w.replies(missed)) != 1 {
				t.Errorf("a mention meanwhile: %v, %d replies", err, len(w.replies(missed)))
			}
			sessions := w.Sessions()
			if last := sessions[len(sessions)-1]; last.Resumed > 0 != tt.resumes || last.Elsewhere > 0 {
				t.Errorf("%+v, want resumed: %v\n%s", sessions, tt.resumes, w.log)
			}
		})
	}
}

// online waits for the bot.
func (w *world) online() {
	w.t.Helper()
	if err := w.Online(w.ctx); err != nil {
		w.t.Fatalf("not online: %v\n%s", err, w.log)
	}
}

// Whatever goes wrong while the bot comes, or comes back, it tries again.
func TestComingIsDisturbed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		lost  bool // the bot was there before
		fault func(string) local.PayloadFault
	}{
		{"no hello", false, nth("HELLO", 1, local.PayloadFault{Drop: true})},
		{"no ready", false, nth("READY", 1, local.PayloadFault{Drop: true})},
		{"op 7 in place of ready", false, nth("READY", 1, local.PayloadFault{Reconnect: true, Drop: true})},
		{"op 9 in place of ready", false, nth("READY", 1, local.PayloadFault{Invalid: local.NotResumable, Drop: true})},
		{"cut before hello", false, nth("HELLO", 1, local.PayloadFault{Cut: true})},
		{"no hello again", true, nth("HELLO", 1, local.PayloadFault{Drop: true})},
		{"op 7 first after resume", true, nth("RESUMED", 1, local.PayloadFault{Reconnect: true, Drop: true})},
		{"op 9 after resume", true, nth("RESUMED", 1, local.PayloadFault{Invalid: local.NotResumable, Drop: true})},
		{"cut after resume", true, nth("RESUMED", 1, local.PayloadFault{Cut: true})},
		{"closed after resume", true, nth("RESUMED", 1, local.PayloadFault{Close: 4009})},
		{"no resumed", true, nth("RESUMED", 1, local.PayloadFault{Drop: true})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := emptyWorld(t)
			impatient := func(s *Server) {
				s.gateway.pace.dial, s.gateway.pace.hello = 100*time.Millisecond, 100*time.Millisecond
			}
			if !tt.lost {
				w.SetFaults(local.Faults{Payload: tt.fault})
			}
			w.run(quoting, impatient)
			w.online()
			if tt.lost {
				w.answers("before")
				w.SetFaults(local.Faults{Payload: tt.fault})
				w.Disturb(local.PayloadFault{Cut: true})
			}
			w.answers(tt.name)
		})
	}
}

// The pause that Discord asks for comes between an invalid session and the next.
func TestInvalidSessionPause(t *testing.T) {
	t.Parallel()
	for range 100 {
		if d := gatewayPace.invalid(); d < time.Second || d > 5*time.Second {
			t.Fatalf("a pause of %v", d)
		}
	}
	w := emptyWorld(t)
	var pauses atomic.Int32
	w.run(quoting, func(s *Server) {
		s.gateway.pace.invalid = func() time.Duration { pauses.Add(1); return 0 }
	})
	w.online()
	w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
	w.answers("after an invalid session")
	if n := pauses.Load(); n != 1 {
		t.Errorf("%d pauses", n)
	}
}

// Discord lets an application begin one session in five seconds.
func TestIdentifyPause(t *testing.T) {
	t.Parallel()
	const every = 300 * time.Millisecond
	w := emptyWorld(t)
	w.run(quoting, func(s *Server) { s.gateway.pace.identify = every })
	w.online()
	start := time.Now()
	for range 2 {
		w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
		w.answers("again")
	}
	if took := time.Since(start); took < every {
		t.Errorf("two sessions were begun within %v", took)
	}
}

// A bot that the gateway will not have stops, and says what to change.
func TestGatewayRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code int
		want string
	}{
		{4004, "DISCORD_TOKEN"},
		{4010, "more servers than one connection"},
		{4011, "more servers than one connection"},
		{4012, "newer storybot"},
		{4013, "Privileged Gateway Intents"},
		{4014, "Privileged Gateway Intents"},
	}
	for _, tt := range tests {
		for _, later := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.code, later), func(t *testing.T) {
				t.Parallel()
				w := emptyWorld(t)
				s := w.server(testToken, quoting)
				ctx, cancel := context.WithCancel(w.ctx)
				defer cancel()
				ran := make(chan error, 1)
				if !later {
					w.SetFaults(local.Faults{Payload: nth("READY", 1, local.PayloadFault{Close: tt.code})})
				}
				go func() { ran <- s.Run(ctx) }()
				if later {
					w.online()
					w.Disturb(local.PayloadFault{Close: tt.code})
				}
				err := <-ran
				if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, ErrBadToken) != (tt.code == 4004) {
					t.Errorf("Run = %v, want %q", err, tt.want)
				}
			})
		}
	}
}

// A gateway that never says Hello does not hold up a stop.
func TestSilentGateway(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	reached := make(chan struct{}, 1)
	w.SetFaults(local.Faults{Payload: func(name string) local.PayloadFault {
		select {
		case reached <- struct{}{}:
		default:
		}
		return local.PayloadFault{Drop: name == "HELLO"}
	}})
	w.run(quoting)
	<-reached
	w.stop()
	if err := w.stopped(); err != nil {
		t.Errorf("Run = %v, want nil after a stop", err)
	}
}

// What Discord sends twice is answered once.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		asked.Add(1)
		return quoting(ctx, q, show)
	})
	w.SetFaults(local.Faults{Payload: func(name string) local.PayloadFault {
		return local.PayloadFault{Duplicate: true}
	}})
	for range 5 {
		w.answers("twice")
	}
	w.SetFaults(local.Faults{})
	w.answers("once")
	w.stop()
	if err := w.stopped(); err != nil {
		t.Error(err)
	}
	replies := 0
	for _, m := range w.Messages(w.general.ID) {
		if m.Author.ID == w.App().ID {
			replies++
		}
	}
	if n := asked.Load(); n != 12 || replies != 12 {
		t.Errorf("asked %d times, replied %d times, want 12", n, replies)
	}
}
