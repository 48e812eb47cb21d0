package local

import (
	"strings"
	"testing"
)

// The page "Component Reference": what is refused in messages.
func TestComponentFields(t *testing.T) {
	long := strings.Repeat("x", 101)
	row := func(components string) string { return `[{"type":1,"components":[` + components + `]}]` }
	menu := func(fields string) string {
		return row(`{"type":3,"custom_id":"c","options":[{"label":"l","value":"v"}]` + fields + `}`)
	}
	option := func(fields string) string { return row(`{"type":3,"custom_id":"c","options":[{` + fields + `}]}`) }
	const at = "components.0.components.0"
	tests := []struct{ name, components, field string }{
		{"a button", row(`{"type":2,"style":2,"label":"l","custom_id":"c"}`), ""},
		{"a button with an emoji", row(`{"type":2,"style":3,"emoji":{"name":"👍"},"custom_id":"c"}`), ""},
		{"a link", row(`{"type":2,"style":5,"label":"l","url":"https://example.org"}`), ""},
		{"no style", row(`{"type":2,"label":"l","custom_id":"c"}`), at + ".style"},
		{"a style there is not", row(`{"type":2,"style":7,"label":"l","custom_id":"c"}`), at + ".style"},
		{"no custom id", row(`{"type":2,"style":1,"label":"l"}`), at + ".custom_id"},
		{"a link with a custom id", row(`{"type":2,"style":5,"label":"l","url":"https://example.org","custom_id":"c"}`), at + ".custom_id"},
		{"a link to nowhere", row(`{"type":2,"style":5,"label":"l"}`), at + ".url"},
		{"a link to a script", row(`{"type":2,"style":5,"label":"l","url":"javascript:alert(1)"}`), at + ".url"},
		{"a button with an address", row(`{"type":2,"style":1,"label":"l","custom_id":"c","url":"https://example.org"}`), at + ".url"},
		{"a blank button", row(`{"type":2,"style":1,"custom_id":"c"}`), at + ".label"},
		{"a button that sells", row(`{"type":2,"style":6,"sku_id":"1"}`), at + ".style"},
		{"a menu", menu(`,"placeholder":"p","min_values":0,"max_values":1`), ""},
		{"no options", row(`{"type":3,"custom_id":"c","options":[]}`), at + ".options"},
		{"long placeholder", menu(`,"placeholder":"` + long + long + `"`), at + ".placeholder"},
		{"too many at least", menu(`,"min_values":26`), at + ".min_values"},
		{"more than there are", menu(`,"max_values":2`), at + ".max_values"},
		{"none at most", menu(`,"max_values":0`), at + ".max_values"},
		{"no label", option(`"label":"","value":"v"`), at + ".options.0.label"},
		{"long label", option(`"label":"` + long + `","value":"v"`), at + ".options.0.label"},
		{"long value", option(`"label":"l","value":"` + long + `"`), at + ".options.0.value"},
		{"long description", option(`"label":"l","value":"v","description":"` + long + `"`), at + ".options.0.description"},
		{"other menus", `[{"type":1,"components":[{"type":5,"custom_id":"a"}]},{"type":1,"components":[{"type":6,"custom_id":"b"}]},{"type":1,"components":[{"type":8,"custom_id":"c","channel_types":[0],"default_values":[{"id":"1","type":"channel"}]}]}]`, ""},
		{"two menus in a row", row(`{"type":5,"custom_id":"a"},{"type":6,"custom_id":"b"}`), at},
		{"a text input", row(`{"type":4,"custom_id":"c","style":1,"label":"l"}`), at + ".type"},
		{"an id twice", `[{"type":1,"id":7,"components":[{"type":2,"id":7,"style":2,"label":"l","custom_id":"c"}]}]`, at + ".id"},
		{"components v2", `[{"type":10,"content":"text"}]`, "components.0.type"},
		{"an empty row", row(""), "components.0.components"},
	}
	for _, tt := range tests {
		c := newClient(t, false)
		status, body := c.api("POST", "/channels/"+c.general.ID+"/messages", `{"content":"a","components":`+tt.components+`}`)
		if (status == 200) != (tt.field == "") || tt.field != "" && !names(body, tt.field) {
			t.Errorf("%s: %d %v, want an error at %q", tt.name, status, body, tt.field)
		}
	}
}

