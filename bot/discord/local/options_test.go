package local

import (
	"encoding/json"
	"strings"
	"testing"
)

// Every type of option, as its value comes and with what is resolved:
// "Application Command Option Type" and "Resolved Data Structure".
func TestOptions(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(0)
	c.commands(`[{"name":"do","description":"d","options":[
		{"type":3,"name":"text","description":"d","min_length":2,"max_length":3},
		{"type":3,"name":"pick","description":"d","choices":[{"name":"Red","value":"r"}]},
		{"type":4,"name":"whole","description":"d","min_value":1,"max_value":9},
		{"type":4,"name":"level","description":"d","choices":[{"name":"High","value":3},{"name":"Most","value":3000000}]},
		{"type":5,"name":"flag","description":"d"},
		{"type":6,"name":"user","description":"d"},
		{"type":7,"name":"channel","description":"d","channel_types":[0]},
		{"type":8,"name":"role","description":"d"},
		{"type":9,"name":"anyone","description":"d"},
		{"type":10,"name":"number","description":"d","max_value":2.5},
		{"type":11,"name":"file","description":"d"}]}]`)
	file := c.Upload(File{Name: "a.txt", Data: []byte("hello")})
	forum := c.AddForum(c.guild.ID, "forum")
	hidden := c.AddChannel(c.guild.ID, "hidden")
	bob := c.AddUser("bob")
	must(t, c.AddMember(c.guild.ID, bob))
	must(t, c.SetOverwrite(hidden.ID, Overwrite{ID: c.guild.ID, Deny: PermViewChannel}))
	stranger := c.AddUser("stranger")
	tests := []struct {
		option, value string
		want          string // JSON of the value; "" for a refusal
		resolved      string // what the value resolves to, by its path
	}{
		{"text", "abc", `"abc"`, ""},
		{"text", "a", "", ""},
		{"text", "abcd", "", ""},
		{"pick", "Red", `"r"`, ""},
		{"pick", "r", `"r"`, ""},
		{"pick", "Blue", "", ""},
		{"whole", "9", `9`, ""},
		{"whole", "10", "", ""},
		{"whole", "1.5", "", ""},
		{"level", "High", `3`, ""},
		{"level", "3000000", `3000000`, ""},
		{"flag", "true", `true`, ""},
		{"flag", "yes", "", ""},
		{"user", bob.ID, `"` + bob.ID + `"`, "members." + bob.ID + ".joined_at"},
		{"user", stranger.ID, `"` + stranger.ID + `"`, "users." + stranger.ID + ".username"},
		{"user", "1", "", ""},
		{"channel", c.general.ID, `"` + c.general.ID + `"`, "channels." + c.general.ID + ".permissions"},
		{"channel", forum.ID, "", ""},
		{"channel", hidden.ID, "", ""},
		{"role", c.guild.ID, `"` + c.guild.ID + `"`, "roles." + c.guild.ID + ".name"},
		{"role", bob.ID, "", ""},
		{"anyone", bob.ID, `"` + bob.ID + `"`, "users." + bob.ID + ".id"},
		{"anyone", c.guild.ID, `"` + c.guild.ID + `"`, "roles." + c.guild.ID + ".id"},
		{"number", "2.5", `2.5`, ""},
		{"number", "2.6", "", ""},
		{"file", file, `"` + file + `"`, "attachments." + file + ".url"},
		{"file", "1", "", ""},
		{"song", "x", "", ""},
	}
	for _, tt := range tests {
		_, err := c.Slash(bob.ID, c.general.ID, "do", Option{tt.option, tt.value})
		if (err == nil) != (tt.want != "") {
			t.Errorf("%s %s: %v", tt.option, tt.value, err)
		}
		if err != nil {
			continue
		}
		p := c.read(ws)
		value, err := json.Marshal(at(p.Data, "data.options.0.value"))
		if err != nil || string(value) != tt.want {
			t.Errorf("%s %s: sent as %s, want %s", tt.option, tt.value, value, tt.want)
		}
		if tt.resolved != "" && at(p.Data, "data.resolved."+tt.resolved) == nil {
			t.Errorf("%s %s: resolved %v", tt.option, tt.value, at(p.Data, "data.resolved"))
		}
		if link, has := at(p.Data, "data.resolved.attachments."+file+".url").(string); has {
			if resp, text, err := c.get(link); err != nil || resp.StatusCode != 200 || text != "hello" {
				t.Errorf("the file at %s: %q, %v", link, text, err)
			}
		}
	}
}

