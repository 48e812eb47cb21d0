package local

import (
	"strings"
	"testing"
	"time"
)

func TestSlashChecks(t *testing.T) {
	c := newClient(t, false)
	c.register()
	stranger := c.AddUser("stranger")
	question := func(value string) []Option { return []Option{{Name: "question", Value: value}} }
	tests := []struct {
		name, user, channel, command string
		options                      []Option
		want                         string // in the error; "" for none
	}{
		{"in a guild", c.ann.ID, c.general.ID, "ask", question("Who?"), ""},
		{"in a DM", c.ann.ID, c.dm.ID, "ask", question("Who?"), ""},
		{"unknown command", c.ann.ID, c.general.ID, "sing", nil, "no command /sing"},
		{"nothing filled in", c.ann.ID, c.general.ID, "ask", nil, "needs its option question"},
		{"too long", c.ann.ID, c.general.ID, "ask", question("01234567890"), "11 characters"},
		{"unknown option", c.ann.ID, c.general.ID, "ask", []Option{{Name: "x"}}, "no option x"},
		{"unknown channel", c.ann.ID, "1", "ask", question("Who?"), "no such channel"},
		{"not a member", stranger.ID, c.general.ID, "ask", question("Who?"), "is not in channel"},
	}
	for _, tt := range tests {
		_, err := c.Slash(tt.user, tt.channel, tt.command, tt.options...)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// An interaction from its callback to its token's end. Each step waits, and
// then makes one request.
func TestInteraction(t *testing.T) {
	const (
		deferred = `{"type":5}`
		message  = `{"type":4,"data":{"content":"now"}}`
		edit     = `{"content":"later"}`
	)
	type step struct {
		after        time.Duration
		method, path string
		body         string
		status, code int
	}
	callback := func(body string, status, code int) step { return step{0, "POST", "callback", body, status, code} }
	original := func(method, body string, status, code int) step {
		return step{0, method, "messages/@original", body, status, code}
	}
	tests := []struct {
		name  string
		steps []step
		want  []string // contents in the channel at the end
	}{
		{"at once", []step{callback(message, 204, 0)}, []string{"now"}},
		{"deferred", []step{callback(deferred, 204, 0), original("PATCH", edit, 200, 0), original("GET", "", 200, 0)}, []string{"later"}},
		{"too late", []step{{3*time.Second + 1, "POST", "callback", deferred, 404, 10062}}, nil},
		{"just in time", []step{{3 * time.Second, "POST", "callback", deferred, 204, 0}}, []string{""}},
		{"twice", []step{callback(deferred, 204, 0), callback(message, 400, 40060)}, []string{""}},
		{"twice, much later", []step{callback(deferred, 204, 0), {time.Minute, "POST", "callback", message, 400, 40060}}, []string{""}},
		{"unknown type", []step{callback(`{"type":42}`, 400, 50035)}, nil},
		{"empty message", []step{callback(`{"type":4,"data":{}}`, 400, 50006)}, nil},
		{"edit before the callback", []step{original("PATCH", edit, 404, 10015)}, nil},
		{"last edit", []step{callback(deferred, 204, 0), {15 * time.Minute, "PATCH", "messages/@original", edit, 200, 0}}, []string{"later"}},
		{"token's end", []step{callback(deferred, 204, 0), {15*time.Minute + 1, "PATCH", "messages/@original", edit, 401, 50027}}, []string{""}},
		{"deleted", []step{callback(message, 204, 0), original("DELETE", "", 204, 0), original("PATCH", edit, 404, 10008)}, nil},
		{"follow-up", []step{callback(message, 204, 0), {0, "POST", "", edit, 200, 0}}, []string{"now", "later"}},
		{"follow-up of a deferred response", []step{callback(deferred, 204, 0), {0, "POST", "", edit, 200, 0}}, []string{"later"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, false)
			c.register()
			i, err := c.Slash(c.ann.ID, c.general.ID, "ask", Option{"question", "Who?"})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.steps {
				c.clock.advance(s.after)
				path := strings.TrimSuffix("/api/v9/webhooks/"+c.App().ID+"/"+i.Token+"/"+s.path, "/")
				if s.path == "callback" {
					path = "/api/v9/interactions/" + i.ID + "/" + i.Token + "/callback"
				}
				status, body := c.request("", s.method, path, s.body)
				if code, _ := body["code"].(float64); status != s.status || int(code) != s.code {
					t.Errorf("%s %s %s: %d %v, want %d with code %d", s.method, s.path, s.body, status, body, s.status, s.code)
				}
			}
			var got []string
			for _, m := range c.Messages(c.general.ID) {
				got = append(got, m.Content)
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") || len(got) != len(tt.want) {
				t.Errorf("in the channel: %q, want %q", got, tt.want)
			}
		})
	}
}

// An ephemeral response stays ephemeral and out of the channel's REST list.
func TestEphemeral(t *testing.T) {
	c := newClient(t, false)
	c.register()
	i, err := c.Slash(c.ann.ID, c.general.ID, "ask", Option{"question", "Who?"})
	if err != nil {
		t.Fatal(err)
	}
	status, _ := c.request("", "POST", "/api/v9/interactions/"+i.ID+"/"+i.Token+"/callback", `{"type":5,"data":{"flags":64}}`)
	if status != 204 {
		t.Fatalf("callback: %d", status)
	}
	if m := c.Messages(c.general.ID)[0]; m.Flags != FlagEphemeral|FlagLoading {
		t.Errorf("deferred with flags %d", m.Flags)
	}
	if status, m := c.request("", "PATCH", "/api/v9/webhooks/"+c.App().ID+"/"+i.Token+"/messages/@original", `{"content":"a"}`); status != 200 || m["flags"] != float64(FlagEphemeral) {
		t.Errorf("edited: %d %v", status, m)
	}
	if status, _ := c.api("GET", "/channels/"+c.general.ID+"/messages/"+c.Messages(c.general.ID)[0].ID, ""); status != 404 {
		t.Errorf("an ephemeral message was had by REST: %d", status)
	}
}