// The same page: what is refused in modals.
func TestModalFields(t *testing.T) {
	modal := func(title, components string) string {
		return `{"type":9,"data":{"custom_id":"m","title":"` + title + `","components":[` + components + `]}}`
	}
	input := func(fields string) string {
		return modal("t", `{"type":1,"components":[{"type":4,"custom_id":"c","style":1,"label":"l"`+fields+`}]}`)
	}
	label := func(component string) string {
		return modal("t", `{"type":18,"label":"l","description":"d","component":`+component+`}`)
	}
	const good = `{"type":1,"components":[{"type":4,"custom_id":"c","style":1,"label":"l"}]}`
	numbered := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, strings.Replace(good, `"c"`, `"c`+string(rune('0'+i))+`"`, 1))
		}
		return strings.Join(all, ",")
	}
	const at = "data.components.0.components.0"
	tests := []struct{ name, body, field string }{
		{"a title of 45", modal(strings.Repeat("t", 45), good), ""},
		{"a title of 46", modal(strings.Repeat("t", 46), good), "data.title"},
		{"no title", modal("", good), "data.title"},
		{"five inputs", modal("t", numbered(5)), ""},
		{"six inputs", modal("t", numbered(6)), "data.components"},
		{"none", modal("t", ""), "data.components"},
		{"an id twice", modal("t", good+","+good), "data.components.1.components.0.custom_id"},
		{"two in a row", modal("t", `{"type":1,"components":[{"type":4,"custom_id":"c","style":1,"label":"l"},{"type":4,"custom_id":"d","style":1,"label":"l"}]}`), "data.components.0.components"},
		{"a button", modal("t", `{"type":1,"components":[{"type":2,"style":1,"label":"l","custom_id":"c"}]}`), "data.components.0.components.0.type"},
		{"lengths", input(`,"min_length":0,"max_length":4000,"value":"v","placeholder":"p","required":false`), ""},
		{"too long", input(`,"max_length":4001`), at + ".max_length"},
		{"nothing at most", input(`,"max_length":0`), at + ".max_length"},
		{"the wrong way round", input(`,"min_length":5,"max_length":4`), at + ".max_length"},
		{"a value that is too short", input(`,"min_length":5,"value":"v"`), at + ".value"},
		{"a long placeholder", input(`,"placeholder":"` + strings.Repeat("p", 101) + `"`), at + ".placeholder"},
		{"no label", modal("t", `{"type":1,"components":[{"type":4,"custom_id":"c","style":1}]}`), at + ".label"},
		{"no style", modal("t", `{"type":1,"components":[{"type":4,"custom_id":"c","label":"l"}]}`), at + ".style"},
		{"a labelled input and text", modal("t", `{"type":18,"label":"l","component":{"type":4,"custom_id":"c","style":2}},{"type":10,"content":"read this"}`), ""},
		{"a labelled menu", label(`{"type":3,"custom_id":"c","options":[{"label":"l","value":"v"}]}`), ""},
		{"a labelled menu that is disabled", label(`{"type":3,"custom_id":"c","disabled":true,"options":[{"label":"l","value":"v"}]}`), "data.components.0.component.disabled"},
		{"a required menu of none", label(`{"type":5,"custom_id":"c","min_values":0}`), "data.components.0.component.min_values"},
		{"a labelled button", label(`{"type":2,"style":1,"label":"l","custom_id":"c"}`), "data.components.0.component.type"},
		{"a label of nothing", modal("t", `{"type":18,"label":"l"}`), "data.components.0.component"},
	}
	for _, tt := range tests {
		c := newClient(t, false)
		c.commands(everything)
		status, body := c.callback(c.interactions("command"), tt.body)
		if (status == 204) != (tt.field == "") || tt.field != "" && !names(body, tt.field) {
			t.Errorf("%s: %d %v, want an error at %q", tt.name, status, body, tt.field)
		}
	}
}

