package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
	"github.com/gorilla/websocket"

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
		if answered = err == nil; answered && !hasSources(got) {
			w.t.Errorf("%s: /ask got %+v", name, got)
		}
		if w.ctx.Err() != nil {
			w.t.Fatalf("%s: /ask: %v\n%s", name, err, w.log)
		}
	}
	if got := w.say(w.general, "<@"+w.App().ID+"> Closed?"); !hasSources(got) {
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
		if d := gatewayPace().invalid(); d < time.Second || d > 5*time.Second {
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

// moments returns a hook for payloads that does fault to them (nil: nothing), and
// the times at which those of each name were to be sent.
func moments(fault func(string) local.PayloadFault, names ...string) (func(string) local.PayloadFault, map[string]chan time.Time) {
	at := map[string]chan time.Time{}
	for _, name := range names {
		at[name] = make(chan time.Time, 100)
	}
	return func(name string) local.PayloadFault {
		select {
		case at[name] <- time.Now():
		default: // nobody asks for these
		}
		if fault == nil {
			return local.PayloadFault{}
		}
		return fault(name)
	}, at
}

// next is the next of such times.
func (w *world) next(at chan time.Time) time.Time {
	w.t.Helper()
	select {
	case t := <-at:
		return t
	case <-w.ctx.Done():
		w.t.Fatalf("nothing more was sent\n%s", w.log)
		return time.Time{}
	}
}

// The times below are Discord's, from before the bot can have had something to
// after it has done the next thing: a slow machine makes them longer only.

// Discord lets an application identify once in five seconds, however long it took
// to come so far.
func TestIdentifyPause(t *testing.T) {
	t.Parallel()
	const every, slow = 300 * time.Millisecond, 250 * time.Millisecond
	w := emptyWorld(t)
	hook, at := moments(nth("HELLO", 1, local.PayloadFault{Delay: slow}), "HELLO", "READY")
	w.SetFaults(local.Faults{Payload: hook})
	w.run(quoting, func(s *Server) { s.gateway.pace.identify = every })
	w.online()
	hello, delay := w.next(at["HELLO"]), slow
	w.next(at["READY"])
	for range 2 {
		w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
		w.online()
		if took := w.next(at["READY"]).Sub(hello); took < delay+every {
			t.Errorf("one session followed another within %v of its hello, which took %v", took, delay)
		}
		hello, delay = w.next(at["HELLO"]), 0
	}
}

// That holds for a bot that has outgrown its shards, too.
func TestIdentifyPauseWithMoreShards(t *testing.T) {
	t.Parallel()
	const every = 500 * time.Millisecond
	for _, before := range []int{1, 2} {
		w := emptyWorld(t)
		w.Advise(before, 9)
		hook, at := moments(nil, "HELLO", "READY")
		w.SetFaults(local.Faults{Payload: hook})
		w.run(quoting, func(s *Server) { s.gateway.pace.identify = every })
		var hello time.Time
		for range before {
			hello = w.next(at["HELLO"])
			w.next(at["READY"])
		}
		w.Advise(4, 9)
		w.Disturb(local.PayloadFault{Close: 4011})
		if took := w.next(at["READY"]).Sub(hello); took < every {
			t.Errorf("of %d shards: one session followed another within %v of its hello", before, took)
		}
	}
}

// An application that identifies too often loses its token: before that the bot
// waits for the next day.
func TestSessionReserve(t *testing.T) {
	t.Parallel()
	start := time.Now()
	var late atomic.Int64
	w := emptyWorld(t, func(o *local.Options) {
		o.SessionStarts = sessionReserve + 1
		o.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	})
	hook, at := moments(nil, "READY")
	w.SetFaults(local.Faults{Payload: hook})
	w.run(quoting)
	w.online()
	w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
	w.online()
	w.next(at["READY"])
	w.next(at["READY"])
	if strings.Contains(w.log.String(), "level=ERROR") {
		t.Errorf("with all the reserve left:\n%s", w.log)
	}
	const left = 2 * time.Second // of the day
	passed := 24*time.Hour - time.Since(start) - left
	late.Store(int64(passed))
	w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
	ready := w.next(at["READY"])
	day := start.Add(24*time.Hour - passed)
	if early := day.Sub(ready); early > time.Millisecond { // which is the unit of reset_after
		t.Errorf("the reserve was used %v before the day's end", early)
	}
	if n := strings.Count(w.log.String(), "level=ERROR"); n != 1 {
		t.Errorf("%d errors were logged, want 1:\n%s", n, w.log)
	}
}

// Connections that come to no session, or lose it at once, follow each other
// ever more slowly, however long each has taken.
func TestSessionBackoff(t *testing.T) {
	t.Parallel()
	const slow = 450 * time.Millisecond
	tests := []struct {
		name   string
		faults map[string]local.PayloadFault
		took   time.Duration // by a connection, at least
	}{
		{"op 9 to identify", map[string]local.PayloadFault{"READY": {Invalid: local.NotResumable, Drop: true}}, 0},
		{"op 9 to a slow identify", map[string]local.PayloadFault{"READY": {Delay: slow, Invalid: local.NotResumable, Drop: true}}, slow},
		{"op 7 to identify", map[string]local.PayloadFault{"READY": {Reconnect: true, Drop: true}}, 0},
		{"slow to break", map[string]local.PayloadFault{"HELLO": {Delay: slow, Cut: true}}, slow},
		{"slow to come, quick to go", map[string]local.PayloadFault{"HELLO": {Delay: slow}, "GUILD_CREATE": {Close: 4009}}, slow},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := emptyWorld(t)
			hook, at := moments(func(name string) local.PayloadFault { return tt.faults[name] }, "HELLO")
			w.SetFaults(local.Faults{Payload: hook})
			w.run(quoting, func(s *Server) {
				p := &s.gateway.pace
				p.invalid = func() time.Duration { return 0 }
				p.retryReset = 400 * time.Millisecond
				p.retry = &backoff.ExponentialBackOff{InitialInterval: 50 * time.Millisecond, Multiplier: 2, MaxInterval: time.Hour}
			})
			before := w.next(at["HELLO"])
			for _, wait := range []time.Duration{50, 100, 200} {
				hello := w.next(at["HELLO"])
				if got, want := hello.Sub(before), tt.took+wait*time.Millisecond; got < want {
					t.Errorf("a connection followed another after %v, want %v\n%s", got, want, w.log)
				}
				before = hello
			}
			w.SetFaults(local.Faults{})
			w.online()
		})
	}
}

