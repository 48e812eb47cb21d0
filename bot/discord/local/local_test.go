package local

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"storybot/bot/discord/internal/openapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a.test.token"

// A clock stands still until it is advanced.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A client is a bot that speaks plain HTTP and WebSocket to a local Discord
// with one guild, in which Ann is.
type client struct {
	*Server
	t           *testing.T
	clock       *clock
	url         string
	ann         User
	guild       Guild
	general, dm Channel
	ctx         context.Context
	description *openapi.API // of Discord's API; nil where it is not at hand
}

// newClient makes one without rate limits, unless adjust says otherwise.
func newClient(t *testing.T, privileged bool, adjust ...func(*Options)) *client {
	t.Helper()
	c := &client{t: t, clock: &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}}
	opts := Options{Token: token, Name: "testbot", Now: c.clock.Now, Privileged: privileged, Limits: Unlimited}
	for _, f := range adjust {
		f(&opts)
	}
	c.Server = New(opts)
	web := httptest.NewServer(c.Server)
	c.url = web.URL
	c.ann = c.AddUser("ann")
	c.guild = c.AddGuild("Readers", c.ann)
	c.general = c.AddChannel(c.guild.ID, "general")
	c.dm = c.OpenDM(c.ann)
	c.describe()
	var cancel context.CancelFunc
	c.ctx, cancel = context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(func() {
		cancel()
		c.Close()
		web.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return c
}

// request makes a REST request and returns its status and JSON body; a list
// is under the key "list".
func (c *client) request(auth, method, path, body string) (int, map[string]any) {
	c.t.Helper()
	return c.upload(auth, method, path, "application/json", body)
}

// upload is request with a body of any type.
func (c *client) upload(auth, method, path, contentType, body string) (int, map[string]any) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.ctx, method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	if body != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.check(r, body, resp.StatusCode, text)
	var object map[string]any
	if len(text) > 0 && text[0] == '[' {
		text = fmt.Appendf(nil, `{"list":%s}`, text)
	}
	if len(text) > 0 && text[0] == '{' {
		if err := json.Unmarshal(text, &object); err != nil {
			c.t.Fatalf("%s: %v", text, err)
		}
	}
	return resp.StatusCode, object
}

// api is request with the bot's token, under /api/v9.
func (c *client) api(method, path, body string) (int, map[string]any) {
	c.t.Helper()
	return c.request("Bot "+token, method, "/api/v9"+path, body)
}

// post sends a message of the bot's to a channel and returns its id.
func (c *client) post(channel Channel, body string) string {
	c.t.Helper()
	status, m := c.api("POST", "/channels/"+channel.ID+"/messages", body)
	if status != http.StatusOK {
		c.t.Fatalf("posting %s: %d %v", body, status, m)
	}
	return m["id"].(string)
}

// register registers /ask with a required question of at most 10 characters.
func (c *client) register() {
	c.t.Helper()
	status, body := c.api("PUT", "/applications/"+c.App().ID+"/commands", `[{"name":"ask","description":"Ask","options":[
		{"type":3,"name":"question","description":"What?","required":true,"max_length":10}]}]`)
	if status != http.StatusOK {
		c.t.Fatalf("registering: %d %v", status, body)
	}
}

// dial opens a gateway connection and reads its Hello.
func (c *client) dial() *websocket.Conn {
	c.t.Helper()
	_, gateway := c.request("", "GET", "/api/v9/gateway", "")
	ws, _, err := websocket.DefaultDialer.DialContext(c.ctx, gateway["url"].(string)+"/?v=9&encoding=json", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { ws.Close() })
	if hello := c.read(ws); hello.Op != opHello {
		c.t.Fatalf("first payload has op %d", hello.Op)
	}
	return ws
}

// identify opens a session and reads up to the guild it is in.
func (c *client) identify(intents int) *websocket.Conn {
	c.t.Helper()
	ws := c.dial()
	c.write(ws, fmt.Sprintf(`{"op":2,"d":{"token":"Bot %s","intents":%d,"properties":{}}}`, token, intents))
	if ready := c.read(ws); ready.Type != "READY" {
		c.t.Fatalf("identified, got %s", ready.Type)
	}
	return ws
}

type received struct {
	Op   int             `json:"op"`
	Type string          `json:"t"`
	Seq  *int            `json:"s"`
	D    json.RawMessage `json:"d"`
	Data map[string]any  `json:"-"` // D, when it is an object
}

func (c *client) read(ws *websocket.Conn) received {
	c.t.Helper()
	ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	var p received
	if err := ws.ReadJSON(&p); err != nil {
		c.t.Fatalf("reading the gateway: %v", err)
	}
	if json.Unmarshal(p.D, &p.Data) == nil && p.Data != nil {
		c.checkEvent(p)
	}
	return p
}

func (c *client) write(ws *websocket.Conn, payload string) {
	c.t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(payload)); err != nil {
		c.t.Fatal(err)
	}
}

// variables stand for ids in the paths and bodies of tables: of what there is
// in every client, and of messages that they make.
func (c *client) variables(more ...string) *strings.Replacer {
	c.t.Helper()
	said, err := c.Say(c.ann.ID, c.general.ID, "said")
	must(c.t, err)
	must(c.t, c.React(c.ann.ID, said.ID, "✅"))
	whispered, err := c.Say(c.ann.ID, c.dm.ID, "whispered")
	must(c.t, err)
	thread, err := c.StartThread(c.ann.ID, c.general.ID, "", "thread")
	must(c.t, err)
	forum := c.AddForum(c.guild.ID, "forum")
	return strings.NewReplacer(append([]string{
		"$channel", c.general.ID, "$dm", c.dm.ID, "$guild", c.guild.ID, "$ann", c.ann.ID, "$app", c.App().ID,
		"$said", said.ID, "$whispered", whispered.ID, "$thread", thread.ID, "$forum", forum.ID,
		"$stranger", c.AddUser("stranger").ID, "$own", c.post(c.general, `{"content":"own"}`),
	}, more...)...)
}