// What a person can press and select, and what the bot is told.
func TestPress(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(0)
	bob, stranger := c.AddUser("bob"), c.AddUser("stranger")
	must(t, c.AddMember(c.guild.ID, bob))
	forum := c.AddForum(c.guild.ID, "forum")
	id := c.post(c.general, panel)
	tests := []struct {
		user, customID string
		values         []string
		want           string // in the error; "" for none
	}{
		{bob.ID, "go", nil, ""},
		{bob.ID, "no", nil, "is disabled"},
		{bob.ID, "gone", nil, "has no component"},
		{bob.ID, "", nil, "has no component"},
		{bob.ID, "go", []string{"a"}, "takes no values"},
		{stranger.ID, "go", nil, "is not in channel"},
		{bob.ID, "pick", []string{"a", "c"}, ""},
		{bob.ID, "pick", nil, "1 to 2 values"},
		{bob.ID, "pick", []string{"a", "b", "c"}, "1 to 2 values"},
		{bob.ID, "pick", []string{"d"}, "no value"},
		{bob.ID, "pick", []string{"a", "a"}, "no value"},
		{bob.ID, "who", []string{c.ann.ID}, ""},
		{bob.ID, "who", []string{c.guild.ID}, "cannot be"},
		{bob.ID, "whom", []string{c.guild.ID}, ""},
		{bob.ID, "where", []string{c.general.ID}, ""},
		{bob.ID, "where", []string{forum.ID}, "no channel of type"},
	}
	for _, tt := range tests {
		i, err := c.Press(tt.user, id, tt.customID, tt.values...)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %v: %v, want %q", tt.customID, tt.values, err, tt.want)
		}
		if err != nil {
			continue
		}
		p := c.read(ws)
		for n, value := range tt.values {
			if err := has("id", i.ID, "data.custom_id", tt.customID, "data.values."+string(rune('0'+n)), value)(p.Data); err != nil {
				t.Errorf("%s %v: %v", tt.customID, tt.values, err)
			}
		}
	}
}

