package local

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// Gateway opcodes.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoiceState     = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
	opRequestSounds  = 31
	opRequestChannel = 43
)

// Gateway close codes.
const (
	closeNormal            = websocket.CloseNormalClosure
	closeGoingAway         = websocket.CloseGoingAway
	closeUnknownError      = 4000
	closeUnknownOpcode     = 4001
	closeDecodeError       = 4002
	closeNotAuthenticated  = 4003
	closeAuthFailed        = 4004
	closeAlreadyIdentified = 4005
	closeInvalidSeq        = 4007
	closeRateLimited       = 4008
	closeTimedOut          = 4009
	closeInvalidShard      = 4010
	closeShardingRequired  = 4011
	closeInvalidVersion    = 4012
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
	maxPayload = 4096    // bytes that a client may send at once
	maxFrame   = 1 << 20 // bytes of a message that are read at all
)

// A payload is what travels over the gateway, both ways.
type payload struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int            `json:"s"` // of events only, as is the type
	Type *string         `json:"t"`
}

// serveGateway holds one connection, from Hello to its close.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if cmp.Or(query.Get("encoding"), "json") != "json" || query.Get("compress") != "" {
		http.Error(w, "Here the gateway speaks JSON only, without transport compression.", http.StatusBadRequest)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // bots have no origin
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := newConn(ws, r)
	s.keepQuiet(c)

	s.mu.Lock()
	s.conns[c] = true
	c.beats = time.AfterFunc(s.patience(), func() { s.timeOut(c) })
	if c.version != "9" && c.version != "10" {
		s.drop(c, closeInvalidVersion, "Invalid API version.")
	}
	c.send("HELLO", opHello, map[string]any{"heartbeat_interval": s.opts.Heartbeat.Milliseconds()})
	s.mu.Unlock()

	written := make(chan struct{})
	go func() {
		defer close(written)
		s.writeTo(c)
	}()
	s.readFrom(c)

	s.mu.Lock()
	c.dropped = true
	c.beats.Stop()
	s.detach(c)
	delete(s.conns, c)
	s.touch()
	s.mu.Unlock()
	close(c.gone)
	<-written
	ws.Close()
}

// patience is how long a client may be without a heartbeat: Discord's
// interval has some tolerance in it, of a size that is not documented.
func (s *Server) patience() time.Duration { return s.opts.Heartbeat * 3 / 2 }

// timeOut closes a connection that has stopped beating. The page on the
// gateway would have its client resume, the one on close codes start anew;
// both work.
func (s *Server) timeOut(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(c, closeTimedOut, "Session timed out.")
}

// readFrom takes the client's payloads until the connection ends. What comes
// after the connection has been dropped is not heeded.
func (s *Server) readFrom(c *conn) {
	for {
		_, body, err := c.ws.ReadMessage()
		s.mu.Lock()
		switch {
		case c.dropped:
		case err == nil:
			s.take(c, body)
		case websocket.IsCloseError(err, closeNormal, closeGoingAway):
			s.end(c.session) // the client says that it will not resume it
		}
		deaf := c.deaf
		s.touch()
		s.mu.Unlock()
		switch {
		case err != nil && deaf:
			io.Copy(io.Discard, c.ws.NetConn()) // even a close frame goes unheard
			return
		case err != nil:
			return
		}
	}
}

// take reads one payload of the client. s.mu is held.
func (s *Server) take(c *conn, body []byte) {
	var p struct {
		Op   *int            `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	switch {
	case !s.limiter.payload(c, s.state.now()):
		s.drop(c, closeRateLimited, "You are being rate limited.")
	case len(body) > maxPayload || json.Unmarshal(body, &p) != nil || p.Op == nil:
		s.drop(c, closeDecodeError, "Error while decoding payload.")
	default:
		s.receive(c, *p.Op, p.Data)
	}
}

// receive acts on one payload of the client. s.mu is held.
func (s *Server) receive(c *conn, op int, data json.RawMessage) {
	switch {
	case op == opHeartbeat:
		c.beating = true
		c.beats.Reset(s.patience())
		c.send("HEARTBEAT_ACK", opHeartbeatAck, nil)
	case (op == opIdentify || op == opResume) && c.session != nil:
		s.drop(c, closeAlreadyIdentified, "Already authenticated.")
	case op == opIdentify:
		s.identify(c, data)
	case op == opResume:
		s.resume(c, data)
	case c.session == nil:
		s.drop(c, closeNotAuthenticated, "Not authenticated.")
	case op == opPresence:
		s.updatePresence(c, data)
	case op == opVoiceState || op == opRequestMembers || op == opRequestSounds || op == opRequestChannel:
		// Known, but nothing here comes of them.
	default:
		s.drop(c, closeUnknownOpcode, "Unknown opcode.")
	}
}

// RequestHeartbeats has Discord ask every connection for a heartbeat, which
// is to be sent at once.
func (s *Server) RequestHeartbeats() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.send("HEARTBEAT", opHeartbeat, nil)
	}
}
