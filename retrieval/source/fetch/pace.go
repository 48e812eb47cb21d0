package fetch

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// DefaultInterval is the least time between two requests to a host: what crawlers of
	// small sites keep to.
	DefaultInterval = time.Second

	// maxCrawlDelay bounds robots.txt's Crawl-delay: a site that asks for hours would hold
	// up the rest of a refresh.
	maxCrawlDelay = 30 * time.Second

	// maxHosts bounds what is remembered of hosts. Hosts with a request under way are
	// never forgotten; their number is bounded by the callers.
	maxHosts = 4096
)

// A pace lets one request at a time to a host, some time after the last one.
type pace struct {
	interval time.Duration

	// The clock, for tests to change.
	now  func() time.Time
	wait func(context.Context, time.Duration) error

	mu    sync.Mutex
	hosts map[string]*host
}

// A host is what is remembered of one. All but turn is guarded by pace.mu.
type host struct {
	turn  chan struct{} // holds one value while a request is under way
	users int           // who has the turn or waits for it
	ended time.Time     // when the last request ended; zero: none yet
	page  time.Time     // when the last request for a page did, a robots.txt being none
	own   bool          // it was in the operator's network
	away  [2]away       // what the public host said, and the one in the operator's network
}

// An away is a server's wish to be left alone.
type away struct {
	until time.Time
	code  int // with which it said so, 429 or 503
}

func newPace(interval time.Duration) *pace {
	return &pace{interval: interval, now: time.Now, wait: wait, hosts: map[string]*host{}}
}

// wait lets d pass, or less when ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A turn is the right to make one request to a host. It ends with leave.
type turn struct {
	pace *pace
	host *host
}

// enter waits for the turn, for the interval since the last request, and for the delay since the
// last page. A host that wants to be left alone is a *StatusError at once. What a host in
// the operator's network said counts for trusted requests only: to others it is not to be seen.
func (p *pace) enter(ctx context.Context, name string, trusted bool, delay time.Duration) (turn, error) {
	if err := ctx.Err(); err != nil {
		return turn{}, err
	}
	p.mu.Lock()
	h := p.hold(name)
	err := p.refused(h, trusted)
	p.mu.Unlock()
	t := turn{p, h}
	if err != nil {
		t.drop()
		return turn{}, err
	}

	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		t.drop()
		return turn{}, ctx.Err()
	}

	p.mu.Lock()
	err = p.refused(h, trusted) // the request before this one may have been told so
	var left time.Duration
	if !trusted || !h.own {
		left = max(h.ended.Add(p.interval).Sub(p.now()), h.page.Add(delay).Sub(p.now()))
	}
	p.mu.Unlock()
	if err == nil && left > 0 {
		err = p.wait(ctx, left)
	}
	if err != nil {
		t.skip()
		return turn{}, err
	}
	return t, nil
}

// refused is a *StatusError while the host wants to be left alone. The caller holds mu.
func (p *pace) refused(h *host, trusted bool) error {
	told := h.away[:1]
	if trusted {
		told = h.away[:]
	}
	for _, a := range told {
		if left := a.until.Sub(p.now()); left > 0 {
			return &StatusError{Code: a.code, RetryAfter: left}
		}
	}
	return nil
}

// leave ends the turn after a request, for a page or a robots.txt; refused is what the server
// said, nil for anything but a wish to be left alone.
func (t turn) leave(page, private bool, refused *StatusError) {
	t.pace.mu.Lock()
	t.host.ended = t.pace.now()
	if page {
		t.host.page = t.host.ended
	}
	t.host.own = private
	if refused != nil && refused.RetryAfter > 0 {
		i := 0
		if private {
			i = 1
		}
		t.host.away[i] = away{until: t.host.ended.Add(refused.RetryAfter), code: refused.Code}
	}
	t.pace.mu.Unlock()
	t.skip()
}

// skip ends the turn without a request.
func (t turn) skip() {
	<-t.host.turn
	t.drop()
}

// drop tells that the host is not used any more.
func (t turn) drop() {
	t.pace.mu.Lock()
	defer t.pace.mu.Unlock()
	t.host.users--
}

// hold finds or makes what is remembered of a host, for one user more. The caller holds mu.
func (p *pace) hold(name string) *host {
	h := p.hosts[name]
	if h == nil {
		p.forget()
		h = &host{turn: make(chan struct{}, 1)}
		p.hosts[name] = h
	}
	h.users++
	return h
}

// forget makes room for hosts: the idle ones with nothing to remember go, and if most have
// something, a quarter of them, those whose time comes first; one by one would look
// through all of them for each. The caller holds mu.
func (p *pace) forget() {
	if len(p.hosts) < maxHosts {
		return
	}
	type idle struct {
		name string
		free time.Time // from then on there is nothing to remember
	}
	var all []idle
	for name, h := range p.hosts {
		if h.users > 0 {
			continue
		}
		free := h.ended.Add(max(p.interval, maxCrawlDelay))
		for _, a := range h.away {
			if a.until.After(free) {
				free = a.until
			}
		}
		all = append(all, idle{name, free})
	}
	slices.SortFunc(all, func(a, b idle) int { return a.free.Compare(b.free) })
	now := p.now()
	for i, h := range all {
		if i >= maxHosts/4 && h.free.After(now) {
			break
		}
		delete(p.hosts, h.name)
	}
}
