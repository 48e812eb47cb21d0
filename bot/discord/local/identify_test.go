package local

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// events/gateway-events, Ready; events/gateway, Guild availability.
func TestReady(t *testing.T) {
	c := newClient(t, false)
	l := c.login(intentGuilds, `,"shard":[0,1]`)
	guild := c.event(l, "GUILD_CREATE")
	want := map[string]any{
		"v": 9.0, "session_id": l.id, "shard": []any{0.0, 1.0},
		"resume_gateway_url": "ws" + strings.TrimPrefix(c.url, "http") + "/socket/resume",
		"application":        map[string]any{"id": c.App().ID, "flags": 0.0},
		"guilds":             []any{map[string]any{"id": c.guild.ID, "unavailable": true}},
	}
	got := l.ready
	if user := got["user"].(map[string]any); user["id"] != c.App().ID || user["bot"] != true {
		t.Errorf("user %v", user)
	}
	delete(got, "user")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if guild.Data["id"] != c.guild.ID || guild.Data["unavailable"] != false {
		t.Errorf("guild %v", guild.Data)
	}
	if _, has := c.login(0, "").ready["shard"]; has {
		t.Error("a shard for a session that is none")
	}
	if n := c.Identified(); n != 2 {
		t.Errorf("%d identified", n)
	}
}

// All say the same of the application: whether it may have message content.
func TestReadyFlags(t *testing.T) {
	for _, privileged := range []bool{false, true} {
		c := newClient(t, privileged)
		flags, _ := at(c.login(0, "").ready, "application.flags").(float64)
		const limitedContent = 1 << 19 // GATEWAY_MESSAGE_CONTENT_LIMITED
		if (int(flags)&limitedContent != 0) != privileged {
			t.Errorf("privileged %v: READY has %v", privileged, flags)
		}
		for _, path := range []string{"/applications/@me", "/oauth2/applications/@me"} {
			if _, app := c.api("GET", path, ""); app["flags"] != flags {
				t.Errorf("%s has %v, READY %v", path, app["flags"], flags)
			}
		}
	}
}

// events/gateway, Sharding: (guild_id >> 22) % num_shards, DMs to shard 0.
func TestSharding(t *testing.T) {
	c := newClient(t, false)
	c.register()
	c.clock.advance(time.Millisecond) // ids differ in what the formula looks at
	other := c.AddGuild("Others", c.ann)
	channels := map[int]Channel{shardOf(c.guild.ID, 2): c.general, shardOf(other.ID, 2): c.AddChannel(other.ID, "general")}
	if len(channels) != 2 {
		t.Fatal("both guilds are in one shard")
	}
	const intents = intentGuilds | intentGuildMessages | intentDirectMessages
	shards := []*login{c.login(intents, `,"shard":[0,2]`), c.login(intents, `,"shard":[1,2]`)}
	all := c.login(intents, "")
	for _, l := range shards {
		c.event(l, "GUILD_CREATE")
	}
	c.event(all, "GUILD_CREATE")
	c.event(all, "GUILD_CREATE")
	slash := func(in Channel) {
		t.Helper()
		if _, err := c.Slash(c.ann.ID, in.ID, "ask", Option{Name: "question", Value: "Who?"}); err != nil {
			t.Fatal(err)
		}
	}
	for i, l := range shards {
		if _, err := c.Say(c.ann.ID, channels[i].ID, "hello"); err != nil {
			t.Fatal(err)
		}
		slash(channels[i])
		if p := c.event(l, "MESSAGE_CREATE"); p.Data["channel_id"] != channels[i].ID {
			t.Errorf("shard %d got %v", i, p.Data)
		}
		c.event(l, "INTERACTION_CREATE")
	}
	if _, err := c.Say(c.ann.ID, c.dm.ID, "hello"); err != nil {
		t.Fatal(err)
	}
	slash(c.dm)
	c.event(shards[0], "MESSAGE_CREATE")
	c.event(shards[0], "INTERACTION_CREATE")
	for i, want := range []int{6, 4, 9} { // READY, guilds and what was said
		if got := c.Sessions()[i]; got.Seq != want || got.Shard != i%2 || got.Shards != 2-i/2 {
			t.Errorf("session %+v, want %d events", got, want)
		}
	}
}

