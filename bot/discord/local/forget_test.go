package local

import (
	"errors"
	"slices"
	"testing"
)

// crowd has Ann ask for many suggestions, which no message is of.
func (c *client) crowd(n int) {
	c.t.Helper()
	for range n {
		_, err := c.Suggest(c.ann.ID, c.general.ID, "find", "q")
		must(c.t, err)
	}
}

// Interactions of long ago are forgotten, but for those that messages name.
func TestForgottenInteractions(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	idle := c.interactions("command")
	answered := c.interactions("command")
	c.callback(answered, `{"type":4,"data":{"content":"a"}}`)
	modal := c.interactions("modal of a component")
	c.callback(modal, `{"type":4,"data":{"content":"b"}}`)
	open := c.interactions("component") // it has a modal that nobody has filled in
	c.callback(open, feedback)
	webhook := "/webhooks/" + c.App().ID + "/"
	for range 20 {
		c.clock.advance(interactionMemory / 2)
		c.crowd(fewInteractions)
	}
	c.mu.Lock()
	n, tokens := len(c.state.interactions), len(c.state.byToken)
	c.mu.Unlock()
	if n > 6*fewInteractions || tokens > 6*fewInteractions {
		t.Errorf("%d interactions and %d tokens are kept", n, tokens)
	}
	for name, tt := range map[string]struct {
		i    Interaction
		kept bool
	}{
		"idle": {idle, false}, "answered": {answered, true}, "modal": {modal, true},
		"what opened the modal": {Interaction{ID: modal.OpenedBy}, true}, "open": {open, false},
	} {
		if got := c.Interaction(tt.i.ID).ID != ""; got != tt.kept {
			t.Errorf("%s: kept %v", name, got)
		}
	}
	if _, err := c.Response(c.ctx, idle.ID); !errors.Is(err, ErrUnknown) {
		t.Errorf("the response: %v", err)
	}
	for _, token := range []string{idle.Token, answered.Token} {
		if status, body := c.api("POST", webhook+token, `{"content":"a"}`); status != 401 || body["code"] != 50027.0 {
			t.Errorf("by an old token: %d %v", status, body)
		}
	}
	if status, body := c.api("POST", "/interactions/"+idle.ID+"/"+idle.Token+"/callback", `{"type":5}`); status != 404 || body["code"] != 10062.0 {
		t.Errorf("an old interaction: %d %v", status, body)
	}
	if _, err := c.Submit(c.ann.ID, open.ID, map[string]string{"why": "so"}); err == nil {
		t.Error("a modal of long ago was sent")
	}
	for name, i := range map[string]Interaction{"answered": answered, "modal": modal} {
		id := c.Interaction(i.ID).ResponseID
		_, body := c.api("GET", "/channels/"+c.general.ID+"/messages/"+id, "")
		if got := at(body, "interaction_metadata.id"); got != i.ID {
			t.Errorf("%s: the message is of %v", name, got)
		}
	}
	if _, err := c.Press(c.ann.ID, modal.MessageID, "go"); err != nil {
		t.Errorf("an old message's button: %v", err)
	}
}

// What is forgotten on demand takes its answers along, and no others; it takes no more.
func TestForget(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	webhook := "/webhooks/" + c.App().ID + "/"
	twice, other := c.interactions("command"), c.interactions("command")
	c.callback(twice, `{"type":4,"data":{"content":"a"}}`)
	c.callback(other, `{"type":4,"data":{"content":"b"}}`)
	if status, body := c.api("POST", webhook+twice.Token, `{"content":"c"}`); status != 200 {
		t.Fatalf("%d %v", status, body)
	}
	if n := c.Forget(twice.ID); n != 2 {
		t.Errorf("%d answers", n)
	}
	if n := c.Forget(twice.ID); n != 0 {
		t.Errorf("forgotten twice: %d answers", n)
	}
	answers := func() (left []string) {
		for _, m := range c.Messages(c.general.ID) {
			if m.InteractionID != "" {
				left = append(left, m.Content)
			}
		}
		return left
	}
	if left := answers(); !slices.Equal(left, []string{"b"}) {
		t.Errorf("left: %q", left)
	}
	if status, body := c.api("POST", webhook+twice.Token, `{"content":"d"}`); status < 400 {
		t.Errorf("by its token: %d %v", status, body)
	}
	if n := c.Forget(other.ID); n != 1 || len(answers()) != 0 {
		t.Errorf("%d answers, left: %q", n, answers())
	}
}

// A modal that is sent after long has still been opened by something.
func TestLateSubmission(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	open := c.interactions("command")
	c.callback(open, feedback)
	c.crowd(fewInteractions - 1)
	c.clock.advance(2 * interactionMemory)
	sent, err := c.Submit(c.ann.ID, open.ID, map[string]string{"why": "so"})
	must(t, err)
	if status, body := c.callback(sent, `{"type":4,"data":{"content":"a"}}`); status != 204 {
		t.Fatalf("%d %v", status, body)
	}
	m, err := c.Response(c.ctx, sent.ID)
	must(t, err)
	_, body := c.api("GET", "/channels/"+c.general.ID+"/messages/"+m.ID, "")
	if got := at(body, "interaction_metadata.triggering_interaction_metadata.id"); got != open.ID {
		t.Errorf("opened by %v", got)
	}
}

// Nobody waits for what cannot come.
func TestUnknown(t *testing.T) {
	c := newClient(t, false)
	for name, wait := range map[string]func() error{
		"Response": func() error { _, err := c.Response(c.ctx, "1"); return err },
		"Reply":    func() error { _, err := c.Reply(c.ctx, "1"); return err },
		"Choices":  func() error { _, err := c.Choices(c.ctx, "1"); return err },
		"Modal":    func() error { _, err := c.Modal(c.ctx, "1"); return err },
	} {
		if err := wait(); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c.ctx.Err() != nil {
		t.Error("waited until the end")
	}
}
