package local

import (
	"fmt"
	"time"

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
