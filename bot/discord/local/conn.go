package local

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxQueued  = 1 << 14         // payloads that wait for a client that does not read
	writeLimit = 5 * time.Second // for one payload
	closeGrace = 2 * time.Second // for the client to take its leave after a close frame
)

// A conn is one gateway connection. The server's mutex guards it but for what
// never changes; only the write loop writes payloads to the socket.
type conn struct {
	ws       *websocket.Conn
	version  string        // of the API, as the address has it
	socket   string        // the gateway's address as the client knows it
	byResume bool          // came by the address for resuming
	gone     chan struct{} // closed when nothing more can be read
	hurry    chan struct{} // closed when delays are to end
	wake     chan struct{} // holds one when the queue or dropped has changed
	beats    *time.Timer   // fires when the client's heart has stopped
	queue    []outgoing
	closing  []byte // the close frame to end with
	dropped  bool   // nothing more is queued, nothing that comes is heeded
	deaf     bool   // as dropped, but the TCP connection stays
	hastened bool   // hurry is closed
	beating  bool   // has sent a heartbeat
	session  *session
	payloads bucket // that the client has sent
}

// An outgoing is one payload for the client, or a disturbance between two.
type outgoing struct {
	name  string // as in Faults.Payload
	body  []byte
	fault *PayloadFault // in place of a payload
}

func newConn(ws *websocket.Conn, r *http.Request) *conn {
	ws.SetReadLimit(maxFrame)
	return &conn{
		ws: ws, version: cmp.Or(r.URL.Query().Get("v"), "9"), socket: socketURL(r), byResume: isResumePath(r.URL.Path),
		gone: make(chan struct{}), hurry: make(chan struct{}), wake: make(chan struct{}, 1),
	}
}

// keepQuiet has the connection answer neither pings nor a close once it is
// deaf.
func (s *Server) keepQuiet(c *conn) {
	answer := func(kind int, message []byte) error {
		s.mu.Lock()
		deaf := c.deaf
		s.mu.Unlock()
		if !deaf {
			c.ws.WriteControl(kind, message, time.Now().Add(writeLimit)) // the reader notices when it fails
		}
		return nil
	}
	c.ws.SetPingHandler(func(data string) error { return answer(websocket.PongMessage, []byte(data)) })
	c.ws.SetCloseHandler(func(code int, _ string) error {
		return answer(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""))
	})
}

// send queues a payload that is no event. s.mu is held.
func (c *conn) send(name string, op int, data any) {
	c.enqueue(outgoing{name: name, body: marshal(payload{Op: op, Data: marshal(data)})})
}

// enqueue adds to what goes to the client. s.mu is held.
func (c *conn) enqueue(o outgoing) {
	if !c.dropped {
		c.queue = append(c.queue, o)
		c.notify()
	}
}

func (c *conn) notify() {
	select {
	case c.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// drop ends the connection with a close code, after what is queued. s.mu is
// held.
func (s *Server) drop(c *conn, code int, reason string) {
	if c.dropped {
		return
	}
	c.dropped = true
	c.closing = websocket.FormatCloseMessage(code, reason)
	s.lose(c, code)
	c.notify()
	s.touch()
}

// hasten ends a connection that is held up. s.mu is held.
func (c *conn) hasten() {
	if !c.hastened {
		c.hastened = true
		close(c.hurry)
	}
	if c.deaf {
		c.ws.Close()
	}
}

// next waits for the next payload to send. There is none once the connection
// has been dropped, or is gone.
func (s *Server) next(c *conn) (o outgoing, ok bool) {
	for {
		s.mu.Lock()
		if len(c.queue) > 0 {
			o, c.queue = c.queue[0], c.queue[1:]
			s.mu.Unlock()
			return o, true
		}
		dropped := c.dropped
		s.mu.Unlock()
		if dropped {
			return outgoing{}, false
		}
		select {
		case <-c.wake:
		case <-c.gone:
			return outgoing{}, false
		}
	}
}

// writeTo sends what is queued until the connection is dropped or breaks,
// with what the faults do to it.
func (s *Server) writeTo(c *conn) {
	var late lateness
	for {
		o, ok := s.next(c)
		if !ok {
			break
		}
		f := s.payloadFault(c, o)
		if !c.pause(f.Delay) {
			return
		}
		if f.ends() && !c.writeAll(late.all()) {
			return
		}
		if f.Reconnect && !c.write(marshal(payload{Op: opReconnect})) {
			return
		}
		if f.Invalid != Valid && !c.write(marshal(payload{Op: opInvalidSession, Data: marshal(f.Invalid == Resumable)})) {
			return
		}
		switch {
		case f.Cut:
			c.ws.NetConn().Close()
			return
		case f.HalfOpen:
			<-c.gone
			return
		case f.Close != 0:
			c.leave(websocket.FormatCloseMessage(f.Close, ""))
			return
		case f.Drop || o.body == nil:
			continue
		case f.Late > 0:
			late.add(o, f)
			continue
		}
		if !c.write(o.body) || f.Duplicate && !c.write(o.body) {
			return
		}
		if !c.writeAll(late.due()) {
			return
		}
	}
	c.writeAll(late.all())
	c.leave(c.closing) // written before dropped was, or nobody is there any more
}

// pause waits, unless the connection is gone meanwhile.
func (c *conn) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.hurry:
	case <-c.gone:
		return false
	}
	return true
}

func (c *conn) write(body []byte) bool {
	c.ws.SetWriteDeadline(time.Now().Add(writeLimit))
	if c.ws.WriteMessage(websocket.TextMessage, body) != nil {
		c.ws.Close() // the reader notices
		return false
	}
	return true
}

func (c *conn) writeAll(bodies [][]byte) bool {
	for _, body := range bodies {
		if !c.write(body) {
			return false
		}
	}
	return true
}

// leave sends the close frame, and gives the client time to read it: closing
// a TCP connection with bytes unread would take the frame away again.
func (c *conn) leave(frame []byte) {
	c.ws.WriteControl(websocket.CloseMessage, frame, time.Now().Add(writeLimit))
	c.ws.SetReadDeadline(time.Now().Add(closeGrace))
}

func marshal(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic("local: unreachable: everything sent is made of plain fields: " + err.Error())
	}
	return body
}
