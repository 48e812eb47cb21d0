package fetch

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The networks of these tests. Of the loopback addresses one is taken for the public web and one for
// the operator's network; the rest is as private as ever.
var (
	publicIP = netip.MustParseAddr("127.0.0.1")
	ownIP    = netip.MustParseAddr("127.0.0.2")
	otherIP  = netip.MustParseAddr("127.0.0.3")
)

// A clock stands still but for what is waited for.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	waits []time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	c.waits = append(c.waits, d)
	return ctx.Err()
}

// waited is what was waited for since it was last asked.
func (c *clock) waited() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	waits := c.waits
	c.waits = nil
	return waits
}

// newTest makes a client with a clock of its own.
func newTest(t *testing.T, config Config) (*Client, *clock) {
	t.Helper()
	c := New(config)
	t.Cleanup(c.Close)
	clock := &clock{at: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)}
	c.pace.now, c.pace.wait = clock.now, clock.wait
	return c, clock
}

// newWeb makes a client for which publicIP is the public web, at the ports of
// the tests' servers, and ownIP is in Allow.
func newWeb(t *testing.T, names *names) (*Client, *clock) {
	t.Helper()
	c, clock := newTest(t, Config{Allow: []netip.Prefix{netip.PrefixFrom(ownIP, 32)}, Resolver: names.resolver()})
	private := c.guard.public
	c.guard.public = func(to netip.AddrPort) error {
		if to.Addr() == publicIP && to.Port() >= 10000 { // where serve listens
			return nil
		}
		return private(to)
	}
	c.guard.port = func(uint16) bool { return true }
	return c, clock
}

// A site is an HTTP server that counts.
type site struct {
	*httptest.Server
	addr netip.AddrPort

	mu    sync.Mutex
	paths []string
}

// asked is the paths that were asked for since it was last called.
func (s *site) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	paths := s.paths
	s.paths = nil
	return paths
}

// at is the address of a path of the site's, by a name.
func (s *site) at(name, path string) string {
	_, port, _ := net.SplitHostPort(s.addr.String())
	return "http://" + net.JoinHostPort(name, port) + path
}

// pages are what a site has; "/robots.txt" is missing unless it is said.
type pages map[string]http.HandlerFunc

// serve serves pages at an address; port 0 is any.
func serve(t *testing.T, ip netip.Addr, port uint16, pages pages) *site {
	t.Helper()
	listener, err := net.Listen("tcp", netip.AddrPortFrom(ip, port).String())
	if err != nil {
		if ip != publicIP {
			t.Skipf("only Linux has all of 127.0.0.0/8: %v", err)
		}
		t.Fatal(err)
	}
	s := &site{addr: netip.MustParseAddrPort(listener.Addr().String())}
	s.Server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.paths = append(s.paths, r.URL.Path)
		s.mu.Unlock()
		if page := pages[r.URL.Path]; page != nil {
			page(w, r)
			return
		}
		http.NotFound(w, r)
	})}}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// text is a page of that text.
func text(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}

// status is a page of that status, with headers as name, value.
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

// redirect is a page that is elsewhere.
func redirect(code int, to string) http.HandlerFunc { return status(code, "Location", to) }

// names is a DNS server over UDP. Each name has a list of answers, of which the last one stays.
type names struct {
	t    *testing.T
	addr string

	mu      sync.Mutex
	answers map[string][][]netip.Addr
}

func newNames(t *testing.T) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{t: t, addr: conn.LocalAddr().String(), answers: map[string][][]netip.Addr{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer := n.answer(buf[:size]); answer != nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return n
}

// set says what a name's look-ups find, one after the other.
func (n *names) set(name string, answers ...[]netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers[name+"."] = answers
}

// resolver asks this server only, whatever the machine is set to.
func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", n.addr)
	}}
}

func (n *names) answer(query []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
		n.t.Errorf("query %x: %v", query, err)
		return nil
	}
	q := m.Questions[0]
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true},
		Questions: m.Questions,
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	answers, ok := n.answers[strings.ToLower(q.Name.String())]
	if !ok {
		reply.RCode = dnsmessage.RCodeNameError
	} else {
		for _, ip := range answers[0] {
			head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
			switch {
			case q.Type == dnsmessage.TypeA && ip.Is4():
				reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: ip.As4()}})
			case q.Type == dnsmessage.TypeAAAA && ip.Is6():
				reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
			}
		}
		if q.Type == dnsmessage.TypeA && len(answers) > 1 { // a look-up asks for both types
			n.answers[strings.ToLower(q.Name.String())] = answers[1:]
		}
	}
	packed, err := reply.Pack()
	if err != nil {
		n.t.Error(err)
	}
	return packed
}
