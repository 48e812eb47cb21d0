package discord

import (
	"context"
	"sync"
	"time"
)

// A pending knows what is under way.
type pending struct {
	mu      sync.Mutex
	next    int          // the number of what begins next
	open    map[int]bool // what has not ended, by number
	waiting []*waitingFor
	begins  chan struct{} // closed when something begins; nil: nobody asks
}

// A waitingFor waits for all that began before a number.
type waitingFor struct {
	before, left int
	ended        chan struct{}
}

// begin notes that something is under way, until end is called.
func (p *pending) begin() (end func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.next
	p.next++
	if p.open == nil {
		p.open = make(map[int]bool)
	}
	p.open[n] = true
	if p.begins != nil {
		close(p.begins)
		p.begins = nil
	}
	return sync.OnceFunc(func() { p.end(n) })
}

func (p *pending) end(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, n)
	rest := p.waiting[:0]
	for _, w := range p.waiting {
		if n < w.before {
			w.left--
		}
		if w.left > 0 {
			rest = append(rest, w)
		} else {
			close(w.ended)
		}
	}
	clear(p.waiting[len(rest):])
	p.waiting = rest
}

func (p *pending) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.open)
}

// quiet is a context that ends, too, when something more begins. Its cancel has to be called.
func (p *pending) quiet(ctx context.Context) (context.Context, context.CancelFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begins == nil {
		p.begins = make(chan struct{})
	}
	begins := p.begins
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-begins:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// drain waits for all that is under way now, and reports whether that ended within
// limit. What begins meanwhile is not waited for.
func (p *pending) drain(limit time.Duration) bool {
	p.mu.Lock()
	if len(p.open) == 0 {
		p.mu.Unlock()
		return true
	}
	w := &waitingFor{p.next, len(p.open), make(chan struct{})}
	p.waiting = append(p.waiting, w)
	p.mu.Unlock()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-w.ended:
		return true
	case <-timer.C:
		return false
	}
}

// idle waits for a moment at which nothing is under way, and reports whether there was
// one within limit.
func (p *pending) idle(limit time.Duration) bool {
	for end := time.Now().Add(limit); p.size() > 0; {
		if !p.drain(time.Until(end)) {
			return false
		}
	}
	return true
}
