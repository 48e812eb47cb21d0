package local

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// exchange makes a REST request with the bot's token and returns the answer,
// its body read. An error is of a connection that broke.
func (c *client) exchange(method, path, body string) (*http.Response, string, error) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.ctx, method, c.url+"/api/v10"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

// limits is what an answer's header says of rate limits.
func limits(h http.Header) map[string]string {
	of := map[string]string{}
	for name := range h {
		if name == "Retry-After" || strings.HasPrefix(name, "X-Ratelimit-") {
			of[name] = h.Get(name)
		}
	}
	return of
}

// topics/rate-limits, Header format and Exceeding a rate limit.
func TestRouteLimit(t *testing.T) {
	c := newClient(t, false, discordsLimits)
	start := c.clock.Now()
	post := func(channel Channel) (*http.Response, string) {
		t.Helper()
		resp, body, err := c.exchange("POST", "/channels/"+channel.ID+"/messages", `{"content":"a"}`)
		if err != nil {
			t.Fatal(err)
		}
		return resp, body
	}
	first, _ := post(c.general)
	hash := first.Header.Get("X-RateLimit-Bucket")
	want := map[string]string{
		"X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": "4", "X-Ratelimit-Bucket": hash,
		"X-Ratelimit-Reset": fmt.Sprintf("%d.000", start.Unix()+5), "X-Ratelimit-Reset-After": "5.000",
	}
	if diff := cmp.Diff(want, limits(first.Header)); diff != "" || hash == "" {
		t.Errorf("first: %s", diff)
	}
	c.clock.advance(1500 * time.Millisecond)
	for i := range 4 {
		resp, _ := post(c.general)
		if got := resp.Header.Get("X-RateLimit-Remaining"); resp.StatusCode != 200 || got != fmt.Sprint(3-i) {
			t.Errorf("%d, %s remaining", resp.StatusCode, got)
		}
	}
	over, body := post(c.general)
	want["X-Ratelimit-Remaining"], want["X-Ratelimit-Reset-After"] = "0", "3.500"
	want["Retry-After"], want["X-Ratelimit-Scope"] = "4", "user"
	if diff := cmp.Diff(want, limits(over.Header)); diff != "" || over.StatusCode != 429 {
		t.Errorf("sixth: %d %s", over.StatusCode, diff)
	}
	var refused struct {
		Message    string
		RetryAfter float64 `json:"retry_after"`
		Global     *bool
	}
	if err := json.Unmarshal([]byte(body), &refused); err != nil || refused.RetryAfter != 3.5 || refused.Message != "You are being rate limited." || refused.Global == nil || *refused.Global {
		t.Errorf("body %s, %v", body, err)
	}
	if over.Header.Get("Content-Type") != "application/json" {
		t.Errorf("content type %s", over.Header.Get("Content-Type"))
	}

	// Edits are counted apart, though the hash is the same, and so is another
	// channel.
	edit, _, err := c.exchange("PATCH", "/channels/"+c.general.ID+"/messages/"+c.Messages(c.general.ID)[0].ID, `{"content":"b"}`)
	if err != nil || edit.StatusCode != 200 || edit.Header.Get("X-RateLimit-Bucket") != hash {
		t.Errorf("edit: %v, %v", edit, err)
	}
	if other, _ := post(c.dm); other.StatusCode != 200 || other.Header.Get("X-RateLimit-Bucket") != hash {
		t.Errorf("another channel: %d %v", other.StatusCode, other.Header)
	}
	c.clock.advance(3499 * time.Millisecond)
	if again, _ := post(c.general); again.StatusCode != 429 || again.Header.Get("X-RateLimit-Reset-After") != "0.001" {
		t.Errorf("too early: %d %v", again.StatusCode, again.Header)
	}
	c.clock.advance(time.Millisecond)
	if again, _ := post(c.general); again.StatusCode != 200 {
		t.Errorf("after the reset: %d", again.StatusCode)
	}
	if n := len(c.Messages(c.general.ID)); n != 6 {
		t.Errorf("%d messages", n)
	}
}

