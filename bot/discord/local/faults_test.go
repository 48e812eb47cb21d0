package local

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// once is a fault that the first of the asked-for payloads meets.
func once(name string, f PayloadFault) Faults {
	var met atomic.Bool
	return Faults{Payload: func(got string) PayloadFault {
		if got == name && met.CompareAndSwap(false, true) {
			return f
		}
		return PayloadFault{}
	}}
}

// What a session gets when the message "two" of four meets a fault, and what
// when it then resumes with the last number that it has seen.
func TestPayloadFaults(t *testing.T) {
	tests := []struct {
		name           string
		second, fourth PayloadFault
		got, replayed  string
	}{
		{"none", PayloadFault{}, PayloadFault{}, "one two three four", ""},
		{"drop", PayloadFault{Drop: true}, PayloadFault{}, "one three four", ""},
		{"duplicate", PayloadFault{Duplicate: true}, PayloadFault{}, "one two two three four", ""},
		{"delay", PayloadFault{Delay: time.Millisecond}, PayloadFault{}, "one two three four", ""},
		{"late", PayloadFault{Late: 1}, PayloadFault{}, "one three two four", ""},
		{"later", PayloadFault{Late: 2}, PayloadFault{}, "one three four two", ""},
		{"late and twice", PayloadFault{Late: 1, Duplicate: true}, PayloadFault{}, "one three two two four", ""},
		{"too late", PayloadFault{Late: 3}, PayloadFault{}, "one three four", ""},
		{"reconnect", PayloadFault{Reconnect: true}, PayloadFault{}, "one op7 two three four", ""},
		{"cut", PayloadFault{Cut: true}, PayloadFault{}, "one 1006", "two three four"},
		{"close", PayloadFault{Close: 4000}, PayloadFault{}, "one 4000", "two three four"},
		{"close for good", PayloadFault{Close: 4004}, PayloadFault{}, "one 4004", "op9 false"},
		{"invalid, to be resumed", PayloadFault{Invalid: Resumable}, PayloadFault{}, "one op9 true two", "three four"},
		{"invalid", PayloadFault{Invalid: NotResumable}, PayloadFault{}, "one op9 false two", "op9 false"},
		{"reconnect, then cut", PayloadFault{Reconnect: true, Cut: true}, PayloadFault{}, "one op7 1006", "two three four"},
		{"late, then cut", PayloadFault{Late: 3}, PayloadFault{Cut: true}, "one three two 1006", "four"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, true)
			l := c.login(intentGuildMessages|intentMessageContent, "")
			seq := l.seq
			var met atomic.Int32
			c.SetFaults(Faults{Payload: func(name string) PayloadFault {
				c.Sessions() // no lock is held
				if name != "MESSAGE_CREATE" {
					return PayloadFault{}
				}
				switch met.Add(1) {
				case 2:
					return tt.second
				case 4:
					return tt.fourth
				}
				return PayloadFault{}
			}})
			last := func(words string) string { return words[strings.LastIndex(words, " ")+1:] }
			read := func(want string) (got string) {
				for want != "" && !strings.HasSuffix(got, " "+last(want)) {
					var p received
					l.SetReadDeadline(time.Now().Add(10 * time.Second))
					err := l.ReadJSON(&p)
					var closed *websocket.CloseError
					switch {
					case errors.As(err, &closed):
						return got + " " + closeName(closed.Code)
					case err != nil:
						return got + " " + err.Error()
					case p.Op == opReconnect:
						got += " op7"
					case p.Op == opInvalidSession:
						got += " op9 " + string(p.D)
					case p.Type == "MESSAGE_CREATE":
						seq = max(seq, *p.Seq)
						got += " " + contentOf(p)
					case p.Type == "RESUMED":
						return got + " RESUMED"
					}
				}
				return got
			}
			c.say("one")
			if got := read("one"); got != " one" {
				t.Fatalf("got%s", got)
			}
			for _, content := range []string{"two", "three", "four"} {
				c.say(content)
				if tt.second.Invalid != Valid && content == "two" {
					// What follows the loss is not to be sent here.
					c.awaitLoss(l.id)
				}
			}
			if got := read(strings.TrimPrefix(tt.got, "one ")); "one"+got != tt.got {
				t.Errorf("got one%s, want %s", got, tt.got)
			}
			if tt.replayed == "" {
				return
			}
			c.SetFaults(Faults{})
			l.seq = seq
			c.resume(l)
			until := tt.replayed
			if !strings.HasPrefix(until, "op9") {
				until += " RESUMED"
			}
			if got := read(until); got != " "+until {
				t.Errorf("replayed %q, want %q", got, until)
			}
		})
	}
}

func contentOf(p received) string {
	_, after, _ := strings.Cut(string(p.D), `"content":"`)
	content, _, _ := strings.Cut(after, `"`)
	return content
}

func closeName(code int) string {
	return map[int]string{1006: "1006", 4000: "4000", 4004: "4004"}[code]
}