// A connection that had a session for long is followed by another at once.
func TestSessionLostLater(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.run(quoting, func(s *Server) {
		s.gateway.pace.retryReset = 0
		s.gateway.pace.retry = &backoff.ExponentialBackOff{InitialInterval: time.Hour, Multiplier: 1, MaxInterval: time.Hour}
	})
	w.online()
	w.Disturb(local.PayloadFault{Cut: true})
	w.online()
}

// A heartbeat that Discord asks for comes at once.
func TestHeartbeatRequest(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t, func(o *local.Options) { o.Heartbeat = 10 * time.Hour })
	w.run(quoting)
	w.online()
	w.RequestHeartbeats()
	soon, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	if err := w.Wait(soon, func() bool { x := w.Sessions(); return len(x) == 1 && x[0].Beating }); err != nil {
		t.Errorf("no heartbeat: %v, %+v\n%s", err, w.Sessions(), w.log)
	}
}

func TestResumeAddress(t *testing.T) {
	t.Parallel()
	const home = "wss://gateway.discord.gg"
	tests := []struct{ home, offered, want string }{
		{home, "wss://gateway-us-east1-b.discord.gg", "wss://gateway-us-east1-b.discord.gg"},
		{home, "WSS://gateway.discord.gg:443/x", "WSS://gateway.discord.gg:443/x"},
		{home, "", home},
		{home, "ws://gateway.discord.gg", home},
		{home, "http://gateway.discord.gg", home},
		{home, "https://gateway.discord.gg", home},
		{home, "//gateway.discord.gg", home},
		{home, "gateway.discord.gg", home},
		{home, "wss:gateway.discord.gg", home},
		{home, "wss://", home},
		{home, "wss://%", home},
		{"ws://127.0.0.1:3001", "ws://127.0.0.1:3002/resume", "ws://127.0.0.1:3002/resume"},
		{"ws://127.0.0.1:3001", "wss://127.0.0.1:3001", "ws://127.0.0.1:3001"},
	}
	for _, tt := range tests {
		if got := resumeAddress(tt.home, tt.offered); got != tt.want {
			t.Errorf("resumeAddress(%q, %q) = %q, want %q", tt.home, tt.offered, got, tt.want)
		}
	}
}

// A session is resumed with the token, so at no address that is not the gateway's
// kind.
func TestResumeElsewhere(t *testing.T) {
	t.Parallel()
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	went := make(chan string, 10) // where the session was to be resumed
	go func() {
		for {
			conn, err := elsewhere.Accept()
			if err != nil {
				return
			}
			conn.Close()
			went <- "elsewhere"
		}
	}()
	mux := http.NewServeMux()
	web := httptest.NewServer(mux)
	defer web.Close()
	mux.HandleFunc("GET /api/v9/gateway/bot", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `{"url":"ws://%s"}`, r.Host)
	})
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) {
		ws, err := new(websocket.Upgrader).Upgrade(rw, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		ws.WriteMessage(websocket.TextMessage, []byte(`{"op":10,"d":{"heartbeat_interval":3600000}}`))
		var said struct{ Op int }
		if ws.ReadJSON(&said) != nil {
			return
		}
		if said.Op == opResume {
			went <- "home"
			return
		}
		ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil,
			`{"op":0,"s":1,"t":"READY","d":{"session_id":"x","resume_gateway_url":"wss://%s"}}`, elsewhere.Addr()))
	})
	api, err := url.Parse(web.URL + "/api")
	if err != nil {
		t.Fatal(err)
	}
	log := &lockedBuffer{}
	client := newClient(testToken, api, attemptLimit)
	defer client.close()
	s := &Server{gateway: gateway{
		token: "Bot " + testToken, api: client, handle: func(*discordgo.Event) {},
		log: slog.New(slog.NewTextHandler(log, nil)), pace: gatewayPace(), observe: func(What) {},
	}}
	hurry(s)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	stayed := make(chan error, 1)
	go func() { stayed <- s.gateway.stay(ctx) }()
	select {
	case where := <-went:
		if where != "home" {
			t.Errorf("the session was resumed %s\n%s", where, log)
		}
	case <-ctx.Done():
		t.Errorf("the session was not resumed\n%s", log)
	}
	cancel()
	if err := <-stayed; err != nil {
		t.Error(err)
	}
}

// A gateway that refuses the WebSocket says why by an HTTP status.
func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 429, 503} {
		web := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status) }))
		_, err := dial(t.Context(), strings.Replace(web.URL, "http", "ws", 1), 0, gatewayPace())
		if want := fmt.Sprintf("HTTP %d %s", status, http.StatusText(status)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("dial: %v, want %q", err, want)
		}
		web.Close()
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
		{4010, "newer storybot"},
		{4011, "more servers than so few connections"},
		{4012, "newer storybot"},
		{4013, "newer storybot"},
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