// topics/rate-limits, Global rate limit: 50 in a second, whatever the route.
func TestGlobalLimit(t *testing.T) {
	c := newClient(t, false, discordsLimits)
	c.register() // the first of the fifty
	i, err := c.Slash(c.ann.ID, c.general.ID, "ask", Option{Name: "question", Value: "Who?"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 49 {
		path := []string{"/users/@me", "/channels/" + c.general.ID}[n%2]
		if resp, _, err := c.exchange("GET", path, ""); err != nil || resp.StatusCode != 200 || len(limits(resp.Header)) > 0 {
			t.Fatalf("%s: %v %v", path, resp, err)
		}
	}
	over, body, err := c.exchange("GET", "/users/@me", "")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"Retry-After": "1", "X-Ratelimit-Global": "true", "X-Ratelimit-Scope": "global"}
	if diff := cmp.Diff(want, limits(over.Header)); diff != "" || over.StatusCode != 429 {
		t.Errorf("%d %s", over.StatusCode, diff)
	}
	if want := `{"global":true,"message":"You are being rate limited.","retry_after":1.000}`; body != want {
		t.Errorf("body %s", body)
	}
	// Interactions are not bound to it.
	if status, body := c.api("POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", `{"type":5}`); status != 204 {
		t.Errorf("callback: %d %v", status, body)
	}
	if status, body := c.api("PATCH", "/webhooks/"+c.App().ID+"/"+i.Token+"/messages/@original", `{"content":"a"}`); status != 200 {
		t.Errorf("edit: %d %v", status, body)
	}
	c.clock.advance(time.Second)
	if status, _ := c.api("GET", "/users/@me", ""); status != 200 {
		t.Errorf("a second later: %d", status)
	}
}

// Which routes share a limit, and which of their parameters count apart.
func TestBuckets(t *testing.T) {
	l := newLimiter(Options{})
	tests := []struct{ route, name string }{
		{"POST /channels/{channel}/messages", "create message"},
		{"PATCH /channels/{channel}/messages/{message}", "edit message"},
		{"DELETE /channels/{channel}/messages/{message}", "delete message"},
		{"PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me", "react"},
		{"DELETE /channels/{channel}/messages/{message}/reactions/{emoji}/@me", "react"},
		{"DELETE /channels/{channel}/messages/{message}/reactions", "react"},
		{"POST /channels/{channel}/typing", "typing"},
		{"PUT /applications/{app}/commands", "overwrite commands"},
		{"PUT /applications/{app}/guilds/{guild}/commands", "overwrite commands"},
		{"POST /applications/{app}/commands", "create command"},
		{"DELETE /applications/{app}/guilds/{guild}/commands/{command}", "delete command"},
		{"POST /webhooks/{app}/{token}", "webhook"},
		{"PATCH /webhooks/{app}/{token}/messages/{message}", "webhook"},
		{"DELETE /webhooks/{app}/{token}/messages/{message}", "webhook"},
		{"GET /channels/{channel}/messages", "get messages"},
		{"GET /channels/{channel}/messages/{message}", "get message"},
		{"GET /webhooks/{app}/{token}/messages/{message}", ""},
		{"POST /interactions/{interaction}/{token}/callback", ""},
		{"GET /applications/{app}/commands", ""},
		{"GET /gateway", ""},
	}
	for _, tt := range tests {
		got := ""
		if of := l.of(tt.route); of != nil {
			got = of.name
		}
		if got != tt.name {
			t.Errorf("%s: %q, want %q", tt.route, got, tt.name)
		}
	}
}

// Five of an interaction's follow-ups and edits together in two seconds; the
// next interaction has its own five.
func TestWebhookLimit(t *testing.T) {
	c := newClient(t, false, discordsLimits)
	c.register()
	var tokens []string
	for range 2 {
		i, err := c.Slash(c.ann.ID, c.general.ID, "ask", Option{Name: "question", Value: "Who?"})
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := c.api("POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", `{"type":4,"data":{"content":"a"}}`); status != 204 {
			t.Fatal(status)
		}
		tokens = append(tokens, "/webhooks/"+c.App().ID+"/"+i.Token)
	}
	want := []int{200, 200, 200, 200, 200, 429}
	for _, path := range tokens {
		for n, want := range want {
			status, body := 0, map[string]any(nil)
			if n%2 == 0 {
				status, body = c.api("POST", path, `{"content":"b"}`)
			} else {
				status, body = c.api("PATCH", path+"/messages/@original", `{"content":"c"}`)
			}
			if status != want {
				t.Errorf("%d: %d %v", n, status, body)
			}
		}
	}
}

// A test can change a limit.
func TestLimits(t *testing.T) {
	c := newClient(t, false, func(o *Options) {
		o.Limits = func(name string, discord Limit) Limit {
			if name == "create message" {
				return Limit{Requests: 1, Per: time.Hour}
			}
			return discord
		}
	})
	c.post(c.general, `{"content":"a"}`)
	resp, _, err := c.exchange("POST", "/channels/"+c.general.ID+"/messages", `{"content":"b"}`)
	if err != nil || resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "3600" {
		t.Errorf("%v, %v", resp, err)
	}
}

// topics/rate-limits, Invalid request limit: 401, 403 and 429 count, for ten
// minutes.
func TestInvalidRequests(t *testing.T) {
	c := newClient(t, false, discordsLimits)
	c.say("ann's")
	anns := c.Messages(c.general.ID)[0]
	c.request("Bot wrong", "GET", "/api/v9/users/@me", "")
	c.api("PATCH", "/channels/"+c.general.ID+"/messages/"+anns.ID, `{"content":"a"}`)
	c.api("GET", "/channels/1", "")
	c.api("POST", "/channels/"+c.general.ID+"/messages", `{}`)
	if n := c.InvalidRequests(); n != 2 {
		t.Errorf("%d, want those with 401 and 403", n)
	}
	c.clock.advance(time.Minute)
	for range 6 {
		c.api("POST", "/channels/"+c.general.ID+"/typing", "")
	}
	if n := c.InvalidRequests(); n != 3 {
		t.Errorf("%d, want one more for the 429", n)
	}
	c.clock.advance(9 * time.Minute)
	if n := c.InvalidRequests(); n != 1 {
		t.Errorf("%d ten minutes after the first", n)
	}
}

// The buckets of tokens that are gone are thrown out.
func TestBucketsAreFreed(t *testing.T) {
	l := newLimiter(Options{})
	now := time.Unix(1, 0)
	for i := range 3 * maxBuckets {
		l.bucket(fmt.Sprint(i), Limit{1, time.Second}, now).take(now)
		now = now.Add(time.Second)
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d buckets", len(l.buckets))
	}
}
