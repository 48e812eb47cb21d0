package local

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// events/gateway, Resuming: the missed events in order, then RESUMED, then
// what is new; nothing is lost or sent twice.
func TestResume(t *testing.T) {
	c := newClient(t, true)
	l := c.login(intentGuildMessages|intentMessageContent, "")
	c.say("one")
	c.event(l, "MESSAGE_CREATE")
	c.say("sent, not read")
	c.cut(l)
	c.say("not sent")
	c.resume(l)
	for _, want := range []string{"sent, not read", "not sent"} {
		if p := c.event(l, "MESSAGE_CREATE"); p.Data["content"] != want {
			t.Errorf("got %v, want %s", p.Data["content"], want)
		}
	}
	c.event(l, "RESUMED")
	c.say("new")
	c.event(l, "MESSAGE_CREATE")
	got := c.session(l.id)
	want := Session{ID: l.id, Shards: 1, Intents: intentGuildMessages | intentMessageContent, Seq: 6, Connected: true, Resumed: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// A client that lost all but READY gets the rest again, without the
	// RESUMED of the first time.
	c.cut(l)
	l.seq = 1
	c.resume(l)
	for range 3 {
		c.event(l, "MESSAGE_CREATE")
	}
	l.seq++
	c.event(l, "MESSAGE_CREATE")
	c.event(l, "RESUMED")

	// A client that missed nothing, and came by the address of the first time.
	c.cut(l)
	l.address = strings.TrimSuffix(l.address, "/resume")
	c.resume(l)
	c.event(l, "RESUMED")
	if got := c.session(l.id); got.Resumed != 3 || got.Elsewhere != 1 || c.Identified() != 1 {
		t.Errorf("%+v", got)
	}
}

// A Discord that keeps few events lets a client resume that has missed no more.
func TestKeepEvents(t *testing.T) {
	c := newClient(t, true, func(o *Options) { o.KeepEvents = 3 })
	for missed, want := range map[int]string{3: "MESSAGE_CREATE", 4: ""} {
		l := c.login(intentGuildMessages, "")
		c.cut(l)
		for range missed {
			c.say("missed")
		}
		c.resume(l)
		if p := c.read(l.Conn); p.Type != want || want == "" && p.Op != opInvalidSession {
			t.Errorf("%d missed: op %d %s", missed, p.Op, p.Type)
		}
	}
}

// When a session can be resumed and when not: events/gateway, Initiating a
// disconnect and Resuming; topics/opcodes-and-status-codes, close codes.
func TestResumable(t *testing.T) {
	closing := func(code int) func(*client, *login) {
		return func(c *client, l *login) {
			frame := websocket.FormatCloseMessage(code, "")
			if err := l.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second)); err != nil {
				c.t.Fatal(err)
			}
			c.awaitLoss(l.id)
		}
	}
	waiting := func(d time.Duration) func(*client, *login) {
		return func(c *client, l *login) { c.cut(l); c.clock.advance(d) }
	}
	cutAnd := func(change func(*login)) func(*client, *login) {
		return func(c *client, l *login) { c.cut(l); change(l) }
	}
	const resumed, invalid = "RESUMED", "invalid session: false"
	tests := []struct {
		name  string
		after func(*client, *login)
		want  string
	}{
		{"TCP cut", (*client).cut, resumed},
		{"client closes with 4000", closing(4000), resumed},
		{"client closes with 1012", closing(1012), resumed},
		{"client closes without a code", closing(websocket.CloseNoStatusReceived), resumed},
		{"client closes with 1000", closing(1000), invalid},
		{"client closes with 1001", closing(1001), invalid},
		{"after three minutes", waiting(sessionMemory), resumed},
		{"after more", waiting(sessionMemory + time.Second), invalid},
		{"unknown session", cutAnd(func(l *login) { l.id = "another" }), invalid},
		{"seq from the future", cutAnd(func(l *login) { l.seq = 2 }), "closed: 4007"},
		{"negative seq", cutAnd(func(l *login) { l.seq = -1 }), "closed: 4007"},
		{"events that are not kept", func(c *client, l *login) {
			c.cut(l)
			c.mu.Lock()
			defer c.mu.Unlock()
			for range maxReplay + 1 {
				c.dispatch("TEST", 0, func(bool) any { return map[string]any{} })
			}
		}, invalid},
		{"the server goes", func(c *client, l *login) { c.Close(); c.awaitLoss(l.id) }, resumed},
		{"after seq 4007", func(c *client, l *login) {
			c.cut(l)
			forged := *l
			forged.seq = 99
			c.resume(&forged)
			closed(forged.Conn)
		}, invalid},
	}
	for code, resumable := range map[int]bool{
		4000: true, 4001: true, 4002: true, 4003: true, 4005: true, 4008: true, 4009: true,
		4004: false, 4007: false, 4010: false, 4011: false, 4012: false, 4013: false, 4014: false,
	} {
		want := invalid
		if resumable {
			want = resumed
		}
		tests = append(tests, struct {
			name  string
			after func(*client, *login)
			want  string
		}{fmt.Sprint("closed with ", code), func(c *client, l *login) {
			c.Disturb(PayloadFault{Close: code})
			if got := closed(l.Conn); got != code {
				c.t.Errorf("closed with %d, want %d", got, code)
			}
		}, want})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, false)
			l := c.login(0, "")
			tt.after(c, l)
			c.resume(l)
			if got := outcome(l.Conn); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// events/gateway, Resuming: the same version as before.
func TestResumeOtherVersion(t *testing.T) {
	c := newClient(t, false)
	l := c.login(0, "")
	c.cut(l)
	ws := c.connect(l.address, "?v=10&encoding=json")
	c.write(ws, l.resume())
	if got := outcome(ws); got != "invalid session: false" {
		t.Error(got)
	}
	c.write(ws, identify(token, 0, "")) // after an Invalid Session the client identifies
	if got := outcome(ws); got != "READY" {
		t.Error(got)
	}
}

// A session that is resumed while it has a connection moves to the new one.
func TestTakeOver(t *testing.T) {
	c := newClient(t, false)
	l := c.login(intentGuildMessages, "")
	old := l.Conn
	c.resume(l)
	c.event(l, "RESUMED")
	if code := closed(old); code != closeUnknownError {
		t.Errorf("old connection closed with %d", code)
	}
	c.say("hello")
	c.event(l, "MESSAGE_CREATE")
	if got := c.Sessions(); len(got) != 1 || !got[0].Connected {
		t.Errorf("sessions %+v", got)
	}
}

// A client that takes nothing loses its connection, not its session; but what
// it has missed is more than is kept.
func TestSlowClient(t *testing.T) {
	c := newClient(t, false)
	c.SetFaults(once("TEST", PayloadFault{Delay: time.Hour}))
	l := c.login(0, "")
	for range maxQueued + 2 {
		c.mu.Lock()
		c.dispatch("TEST", 0, func(bool) any { return map[string]any{} })
		c.mu.Unlock()
	}
	if x := c.session(l.id); x.ID != l.id || x.Connected {
		t.Errorf("session %+v", x)
	}
	c.Close() // ends the delay
	c.event(l, "TEST")
	if code := closed(l.Conn); code != closeUnknownError {
		t.Errorf("closed with %d", code)
	}
	c.resume(l)
	if got := outcome(l.Conn); got != "invalid session: false" {
		t.Error(got)
	}
}
