package local

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// events/gateway, Connecting: the version and the encoding are in the address.
func TestConnecting(t *testing.T) {
	c := newClient(t, false)
	_, gateway := c.request("", "GET", "/api/v10/gateway", "")
	for _, tt := range []struct {
		query     string
		handshake int
		v         float64 // of READY
	}{
		{"", 101, 9},
		{"/", 101, 9},
		{"?v=9&encoding=json", 101, 9},
		{"/?v=10&encoding=json", 101, 10},
		{"/?v=10&encoding=etf", 400, 0},
		{"/?v=10&encoding=json&compress=zlib-stream", 400, 0},
	} {
		ws, resp, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string)+tt.query, nil)
		if resp == nil || resp.StatusCode != tt.handshake {
			t.Fatalf("%s: %v", tt.query, err)
		}
		if err != nil {
			continue
		}
		if p := c.read(ws); p.Op != opHello {
			t.Errorf("%s: op %d", tt.query, p.Op)
		}
		c.write(ws, identify(token, 0, ""))
		if p := c.read(ws); p.Data["v"] != tt.v {
			t.Errorf("%s: %v", tt.query, p.Data)
		}
		ws.Close()
	}
	for version, want := range map[string]int{"v9": 200, "v10": 200, "v8": 400, "v11": 400} {
		if status, body := c.request("", "GET", "/api/"+version+"/gateway", ""); status != want {
			t.Errorf("API %s: %d %v", version, status, body)
		}
	}
}

// events/gateway, Hello event and Sending heartbeats; events/gateway-events,
// Payload structure: s and t are null but in events.
func TestHeartbeat(t *testing.T) {
	for interval, want := range map[time.Duration]string{0: "41250", time.Minute: "60000"} {
		c := newClient(t, false, func(o *Options) { o.Heartbeat = interval })
		_, gateway := c.request("", "GET", "/api/v9/gateway", "")
		ws, _, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		exchange := func(send, want string) {
			t.Helper()
			if send != "" {
				c.write(ws, send)
			}
			if _, body, err := ws.ReadMessage(); string(body) != want {
				t.Errorf("got %s, %v, want %s", body, err, want)
			}
		}
		exchange("", `{"op":10,"d":{"heartbeat_interval":`+want+`},"s":null,"t":null}`)
		exchange(`{"op":1,"d":null}`, `{"op":11,"d":null,"s":null,"t":null}`) // before identifying, too
		c.RequestHeartbeats()
		exchange("", `{"op":1,"d":null,"s":null,"t":null}`)
		exchange(`{"op":1,"d":1}`, `{"op":11,"d":null,"s":null,"t":null}`)
	}
}

// events/gateway, Heartbeat interval: a client that stops is closed, and
// resumes.
func TestHeartStops(t *testing.T) {
	c := newClient(t, false, func(o *Options) { o.Heartbeat = 50 * time.Millisecond })
	l := c.login(0, "")
	for range 4 { // longer than patience in all
		c.write(l.Conn, `{"op":1,"d":1}`)
		if p := c.read(l.Conn); p.Op != opHeartbeatAck {
			t.Fatalf("op %d", p.Op)
		}
	}
	if !c.session(l.id).Beating || c.Online(c.ctx) != nil {
		t.Error("not online")
	}
	if code := closed(l.Conn); code != closeTimedOut {
		t.Errorf("closed with %d", code)
	}
	c.resume(l)
	c.event(l, "RESUMED")
}

func TestGuildCreate(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(intentGuilds)
	p := c.read(ws)
	if p.Type != "GUILD_CREATE" || p.Data["id"] != c.guild.ID || *p.Seq != 2 {
		t.Errorf("got %s %v, seq %d", p.Type, p.Data, *p.Seq)
	}
	if channels := p.Data["channels"].([]any); len(channels) != 1 || channels[0].(map[string]any)["name"] != "general" {
		t.Errorf("channels %v", channels)
	}
	later := c.AddGuild("Later")
	if p := c.read(ws); p.Type != "GUILD_CREATE" || p.Data["id"] != later.ID {
		t.Errorf("got %s %v", p.Type, p.Data)
	}
}

