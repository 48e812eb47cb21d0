package local

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// everything registers a command of each kind, and one message of the bot's
// with components.
const everything = `[{"name":"ask","description":"d"},{"name":"Explain","type":3},{"name":"Greet","type":2},
	{"name":"find","description":"d","options":[{"type":3,"name":"q","description":"d","autocomplete":true}]}]`

const panel = `{"content":"panel","components":[
	{"type":1,"components":[{"type":2,"style":1,"label":"Go","custom_id":"go"},{"type":2,"style":4,"label":"No","custom_id":"no","disabled":true},
		{"type":2,"style":5,"label":"Read","url":"https://example.org"}]},
	{"type":1,"components":[{"type":3,"custom_id":"pick","min_values":1,"max_values":2,"options":[{"label":"A","value":"a"},{"label":"B","value":"b"},{"label":"C","value":"c"}]}]},
	{"type":1,"components":[{"type":5,"custom_id":"who"}]},
	{"type":1,"components":[{"type":7,"custom_id":"whom"}]},
	{"type":1,"components":[{"type":8,"custom_id":"where","channel_types":[0]}]}]}`

const feedback = `{"type":9,"data":{"custom_id":"f","title":"Feedback","components":[
	{"type":1,"components":[{"type":4,"custom_id":"why","label":"Why?","style":2,"min_length":2,"max_length":5}]},
	{"type":18,"label":"Who?","component":{"type":4,"custom_id":"name","style":1,"required":false,"value":"Ann"}}]}}`

// interactions makes one interaction of each kind, by its name here.
func (c *client) interactions(kind string) Interaction {
	c.t.Helper()
	said, err := c.Say(c.ann.ID, c.general.ID, "said")
	must(c.t, err)
	var i Interaction
	switch kind {
	case "command":
		i, err = c.Slash(c.ann.ID, c.general.ID, "ask")
	case "message menu":
		i, err = c.Menu(c.ann.ID, "Explain", said.ID)
	case "user menu":
		i, err = c.UserMenu(c.ann.ID, c.general.ID, "Greet", c.ann.ID)
	case "autocomplete":
		i, err = c.Suggest(c.ann.ID, c.general.ID, "find", "q")
	case "component":
		i, err = c.Press(c.ann.ID, c.post(c.general, panel), "go")
	case "modal of a command", "modal of a component":
		i = c.interactions(strings.TrimPrefix(kind, "modal of a "))
		if status, body := c.callback(i, feedback); status != 204 {
			c.t.Fatalf("modal: %d %v", status, body)
		}
		i, err = c.Submit(c.ann.ID, i.ID, map[string]string{"why": "so"})
	}
	must(c.t, err)
	return i
}

// "Interaction Callback Type": which types may answer which interactions.
func TestCallbackTypes(t *testing.T) {
	bodies := map[int]string{
		1: `{"type":1}`, 4: `{"type":4,"data":{"content":"a"}}`, 5: `{"type":5}`, 6: `{"type":6}`,
		7: `{"type":7,"data":{"content":"b"}}`, 8: `{"type":8,"data":{"choices":[]}}`, 9: feedback,
		10: `{"type":10}`, 12: `{"type":12}`,
	}
	allowed := map[string]string{
		"command": "4 5 9", "message menu": "4 5 9", "user menu": "4 5 9", "component": "4 5 6 7 9", "autocomplete": "8",
		"modal of a command": "4 5", "modal of a component": "4 5 6 7",
	}
	for kind, types := range allowed {
		for callback, body := range bodies {
			c := newClient(t, false)
			c.commands(everything)
			i := c.interactions(kind)
			want := 400
			if strings.Contains(" "+types+" ", fmt.Sprintf(" %d ", callback)) {
				want = 204
			}
			if status, answer := c.callback(i, body); status != want {
				t.Errorf("%s, type %d: %d %v, want %d", kind, callback, status, answer, want)
			}
			if got := c.Interaction(i.ID); got.AcknowledgedAt.IsZero() == (want == 204) {
				t.Errorf("%s, type %d: acknowledged at %v", kind, callback, got.AcknowledgedAt)
			}
			if want == 400 {
				if status, answer := c.callback(i, bodies[int(types[0]-'0')]); status != 204 {
					t.Errorf("%s: one that was refused counted: %d %v", kind, status, answer)
				}
			}
		}
	}
}

