// Package fetch gets what is at an address of the web, safely and politely.
//
// Safely: an address comes from a stranger, so a request reaches the public web only, whatever
// the DNS says and wherever it is redirected, and is bounded in time, bytes and redirects. It
// carries no cookie, no password and no Referer.
//
// Politely: it says who asks, keeps to robots.txt (RFC 9309) and to what servers say about
// being asked again, and makes one request at a time to a host.
package fetch

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// limit bounds a Get, its redirects and the robots.txt files on its way included, but not the
// waiting that politeness asks for.
const limit = 30 * time.Second

// Config says who asks, and what may be reached.
type Config struct {
	// Agent is the product and version of the User-Agent, "storybot/1.2"; "" is "storybot".
	Agent string

	// Contact is where the operator is found, a web address or a mailbox; "" for none. It is sent
	// in the User-Agent; what may not stand there is left out.
	Contact string

	// Allow names private networks that trusted requests may reach, at any port.
	Allow []netip.Prefix

	// Interval is the least time between two requests to one host; 0 is DefaultInterval. Between
	// pages a longer Crawl-delay in robots.txt, up to 30 s, beats it. Hosts in Allow are the
	// operator's own: they are not waited for.
	Interval time.Duration

	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver

	// Dial connects in place of a dialer that keeps to the public web; nil for that one. It is for
	// tests and the demo: it maps names to servers of its own, so whether a name may be reached is its
	// affair alone, and none counts as being in Allow. All else holds: addresses written as numbers
	// are checked as ever, and names are reached at ports 80 and 443 only.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Log has a line of each request, at the level of debugging; nil for none.
	Log *slog.Logger
}

// A Client gets pages. It is safe for concurrent use.
type Client struct {
	config Config
	agent  string // the User-Agent
	guard  guard
	pace   *pace
	robots *robotsCache
	log    *slog.Logger

	public, trusted *http.Transport

	// For tests to change: the limits of a Get and of a robots.txt.
	limit, robotsLimit time.Duration
}

// New makes a client. Close it when it is not needed any more.
func New(config Config) *Client {
	if config.Interval == 0 {
		config.Interval = DefaultInterval
	}
	c := &Client{
		config:      config,
		agent:       userAgent(config.Agent, config.Contact),
		guard:       newGuard(config.Allow),
		pace:        newPace(config.Interval),
		robots:      newRobotsCache(),
		log:         config.Log,
		limit:       limit,
		robotsLimit: robotsLimit,
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.public, c.trusted = c.transport(false), c.transport(true)
	return c
}

// Close closes connections that no request uses.
func (c *Client) Close() {
	c.public.CloseIdleConnections()
	c.trusted.CloseIdleConnections()
}

// A Request asks for what is at an address.
type Request struct {
	URL     string
	Trusted bool // it may reach Config.Allow

	// Of the copy that is known, "" for none; with either, the answer may be NotModified.
	ETag, LastModified string
	From               string // where that copy was found, a Response's URL; "" for URL. Elsewhere these name another
}

// Get gets what is at an address, in at most 30 s besides the waiting that politeness asks for.
//
// Its errors are the context's own, one of the package's sentinels (maybe wrapped, with its cause),
// or a *StatusError. A 429 or 503 with Retry-After keeps the client away from that host until
// then: a Get before is that *StatusError at once, without a request.
func (c *Client) Get(ctx context.Context, request Request) (Response, error) {
	to, err := parseAddress(request.URL)
	if err != nil {
		return Response{}, err
	}
	return c.follow(ctx, to, request)
}

// A budget is how much of the time for a Get is left.
type budget struct{ left time.Duration }

// spend gives a context that ends with the budget; ErrSlow is its cause then. What was used is
// taken off the budget by done.
func (b *budget) spend(ctx context.Context) (limited context.Context, done func()) {
	started := time.Now()
	limited, cancel := context.WithTimeoutCause(ctx, b.left, ErrSlow)
	return limited, func() {
		cancel()
		b.left -= time.Since(started)
	}
}
