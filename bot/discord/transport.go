package discord

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A redirect sends the requests for Discord's API to another server. The
// library's addresses are constants, so this is the only way.
type redirect struct {
	*http.Transport
	to *url.URL // stands for https://discord.com/api
}

func (t redirect) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	path := strings.TrimSuffix(t.to.Path, "/") + strings.TrimPrefix(r.URL.Path, "/api")
	r.URL.Scheme, r.URL.Host, r.URL.Path, r.URL.RawPath = t.to.Scheme, t.to.Host, path, ""
	r.Host = ""
	return t.Transport.RoundTrip(r)
}

// silenceLimit is how long the gateway may say nothing. Discord acknowledges
// a heartbeat every 41.25 s: twice that and some more is a dead connection.
const silenceLimit = 90 * time.Second

// A line is the gateway's connection. It can be cut from outside, which the
// library does not offer.
type line struct {
	mu   sync.Mutex
	conn net.Conn
	dead bool
}

func (l *line) dialer() *websocket.Dialer {
	return &websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: startLimit,
		NetDialContext:   l.dial,
	}
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: startLimit}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		c.Close()
		return nil, errCut
	}
	l.conn = c
	return impatient{c}, nil
}

// cut ends the connection; one that is being made ends at once.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = true
	if l.conn != nil {
		l.conn.Close()
	}
}

// An impatient connection fails when nothing comes for silenceLimit.
type impatient struct{ net.Conn }

func (c impatient) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(silenceLimit)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}