// "Interaction Callback Response Object", with what the message says of the
// interaction: "Message Interaction Metadata Object".
func TestWithResponse(t *testing.T) {
	tests := []struct {
		kind, body string
		check      func(map[string]any) error
	}{
		{"command", `{"type":4,"data":{"content":"a"}}`, has("interaction.type", 2, "interaction.response_message_loading", false,
			"resource.type", 4, "resource.message.type", 20, "resource.message.interaction_metadata.type", 2)},
		{"command", `{"type":5,"data":{"flags":64}}`, has("interaction.response_message_loading", true,
			"interaction.response_message_ephemeral", true, "resource", nil)},
		{"command", feedback, has("interaction.response_message_id", nil, "resource", nil)},
		{"message menu", `{"type":4,"data":{"content":"a"}}`, has("resource.message.type", 23, "resource.message.referenced_message.content", "said")},
		{"user menu", `{"type":4,"data":{"content":"a"}}`, has("resource.message.type", 23, "resource.message.interaction_metadata.target_user.username", "ann")},
		{"component", `{"type":4,"data":{"content":"a"}}`, has("resource.message.referenced_message.content", "panel", "resource.message.interaction_metadata.type", 3)},
		{"component", `{"type":7,"data":{"content":"b","components":[]}}`, has("resource.type", 7, "resource.message.content", "b", "resource.message.components.#", 0)},
		{"component", `{"type":6}`, has("resource", nil)},
		{"autocomplete", `{"type":8,"data":{"choices":[]}}`, has("interaction.type", 4, "resource", nil)},
		{"modal of a command", `{"type":4,"data":{"content":"a"}}`, has("resource.message.interaction_metadata.triggering_interaction_metadata.type", 2)},
		{"modal of a component", `{"type":4,"data":{"content":"a"}}`, has("resource.message.interaction_metadata.triggering_interaction_metadata.type", 3)},
	}
	for _, tt := range tests {
		c := newClient(t, false)
		c.commands(everything)
		i := c.interactions(tt.kind)
		status, answer := c.request("", "POST", "/api/v9/interactions/"+i.ID+"/"+i.Token+"/callback?with_response=true", tt.body)
		if status != 200 {
			t.Errorf("%s %s: %d %v", tt.kind, tt.body, status, answer)
		} else if err := tt.check(answer); err != nil {
			t.Errorf("%s %s: %v", tt.kind, tt.body, err)
		}
	}
}

// "Followup Messages": the endpoints, and what is ephemeral.
func TestFollowUps(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	bob := c.AddUser("bob")
	must(t, c.AddMember(c.guild.ID, bob))
	i := c.interactions("command")
	hook := "/api/v9/webhooks/" + c.App().ID + "/" + i.Token
	do := func(method, path, body string, want int, check func(map[string]any) error) map[string]any {
		t.Helper()
		status, answer := c.request("", method, hook+path, body)
		if status != want {
			t.Errorf("%s %s %s: %d %v, want %d", method, path, body, status, answer, want)
		} else if check != nil {
			if err := check(answer); err != nil {
				t.Errorf("%s %s %s: %v", method, path, body, err)
			}
		}
		return answer
	}
	do("POST", "", `{"content":"early"}`, 404, has("code", 10015))
	if status, _ := c.callback(i, `{"type":5,"data":{"flags":64}}`); status != 204 {
		t.Fatalf("deferred: %d", status)
	}
	// The first follow-up of a deferred response is that response, as
	// ephemeral as it was deferred.
	first := do("POST", "", `{"content":"<@`+c.ann.ID+`> @everyone"}`, 200, has("flags", 64, "mentions.#", 1, "mention_everyone", false))
	do("GET", "/messages/@original", "", 200, has("id", first["id"]))
	second := do("POST", "", `{"content":"open"}`, 200, has("flags", 0, "type", 19, "interaction_metadata.original_response_message_id", first["id"]))
	third := do("POST", "", `{"content":"secret","flags":64}`, 200, has("flags", 64))
	do("PATCH", "/messages/"+second["id"].(string), `{"content":"opened"}`, 200, has("content", "opened"))
	do("GET", "/messages/"+third["id"].(string), "", 200, has("content", "secret"))
	do("POST", "", `{}`, 400, has("code", 50006))
	do("GET", "/messages/1", "", 404, has("code", 10008))

	seen := func(user string) (list []string) {
		for _, m := range c.History(user, c.general.ID) {
			list = append(list, m.Content)
		}
		return list
	}
	if got := strings.Join(seen(bob.ID), "|"); got != "said|opened" {
		t.Errorf("Bob sees %s", got)
	}
	if got := len(seen(c.ann.ID)); got != 4 {
		t.Errorf("Ann sees %d messages", got)
	}
	if err := c.Delete(bob.ID, third["id"].(string)); err == nil {
		t.Error("Bob dismissed what is for Ann")
	}
	must(t, c.Delete(c.ann.ID, third["id"].(string)))
	do("DELETE", "/messages/"+second["id"].(string), "", 204, nil)
	do("DELETE", "/messages/@original", "", 204, nil)
	do("GET", "/messages/@original", "", 404, has("code", 10008))
	if got := c.Interaction(i.ID); got.ResponseID != "" || !got.Ephemeral || got.Callback != CallbackDeferred || len(got.FollowUps) != 2 {
		t.Errorf("%+v", got)
	}
	c.clock.advance(16 * time.Minute)
	do("POST", "", `{"content":"late"}`, 401, has("code", 50027))
}

