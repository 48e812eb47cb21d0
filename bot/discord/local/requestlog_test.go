package local

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// get fetches an address as anyone can.
func (c *client) get(url string) (*http.Response, string, error) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.ctx, "GET", url, nil)
	must(c.t, err)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

// The log keeps the last requests, and not more bodies than it may.
func TestKeptRequests(t *testing.T) {
	c := newClient(t, false, func(o *Options) { o.KeepRequests = 2 })
	for _, path := range []string{"/gateway", "/users/@me", "/gateway/bot"} {
		c.api("GET", path, "")
	}
	var got []string
	for _, r := range c.Requests() {
		got = append(got, r.Path)
	}
	if diff := cmp.Diff([]string{"/users/@me", "/gateway/bot"}, got); diff != "" {
		t.Error(diff)
	}
	l := requestLog{most: 100}
	for range 4 {
		l.add(Request{Body: make([]byte, maxLogged/2)})
	}
	if len(l.list) != 2 || l.bytes != maxLogged {
		t.Errorf("%d requests of %d bytes", len(l.list), l.bytes)
	}
	if n := New(Options{Now: c.clock.Now}).log.most; n < 100000 {
		t.Errorf("%d by default", n)
	}
}

// A body that is too large gets Discord's error, and is in the log without it.
func TestLargeBody(t *testing.T) {
	c := newClient(t, false)
	path := "/channels/" + c.general.ID + "/messages"
	status, body := c.direct("POST", "/api/v9"+path, "application/json", strings.Repeat(" ", maxBody+1))
	if status != 413 || !strings.Contains(body, `"code":40005`) {
		t.Errorf("%d %s", status, body)
	}
	want := []Request{{Method: "POST", Path: path, ContentType: "application/json", Status: 413}}
	if diff := cmp.Diff(want, c.Requests()); diff != "" {
		t.Error(diff)
	}
}

// Whoever came by TLS gets addresses with TLS, of files and of the gateway.
func TestTLS(t *testing.T) {
	c := newClient(t, false)
	_, err := c.Send(c.ann.ID, c.general.ID, Draft{Files: []File{{Name: "a", Data: []byte("x")}}})
	must(t, err)
	for _, tt := range []struct {
		tls           *tls.ConnectionState
		file, gateway string
	}{
		{nil, "http://discord.test/attachments/", `"ws://discord.test/socket"`},
		{&tls.ConnectionState{}, "https://discord.test/attachments/", `"wss://discord.test/socket"`},
	} {
		r := httptest.NewRequest("GET", "http://discord.test/api/v9/gateway", nil)
		r.TLS = tt.tls
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), tt.gateway) {
			t.Errorf("the gateway is at %s, want %s", w.Body, tt.gateway)
		}
		if url := c.Messages(c.general.ID)[0].Attachments[0].URL; !strings.HasPrefix(url, tt.file) {
			t.Errorf("the file is at %s, want %s", url, tt.file)
		}
	}
}
