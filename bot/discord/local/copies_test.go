package local

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// deface changes everything that a value points to, and writes behind the ends
// of its slices.
func deface(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			deface(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				deface(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			deface(v.Index(i))
		}
		if v.CanSet() {
			reflect.Append(v, reflect.Zero(v.Type().Elem()))
		}
	case reflect.Map:
		v.Clear()
	case reflect.String:
		if v.CanSet() {
			v.SetString("defaced")
		}
	case reflect.Int:
		if v.CanSet() {
			v.SetInt(v.Int() + 1)
		}
	case reflect.Bool:
		if v.CanSet() {
			v.SetBool(!v.Bool())
		}
	case reflect.Uint8:
		if v.CanSet() {
			v.SetUint(v.Uint() ^ 1)
		}
	case reflect.Float64:
		if v.CanSet() {
			v.SetFloat(v.Float() + 1)
		}
	}
}

// What a caller does to what it got the server does not notice.
func TestCopies(t *testing.T) {
	c := newClient(t, false)
	c.commands(`[{"name":"ask","description":"d","name_localizations":{"de":"frag"},"contexts":[0,1],"default_member_permissions":"2048",
		"options":[{"type":3,"name":"q","description":"d","min_length":1,"max_length":9,"name_localizations":{"de":"f"}},
		{"type":4,"name":"n","description":"d","min_value":1,"max_value":9},
		{"type":7,"name":"in","description":"d","channel_types":[0]},
		{"type":3,"name":"how","description":"d","choices":[{"name":"well","value":"w","name_localizations":{"de":"gut"}}]}]}]`)
	said, err := c.Say(c.ann.ID, c.general.ID, "hi <@"+c.App().ID+">")
	must(t, err)
	mods, err := c.AddRole(c.guild.ID, "mods", 0)
	must(t, err)
	must(t, c.SetMentionable(c.guild.ID, mods.ID, true))
	reply := c.post(c.general, `{"content":"<@`+c.ann.ID+`> <@&`+mods.ID+`>","embeds":[{"title":"t","fields":[{"name":"n","value":"v"}]}],
		"components":[{"type":1,"components":[{"type":2,"style":1,"label":"Go","custom_id":"go"}]}],"message_reference":{"message_id":"`+said.ID+`"}}`)
	must(t, c.React(c.ann.ID, reply, "✅"))
	for _, content := range []string{"1", "2", "3"} { // so that there is room behind the edits
		c.api("PATCH", "/channels/"+c.general.ID+"/messages/"+reply, `{"content":"`+content+`"}`)
	}
	i, err := c.Slash(c.ann.ID, c.general.ID, "ask")
	must(t, err)
	c.callback(i, `{"type":9,"data":{"custom_id":"f","title":"t","components":[
		{"type":18,"label":"l","component":{"type":3,"custom_id":"s","required":false,"min_values":0,"max_values":1,
			"options":[{"label":"A","value":"a","emoji":{"name":"✅"}}]}},
		{"type":1,"components":[{"type":4,"custom_id":"w","label":"l","style":1,"min_length":1,"max_length":5}]}]}}`)
	must(t, c.SetOverwrite(c.general.ID, Overwrite{ID: c.guild.ID, Allow: PermViewChannel}))
	got := map[string]func() any{
		"Messages":    func() any { list := c.Messages(c.general.ID); return &list },
		"History":     func() any { list := c.History(c.ann.ID, c.general.ID); return &list },
		"Reply":       func() any { m, _ := c.Reply(c.ctx, said.ID); return &m },
		"OpenDM":      func() any { dm := c.OpenDM(c.ann); return &dm },
		"Channel":     func() any { of := c.Channel(c.general.ID); return &of },
		"Guild":       func() any { g := c.Guild(c.guild.ID); return &g },
		"Commands":    func() any { list := c.Commands(""); return &list },
		"Available":   func() any { list := c.Available(c.ann.ID, c.general.ID); return &list },
		"Modal":       func() any { m, _ := c.Modal(c.ctx, i.ID); return &m },
		"Requests":    func() any { list := c.Requests(); return &list },
		"Interaction": func() any { i := c.Interaction(i.ID); i.modal = nil; return &i },
	}
	for name, get := range got {
		text := func() string {
			value := reflect.ValueOf(get()).Elem().Interface()
			b, err := json.Marshal(value)
			must(t, err)
			if list, ok := value.([]Message); ok { // what JSON leaves out
				edits, err := json.Marshal(list[len(list)-1].Edits)
				must(t, err)
				reactions, err := json.Marshal(list[len(list)-1].Reactions)
				must(t, err)
				b = append(append(b, edits...), reactions...)
			}
			return string(b)
		}
		before := text()
		value := reflect.ValueOf(get())
		if value.Elem().IsZero() {
			t.Errorf("%s: nothing", name)
		}
		deface(value)
		if diff := cmp.Diff(before, text()); diff != "" {
			t.Errorf("%s is shared with the server: %s", name, diff)
		}
	}
}

// A caller may append to what was before.
func TestEditsAreCopies(t *testing.T) {
	c := newClient(t, false)
	said, err := c.Say(c.ann.ID, c.general.ID, "0")
	must(t, err)
	for _, content := range []string{"1", "2", "3"} {
		_, err := c.Edit(c.ann.ID, said.ID, content)
		must(t, err)
	}
	m := c.Messages(c.general.ID)[0]
	_ = append(m.Edits, Message{Content: "another"})
	_, err = c.Edit(c.ann.ID, said.ID, "4")
	must(t, err)
	_ = append(m.Edits, Message{Content: "another"})
	var got []string
	for _, e := range c.Messages(c.general.ID)[0].Edits {
		got = append(got, e.Content)
	}
	if diff := cmp.Diff([]string{"0", "1", "2", "3"}, got); diff != "" {
		t.Error(diff)
	}
}

// Reactions and files of an earlier version are as they were.
func TestEditsAsTheyWere(t *testing.T) {
	c := newClient(t, false)
	data := []byte("hello")
	said, err := c.Send(c.ann.ID, c.general.ID, Draft{Content: "a", Files: []File{{Name: "a.txt", Data: data}}})
	must(t, err)
	data[0] = 'H'                // the caller's
	c.api("GET", "/gateway", "") // tells the server its address
	must(t, c.React(c.ann.ID, said.ID, "✅"))
	_, err = c.Edit(c.ann.ID, said.ID, "b")
	must(t, err)
	must(t, c.Unreact(c.ann.ID, said.ID, "✅"))
	e := c.Messages(c.general.ID)[0].Edits[0]
	if len(e.Reactions) != 1 || len(e.Reactions[0].Users) != 1 || e.Reactions[0].Users[0] != c.ann.ID {
		t.Errorf("reactions %+v", e.Reactions)
	}
	if len(e.Attachments) != 1 {
		t.Fatalf("attachments %+v", e.Attachments)
	}
	resp, body, err := c.get(e.Attachments[0].URL)
	if err != nil || resp.StatusCode != 200 || body != "hello" {
		t.Errorf("the file: %q, %v", body, err)
	}
}
