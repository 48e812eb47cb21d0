package local

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Gateway opcodes.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opResume         = 6
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// Gateway close codes.
const (
	closeGoingAway         = websocket.CloseGoingAway
	closeUnknownOpcode     = 4001
	closeDecodeError       = 4002
	closeNotAuthenticated  = 4003
	closeAuthFailed        = 4004
	closeAlreadyIdentified = 4005
	closeInvalidIntents    = 4013
	closeDisallowedIntents = 4014
)

// Intents: what a session is sent.
const (
	intentGuilds         = 1 << 0
	intentGuildMembers   = 1 << 1
	intentPresences      = 1 << 8
	intentGuildMessages  = 1 << 9
	intentGuildTyping    = 1 << 11
	intentDirectMessages = 1 << 12
	intentDirectTyping   = 1 << 14
	intentMessageContent = 1 << 15
	intentsAll           = 1<<26 - 1
	intentsPrivileged    = intentGuildMembers | intentPresences | intentMessageContent
)

const (
	heartbeatInterval = 41250 // milliseconds, Discord's own
	maxPayload        = 4096  // bytes that a client may send at once
	maxQueued         = 1024  // events that wait for a client that does not read
	writeLimit        = 5 * time.Second
)

// A payload is what travels over the gateway, both ways.
type payload struct {
	Op   int    `json:"op"`
	Data any    `json:"d"`
	Seq  *int   `json:"s"`
	Type string `json:"t,omitempty"`
}

// A conn is one gateway connection. Its fields are guarded by the server's
// mutex; only the write loop writes to the socket.
type conn struct {
	out        chan []byte // closed by drop
	closing    []byte      // the close frame to end with
	dropped    bool
	identified bool
	beating    bool // has sent a heartbeat
	intents    int
	seq        int
}

// serveGateway holds one connection, from Hello to its close.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // bots have no origin
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := &conn{out: make(chan []byte, maxQueued)}
	s.mu.Lock()
	s.conns[c] = true
	c.send(payload{Op: opHello, Data: map[string]any{"heartbeat_interval": heartbeatInterval}})
	s.mu.Unlock()

	written := make(chan struct{})
	go func() {
		defer close(written)
		c.writeTo(ws)
	}()
	s.readFrom(ws, c)

	s.mu.Lock()
	c.drop(websocket.CloseNormalClosure, "")
	delete(s.conns, c)
	s.touch()
	s.mu.Unlock()
	<-written
}

// writeTo sends what is queued until the connection is dropped or breaks.
func (c *conn) writeTo(ws *websocket.Conn) {
	defer ws.Close()
	for body := range c.out {
		ws.SetWriteDeadline(time.Now().Add(writeLimit))
		if ws.WriteMessage(websocket.TextMessage, body) != nil {
			return // the reader notices too
		}
	}
	ws.WriteControl(websocket.CloseMessage, c.closing, time.Now().Add(writeLimit))
}

// readFrom takes the client's payloads until the connection ends.
func (s *Server) readFrom(ws *websocket.Conn, c *conn) {
	for {
		_, body, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var p struct {
			Op   *int            `json:"op"`
			Data json.RawMessage `json:"d"`
		}
		bad := len(body) > maxPayload || json.Unmarshal(body, &p) != nil || p.Op == nil
		s.mu.Lock()
		if bad {
			c.drop(closeDecodeError, "Error while decoding payload.")
		} else {
			s.receive(c, *p.Op, p.Data)
		}
		s.touch()
		s.mu.Unlock()
	}
}

// receive acts on one payload of the client. s.mu is held.
func (s *Server) receive(c *conn, op int, data json.RawMessage) {
	switch {
	case op == opHeartbeat:
		c.beating = true
		c.send(payload{Op: opHeartbeatAck})
	case op == opIdentify && c.identified:
		c.drop(closeAlreadyIdentified, "Already authenticated.")
	case op == opIdentify:
		s.identify(c, data)
	case op == opResume:
		// No session is kept: the client has to identify anew.
		c.send(payload{Op: opInvalidSession, Data: false})
	case !c.identified:
		c.drop(closeNotAuthenticated, "Not authenticated.")
	case op == opPresence:
		// Nobody here looks at a bot's status.
	default:
		c.drop(closeUnknownOpcode, "Unknown opcode.")
	}
}

