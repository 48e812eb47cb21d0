package local

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzBodies: whatever a bot sends to any of the routes that take a body, and
// whichever way, it gets an answer of Discord's.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		`{"content":"a","nonce":[],"embeds":[{"fields":null}],"components":[null]}`,
		`[{"name":"a","description":"d","options":[{"type":3,"choices":[{}]}]}]`,
		`{"type":4,"data":{"flags":-1,"message_reference":{}}}`,
		`{"type":7,"data":null}`,
		`{"type":8,"data":{"choices":[{"name":"n","value":{}}]}}`,
		`{"type":9,"data":{"custom_id":"c","title":"t","components":[{"type":18},{"type":1},{"type":18,"component":{"type":3}}]}}`,
		`{"name":"t","message":{"content":"a"},"type":11,"archived":true,"locked":null}`,
		`{"attachments":[{"id":{}},{"id":"1"},{"id":0}],"flags":null,"nonce":1e3}`,
		`{"name":"A","type":3,"contexts":[],"name_localizations":{"de":null},"options":[{"type":2,"options":[{"type":1}]}]}`,
		`{"recipient_id":1}`, `null`, `7`, `[]`, `{"components":[{"type":1,"components":[{"type":3,"options":null,"min_values":-1}]}]}`,
	} {
		f.Add(body, false)
		f.Add(body, true)
	}
	f.Fuzz(func(t *testing.T, body string, asForm bool) {
		c := newClient(t, true)
		c.commands(everything)
		c.description = nil // what is let through is another test's matter
		v := c.variables()
		kind := "application/json"
		if asForm {
			kind, body = multipartForm(t, body, "a.png:x", "b:y")
		}
		var targets [][2]string
		for _, of := range []string{"command", "component", "autocomplete", "message menu", "modal of a component"} {
			i := c.interactions(of)
			targets = append(targets, [2]string{"POST", "/interactions/" + i.ID + "/" + i.Token + "/callback?with_response=true"},
				[2]string{"POST", "/webhooks/$app/" + i.Token}, [2]string{"PATCH", "/webhooks/$app/" + i.Token + "/messages/@original"})
		}
		command := c.Commands("")[0].ID
		for _, target := range append(targets, [][2]string{
			{"POST", "/channels/$channel/messages"}, {"PATCH", "/channels/$channel/messages/$own"},
			{"POST", "/channels/$channel/messages/$said/threads"}, {"POST", "/channels/$channel/threads"},
			{"POST", "/channels/$forum/threads"}, {"PATCH", "/channels/$said"}, {"PATCH", "/channels/$channel"},
			{"POST", "/users/@me/channels"},
			{"POST", "/applications/$app/commands"}, {"PATCH", "/applications/$app/commands/" + command},
			{"PUT", "/applications/$app/commands"}, {"PUT", "/applications/$app/guilds/$guild/commands"},
			{"GET", "/channels/$channel/messages"}, {"GET", "/applications/$app/commands?with_localizations=true"},
		}...) {
			path := v.Replace("/api/v9" + target[1])
			if status, answer := c.direct(target[0], path, kind, body); status >= 500 {
				t.Errorf("%s %s %s: %d %s", target[0], path, body, status, answer)
			}
		}
	})
}

// FuzzPaths: nor does it matter what a path and a query are made of.
func FuzzPaths(f *testing.F) {
	for _, part := range []string{"1", "@me", "%F0%9F%91%8D", "x", "18446744073709551616", "-1"} {
		f.Add(part)
	}
	f.Fuzz(func(t *testing.T, part string) {
		if strings.ContainsFunc(part, func(r rune) bool { return r <= ' ' || r > '~' }) || strings.ContainsAny(part, "?#") || part == "" {
			t.Skip("not a part of an address")
		}
		c := newClient(t, true)
		c.description = nil
		v := c.variables("$part", part)
		for _, target := range [][2]string{
			{"GET", "/channels/$part"}, {"GET", "/channels/$channel/messages/$part"}, {"GET", "/guilds/$part"},
			{"GET", "/channels/$channel/messages?limit=$part"}, {"GET", "/channels/$channel/messages?around=$part"},
			{"GET", "/channels/$channel/messages?before=$part"}, {"GET", "/users/$part"}, {"GET", "/guilds/$guild/members/$part"},
			{"PUT", "/channels/$channel/messages/$said/reactions/$part/@me"}, {"DELETE", "/channels/$channel/messages/$said/reactions/$part/$ann"},
			{"GET", "/channels/$channel/messages/$said/reactions/$part?after=$part"}, {"PUT", "/channels/$thread/thread-members/$part"},
			{"GET", "/webhooks/$app/$part/messages/@original"}, {"DELETE", "/applications/$app/commands/$part"},
		} {
			path := v.Replace(target[1])
			if status, answer := c.direct(target[0], "/api/v9"+path, "", ""); status >= 500 {
				t.Errorf("%s %s: %d %s", target[0], path, status, answer)
			}
		}
	})
}

// direct makes a request of the bot's without a network, which would make
// each run of a fuzzer another. A path that is none is not tried.
func (c *client) direct(method, path, contentType, body string) (int, string) {
	c.t.Helper()
	if _, err := url.ParseRequestURI(path); err != nil {
		return 0, ""
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bot "+token)
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
