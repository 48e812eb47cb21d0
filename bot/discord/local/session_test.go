package local

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// discordsLimits puts Discord's own rate limits in force.
func discordsLimits(o *Options) { o.Limits = nil }

// connect opens a gateway connection at an address and reads its Hello.
func (c *client) connect(address, query string) *websocket.Conn {
	c.t.Helper()
	ws, _, err := websocket.DefaultDialer.DialContext(c.ctx, address+"/"+query, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { ws.Close() })
	if hello := c.read(ws); hello.Op != opHello {
		c.t.Fatalf("first payload has op %d", hello.Op)
	}
	return ws
}

// A login is a session of the client's and its connection.
type login struct {
	*websocket.Conn
	id, address string // from READY
	seq         int    // of the last event read
	ready       map[string]any
}

// login starts a session; more is for its identify, as `,"shard":[0,1]`.
func (c *client) login(intents int, more string) *login {
	c.t.Helper()
	l := &login{Conn: c.dial()}
	c.write(l.Conn, identify(token, intents, more))
	l.ready = c.event(l, "READY").Data
	l.id, l.address = l.ready["session_id"].(string), l.ready["resume_gateway_url"].(string)
	return l
}

func identify(token string, intents int, more string) string {
	return fmt.Sprintf(`{"op":2,"d":{"token":%q,"intents":%d,"properties":{}%s}}`, token, intents, more)
}

// event reads the next event, which has to be the named one and the next in
// number.
func (c *client) event(l *login, name string) received {
	c.t.Helper()
	p := c.read(l.Conn)
	if p.Type != name || p.Op != opDispatch || p.Seq == nil || *p.Seq != l.seq+1 {
		c.t.Fatalf("got op %d %s %s, want %s with seq %d", p.Op, p.Type, p.D, name, l.seq+1)
	}
	l.seq++
	return p
}

// cut loses the connection without a word, and waits until Discord has
// noticed.
func (c *client) cut(l *login) {
	c.t.Helper()
	l.NetConn().Close()
	c.awaitLoss(l.id)
}

// awaitLoss waits until a session has no connection, or has ended.
func (c *client) awaitLoss(id string) {
	c.t.Helper()
	if err := c.Wait(c.ctx, func() bool { return !c.session(id).Connected }); err != nil {
		c.t.Fatal(err)
	}
}

// session describes a session; one that has ended is the zero Session.
func (c *client) session(id string) Session {
	for _, x := range c.Sessions() {
		if x.ID == id {
			return x
		}
	}
	return Session{}
}

func (l *login) resume() string {
	return fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":%q,"seq":%d}}`, token, l.id, l.seq)
}

// resume takes the session up on a new connection.
func (c *client) resume(l *login) {
	c.t.Helper()
	l.Conn = c.connect(l.address, "?v=9&encoding=json")
	c.write(l.Conn, l.resume())
}

// say says something in the guild's channel.
func (c *client) say(content string) {
	c.t.Helper()
	if _, err := c.Say(c.ann.ID, c.general.ID, content); err != nil {
		c.t.Fatal(err)
	}
}

// closed reads up to the end of a connection and returns its close code, 1006
// when there was none.
func closed(ws *websocket.Conn) int {
	ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			if e, ok := err.(*websocket.CloseError); ok {
				return e.Code
			}
			return websocket.CloseAbnormalClosure
		}
	}
}

// events/gateway, Connecting: the version and the encoding are in the address.
func TestConnecting(t *testing.T) {
	c := newClient(t, false)
	_, gateway := c.request("", "GET", "/api/v10/gateway", "")
	for _, tt := range []struct {
		query     string
		handshake int
		v         float64 // of READY
	}{
		{"", 101, 9},
		{"/", 101, 9},
		{"?v=9&encoding=json", 101, 9},
		{"/?v=10&encoding=json", 101, 10},
		{"/?v=10&encoding=etf", 400, 0},
		{"/?v=10&encoding=json&compress=zlib-stream", 400, 0},
	} {
		ws, resp, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string)+tt.query, nil)
		if resp == nil || resp.StatusCode != tt.handshake {
			t.Fatalf("%s: %v", tt.query, err)
		}
		if err != nil {
			continue
		}
		if p := c.read(ws); p.Op != opHello {
			t.Errorf("%s: op %d", tt.query, p.Op)
		}
		c.write(ws, identify(token, 0, ""))
		if p := c.read(ws); p.Data["v"] != tt.v {
			t.Errorf("%s: %v", tt.query, p.Data)
		}
		ws.Close()
	}
	for version, want := range map[string]int{"v9": 200, "v10": 200, "v8": 400, "v11": 400} {
		if status, body := c.request("", "GET", "/api/"+version+"/gateway", ""); status != want {
			t.Errorf("API %s: %d %v", version, status, body)
		}
	}
}