// events/gateway, Max concurrency: in five seconds one identify for each key,
// shard_id % max_concurrency; more get an Invalid Session.
func TestMaxConcurrency(t *testing.T) {
	c := newClient(t, false, discordsLimits, func(o *Options) { o.MaxConcurrency = 2 })
	for _, tt := range []struct {
		wait  time.Duration
		shard int
		want  string
	}{
		{0, 0, "READY"},
		{0, 1, "READY"},
		{0, 2, "invalid session: false"},
		{4999 * time.Millisecond, 3, "invalid session: false"},
		{time.Millisecond, 2, "READY"},
		{0, 3, "READY"},
	} {
		c.clock.advance(tt.wait)
		ws := c.dial()
		c.write(ws, identify(token, 0, fmt.Sprintf(`,"shard":[%d,4]`, tt.shard)))
		if got := outcome(ws); got != tt.want {
			t.Errorf("shard %d: %s, want %s", tt.shard, got, tt.want)
		}
	}
}

// events/gateway, Get Gateway Bot and Session start limit object; Identifying:
// who identifies too often in a day loses the token.
func TestSessionStarts(t *testing.T) {
	c := newClient(t, false, func(o *Options) { o.SessionStarts, o.Shards, o.MaxConcurrency = 2, 3, 16 })
	limit := func() string {
		_, body := c.api("GET", "/gateway/bot", "")
		text, err := json.Marshal([]any{body["shards"], body["session_start_limit"]})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	want := func(remaining, reset int) {
		t.Helper()
		want := fmt.Sprintf(`[3,{"max_concurrency":16,"remaining":%d,"reset_after":%d,"total":2}]`, remaining, reset)
		if got := limit(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	day := int((24 * time.Hour).Milliseconds())
	want(2, 0)
	l := c.login(0, "")
	want(1, day)
	c.clock.advance(time.Hour)
	c.cut(l)
	c.resume(l) // costs nothing
	c.event(l, "RESUMED")
	want(1, day-int(time.Hour.Milliseconds()))
	c.clock.advance(23 * time.Hour)
	want(2, 0)

	c.login(0, "")
	c.login(0, "")
	last := c.dial()
	c.write(last, identify(token, 0, ""))
	for _, ws := range []*websocket.Conn{last, l.Conn} {
		if code := closed(ws); code != closeAuthFailed {
			t.Errorf("closed with %d", code)
		}
	}
	if status, _ := c.api("GET", "/users/@me", ""); status != http.StatusUnauthorized || len(c.Sessions()) != 0 {
		t.Errorf("status %d, sessions %v", status, c.Sessions())
	}
}

// What is spent is told, by the server's own clock.
func TestSpendStarts(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := New(Options{Token: "a.token", Name: "bot", Now: func() time.Time { return now }})
	s.SpendStarts(990)
	r := httptest.NewRequest("GET", "/api/v9/gateway/bot", nil)
	r.Header.Set("Authorization", "Bot a.token")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if limit, _ := body["session_start_limit"].(map[string]any); limit["remaining"] != 10.0 || limit["reset_after"] != 86400000.0 {
		t.Errorf("limit %v", limit)
	}
	if date := w.Header().Get("Date"); date != "Thu, 26 Nov 2026 12:00:00 GMT" {
		t.Errorf("Date: %s", date)
	}
}

// The owner resets the token: the bot is put out, and does not come in again.
func TestResetToken(t *testing.T) {
	c := newClient(t, false)
	l := c.login(0, "")
	c.ResetToken()
	if code := closed(l.Conn); code != closeAuthFailed {
		t.Errorf("closed with %d", code)
	}
	c.resume(l)
	if code := closed(l.Conn); code != closeAuthFailed {
		t.Errorf("resuming: closed with %d", code)
	}
	if status, _ := c.api("GET", "/users/@me", ""); status != http.StatusUnauthorized {
		t.Errorf("status %d", status)
	}
}
