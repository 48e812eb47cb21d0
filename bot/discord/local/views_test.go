package local

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The log tells requests apart by their queries.
func TestRequests(t *testing.T) {
	c := newClient(t, false)
	c.api("GET", "/channels/"+c.general.ID+"/messages?after=1&limit=2", "")
	c.api("POST", "/channels/"+c.general.ID+"/messages", `{"content":"a"}`)
	want := []string{
		"GET /channels/" + c.general.ID + "/messages after=1&limit=2  200",
		"POST /channels/" + c.general.ID + "/messages  application/json 200",
	}
	var got []string
	for _, r := range c.Requests() {
		got = append(got, fmt.Sprint(r.Method, " ", r.Path, " ", r.Query, " ", r.ContentType, " ", r.Status))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What a person sees of a guild: a channel that is hidden and a thread that
// they were not invited to are not there.
func TestChannels(t *testing.T) {
	c := newClient(t, false)
	bob, eve := c.AddUser("bob"), c.AddUser("eve")
	must(t, c.AddMember(c.guild.ID, bob))
	must(t, c.AddMember(c.guild.ID, eve))
	hidden := c.AddChannel(c.guild.ID, "hidden")
	must(t, c.SetOverwrite(hidden.ID, Overwrite{ID: c.guild.ID, Deny: PermViewChannel}))
	thread, err := c.StartPrivateThread(c.ann.ID, c.general.ID, "private", bob.ID)
	must(t, err)
	for user, want := range map[string]string{
		c.ann.ID: "general hidden private", bob.ID: "general private", eve.ID: "general",
	} {
		var got []string
		for _, channel := range c.Channels(user, c.guild.ID) {
			got = append(got, channel.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
	if g := c.Guild(c.guild.ID); len(g.Members) != 4 || g.OwnerID != c.ann.ID || c.Guild("1").ID != "" {
		t.Errorf("%+v", g)
	}
	if status, body := c.api("GET", "/channels/"+thread.ID, ""); status != 403 || body["code"] != 50001.0 {
		t.Errorf("the bot was not invited: %d %v", status, body)
	}
}

func TestReply(t *testing.T) {
	c := newClient(t, false)
	said, err := c.Say(c.ann.ID, c.general.ID, "hi")
	must(t, err)
	c.post(c.general, `{"content":"beside"}`)
	id := c.post(c.general, `{"content":"reply","message_reference":{"message_id":"`+said.ID+`"}}`)
	if m, err := c.Reply(c.ctx, said.ID); err != nil || m.ID != id {
		t.Errorf("%+v, %v", m, err)
	}
}

// "Trigger Typing Indicator": for ten seconds, or until the message is there.
func TestTyping(t *testing.T) {
	c := newClient(t, false)
	writing := func() int { return len(c.Typing(c.general.ID)) }
	c.api("POST", "/channels/"+c.general.ID+"/typing", "")
	must(t, c.Type(c.ann.ID, c.general.ID))
	if writing() != 2 {
		t.Errorf("writing: %v", c.Typing(c.general.ID))
	}
	c.post(c.general, `{"content":"a"}`)
	if got := c.Typing(c.general.ID); len(got) != 1 || got[0] != c.ann {
		t.Errorf("after the bot's message: %v", got)
	}
	c.clock.advance(10 * time.Second)
	if writing() != 0 {
		t.Errorf("after ten seconds: %v", c.Typing(c.general.ID))
	}
}

// "Maximum number of reactions reached": 20 different ones.
func TestManyReactions(t *testing.T) {
	c := newClient(t, false)
	said, err := c.Say(c.ann.ID, c.dm.ID, "hi")
	must(t, err)
	for i := range maxReactions {
		must(t, c.React(c.ann.ID, said.ID, string(rune(0x1F600+i))))
	}
	path := "/channels/" + c.dm.ID + "/messages/" + said.ID + "/reactions/"
	if status, body := c.api("PUT", path+"%F0%9F%91%8D/@me", ""); status != 400 || body["code"] != 30010.0 {
		t.Errorf("one more: %d %v", status, body)
	}
	if status, body := c.api("PUT", path+"%F0%9F%98%80/@me", ""); status != 204 {
		t.Errorf("one that is there: %d %v", status, body)
	}
}

// A menu in a modal, by the value that a person selects.
func TestModalMenus(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	ws := c.identify(0)
	i := c.interactions("command")
	c.read(ws)
	status, body := c.callback(i, `{"type":9,"data":{"custom_id":"m","title":"t","components":[
		{"type":10,"content":"Please."},
		{"type":18,"label":"l","component":{"type":3,"custom_id":"pick","options":[{"label":"A","value":"a"}]}},
		{"type":18,"label":"l","component":{"type":5,"custom_id":"who","required":false}}]}}`)
	if status != 204 {
		t.Fatalf("%d %v", status, body)
	}
	for name, values := range map[string]map[string]string{
		"nothing": nil, "no such value": {"pick": "b"}, "nobody": {"pick": "a", "who": "1"},
	} {
		if _, err := c.Submit(c.ann.ID, i.ID, values); err == nil {
			t.Errorf("%s could be sent", name)
		}
	}
	_, err := c.Submit(c.ann.ID, i.ID, map[string]string{"pick": "a", "who": c.ann.ID})
	must(t, err)
	p := c.read(ws)
	if err := has("data.components.0.type", 10, "data.components.1.component.values.0", "a", "data.components.2.component.values.0", c.ann.ID,
		"data.resolved.users."+c.ann.ID+".username", "ann")(p.Data); err != nil {
		t.Error(err)
	}
}

// "Retrieving localized commands": a list has the translation for its reader.
func TestLocalizedList(t *testing.T) {
	c := newClient(t, false)
	c.commands(`[{"name":"ask","description":"d","name_localizations":{"de":"fragen"},"description_localizations":{"de":"t"},
		"options":[{"type":3,"name":"q","description":"d","name_localizations":{"de":"f"},"choices":[{"name":"a","value":"a","name_localizations":{"de":"b"}}]}]}]`)
	list := c.state.commands[""][0].untranslated("de")
	if list.Name != "ask" || list.NameLocalized != "fragen" || list.DescriptionLocalized != "t" || list.Options[0].NameLocalized != "f" ||
		list.Options[0].Choices[0].NameLocalized != "b" || list.NameLocalizations != nil {
		t.Errorf("%+v", list)
	}
}

// Permissions are decimal text in JSON, both ways.
func TestPermissionsText(t *testing.T) {
	var p Permissions
	must(t, p.UnmarshalText([]byte("2248473465835073")))
	text, err := p.MarshalText()
	if err != nil || p != PermDefault || string(text) != "2248473465835073" || p.UnmarshalText([]byte("x")) == nil {
		t.Errorf("%d, %s, %v", p, text, err)
	}
}

// What is returned is the caller's own, whatever happens meanwhile: the race
// detector looks on.
func TestAtOnce(t *testing.T) {
	c := newClient(t, true)
	c.commands(everything)
	said, err := c.Say(c.ann.ID, c.general.ID, "hi")
	must(t, err)
	look := func() int {
		n := 0
		for _, m := range c.Messages(c.general.ID) {
			for _, r := range m.Reactions {
				n += len(strings.Join(r.Users, ""))
			}
			n += len(m.Edits) + len(m.Attachments) + len(m.Mentions)
		}
		for _, m := range c.Guild(c.guild.ID).Members {
			n += len(strings.Join(m.Roles, ""))
		}
		return n + len(c.Channels(c.ann.ID, c.guild.ID)) + len(c.Available(c.ann.ID, c.general.ID))
	}
	role, err := c.AddRole(c.guild.ID, "r", 0)
	must(t, err)
	var wait sync.WaitGroup
	for _, do := range []func() error{
		func() error { return c.React(c.ann.ID, said.ID, "👍") },
		func() error { return c.Unreact(c.ann.ID, said.ID, "👍") },
		func() error { _, err := c.Edit(c.ann.ID, said.ID, "<@"+c.ann.ID+">"); return err },
		func() error { return c.Grant(c.guild.ID, c.ann.ID, role.ID) },
		func() error { return c.Revoke(c.guild.ID, c.ann.ID, role.ID) },
		func() error { _, err := c.Slash(c.ann.ID, c.general.ID, "ask"); return err },
		func() error { look(); return nil },
	} {
		wait.Go(func() {
			for range 20 {
				if err := do(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

// "Message Object", referenced_message: who replies to the bot's message, and
// who reads it again, shows the bot all that is on it.
func TestComponentsOfReferenced(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(intentGuildMessages)
	id := c.post(c.general, `{"content":"answer","flags":4,"components":[{"type":1,"components":[{"type":2,"style":2,"label":"1","custom_id":"cite:1:1"}]}]}`)
	c.read(ws)
	answer := []any{"id", id, "content", "answer", "flags", FlagSuppressEmbeds, "author.id", c.App().ID, "components.#", 1, "components.0.components.0.custom_id", "cite:1:1"}
	status, fetched := c.api("GET", "/channels/"+c.general.ID+"/messages/"+id, "")
	if err := has(answer...)(fetched); status != 200 || err != nil {
		t.Errorf("%d: %v", status, err)
	}
	said, err := c.Send(c.ann.ID, c.general.ID, Draft{Content: "And then?", ReplyTo: id})
	must(t, err)
	event := c.read(ws).Data
	if err := has("id", said.ID, "type", TypeReply, "message_reference.message_id", id, "content", "And then?")(event); err != nil {
		t.Error(err)
	}
	of, _ := event["referenced_message"].(map[string]any)
	if err := has(answer...)(of); err != nil {
		t.Error(err)
	}
	// The reply to a reply goes one step back only.
	_, err = c.Send(c.ann.ID, c.general.ID, Draft{Content: "Well?", ReplyTo: said.ID})
	must(t, err)
	event = c.read(ws).Data
	if err := has("referenced_message.id", said.ID, "referenced_message.message_reference.message_id", id, "referenced_message.referenced_message", nil)(event); err != nil {
		t.Error(err)
	}
}