// events/gateway, Hello event and Sending heartbeats; events/gateway-events,
// Payload structure: s and t are null but in events.
func TestHeartbeat(t *testing.T) {
	for interval, want := range map[time.Duration]string{0: "41250", time.Minute: "60000"} {
		c := newClient(t, false, func(o *Options) { o.Heartbeat = interval })
		_, gateway := c.request("", "GET", "/api/v9/gateway", "")
		ws, _, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		exchange := func(send, want string) {
			t.Helper()
			if send != "" {
				c.write(ws, send)
			}
			if _, body, err := ws.ReadMessage(); string(body) != want {
				t.Errorf("got %s, %v, want %s", body, err, want)
			}
		}
		exchange("", `{"op":10,"d":{"heartbeat_interval":`+want+`},"s":null,"t":null}`)
		exchange(`{"op":1,"d":null}`, `{"op":11,"d":null,"s":null,"t":null}`) // before identifying, too
		c.RequestHeartbeats()
		exchange("", `{"op":1,"d":null,"s":null,"t":null}`)
		exchange(`{"op":1,"d":1}`, `{"op":11,"d":null,"s":null,"t":null}`)
	}
}

// events/gateway, Heartbeat interval: a client that stops is closed, and
// resumes.
func TestHeartStops(t *testing.T) {
	c := newClient(t, false, func(o *Options) { o.Heartbeat = 50 * time.Millisecond })
	l := c.login(0, "")
	for range 4 { // longer than patience in all
		c.write(l.Conn, `{"op":1,"d":1}`)
		if p := c.read(l.Conn); p.Op != opHeartbeatAck {
			t.Fatalf("op %d", p.Op)
		}
	}
	if !c.session(l.id).Beating || c.Online(c.ctx) != nil {
		t.Error("not online")
	}
	if code := closed(l.Conn); code != closeTimedOut {
		t.Errorf("closed with %d", code)
	}
	c.resume(l)
	c.event(l, "RESUMED")
}

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

