package local

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAuthorization(t *testing.T) {
	c := newClient(t, false)
	tests := []struct {
		auth, path string
		status     int
	}{
		{"Bot " + token, "/api/v9/users/@me", 200},
		{"Bot " + token, "/api/users/@me", 200},
		{"", "/api/v9/gateway", 200},
		{"Bot " + token, "/api/v9/gateway/bot", 200},
		{"Bot " + token, "/api/v9/oauth2/applications/@me", 200},
		{"Bot wrong", "/api/v9/users/@me", 401},
		{token, "/api/v9/users/@me", 401},
		{"", "/api/v9/channels/" + c.general.ID, 401},
		{"Bot " + token, "/api/v9/nothing", 404},
	}
	for _, tt := range tests {
		status, body := c.request(tt.auth, "GET", tt.path, "")
		if status != tt.status {
			t.Errorf("GET %s as %q: %d, want %d", tt.path, tt.auth, status, tt.status)
		}
		if status == 401 && (body["message"] != "401: Unauthorized" || body["code"] != 0.0) {
			t.Errorf("GET %s as %q: %v", tt.path, tt.auth, body)
		}
	}
}

func TestErrorCodes(t *testing.T) {
	c := newClient(t, false)
	anns, err := c.Say(c.ann.ID, c.general.ID, "hello")
	if err != nil {
		t.Fatal(err)
	}
	messages := "/channels/" + c.general.ID + "/messages"
	tests := []struct {
		method, path, body string
		status, code       int
	}{
		{"GET", "/channels/1", "", 404, 10003},
		{"POST", "/channels/1/typing", "", 404, 10003},
		{"POST", "/channels/1/messages", `{"content":"a"}`, 404, 10003},
		{"GET", messages + "/1", "", 404, 10008},
		{"GET", messages + "?limit=101", "", 400, 50035},
		{"POST", messages, `{"content":`, 400, 50109},
		{"POST", messages, `{"content":7}`, 400, 50035},
		{"POST", messages, `{}`, 400, 50006},
		{"POST", messages, `{"content":"a","message_reference":{"message_id":"1"}}`, 400, 50035},
		{"POST", messages, `{"content":"a","nonce":"` + strings.Repeat("n", 26) + `"}`, 400, 50035},
		{"PATCH", messages + "/" + anns.ID, `{"content":"a"}`, 403, 50005},
		{"DELETE", messages + "/" + anns.ID, "", 403, 50013},
		{"GET", "/applications/1/commands", "", 404, 10002},
		{"PUT", "/applications/" + c.App().ID + "/guilds/1/commands", "[]", 404, 10004},
		{"POST", "/interactions/1/token/callback", `{"type":5}`, 404, 10062},
		{"PATCH", "/webhooks/" + c.App().ID + "/token/messages/@original", `{"content":"a"}`, 404, 10015},
	}
	for _, tt := range tests {
		status, body := c.api(tt.method, tt.path, tt.body)
		if status != tt.status || body["code"] != float64(tt.code) {
			t.Errorf("%s %s %s: %d %v, want %d with code %d", tt.method, tt.path, tt.body, status, body, tt.status, tt.code)
		}
	}
}

