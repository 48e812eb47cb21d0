package local

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

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
		{"identify with a presence of another type", "", nil, []string{identify(token, 1, `,"presence":7`)}, 4002},
		{"presence of another type", "", nil, []string{id, `{"op":3,"d":{"activities":"reading"}}`}, 4002},
		{"a status there is not", "", nil, []string{id, `{"op":3,"d":{"status":"away","activities":[],"since":null,"afk":false}}`}, 4002},
		{"an activity there is not", "", nil, []string{id, `{"op":3,"d":{"status":"idle","activities":[{"name":"a","type":6}]}}`}, 4002},
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
	for _, op := range []int{opVoiceState, opRequestMembers, opRequestSounds, opRequestChannel, opHeartbeat} {
		c.write(l.Conn, fmt.Sprintf(`{"op":%d,"d":{}}`, op))
	}
	if p := c.read(l.Conn); p.Op != opHeartbeatAck {
		t.Errorf("op %d", p.Op)
	}
}