// The payloads that are no events have their names.
func TestPayloadNames(t *testing.T) {
	tests := []struct {
		name string
		do   func(*client, *login)
	}{
		{"HELLO", func(c *client, l *login) {
			_, gateway := c.request("", "GET", "/api/v9/gateway", "")
			ws, _, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string), nil)
			if err != nil {
				c.t.Fatal(err)
			}
			c.t.Cleanup(func() { ws.Close() })
			l.Conn = ws
		}},
		{"READY", func(c *client, l *login) {
			l.Conn = c.dial()
			c.write(l.Conn, identify(token, 0, ""))
		}},
		{"RESUMED", func(c *client, l *login) { c.resume(l) }},
		{"INVALID_SESSION", func(c *client, l *login) { l.id = "x"; c.resume(l) }},
		{"HEARTBEAT_ACK", func(c *client, l *login) { c.write(l.Conn, `{"op":1,"d":1}`) }},
		{"HEARTBEAT", func(c *client, l *login) { c.RequestHeartbeats() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, false)
			l := c.login(0, "")
			c.SetFaults(once(tt.name, PayloadFault{Close: 4000}))
			tt.do(c, l)
			if code := closed(l.Conn); code != 4000 {
				t.Errorf("closed with %d", code)
			}
		})
	}
}

// A gateway that never says Hello: the connection is there, and the next
// payload is what comes first.
func TestNoHello(t *testing.T) {
	c := newClient(t, false)
	c.SetFaults(once("HELLO", PayloadFault{Drop: true}))
	_, gateway := c.request("", "GET", "/api/v9/gateway", "")
	ws, _, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	c.write(ws, `{"op":1,"d":null}`)
	if p := c.read(ws); p.Op != opHeartbeatAck {
		t.Errorf("op %d", p.Op)
	}
}

// A half-open connection gives no sign of life, not even when it is closed;
// its session can be resumed on another.
func TestHalfOpen(t *testing.T) {
	for name, break_ := range map[string]func(*client){
		"at once": func(c *client) { c.Disturb(PayloadFault{HalfOpen: true}) },
		"instead of a payload": func(c *client) {
			c.SetFaults(once("MESSAGE_CREATE", PayloadFault{HalfOpen: true}))
		},
	} {
		c := newClient(t, false)
		l := c.login(intentGuildMessages, "")
		break_(c)
		c.say("one")
		c.awaitLoss(l.id)
		c.write(l.Conn, `{"op":1,"d":1}`)
		frame := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		if err := l.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		c.heartsStop()
		// Nothing is to come, which only time can show.
		l.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, body, err := l.ReadMessage(); err == nil || !strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: %s, %v", name, body, err)
		}
		old := l.Conn
		c.resume(l)
		c.event(l, "MESSAGE_CREATE")
		c.event(l, "RESUMED")
		old.Close()
	}
}

// heartsStop is what the timers do when no heartbeat has come.
func (c *client) heartsStop() {
	c.mu.Lock()
	var all []*conn
	for conn := range c.conns {
		all = append(all, conn)
	}
	c.mu.Unlock()
	for _, conn := range all {
		c.timeOut(conn)
	}
}

// Each disturbance takes effect before Disturb returns: nobody is online
// until the client has come back.
func TestDisturb(t *testing.T) {
	for _, tt := range []struct {
		fault PayloadFault
		left  int // sessions
	}{
		{PayloadFault{Cut: true}, 2},
		{PayloadFault{HalfOpen: true}, 2},
		{PayloadFault{Close: 4000}, 2},
		{PayloadFault{Close: 4010}, 0},
		{PayloadFault{Invalid: Resumable}, 2},
		{PayloadFault{Invalid: NotResumable}, 0},
	} {
		c := newClient(t, false)
		for range 2 {
			l := c.login(0, "")
			c.write(l.Conn, `{"op":1,"d":1}`)
			c.read(l.Conn)
		}
		if err := c.Online(c.ctx); err != nil {
			t.Fatal(err)
		}
		c.Disturb(tt.fault)
		sessions := c.Sessions()
		if len(sessions) != tt.left {
			t.Errorf("%+v: %d sessions", tt.fault, len(sessions))
		}
		for _, x := range sessions {
			if x.Connected || x.Beating {
				t.Errorf("%+v: %+v", tt.fault, x)
			}
		}
		ended, cancel := context.WithCancel(c.ctx)
		cancel()
		if err := c.Online(ended); err == nil {
			t.Errorf("%+v: online", tt.fault)
		}
	}
}

// A delay holds up what comes after it, and ends with the server.
func TestDelay(t *testing.T) {
	c := newClient(t, true)
	l := c.login(intentGuildMessages|intentMessageContent, "")
	c.Disturb(PayloadFault{Delay: time.Hour})
	c.say("one")
	c.say("two")
	c.Close()
	for _, want := range []string{"one", "two"} {
		if p := c.event(l, "MESSAGE_CREATE"); p.Data["content"] != want {
			t.Errorf("got %v", p.Data["content"])
		}
	}
	if code := closed(l.Conn); code != closeGoingAway {
		t.Errorf("closed with %d", code)
	}
}
