package local

import (
	"fmt"
	"strings"
	"testing"
)

// The page "Application Commands": what is refused, and what is just within
// the limits.
func TestCommandFields(t *testing.T) {
	option := func(fields string) string {
		return `[{"name":"a","description":"d","options":[{"name":"o","description":"d",` + fields + `}]}]`
	}
	numbered := func(n int, item string) string {
		var items []string
		for i := range n {
			items = append(items, strings.ReplaceAll(item, "#", fmt.Sprint(i)))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	long := strings.Repeat("x", 100)
	tests := []struct {
		name, body string
		field      string // of the error; "" when the commands are taken
	}{
		{"menu commands may have capitals and spaces", `[{"name":"Who said This","type":3},{"name":"Who Is","type":2}]`, ""},
		{"the same name for each type", `[{"name":"a","description":"d"},{"name":"a","type":2},{"name":"a","type":3}]`, ""},
		{"a menu command's description", `[{"name":"A","type":3,"description":"d"}]`, "0.description"},
		{"a menu command's options", `[{"name":"A","type":2,"options":[{"type":3,"name":"o","description":"d"}]}]`, "0.options"},
		{"a menu command's long name", `[{"name":"` + strings.Repeat("A", 33) + `","type":3}]`, "0.name"},
		{"a type there is not", `[{"name":"a","type":9}]`, "0.type"},
		{"translations", `[{"name":"ask","description":"d","name_localizations":{"ru":"спросить","de":"fragen"},"description_localizations":{"ja":"質問"}}]`, ""},
		{"a translation into no language of Discord's", `[{"name":"ask","description":"d","name_localizations":{"tlh":"a"}}]`, "0.name_localizations"},
		{"a translation that is no name", `[{"name":"ask","description":"d","name_localizations":{"de":"Frag mich"}}]`, "0.name_localizations.de"},
		{"a translated description that is too long", `[{"name":"ask","description":"d","description_localizations":{"de":"` + long + `x"}}]`, "0.description_localizations.de"},
		{"an option's translation", option(`"type":3,"name_localizations":{"de":"FRAGE"}`), "0.options.0.name_localizations.de"},
		{"subcommands and groups", `[{"name":"a","description":"d","options":[{"type":2,"name":"g","description":"d","options":[{"type":1,"name":"s","description":"d","options":[{"type":3,"name":"o","description":"d"}]}]},{"type":1,"name":"t","description":"d"}]}]`, ""},
		{"a group in a group", `[{"name":"a","description":"d","options":[{"type":2,"name":"g","description":"d","options":[{"type":2,"name":"h","description":"d"}]}]}]`, "0.options.0.options.0.type"},
		{"a subcommand in a subcommand", `[{"name":"a","description":"d","options":[{"type":1,"name":"g","description":"d","options":[{"type":1,"name":"h","description":"d"}]}]}]`, "0.options.0.options.0.type"},
		{"subcommands beside others", `[{"name":"a","description":"d","options":[{"type":1,"name":"s","description":"d"},{"type":3,"name":"o","description":"d"}]}]`, "0.options"},
		{"choices of text", option(`"type":3,"choices":[{"name":"c","value":"` + long + `"}]`), ""},
		{"a long choice", option(`"type":3,"choices":[{"name":"c","value":"` + long + `x"}]`), "0.options.0.choices.0.value"},
		{"a choice of another type", option(`"type":4,"choices":[{"name":"c","value":"1"}]`), "0.options.0.choices.0.value"},
		{"a fraction for a whole number", option(`"type":4,"choices":[{"name":"c","value":1.5}]`), "0.options.0.choices.0.value"},
		{"choices for a user", option(`"type":6,"choices":[{"name":"c","value":"1"}]`), "0.options.0.choices"},
		{"suggestions and choices", option(`"type":3,"autocomplete":true,"choices":[{"name":"c","value":"1"}]`), "0.options.0.autocomplete"},
		{"suggestions for a channel", option(`"type":7,"autocomplete":true`), "0.options.0.autocomplete"},
		{"a range", option(`"type":4,"min_value":-1,"max_value":1`), ""},
		{"a range the wrong way round", option(`"type":10,"min_value":2,"max_value":1`), "0.options.0.max_value"},
		{"a range of text", option(`"type":3,"min_value":2`), "0.options.0.min_value"},
		{"lengths", option(`"type":3,"min_length":0,"max_length":6000`), ""},
		{"a length of nothing", option(`"type":3,"max_length":0`), "0.options.0.max_length"},
		{"lengths of a number", option(`"type":4,"min_length":1`), "0.options.0.min_length"},
		{"channel types", option(`"type":7,"channel_types":[0,11,15]`), ""},
		{"channel types of text", option(`"type":3,"channel_types":[0]`), "0.options.0.channel_types"},
		{"permissions", `[{"name":"a","description":"d","default_member_permissions":"32"}]`, ""},
		{"permissions that are none", `[{"name":"a","description":"d","default_member_permissions":"0x20"}]`, "0.default_member_permissions"},
		{"contexts", `[{"name":"a","description":"d","contexts":[0,1],"integration_types":[0,1],"nsfw":true}]`, ""},
		{"a context there is not", `[{"name":"a","description":"d","contexts":[3]}]`, "0.contexts.0"},
		{"a context twice", `[{"name":"a","description":"d","contexts":[1,1]}]`, "0.contexts.1"},
		{"an installation there is not", `[{"name":"a","description":"d","integration_types":[2]}]`, "0.integration_types.0"},
		{"26 options", `[{"name":"a","description":"d","options":` + numbered(26, `{"type":3,"name":"o#","description":"d"}`) + `}]`, "0.options"},
		{"an option twice", `[{"name":"a","description":"d","options":[{"type":3,"name":"o","description":"d"},{"type":3,"name":"o","description":"d"}]}]`, "0.options.1.name"},
		{"8,000 characters and more", `[{"name":"a","description":"d","options":` + numbered(9, `{"type":3,"name":"o#","description":"`+long+`","choices":`+numbered(25, `{"name":"c#","value":"`+long[:40]+`"}`)+`}`) + `}]`, "0.name"},
	}
	for _, tt := range tests {
		c := newClient(t, false)
		status, body := c.api("PUT", "/applications/"+c.App().ID+"/commands", tt.body)
		if (status == 200) != (tt.field == "") || tt.field != "" && !names(body, tt.field) {
			t.Errorf("%s: %d %v, want an error at %q", tt.name, status, body, tt.field)
		}
	}
}

// "Registering a Command": how many there may be of each type.
func TestCommandCounts(t *testing.T) {
	for kind, most := range map[int]int{CommandSlash: 100, CommandUser: 15, CommandMessage: 15} {
		c := newClient(t, false)
		list := func(n int) string {
			var all []string
			for i := range n {
				description := ""
				if kind == CommandSlash {
					description = "d"
				}
				all = append(all, fmt.Sprintf(`{"name":"c%d","type":%d,"description":%q}`, i, kind, description))
			}
			return "[" + strings.Join(all, ",") + "]"
		}
		path := "/applications/" + c.App().ID + "/commands"
		if status, body := c.api("PUT", path, list(most)); status != 200 {
			t.Errorf("%d of type %d: %d %v", most, kind, status, body)
		}
		if status, body := c.api("PUT", path, list(most+1)); status != 400 || body["code"] != 30032.0 {
			t.Errorf("%d of type %d: %d %v", most+1, kind, status, body)
		}
	}
}

// The endpoints of the page, for global and for guild commands.
func TestCommandEndpoints(t *testing.T) {
	for _, base := range []string{"/applications/$app/commands", "/applications/$app/guilds/$guild/commands"} {
		c := newClient(t, false)
		v := c.variables()
		post := func(body string) (int, map[string]any) { return c.api("POST", v.Replace(base), body) }
		const ask = `{"name":"ask","description":"Ask","name_localizations":{"de":"fragen"},"options":[{"type":3,"name":"q","description":"d","name_localizations":{"de":"f"}}]}`
		status, made := post(ask)
		if status != 201 {
			t.Fatalf("made: %d %v", status, made)
		}
		id := made["id"].(string)
		if status, again := post(ask); status != 200 || again["id"] != id {
			t.Errorf("made again: %d %v", status, again)
		}
		if status, _ := post(`{"name":"Ask","type":3}`); status != 201 {
			t.Errorf("of another type: %d", status)
		}
		c.follow([]step{
			{"GET", base, "", 200, has("list.#", 2, "list.0.name_localizations", nil, "list.0.options.0.name_localizations", nil)},
			{"GET", base + "?with_localizations=true", "", 200, has("list.0.name_localizations.de", "fragen")},
			{"GET", base + "/" + id, "", 200, has("name", "ask", "default_member_permissions", nil)},
			{"PATCH", base + "/" + id, `{"description":"Do ask","default_member_permissions":"8"}`, 200, has("description", "Do ask", "options.#", 1, "default_member_permissions", 8)},
			{"PATCH", base + "/" + id, `{"options":[],"default_member_permissions":null}`, 200, has("options", nil, "default_member_permissions", nil, "description", "Do ask")},
			{"PATCH", base + "/" + id, `{"name":"NO"}`, 400, has("code", 50035)},
			{"GET", base + "/" + id, "", 200, has("name", "ask")},
			{"PATCH", base + "/1", `{"name":"n"}`, 404, has("code", 10063)},
			{"DELETE", base + "/" + id, "", 204, nil},
			{"DELETE", base + "/" + id, "", 404, has("code", 10063)},
			{"GET", base + "/" + id, "", 404, has("code", 10063)},
			{"PUT", base, `[]`, 200, has("list.#", 0)},
		}, v)
	}
}

// "Localization": what a person sees in their language.
func TestLocalization(t *testing.T) {
	c := newClient(t, false)
	c.commands(`[{"name":"color","description":"Pick","name_localizations":{"en-GB":"colour","de":"farbe","es-ES":"tinte"},
		"options":[{"type":3,"name":"hue","description":"d","name_localizations":{"de":"ton"},"required":true,
		"choices":[{"name":"red","value":"r","name_localizations":{"de":"rot"}}]}]}]`)
	tests := []struct{ locale, command, option, choice string }{
		{"fr", "color", "hue", "red"},
		{"de", "farbe", "ton", "rot"},
		{"en-GB", "colour", "hue", "red"},
		{"en-US", "colour", "hue", "red"}, // "Locale fallbacks"
		{"es-419", "tinte", "hue", "red"},
	}
	for _, tt := range tests {
		c.SetLocale(c.ann.ID, tt.locale)
		shown := c.Available(c.ann.ID, c.general.ID)
		if len(shown) != 1 || shown[0].Name != tt.command || shown[0].Options[0].Name != tt.option || shown[0].Options[0].Choices[0].Name != tt.choice {
			t.Errorf("%s: %+v", tt.locale, shown)
		}
		i, err := c.Slash(c.ann.ID, c.general.ID, tt.command, Option{tt.option, tt.choice})
		if err != nil || i.Command != "color" {
			t.Errorf("%s: %+v, %v", tt.locale, i, err)
		}
	}
}

// commands registers global commands.
func (c *client) commands(body string) {
	c.t.Helper()
	if status, answer := c.api("PUT", "/applications/"+c.App().ID+"/commands", body); status != 200 {
		c.t.Fatalf("registering: %d %v", status, answer)
	}
}

// "Using Default Permissions" and "Contexts": who is offered a command where.
func TestOfferedCommands(t *testing.T) {
	c := newClient(t, false)
	bob, mod := c.AddUser("bob"), c.AddUser("mod")
	must(t, c.AddMember(c.guild.ID, bob))
	must(t, c.AddMember(c.guild.ID, mod))
	role, err := c.AddRole(c.guild.ID, "mods", PermManageMessages)
	must(t, err)
	must(t, c.Grant(c.guild.ID, mod.ID, role.ID))
	adult := c.AddChannel(c.guild.ID, "adults")
	must(t, c.SetNSFW(adult.ID, true))
	quiet := c.AddChannel(c.guild.ID, "quiet")
	must(t, c.SetOverwrite(quiet.ID, Overwrite{ID: c.guild.ID, Deny: PermUseCommands}))
	c.commands(`[{"name":"all","description":"d"},
		{"name":"guilds","description":"d","contexts":[0]},
		{"name":"dms","description":"d","contexts":[1]},
		{"name":"mods","description":"d","default_member_permissions":"8192"},
		{"name":"admins","description":"d","default_member_permissions":"0"},
		{"name":"adults","description":"d","nsfw":true}]`)
	tests := []struct {
		user, channel, want string
	}{
		{bob.ID, c.general.ID, "all guilds"},
		{mod.ID, c.general.ID, "all guilds mods"},
		{c.ann.ID, c.general.ID, "all guilds mods admins"},
		{bob.ID, adult.ID, "all guilds adults"},
		{bob.ID, quiet.ID, ""},
		{c.ann.ID, c.dm.ID, "all dms mods admins adults"},
	}
	for _, tt := range tests {
		var got []string
		for _, command := range c.Available(tt.user, tt.channel) {
			got = append(got, command.Name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%v, want %s", got, tt.want)
		}
		for _, name := range strings.Fields("all guilds dms mods admins adults") {
			_, err := c.Slash(tt.user, tt.channel, name)
			if offered := strings.Contains(" "+tt.want+" ", " "+name+" "); (err == nil) != offered {
				t.Errorf("/%s: %v, offered %v", name, err, offered)
			}
		}
	}
}