// "Subcommands and Subcommand Groups".
func TestSubcommands(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(0)
	c.commands(`[{"name":"story","description":"d","options":[
		{"type":1,"name":"list","description":"d"},
		{"type":2,"name":"feed","description":"d","options":[{"type":1,"name":"add","description":"d","options":[
			{"type":3,"name":"url","description":"d","required":true}]}]}]}]`)
	for _, refused := range []string{"story", "story feed", "story sing", "story list more", ""} {
		if _, err := c.Slash(c.ann.ID, c.general.ID, refused); err == nil {
			t.Errorf("/%s could be used", refused)
		}
	}
	i, err := c.Slash(c.ann.ID, c.general.ID, "story feed add", Option{"url", "u"})
	if err != nil || i.Command != "story feed add" {
		t.Fatalf("%+v, %v", i, err)
	}
	p := c.read(ws)
	if err := has("data.name", "story", "data.options.0.name", "feed", "data.options.0.type", 2, "data.options.0.options.0.name", "add",
		"data.options.0.options.0.options.0.value", "u")(p.Data); err != nil {
		t.Error(err)
	}
}

// "Autocomplete": at most 25 suggestions with names of 1 to 100 characters,
// in answer to the option that a person is typing in.
func TestAutocomplete(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(0)
	c.commands(`[{"name":"ask","description":"d","options":[
		{"type":3,"name":"story","description":"d","autocomplete":true,"required":true},
		{"type":4,"name":"page","description":"d","autocomplete":true},
		{"type":3,"name":"plain","description":"d"}]}]`)
	if _, err := c.Suggest(c.ann.ID, c.general.ID, "ask", "plain"); err == nil {
		t.Error("an option without suggestions has some")
	}
	c.SetLocale(c.ann.ID, "ko")
	must(t, c.SetGuildLocale(c.guild.ID, "ru"))
	i, err := c.Suggest(c.ann.ID, c.general.ID, "ask", "story", Option{"plain", "x"}, Option{"story", "wind"})
	must(t, err)
	p := c.read(ws)
	if err := has("type", 4, "locale", "ko", "guild_locale", "ru", "data.options.1.focused", true, "data.options.1.value", "wind", "data.options.0.value", "x")(p.Data); err != nil {
		t.Error(err)
	}
	choice := func(n int, name string) string {
		return `{"type":8,"data":{"choices":[` + strings.TrimSuffix(strings.Repeat(`{"name":"`+name+`","value":"v"},`, n), ",") + `]}}`
	}
	tests := []struct {
		body   string
		status int
	}{
		{choice(26, "n"), 400},
		{choice(1, ""), 400},
		{choice(1, strings.Repeat("n", 101)), 400},
		{`{"type":8,"data":{"choices":[{"name":"n","value":7}]}}`, 400},
		{`{"type":8}`, 400},
		{`{"type":4,"data":{"content":"no message"}}`, 400},
		{choice(25, strings.Repeat("n", 100)), 204},
		{choice(1, "n"), 400},
	}
	for _, tt := range tests {
		if status, body := c.callback(i, tt.body); status != tt.status {
			t.Errorf("%.80s: %d %v, want %d", tt.body, status, body, tt.status)
		}
	}
	choices, err := c.Choices(c.ctx, i.ID)
	if err != nil || len(choices) != 25 || choices[0].Value != "v" {
		t.Errorf("%v, %v", choices, err)
	}
	i, err = c.Suggest(c.ann.ID, c.general.ID, "ask", "page")
	must(t, err)
	if status, body := c.callback(i, `{"type":8,"data":{"choices":[]}}`); status != 204 {
		t.Errorf("none: %d %v", status, body)
	}
	if choices, err := c.Choices(c.ctx, i.ID); err != nil || len(choices) != 0 {
		t.Errorf("%v, %v", choices, err)
	}
}

// callback answers an interaction.
func (c *client) callback(i Interaction, body string) (int, map[string]any) {
	c.t.Helper()
	return c.request("", "POST", "/api/v9/interactions/"+i.ID+"/"+i.Token+"/callback", body)
}