// events/gateway, Resuming: the missed events in order, then RESUMED, then
// what is new; nothing is lost or sent twice.
func TestResume(t *testing.T) {
	c := newClient(t, true)
	l := c.login(intentGuildMessages|intentMessageContent, "")
	c.say("one")
	c.event(l, "MESSAGE_CREATE")
	c.say("sent, not read")
	c.cut(l)
	c.say("not sent")
	c.resume(l)
	for _, want := range []string{"sent, not read", "not sent"} {
		if p := c.event(l, "MESSAGE_CREATE"); p.Data["content"] != want {
			t.Errorf("got %v, want %s", p.Data["content"], want)
		}
	}
	c.event(l, "RESUMED")
	c.say("new")
	c.event(l, "MESSAGE_CREATE")
	got := c.session(l.id)
	want := Session{ID: l.id, Shards: 1, Intents: intentGuildMessages | intentMessageContent, Seq: 6, Connected: true, Resumed: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// A client that lost all but READY gets the rest again, without the
	// RESUMED of the first time.
	c.cut(l)
	l.seq = 1
	c.resume(l)
	for range 3 {
		c.event(l, "MESSAGE_CREATE")
	}
	l.seq++
	c.event(l, "MESSAGE_CREATE")
	c.event(l, "RESUMED")

	// A client that missed nothing, and came by the address of the first time.
	c.cut(l)
	l.address = strings.TrimSuffix(l.address, "/resume")
	c.resume(l)
	c.event(l, "RESUMED")
	if got := c.session(l.id); got.Resumed != 3 || got.Elsewhere != 1 || c.Identified() != 1 {
		t.Errorf("%+v", got)
	}
}

// When a session can be resumed and when not: events/gateway, Initiating a
// disconnect and Resuming; topics/opcodes-and-status-codes, close codes.
func TestResumable(t *testing.T) {
	closing := func(code int) func(*client, *login) {
		return func(c *client, l *login) {
			frame := websocket.FormatCloseMessage(code, "")
			if err := l.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second)); err != nil {
				c.t.Fatal(err)
			}
			c.awaitLoss(l.id)
		}
	}
	waiting := func(d time.Duration) func(*client, *login) {
		return func(c *client, l *login) { c.cut(l); c.clock.advance(d) }
	}
	cutAnd := func(change func(*login)) func(*client, *login) {
		return func(c *client, l *login) { c.cut(l); change(l) }
	}
	const resumed, invalid = "RESUMED", "invalid session: false"
	tests := []struct {
		name  string
		after func(*client, *login)
		want  string
	}{
		{"TCP cut", (*client).cut, resumed},
		{"client closes with 4000", closing(4000), resumed},
		{"client closes with 1012", closing(1012), resumed},
		{"client closes without a code", closing(websocket.CloseNoStatusReceived), resumed},
		{"client closes with 1000", closing(1000), invalid},
		{"client closes with 1001", closing(1001), invalid},
		{"after three minutes", waiting(sessionMemory), resumed},
		{"after more", waiting(sessionMemory + time.Second), invalid},
		{"unknown session", cutAnd(func(l *login) { l.id = "another" }), invalid},
		{"seq from the future", cutAnd(func(l *login) { l.seq = 2 }), "closed: 4007"},
		{"negative seq", cutAnd(func(l *login) { l.seq = -1 }), "closed: 4007"},
		{"events that are not kept", func(c *client, l *login) {
			c.cut(l)
			c.mu.Lock()
			defer c.mu.Unlock()
			for range maxReplay + 1 {
				c.dispatch("TEST", 0, func(bool) any { return map[string]any{} })
			}
		}, invalid},
		{"the server goes", func(c *client, l *login) { c.Close(); c.awaitLoss(l.id) }, resumed},
		{"after seq 4007", func(c *client, l *login) {
			c.cut(l)
			forged := *l
			forged.seq = 99
			c.resume(&forged)
			closed(forged.Conn)
		}, invalid},
	}
	for code, resumable := range map[int]bool{
		4000: true, 4001: true, 4002: true, 4003: true, 4005: true, 4008: true, 4009: true,
		4004: false, 4007: false, 4010: false, 4011: false, 4012: false, 4013: false, 4014: false,
	} {
		want := invalid
		if resumable {
			want = resumed
		}
		tests = append(tests, struct {
			name  string
			after func(*client, *login)
			want  string
		}{fmt.Sprint("closed with ", code), func(c *client, l *login) {
			c.Disturb(PayloadFault{Close: code})
			if got := closed(l.Conn); got != code {
				c.t.Errorf("closed with %d, want %d", got, code)
			}
		}, want})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, false)
			l := c.login(0, "")
			tt.after(c, l)
			c.resume(l)
			if got := outcome(l.Conn); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// outcome names what comes next on a connection.
func outcome(ws *websocket.Conn) string {
	var p received
	ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	if err := ws.ReadJSON(&p); err != nil {
		if e, ok := err.(*websocket.CloseError); ok {
			return fmt.Sprint("closed: ", e.Code)
		}
		return err.Error()
	}
	if p.Op == opInvalidSession {
		return "invalid session: " + string(p.D)
	}
	return p.Type
}

// events/gateway, Resuming: the same version as before.
func TestResumeOtherVersion(t *testing.T) {
	c := newClient(t, false)
	l := c.login(0, "")
	c.cut(l)
	ws := c.connect(l.address, "?v=10&encoding=json")
	c.write(ws, l.resume())
	if got := outcome(ws); got != "invalid session: false" {
		t.Error(got)
	}
	c.write(ws, identify(token, 0, "")) // after an Invalid Session the client identifies
	if got := outcome(ws); got != "READY" {
		t.Error(got)
	}
}

// A session that is resumed while it has a connection moves to the new one.
func TestTakeOver(t *testing.T) {
	c := newClient(t, false)
	l := c.login(intentGuildMessages, "")
	old := l.Conn
	c.resume(l)
	c.event(l, "RESUMED")
	if code := closed(old); code != closeUnknownError {
		t.Errorf("old connection closed with %d", code)
	}
	c.say("hello")
	c.event(l, "MESSAGE_CREATE")
	if got := c.Sessions(); len(got) != 1 || !got[0].Connected {
		t.Errorf("sessions %+v", got)
	}
}