// identify lets a session in and tells it where it is. s.mu is held.
func (s *Server) identify(c *conn, data json.RawMessage) {
	var id struct {
		Token   string `json:"token"`
		Intents *int   `json:"intents"`
	}
	err := json.Unmarshal(data, &id)
	switch {
	case err != nil:
		c.drop(closeDecodeError, "Error while decoding payload.")
		return
	case strings.TrimPrefix(id.Token, "Bot ") != s.opts.Token:
		c.drop(closeAuthFailed, "Authentication failed.")
		return
	case id.Intents == nil || *id.Intents < 0 || *id.Intents > intentsAll:
		c.drop(closeInvalidIntents, "Invalid intent(s).")
		return
	case *id.Intents&intentsPrivileged != 0 && !s.opts.Privileged:
		c.drop(closeDisallowedIntents, "Disallowed intent(s).")
		return
	}
	c.identified, c.intents = true, *id.Intents
	unavailable := []map[string]any{}
	for _, g := range s.state.guilds {
		unavailable = append(unavailable, map[string]any{"id": g.ID, "unavailable": true})
	}
	c.dispatch("READY", map[string]any{
		"v":           9,
		"user":        s.state.app,
		"guilds":      unavailable,
		"session_id":  s.state.snowflake(),
		"application": map[string]any{"id": s.state.app.ID, "flags": 0},
	})
	for _, g := range s.state.guilds {
		if c.intents&intentGuilds != 0 {
			c.dispatch("GUILD_CREATE", s.guildCreate(g))
		}
	}
}

// guildCreate is all that a session is told of a guild when it comes in.
func (s *Server) guildCreate(g *Guild) map[string]any {
	channels, members := []*Channel{}, []any{}
	for _, c := range s.state.channels {
		if c.GuildID == g.ID {
			channels = append(channels, c)
		}
	}
	slices.SortFunc(channels, func(a, b *Channel) int { return cmp.Compare(a.ID, b.ID) })
	for _, u := range g.Members {
		members = append(members, member(&u))
	}
	return map[string]any{
		"id":           g.ID,
		"name":         g.Name,
		"owner_id":     g.Members[0].ID,
		"unavailable":  false,
		"member_count": len(members),
		"members":      members,
		"channels":     channels,
		"roles":        []any{map[string]any{"id": g.ID, "name": "@everyone", "permissions": allPermissions}},
	}
}

// member is a guild member as JSON; without its user when u is nil, as in
// messages, which name their author beside it.
func member(u *User) map[string]any {
	m := map[string]any{"roles": []string{}, "joined_at": time.UnixMilli(epoch).UTC(), "deaf": false, "mute": false}
	if u != nil {
		m["user"] = *u
	}
	return m
}

// dispatch sends an event to every session that wants it. event makes the
// data, for a session with or without the Message Content intent. s.mu is
// held.
func (s *Server) dispatch(name string, intent int, event func(content bool) any) {
	for c := range s.conns {
		if c.identified && c.intents&intent == intent {
			c.dispatch(name, event(c.intents&intentMessageContent != 0))
		}
	}
	s.touch()
}

func (c *conn) dispatch(name string, data any) {
	c.seq++
	seq := c.seq
	c.send(payload{Op: opDispatch, Data: data, Seq: &seq, Type: name})
}

// send queues a payload. A client that does not read loses its connection.
func (c *conn) send(p payload) {
	if c.dropped {
		return
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic("local: unreachable: everything sent is made of plain fields: " + err.Error())
	}
	select {
	case c.out <- body:
	default:
		c.drop(closeGoingAway, "The client does not read.")
	}
}

// drop ends the connection with a close code, after what is queued.
func (c *conn) drop(code int, reason string) {
	if c.dropped {
		return
	}
	c.dropped, c.identified = true, false
	c.closing = websocket.FormatCloseMessage(code, reason)
	close(c.out)
}
