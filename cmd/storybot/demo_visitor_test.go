package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A visitor is the first of the people as whom the demo's page can be used, in its first
// channel, by the API that the page uses.
type visitor struct {
	t           testing.TB
	address     string // of the page
	me, channel string // ids
}

// A shownMessage is one as the page is told of it.
type shownMessage struct {
	ID, Content string
	Explained   bool
}

func newVisitor(t testing.TB, address string) *visitor {
	t.Helper()
	v := &visitor{t: t, address: address}
	var start struct{ People []struct{ ID string } }
	v.decode(v.get("start", nil), &start)
	v.me = start.People[0].ID
	v.watch(func(shown shownView) bool {
		v.channel = shown.Channels[0].ID
		return true
	})
	return v
}

// asks asks by /ask, and gives the message that answers with a text.
func (v *visitor) asks(question, answer string) shownMessage {
	v.t.Helper()
	v.does("slash", map[string]any{"command": "ask", "options": []map[string]string{{"Name": "question", "Value": question}}})
	return v.sees(answer)
}

// does does an action of the page's API.
func (v *visitor) does(name string, action map[string]any) {
	v.t.Helper()
	action["as"], action["channel"] = v.me, v.channel
	body, err := json.Marshal(action)
	if err != nil {
		v.t.Fatal(err)
	}
	resp, err := http.Post(v.address+"client/"+name, "application/json", bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	if said := v.read(resp); resp.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %s %s", name, resp.Status, said)
	}
}

// sees waits for a message with a text.
func (v *visitor) sees(text string) (found shownMessage) {
	v.t.Helper()
	v.watch(func(shown shownView) bool {
		for _, m := range shown.Messages {
			if strings.Contains(m.Content, text) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// explanation tells how a message came to be, in JSON.
func (v *visitor) explanation(message string) string {
	v.t.Helper()
	return v.get("explanation", url.Values{"as": {v.me}, "channel": {v.channel}, "message": {message}})
}

// A shownView is what the page shows.
type shownView struct {
	Channels []struct{ ID string }
	Messages []shownMessage
}

// watch looks at the page until what is shown is as wished.
func (v *visitor) watch(enough func(shownView) bool) {
	v.t.Helper()
	resp, err := http.Get(v.address + "client/view?" + url.Values{"as": {v.me}, "channel": {v.channel}}.Encode())
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	events := bufio.NewScanner(resp.Body)
	events.Buffer(nil, 1<<20)
	for events.Scan() {
		text, isData := strings.CutPrefix(events.Text(), "data: ")
		if !isData {
			continue
		}
		var shown shownView
		if v.decode(text, &shown); enough(shown) {
			return
		}
	}
	v.t.Fatalf("the view has ended: %v", events.Err())
}

func (v *visitor) get(name string, query url.Values) string {
	v.t.Helper()
	resp, err := http.Get(v.address + "client/" + name + "?" + query.Encode())
	if err != nil {
		v.t.Fatal(err)
	}
	return v.read(resp)
}

func (v *visitor) read(resp *http.Response) string {
	v.t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return string(body)
}

func (v *visitor) decode(text string, value any) {
	v.t.Helper()
	if err := json.Unmarshal([]byte(text), value); err != nil {
		v.t.Fatalf("%v: %s", err, text)
	}
}
