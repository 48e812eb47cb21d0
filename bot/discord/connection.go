package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Opcodes of the gateway.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// maxPayload bounds what Discord may send at once, in bytes. The largest event
// describes a guild: some megabytes for one with very many channels and roles.
const maxPayload = 64 << 20

// closeResumable is the close code of a connection whose session is to be
// resumed: 1000 and 1001 would end it.
const closeResumable = 4900

// A connection is one WebSocket to the gateway, with its heartbeat.
type connection struct {
	ws     *websocket.Conn
	pace   pace
	ready  time.Time    // when it got its session; zero while it has none
	seq    atomic.Int64 // of the session's last event
	acked  atomic.Bool  // the last heartbeat
	silent atomic.Bool  // a heartbeat was not acknowledged
	beatAt atomic.Pointer[time.Time]
	trip   atomic.Int64 // nanoseconds that the last heartbeat took there and back; 0: none has yet

	writing sync.Mutex
	forget  func() bool   // ctx's end does not end the connection any more
	ended   chan struct{} // closed when no heartbeat is to be sent any more
	beaten  sync.WaitGroup
}

// dial connects to the gateway at address and waits for its first words. The
// connection ends when ctx does.
func dial(ctx context.Context, address string, seq int64, p pace) (*connection, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("discord: the gateway's address: %w", err)
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	u.RawQuery = url.Values{"v": {discordgo.APIVersion}, "encoding": {"json"}}.Encode()
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: p.dial}
	ws, answer, err := dialer.DialContext(ctx, u.String(), nil)
	switch {
	case err != nil && answer != nil:
		return nil, fmt.Errorf("discord: connecting to the gateway: %w: HTTP %s", err, answer.Status)
	case err != nil:
		return nil, fmt.Errorf("discord: connecting to the gateway: %w", err)
	}
	c := &connection{ws: ws, pace: p, ended: make(chan struct{})}
	c.seq.Store(seq)
	c.acked.Store(true)
	c.forget = context.AfterFunc(ctx, func() { c.close(websocket.CloseNormalClosure) })
	ws.SetReadLimit(maxPayload)
	ws.SetReadDeadline(time.Now().Add(p.hello))
	interval, err := c.hello()
	if err != nil {
		c.leave()
		return nil, err
	}
	// The heartbeat notices a silence later; until there is a session it may
	// well be answered, and nothing else come.
	ws.SetReadDeadline(time.Now().Add(p.dial))
	c.beaten.Go(func() { c.keepBeating(interval) })
	return c, nil
}

// hello reads the first payload: how often the heart is to beat.
func (c *connection) hello() (time.Duration, error) {
	e, err := c.read()
	if err != nil {
		return 0, fmt.Errorf("discord: waiting for the gateway's hello: %w", err)
	}
	var h struct {
		Interval int64 `json:"heartbeat_interval"` // milliseconds
	}
	if err := json.Unmarshal(e.RawData, &h); err != nil || e.Operation != opHello || h.Interval <= 0 {
		return 0, fmt.Errorf("%w: op %d in place of hello", errProtocol, e.Operation)
	}
	return time.Duration(h.Interval) * time.Millisecond, nil
}

// settled says that there is a session, and lifts the limit until which there has
// to be one.
func (c *connection) settled() {
	c.ready = time.Now()
	c.ws.SetReadDeadline(time.Time{})
}

// lasted is how long there has been a session.
func (c *connection) lasted() time.Duration {
	if c.ready.IsZero() {
		return 0
	}
	return time.Since(c.ready)
}

// read waits for the next payload.
func (c *connection) read() (*discordgo.Event, error) {
	_, body, err := c.ws.ReadMessage()
	if c.silent.Load() {
		return nil, errNoHeartbeat
	}
	if err != nil {
		return nil, err
	}
	var e discordgo.Event
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", errProtocol, err)
	}
	if e.Operation == opDispatch {
		c.seq.Store(e.Sequence)
	}
	return &e, nil
}

// decode reads an event's data.
func decode(e *discordgo.Event, v any) error {
	if err := json.Unmarshal(e.RawData, v); err != nil {
		return fmt.Errorf("%w: %s: %w", errProtocol, e.Type, err)
	}
	return nil
}

func (c *connection) write(op int, data any) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.ws.SetWriteDeadline(time.Now().Add(c.pace.write))
	return c.ws.WriteJSON(map[string]any{"op": op, "d": data})
}

// beat sends a heartbeat: the last event's number, or null.
func (c *connection) beat() error {
	var last any
	if seq := c.seq.Load(); seq > 0 {
		last = seq
	}
	now := time.Now()
	c.beatAt.Store(&now)
	return c.write(opHeartbeat, last)
}

// acknowledged notes that Discord has the last heartbeat.
func (c *connection) acknowledged() {
	c.acked.Store(true)
	if at := c.beatAt.Load(); at != nil {
		c.trip.Store(int64(time.Since(*at)))
	}
}

// keepBeating sends heartbeats until the connection ends, the first after a part of
// the interval, as Discord asks for. A connection that does not acknowledge one until
// the next is lost, whatever TCP makes of it.
func (c *connection) keepBeating(interval time.Duration) {
	next := time.NewTimer(rand.N(interval))
	defer next.Stop()
	for {
		select {
		case <-next.C:
		case <-c.ended:
			return
		}
		if !c.acked.Swap(false) {
			c.silent.Store(true)
			c.ws.Close()
			return
		}
		if c.beat() != nil {
			c.ws.Close()
			return
		}
		next.Reset(interval)
	}
}

// leave ends a connection whose session may be resumed.
func (c *connection) leave() {
	c.forget()
	close(c.ended)
	c.beaten.Wait()
	c.close(closeResumable)
}

// close ends the connection. Its errors are of one that is gone anyway.
func (c *connection) close(code int) {
	c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(c.pace.write))
	c.ws.Close()
}