// What a client that makes things up sends reaches the bot as it is.
func TestPressForged(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(0)
	c.commands(everything)
	bob, stranger := c.AddUser("bob"), c.AddUser("stranger")
	must(t, c.AddMember(c.guild.ID, bob))
	id := c.post(c.general, panel)
	for _, tt := range []struct {
		customID string
		values   []string
		check    func(map[string]any) error
	}{
		{"cite:1:2", nil, has("data.component_type", 2, "data.values", nil)},
		{"no", nil, has("data.component_type", 2)}, // disabled
		{"", nil, has("data.component_type", 2)},
		{"pick", []string{"../d", "a", "b"}, has("data.component_type", 3, "data.values.0", "../d", "data.values.#", 3)},
	} {
		i, err := c.PressForged(bob.ID, id, tt.customID, tt.values...)
		must(t, err)
		p := c.read(ws)
		if err := has("id", i.ID, "type", 3, "data.custom_id", tt.customID, "message.id", id, "member.user.id", bob.ID)(p.Data); err != nil {
			t.Errorf("%q: %v", tt.customID, err)
		}
		if err := tt.check(p.Data); err != nil {
			t.Errorf("%q: %v", tt.customID, err)
		}
		if status, body := c.callback(i, `{"type":4,"data":{"content":"no","flags":64}}`); status != 204 {
			t.Errorf("%q: %d %v", tt.customID, status, body)
		}
	}
	said, err := c.Say(c.ann.ID, c.general.ID, "said")
	must(t, err)
	secret := c.interactions("command")
	c.callback(secret, `{"type":4,"data":{"content":"secret","flags":64}}`)
	whispered, err := c.Response(c.ctx, secret.ID)
	must(t, err)
	for _, tt := range []struct{ name, user, message, want string }{
		{"on another's message", bob.ID, said.ID, "is not the bot's"},
		{"on what is for Ann", bob.ID, whispered.ID, "sees no message"},
		{"on nothing", bob.ID, "1", "sees no message"},
		{"by someone who is not here", stranger.ID, id, "is not in channel"},
	} {
		if _, err := c.PressForged(tt.user, tt.message, "go"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// A component on an ephemeral message is for the one person who sees it.
func TestPressEphemeral(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	bob := c.AddUser("bob")
	must(t, c.AddMember(c.guild.ID, bob))
	i := c.interactions("command")
	c.callback(i, `{"type":4,"data":{"flags":64,"components":[{"type":1,"components":[{"type":2,"style":1,"label":"Go","custom_id":"go"}]}]}}`)
	m, err := c.Response(c.ctx, i.ID)
	must(t, err)
	if _, err := c.Press(bob.ID, m.ID, "go"); err == nil {
		t.Error("Bob pressed what only Ann sees")
	}
	ws := c.identify(0)
	press := func() Interaction {
		t.Helper()
		i, err := c.Press(c.ann.ID, m.ID, "go")
		must(t, err)
		if err := has("id", i.ID, "message.id", m.ID, "message.flags", FlagEphemeral,
			"message.components.0.components.0.custom_id", "go")(c.read(ws).Data); err != nil {
			t.Error(err)
		}
		return i
	}
	// It is edited at once, later, and by the modal that it opens.
	now, later, form := press(), press(), press()
	c.callback(now, `{"type":7,"data":{"content":"now"}}`)
	c.callback(later, `{"type":6}`)
	original := "/api/v9/webhooks/" + c.App().ID + "/" + later.Token + "/messages/@original"
	if status, body := c.request("", "PATCH", original, `{"content":"later"}`); status != 200 || body["id"] != m.ID {
		t.Errorf("later: %d %v", status, body)
	}
	c.callback(form, feedback)
	filled, err := c.Submit(c.ann.ID, form.ID, map[string]string{"why": "so"})
	must(t, err)
	if err := has("id", filled.ID, "message.id", m.ID, "message.flags", FlagEphemeral)(c.read(ws).Data); err != nil {
		t.Error(err)
	}
	if status, body := c.callback(filled, `{"type":7,"data":{"content":"thanks","components":[]}}`); status != 204 {
		t.Errorf("by its modal: %d %v", status, body)
	}
	var was []string
	shown := c.History(c.ann.ID, c.general.ID)
	last := shown[len(shown)-1]
	for _, e := range append(last.Edits, last) {
		was = append(was, e.Content)
	}
	if got := strings.Join(was, "|"); last.ID != m.ID || last.SeenBy != c.ann.ID || got != "|now|later|thanks" || len(last.Rows()) != 0 {
		t.Errorf("%s: %+v", got, last)
	}
	// Nobody replies to it but the bot, by the interaction.
	if _, err := c.Send(c.ann.ID, c.general.ID, Draft{Content: "reply", ReplyTo: m.ID}); err == nil {
		t.Error("Ann replied to an ephemeral message")
	}
	reply := `{"content":"reply","message_reference":{"message_id":"` + m.ID + `"}}`
	if status, body := c.api("POST", "/channels/"+c.general.ID+"/messages", reply); status != 400 {
		t.Errorf("the bot replied to it: %d %v", status, body)
	}
}

// What a person can send with a modal.
func TestSubmit(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	i := c.interactions("command")
	if _, err := c.Submit(c.ann.ID, i.ID, nil); err == nil {
		t.Error("submitted before there was a modal")
	}
	c.callback(i, feedback)
	modal, err := c.Modal(c.ctx, i.ID)
	if err != nil || modal.Title != "Feedback" || len(modal.Inputs()) != 2 {
		t.Fatalf("%+v, %v", modal, err)
	}
	tests := []struct {
		user   string
		values map[string]string
		want   string
	}{
		{c.AddUser("bob").ID, map[string]string{"why": "so"}, "no modal is open"},
		{c.ann.ID, nil, "needs its input why"},
		{c.ann.ID, map[string]string{"why": "s"}, "1 characters"},
		{c.ann.ID, map[string]string{"why": "so, so"}, "6 characters"},
		{c.ann.ID, map[string]string{"why": "so", "else": "x"}, "no input else"},
		{c.ann.ID, map[string]string{"why": "so", "name": ""}, ""},
		{c.ann.ID, map[string]string{"why": "so"}, "no modal is open"}, // it has been sent
	}
	for _, tt := range tests {
		_, err := c.Submit(tt.user, i.ID, tt.values)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.values, err, tt.want)
		}
	}
}