// Each limit lets the longest pass and refuses one more, naming the field.
func TestMessageLimits(t *testing.T) {
	c := newClient(t, false)
	long := func(n int) string { return strings.Repeat("ü", n) }
	list := func(item string, n int) string {
		return "[" + strings.Join(slices.Repeat([]string{item}, n), ",") + "]"
	}
	numbered := func(n int, item string) string {
		var items []string
		for i := range n {
			items = append(items, fmt.Sprintf(item, i))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	button := `{"type":2,"style":1,"label":"l","custom_id":"c%d"}`
	row := `{"type":1,"components":[` + button + `]}`
	tests := []struct {
		field string
		max   int
		body  func(n int) string
	}{
		{"content", 2000, func(n int) string { return `{"content":"` + long(n) + `"}` }},
		{"embeds", 10, func(n int) string { return `{"embeds":` + list(`{"title":"t"}`, n) + `}` }},
		{"embeds.0.title", 256, func(n int) string { return `{"embeds":[{"title":"` + long(n) + `"}]}` }},
		{"embeds.0.description", 4096, func(n int) string { return `{"embeds":[{"description":"` + long(n) + `"}]}` }},
		{"embeds.0.fields", 25, func(n int) string { return `{"embeds":[{"fields":` + list(`{"name":"n","value":"v"}`, n) + `}]}` }},
		{"embeds.0.fields.0.name", 256, func(n int) string { return `{"embeds":[{"fields":[{"name":"` + long(n) + `","value":"v"}]}]}` }},
		{"embeds.0.fields.0.value", 1024, func(n int) string { return `{"embeds":[{"fields":[{"name":"n","value":"` + long(n) + `"}]}]}` }},
		{"embeds.0.footer.text", 2048, func(n int) string { return `{"embeds":[{"footer":{"text":"` + long(n) + `"}}]}` }},
		{"embeds.0.author.name", 256, func(n int) string { return `{"embeds":[{"author":{"name":"` + long(n) + `"}}]}` }},
		{"embeds", 6000, func(n int) string {
			return `{"embeds":[{"title":"` + long(100) + `","description":"` + long(4000) + `"},{"description":"` + long(n-4100) + `"}]}`
		}},
		{"components", 5, func(n int) string { return `{"content":"a","components":` + numbered(n, row) + `}` }},
		{"components.0.components", 5, func(n int) string {
			return `{"content":"a","components":[{"type":1,"components":` + numbered(n, button) + `}]}`
		}},
		{"components.0.components.0.custom_id", 100, func(n int) string {
			return `{"content":"a","components":[{"type":1,"components":[{"type":2,"style":1,"label":"l","custom_id":"` + long(n) + `"}]}]}`
		}},
		{"components.0.components.0.label", 80, func(n int) string {
			return `{"content":"a","components":[{"type":1,"components":[{"type":2,"style":1,"custom_id":"c","label":"` + long(n) + `"}]}]}`
		}},
		{"components.0.components.0.options", 25, func(n int) string {
			return `{"content":"a","components":[{"type":1,"components":[{"type":3,"custom_id":"c","options":` + numbered(n, `{"label":"l","value":"v%d"}`) + `}]}]}`
		}},
	}
	for _, tt := range tests {
		path := "/channels/" + c.general.ID + "/messages"
		if status, body := c.api("POST", path, tt.body(tt.max)); status != 200 {
			t.Errorf("%s of %d: %d %v", tt.field, tt.max, status, body)
		}
		if status, body := c.api("POST", path, tt.body(tt.max+1)); status != 400 || !names(body, tt.field) {
			t.Errorf("%s of %d: %d %v", tt.field, tt.max+1, status, body)
		}
	}
}

// names reports whether a form error has an entry for a field.
func names(body map[string]any, field string) bool {
	at, _ := body["errors"].(map[string]any)
	for key := range strings.SplitSeq(field, ".") {
		at, _ = at[key].(map[string]any)
	}
	_, named := at["_errors"]
	return named
}

func TestRefusedForms(t *testing.T) {
	c := newClient(t, false)
	tests := []struct{ body, field string }{
		{`{"embeds":[{}]}`, "embeds.0.description"},
		{`{"embeds":[{"title":"t","url":"javascript:alert(1)"}]}`, "embeds.0.url"},
		{`{"embeds":[{"title":"t","url":"https://"}]}`, "embeds.0.url"},
		{`{"content":"a","components":[{"type":2,"custom_id":"c"}]}`, "components.0.type"},
		{`{"content":"a","components":[{"type":1,"components":[{"type":2,"style":1,"label":"l","custom_id":"c"},{"type":2,"style":1,"label":"l","custom_id":"c"}]}]}`, "components.0.components.1.custom_id"},
		{`{"content":"a","components":[{"type":1,"components":[{"type":3,"custom_id":"c"},{"type":2,"custom_id":"d"}]}]}`, "components.0.components.0"},
		{`{"content":"a","allowed_mentions":{"parse":["users"],"users":["1"]}}`, "allowed_mentions"},
		{`{"content":"a","allowed_mentions":{"parse":["all"]}}`, "allowed_mentions.parse.0"},
	}
	for _, tt := range tests {
		status, body := c.api("POST", "/channels/"+c.general.ID+"/messages", tt.body)
		if status != 400 || !names(body, tt.field) {
			t.Errorf("%s: %d %v, want an error at %s", tt.body, status, body, tt.field)
		}
	}
}

func TestCommandRules(t *testing.T) {
	c := newClient(t, false)
	option := func(fields string) string {
		return `[{"name":"ask","description":"d","options":[{"type":3,"name":"o","description":"d"` + fields + `}]}]`
	}
	choices := func(n int) string {
		return option(`,"choices":[` + strings.Repeat(`{"name":"c","value":"v"},`, n-1) + `{"name":"c","value":"v"}]`)
	}
	tests := []struct {
		body  string
		field string // of the error, or "" when the commands are taken
	}{
		{`[]`, ""},
		{`[{"name":"질문","description":"d"}]`, ""},
		{choices(25), ""},
		{choices(26), "0.options.0.choices"},
		{`[{"name":"Ask","description":"d"}]`, "0.name"},
		{`[{"name":"two words","description":"d"}]`, "0.name"},
		{`[{"name":"` + strings.Repeat("a", 33) + `","description":"d"}]`, "0.name"},
		{`[{"name":"a","description":""}]`, "0.description"},
		{`[{"name":"a","description":"` + strings.Repeat("d", 101) + `"}]`, "0.description"},
		{`[{"name":"a","description":"d"},{"name":"a","description":"d"}]`, "1.name"},
		{option(`,"max_length":6001`), "0.options.0.max_length"},
		{`[{"name":"a","description":"d","options":[{"type":99,"name":"o","description":"d"}]}]`, "0.options.0.type"},
		{`[{"name":"a","description":"d","options":[{"type":3,"name":"o","description":"d"},{"type":3,"name":"p","description":"d","required":true}]}]`, "0.options.1"},
	}
	for _, tt := range tests {
		status, body := c.api("PUT", "/applications/"+c.App().ID+"/commands", tt.body)
		if (status == 200) != (tt.field == "") || tt.field != "" && !names(body, tt.field) {
			t.Errorf("%s: %d %v, want an error at %q", tt.body, status, body, tt.field)
		}
	}
}

// Overwriting keeps the id of a command that keeps its name.
func TestOverwriteCommands(t *testing.T) {
	c := newClient(t, false)
	c.register()
	before := c.Commands("")
	c.register()
	after := c.Commands("")
	if len(after) != 1 || before[0].ID != after[0].ID || before[0].Version == after[0].Version {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestMentions(t *testing.T) {
	c := newClient(t, false)
	anns, err := c.Say(c.ann.ID, c.general.ID, "hello")
	if err != nil {
		t.Fatal(err)
	}
	readers, err := c.AddRole(c.guild.ID, "readers", 0)
	if err != nil {
		t.Fatal(err)
	}
	all := "<@" + c.ann.ID + "> <@!" + c.ann.ID + "> <@&" + readers.ID + "> @everyone"
	reply := `,"message_reference":{"message_id":"` + anns.ID + `"}`
	tests := []struct {
		name     string
		content  string
		fields   string
		users    int
		roles    int
		everyone bool
	}{
		{"everything by default", all, ``, 1, 1, true},
		{"nothing", all, `,"allowed_mentions":{"parse":[]}`, 0, 0, false},
		{"users only", all, `,"allowed_mentions":{"parse":["users"]}`, 1, 0, false},
		{"one role", all, `,"allowed_mentions":{"roles":["` + readers.ID + `"]}`, 0, 1, false},
		{"a reply pings by default", "hi", reply, 1, 0, false},
		{"a reply that may not", "hi", reply + `,"allowed_mentions":{"parse":[]}`, 0, 0, false},
		{"a reply that may", "hi", reply + `,"allowed_mentions":{"parse":[],"replied_user":true}`, 1, 0, false},
		{"nobody known", "<@1> <@&77>", ``, 0, 0, false},
		{"in code", "`" + all + "`", ``, 0, 0, false},
		{"in a block of code", "```\\n" + all + "\\n```", ``, 0, 0, false},
		{"after code", "`x` " + all, ``, 1, 1, true},
	}
	for _, tt := range tests {
		id := c.post(c.general, `{"content":"`+tt.content+`"`+tt.fields+`}`)
		messages := c.Messages(c.general.ID)
		m := messages[len(messages)-1]
		if m.ID != id || len(m.Mentions) != tt.users || len(m.MentionRoles) != tt.roles || m.MentionEveryone != tt.everyone {
			t.Errorf("%s: users %v, roles %v, everyone %v", tt.name, m.Mentions, m.MentionRoles, m.MentionEveryone)
		}
	}
}

func TestNonce(t *testing.T) {
	c := newClient(t, false)
	const enforced = `{"content":"a","nonce":"n1","enforce_nonce":true}`
	first := c.post(c.general, enforced)
	if again := c.post(c.general, enforced); again != first {
		t.Error("an enforced nonce posted twice")
	}
	if other := c.post(c.general, `{"content":"a","nonce":"n1"}`); other == first {
		t.Error("a nonce that is not enforced posted once")
	}
	c.clock.advance(time.Hour)
	if later := c.post(c.general, enforced); later == first {
		t.Error("a nonce is remembered for an hour")
	}
}

func TestEditAndDelete(t *testing.T) {
	c := newClient(t, false)
	id := c.post(c.general, `{"content":"before","embeds":[{"title":"t"}]}`)
	path := "/channels/" + c.general.ID + "/messages/" + id
	if status, m := c.api("PATCH", path, `{"content":"after"}`); status != 200 || m["content"] != "after" || len(m["embeds"].([]any)) != 1 {
		t.Errorf("edit: %d %v", status, m)
	}
	m := c.Messages(c.general.ID)[0]
	if m.Content != "after" || len(m.Edits) != 1 || m.Edits[0].Content != "before" {
		t.Errorf("message %+v", m)
	}
	if status, _ := c.api("PATCH", path, `{"content":"","embeds":[]}`); status != 400 {
		t.Errorf("emptied: %d", status)
	}
	if status, _ := c.api("DELETE", path, ""); status != http.StatusNoContent || len(c.Messages(c.general.ID)) != 0 {
		t.Errorf("delete: %d", status)
	}
}

// A reply to a message that is gone is refused by its name.
func TestHardReference(t *testing.T) {
	c := newClient(t, false)
	status, body := c.api("POST", "/channels/"+c.general.ID+"/messages", `{"content":"a","message_reference":{"message_id":"1"}}`)
	if got := at(body, "errors.message_reference._errors.0.code"); status != 400 || got != "MESSAGE_REFERENCE_UNKNOWN_MESSAGE" {
		t.Errorf("%d %v", status, body)
	}
}

// A reply to a message that is gone stands alone, when it may.
func TestSoftReference(t *testing.T) {
	c := newClient(t, false)
	c.post(c.general, `{"content":"a","message_reference":{"message_id":"1","fail_if_not_exists":false}}`)
	if m := c.Messages(c.general.ID)[0]; m.Reference != nil || m.Type != TypeDefault {
		t.Errorf("message %+v", m)
	}
}