// topics/opcodes-and-status-codes, Gateway close event codes: what each is for.
func TestGatewayCloses(t *testing.T) {
	id := identify(token, 1, "")
	resume := func(token string) string {
		return fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":"1","seq":1}}`, token)
	}
	beats := func(n int) []string { return strings.SplitAfter(strings.Repeat(`{"op":1,"d":null}`, n), "}")[:n] }
	tests := []struct {
		name   string
		query  string
		adjust func(*Options)
		send   []string
		code   int
	}{
		{"unknown op", "", nil, []string{id, `{"op":99}`}, 4001},
		{"an op of the server's", "", nil, []string{id, `{"op":10,"d":{}}`}, 4001},
		{"no JSON", "", nil, []string{"hello"}, 4002},
		{"no op", "", nil, []string{`{}`}, 4002},
		{"op of another type", "", nil, []string{`{"op":"1"}`}, 4002},
		{"identify of another type", "", nil, []string{`{"op":2,"d":7}`}, 4002},
		{"resume of another type", "", nil, []string{`{"op":6,"d":{"seq":"1"}}`}, 4002},
		{"too large", "", nil, []string{`{"op":1,"d":"` + strings.Repeat("x", maxPayload) + `"}`}, 4002},
		{"not identified", "", nil, []string{`{"op":3,"d":{}}`}, 4003},
		{"wrong token", "", nil, []string{identify("wrong", 1, "")}, 4004},
		{"no token", "", nil, []string{`{"op":2,"d":{"intents":1}}`}, 4004},
		{"resume with a wrong token", "", nil, []string{resume("wrong")}, 4004},
		{"identified twice", "", nil, []string{id, id}, 4005},
		{"resume when identified", "", nil, []string{id, resume(token)}, 4005},
		{"121 payloads in a minute", "", discordsLimits, beats(121), 4008},
		{"shard out of range", "", nil, []string{identify(token, 1, `,"shard":[2,2]`)}, 4010},
		{"negative shard", "", nil, []string{identify(token, 1, `,"shard":[-1,2]`)}, 4010},
		{"no shards", "", nil, []string{identify(token, 1, `,"shard":[0,0]`)}, 4010},
		{"half a shard", "", nil, []string{identify(token, 1, `,"shard":[0]`)}, 4010},
		{"too many guilds", "", func(o *Options) { o.GuildsPerShard = -1 }, []string{id}, 4011},
		{"version", "?v=8", nil, nil, 4012},
		{"no version", "?v=x", nil, nil, 4012},
		{"no intents", "", nil, []string{`{"op":2,"d":{"token":"` + token + `"}}`}, 4013},
		{"unknown intents", "", nil, []string{identify(token, 1<<40, "")}, 4013},
		{"negative intents", "", nil, []string{identify(token, -1, "")}, 4013},
		{"message content", "", nil, []string{identify(token, intentMessageContent, "")}, 4014},
		{"members", "", nil, []string{identify(token, intentGuildMembers, "")}, 4014},
		{"presences", "", nil, []string{identify(token, intentPresences, "")}, 4014},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			adjust := tt.adjust
			if adjust == nil {
				adjust = func(*Options) {}
			}
			c := newClient(t, false, adjust)
			_, gateway := c.request("", "GET", "/api/v9/gateway", "")
			ws, _, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string)+tt.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer ws.Close()
			for _, payload := range tt.send {
				c.write(ws, payload)
			}
			if got := closed(ws); got != tt.code {
				t.Errorf("closed with %d, want %d", got, tt.code)
			}
		})
	}
}

// events/gateway, Rate limiting: 120 payloads a minute are no more than is
// allowed, and a minute later there may be as many again.
func TestPayloadLimit(t *testing.T) {
	c := newClient(t, false, discordsLimits)
	ws := c.dial()
	for range 2 {
		for range 120 {
			c.write(ws, `{"op":1,"d":null}`)
			if p := c.read(ws); p.Op != opHeartbeatAck {
				t.Fatalf("op %d", p.Op)
			}
		}
		c.clock.advance(time.Minute)
	}
}

// Payloads that are known, and of which nothing comes.
func TestHeeded(t *testing.T) {
	c := newClient(t, false)
	l := c.login(0, "")
	for _, op := range []int{opPresence, opVoiceState, opRequestMembers, opRequestSounds, opRequestChannel, opHeartbeat} {
		c.write(l.Conn, fmt.Sprintf(`{"op":%d,"d":{}}`, op))
	}
	if p := c.read(l.Conn); p.Op != opHeartbeatAck {
		t.Errorf("op %d", p.Op)
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