// A component's response may edit the message that it is on, at once or
// later.
func TestComponentUpdates(t *testing.T) {
	c := newClient(t, false)
	id := c.post(c.general, panel)
	press := func() Interaction {
		i, err := c.Press(c.ann.ID, id, "go")
		must(t, err)
		return i
	}
	i := press()
	c.callback(i, `{"type":6}`)
	original := "/api/v9/webhooks/" + c.App().ID + "/" + i.Token + "/messages/@original"
	if status, m := c.request("", "PATCH", original, `{"content":"later"}`); status != 200 || m["id"] != id || m["content"] != "later" {
		t.Errorf("edited later: %d %v", status, m)
	}
	i = press()
	c.callback(i, `{"type":7,"data":{"content":"now"}}`)
	if m, err := c.Response(c.ctx, i.ID); err != nil || m.ID != id || m.Content != "now" || len(m.Rows()) != 5 {
		t.Errorf("edited at once: %+v, %v", m, err)
	}
	if got := len(c.Messages(c.general.ID)); got != 1 {
		t.Errorf("%d messages", got)
	}
	i = press()
	c.callback(i, `{"type":4,"data":{"content":"reply","flags":64}}`)
	if m, err := c.Response(c.ctx, i.ID); err != nil || m.Content != "reply" || m.SeenBy != c.ann.ID {
		t.Errorf("answered: %+v, %v", m, err)
	}
}

// What the bot is told: "Interaction Structure" and the data of each type.
func TestInteractionEvents(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	c.SetLocale(c.ann.ID, "de")
	must(t, c.SetGuildLocale(c.guild.ID, "fr"))
	tests := []struct {
		kind  string
		check func(map[string]any) error
	}{
		{"command", has("type", 2, "locale", "de", "guild_locale", "fr", "context", 0, "member.permissions", uint64(PermAll),
			"member.roles.#", 0, "member.user.id", c.ann.ID,
			"app_permissions", uint64(PermDefault|PermBot), "channel.id", c.general.ID, "channel.name", "general", "channel.type", 0,
			"authorizing_integration_owners.0", c.guild.ID, "attachment_size_limit", "1.048576e+07", "message", nil)},
		{"message menu", has("data.type", 3, "data.name", "Explain")},
		{"user menu", has("data.type", 2, "data.target_id", c.ann.ID, "data.resolved.users."+c.ann.ID+".username", "ann", "data.resolved.members."+c.ann.ID+".user", nil)},
		{"component", has("type", 3, "data.component_type", 2, "data.custom_id", "go", "message.content", "panel", "data.values", nil)},
		{"modal of a component", has("type", 5, "data.custom_id", "f", "data.components.0.components.0.value", "so",
			"data.components.1.component.value", "Ann", "message.content", "panel")},
	}
	for _, tt := range tests {
		ws := c.identify(0)
		i := c.interactions(tt.kind)
		p := c.read(ws)
		for p.Data["id"] != i.ID {
			p = c.read(ws)
		}
		if err := tt.check(p.Data); err != nil {
			t.Errorf("%s: %v", tt.kind, err)
		}
		ws.Close()
	}
	// The content of a menu command's message comes without the intent.
	ws := c.identify(0)
	i := c.interactions("message menu")
	p := c.read(ws)
	if err := has("data.resolved.messages."+i.TargetID+".content", "said")(p.Data); err != nil {
		t.Error(err)
	}
	dm, err := c.Slash(c.ann.ID, c.dm.ID, "ask")
	must(t, err)
	p = c.read(ws)
	if err := has("id", dm.ID, "user.id", c.ann.ID, "member", nil, "context", 1, "guild_locale", nil, "app_permissions", uint64(permDMApp),
		"authorizing_integration_owners.0", "0")(p.Data); err != nil {
		t.Error(err)
	}
}

// A channel that is deleted takes its interactions with it.
func TestDeletedChannel(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	early, late := c.interactions("command"), c.interactions("command")
	c.callback(early, `{"type":5}`)
	must(t, c.RemoveChannel(c.general.ID))
	if status, body := c.callback(late, `{"type":5}`); status != 404 || body["code"] != 10003.0 {
		t.Errorf("callback: %d %v", status, body)
	}
	status, body := c.request("", "POST", "/api/v9/webhooks/"+c.App().ID+"/"+early.Token, `{"content":"a"}`)
	if status != 404 || body["code"] != 10003.0 {
		t.Errorf("follow-up: %d %v", status, body)
	}
}

// A follow-up outlives the response that it follows.
func TestFollowUpOfDeleted(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	i := c.interactions("command")
	c.callback(i, `{"type":4,"data":{"content":"a"}}`)
	m, err := c.Response(c.ctx, i.ID)
	must(t, err)
	must(t, c.Delete(c.ann.ID, m.ID))
	status, body := c.request("", "POST", "/api/v9/webhooks/"+c.App().ID+"/"+i.Token, `{"content":"b"}`)
	if status != 200 || body["type"] != 0.0 {
		t.Errorf("%d %v", status, body)
	}
}
