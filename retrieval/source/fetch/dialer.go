package fetch

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

const (
	// connectTimeout bounds one connection, and as much again its TLS, so that a host with
	// one dead address is reached at its next one within the limit of a whole request.
	connectTimeout = 10 * time.Second

	// maxHeader bounds the head of an answer, in bytes. Real ones, with their policies and
	// cookies, stay below 64 KiB.
	maxHeader = 256 << 10

	// Idle connections: a refresh asks one host for many pages, then is gone for long.
	idleConnections = 64
	idleTimeout     = 30 * time.Second
)

// A guard says which addresses may be connected to.
type guard struct {
	public func(netip.AddrPort) error // ErrPrivate for what is not on the public web, whatever its port
	port   func(uint16) bool          // which ports are open there
	allow  []netip.Prefix             // what trusted requests may reach besides, at any port
}

func newGuard(allow []netip.Prefix) guard {
	guardian := ssrf.New()
	g := guard{
		public: func(to netip.AddrPort) error {
			if guardian.SafeAddr(to.Addr()) != nil {
				return ErrPrivate
			}
			return nil
		},
		port: func(port uint16) bool { return port == 80 || port == 443 },
	}
	for _, p := range allow {
		// A prefix of IPv4 addresses in IPv6's writing would match nothing: addresses are
		// compared unmapped.
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if p.IsValid() {
			g.allow = append(g.allow, p.Masked())
		}
	}
	return g
}

// private tells whether an address is in a network of the operator's.
func (g guard) private(ip netip.Addr) bool {
	ip = ip.Unmap()
	for _, p := range g.allow {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// check is ErrPrivate or ErrPort for what a request may not connect to. The address comes first:
// "private" says more than "port".
func (g guard) check(to netip.AddrPort, trusted bool) error {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	if trusted && g.private(to.Addr()) {
		return nil
	}
	if err := g.public(to); err != nil {
		return err
	}
	if !g.port(to.Port()) {
		return ErrPort
	}
	return nil
}

// checkAddress refuses what can be told before a name is looked up; the dialer checks what it
// turns out to be. dialed: a function in place of the dialer maps names, so that no network is known
// for them.
func (g guard) checkAddress(a address, trusted, dialed bool) error {
	if a.ip.IsValid() {
		return g.check(netip.AddrPortFrom(a.ip, a.port), trusted)
	}
	if a.host == "localhost" || strings.HasSuffix(a.host, ".localhost") { // loopback by RFC 6761
		loopback := trusted && (g.private(netip.AddrFrom4([4]byte{127, 0, 0, 1})) || g.private(netip.IPv6Loopback()))
		if !loopback {
			return ErrPrivate
		}
		return nil
	}
	if maybePrivate := trusted && !dialed && len(g.allow) > 0; !maybePrivate && !g.port(a.port) {
		return ErrPort
	}
	return nil
}

// connect is for net.Dialer's Control: it sees each address after the DNS, just before the
// connection, so that an answer which changes in between helps nobody.
func (g guard) connect(to string, trusted bool) error {
	addr, err := netip.ParseAddrPort(to)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPrivate, err) // unreachable: the dialer writes IP:port
	}
	return g.check(addr, trusted)
}

// transport makes one of the client's two. Trusted requests have connections of their own:
// one into the operator's network must never be there to be used again by another request.
func (c *Client) transport(trusted bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout:  connectTimeout,
		Resolver: c.config.Resolver,
		Control: func(_, to string, _ syscall.RawConn) error {
			return c.guard.connect(to, trusted)
		},
	}
	dial := dialer.DialContext
	if c.config.Dial != nil {
		dial = c.config.Dial
	}
	return &http.Transport{
		Proxy:                  nil, // a proxy would connect for us, unchecked
		DialContext:            dial,
		ForceAttemptHTTP2:      true, // not by itself, with a dialer of our own
		TLSHandshakeTimeout:    connectTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns:           idleConnections,
		MaxIdleConnsPerHost:    1, // requests to a host come one after the other
		IdleConnTimeout:        idleTimeout,
	}
}
