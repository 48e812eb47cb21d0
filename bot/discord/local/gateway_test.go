package local

import (
	"context"
	"errors"
	"testing"
)

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
func (c *client) inDM() Channel    { return c.dm }

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