// What a session sees of messages, by its intents.
func TestMessageContent(t *testing.T) {
	const messages = intentGuildMessages | intentDirectMessages
	tests := []struct {
		name    string
		intents int
		channel func(*client) Channel
		content func(*client) string
		seen    bool
	}{
		{"a guild's, without the intent", messages, (*client).inGuild, text("hello"), false},
		{"a guild's, with it", messages | intentMessageContent, (*client).inGuild, text("hello"), true},
		{"a DM", messages, (*client).inDM, text("hello"), true},
		{"a mention of the bot", messages, (*client).inGuild, func(c *client) string { return "<@" + c.App().ID + "> hello" }, true},
		{"everyone's mention", messages, (*client).inGuild, text("@everyone hello"), false},
	}
	for _, tt := range tests {
		c := newClient(t, true)
		ws := c.identify(tt.intents)
		said, err := c.Say(c.ann.ID, tt.channel(c).ID, tt.content(c))
		if err != nil {
			t.Fatal(err)
		}
		p := c.read(ws)
		want := ""
		if tt.seen {
			want = said.Content
		}
		if p.Type != "MESSAGE_CREATE" || p.Data["id"] != said.ID || p.Data["content"] != want {
			t.Errorf("%s: %s with content %q, want %q", tt.name, p.Type, p.Data["content"], want)
		}
	}
}

func (c *client) inGuild() Channel { return c.general }

func (c *client) inDM() Channel { return c.dm }

func text(s string) func(*client) string { return func(*client) string { return s } }

// A session gets no more than its intents ask for: the message in the guild
// is not seen, the interaction after it is.
func TestIntents(t *testing.T) {
	c := newClient(t, false)
	c.register()
	ws := c.identify(intentDirectMessages)
	if _, err := c.Say(c.ann.ID, c.general.ID, "hello"); err != nil {
		t.Fatal(err)
	}
	i, err := c.Slash(c.ann.ID, c.general.ID, "ask", Option{"question", "Who?"})
	if err != nil {
		t.Fatal(err)
	}
	p := c.read(ws)
	if p.Type != "INTERACTION_CREATE" || p.Data["id"] != i.ID || p.Data["token"] != i.Token {
		t.Fatalf("got %s %v", p.Type, p.Data)
	}
	option := p.Data["data"].(map[string]any)["options"].([]any)[0].(map[string]any)
	member := p.Data["member"].(map[string]any)["user"].(map[string]any)
	if option["value"] != "Who?" || member["id"] != c.ann.ID || p.Data["guild_id"] != c.guild.ID {
		t.Errorf("interaction %v", p.Data)
	}
}

// The bot's own messages, edits, deletions and typing come back as events.
func TestOwnEvents(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(intentGuildMessages | intentGuildTyping)
	if status, _ := c.api("POST", "/channels/"+c.general.ID+"/typing", ""); status != 204 {
		t.Errorf("typing: %d", status)
	}
	id := c.post(c.general, `{"content":"before"}`)
	path := "/channels/" + c.general.ID + "/messages/" + id
	c.api("PATCH", path, `{"content":"after"}`)
	c.api("DELETE", path, "")
	for _, want := range []string{"TYPING_START ", "MESSAGE_CREATE before", "MESSAGE_UPDATE after", "MESSAGE_DELETE "} {
		p := c.read(ws)
		content, _ := p.Data["content"].(string)
		if got := p.Type + " " + content; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWait(t *testing.T) {
	c := newClient(t, false)
	done := make(chan error)
	go func() {
		done <- c.Wait(c.ctx, func() bool { return len(c.Messages(c.general.ID)) == 2 })
	}()
	c.post(c.general, `{"content":"one"}`)
	c.post(c.general, `{"content":"two"}`)
	if err := <-done; err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(c.ctx)
	cancel()
	if err := c.Wait(ended, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait = %v", err)
	}
	if err := c.Online(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Online = %v without a session", err)
	}
}
