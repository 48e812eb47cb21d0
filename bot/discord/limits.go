package discord

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Discord allows a bot 50 requests a second. These two add up to that in any
// one second, wherever Discord's begins.
const (
	globalRate  = 45 // a second
	globalBurst = 5
)

// A limiter keeps to Discord's rate limits before they are hit. Requests that
// would exceed one wait, in order, for no longer than their contexts.
//
// A limit is of a bucket: Discord names it in its answers, apart for each
// channel, guild and webhook. Which routes share a bucket is learnt from the
// answers, too: a route of which nothing is known passes at once. A bucket is
// kept only while a request is in it or its limit has not been reset.
type limiter struct {
	next   http.RoundTripper
	global *rate.Limiter

	mu      sync.Mutex
	closed  time.Time          // Discord has limited all requests until then
	routes  map[string]quota   // what was last learnt of each
	buckets map[string]*bucket // by name and place
}

// A quota is what holds for a route everywhere.
type quota struct {
	name  string // of its bucket
	limit int
}

func newLimiter(next http.RoundTripper) *limiter {
	return &limiter{
		next: next, global: rate.NewLimiter(globalRate, globalBurst),
		routes: map[string]quota{}, buckets: map[string]*bucket{},
	}
}

// limitedTo Discord's rates: a layer for newClient.
func limitedTo(next http.RoundTripper) http.RoundTripper { return newLimiter(next) }

type patienceKey struct{}

// withPatience marks requests that are not worth waiting for any longer. When a rate
// limit is in the way for more than that they fail with errBusy.
func withPatience(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, d)
}

// worthwhile is why a request is not to wait for as long; nil when it is.
func worthwhile(ctx context.Context, wait time.Duration) error {
	if patience, ok := ctx.Value(patienceKey{}).(time.Duration); ok && wait > patience {
		return errBusy
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return fmt.Errorf("%w: another %v", errLimited, wait.Round(time.Millisecond))
	}
	return nil
}

func (l *limiter) RoundTrip(r *http.Request) (*http.Response, error) {
	at := placeOf(r.Method, r.URL.EscapedPath())
	b, err := l.enter(r.Context(), at)
	if err == nil && !at.free {
		if err = l.enterAll(r.Context()); err != nil {
			l.leave(b)
		}
	}
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	resp, err := l.next.RoundTrip(r)
	l.learn(b, at, resp)
	return resp, err
}

// enter waits until a request may be made as far as its bucket goes. It
// counts as under way in the bucket from then.
func (l *limiter) enter(ctx context.Context, at place) (*bucket, error) {
	l.mu.Lock()
	now := time.Now()
	q := l.routes[at.route]
	b := l.bucket(cmp.Or(q.name, at.route)+" "+at.major, q.limit)
	if len(b.queue) == 0 && b.admits(now) {
		b.underWay++
		l.mu.Unlock()
		return b, nil
	}
	if err := worthwhile(ctx, b.shut(now).Sub(now)); err != nil {
		l.mu.Unlock()
		return nil, err
	}
	w := &waiter{admitted: make(chan error, 1)}
	w.deadline, _ = ctx.Deadline()
	b.queue = append(b.queue, w)
	l.settle(b, now)
	l.mu.Unlock()

	select {
	case err := <-w.admitted:
		return b, err
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case err := <-w.admitted: // at the same moment
		if err == nil {
			b.underWay--
		}
	default:
		b.queue = slices.DeleteFunc(b.queue, func(other *waiter) bool { return other == w })
	}
	l.settle(b, time.Now())
	return nil, context.Cause(ctx)
}

// enterAll waits until a request may be made as far as the limit of all
// requests goes.
func (l *limiter) enterAll(ctx context.Context) error {
	for {
		if err := await(ctx, l.shut()); err != nil {
			return err
		}
		turn := l.global.Reserve()
		if err := await(ctx, turn.Delay()); err != nil {
			turn.Cancel()
			return err
		}
		if l.shut() <= 0 { // Discord may have closed it meanwhile
			return nil
		}
	}
}

// shut is for how long Discord has limited all requests.
func (l *limiter) shut() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.closed)
}

// await waits, where that is worth it.
func await(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := worthwhile(ctx, d); err != nil {
		return err
	}
	if !pause(ctx, d) {
		return context.Cause(ctx)
	}
	return nil
}

// leave takes a request that was not made out of its bucket.
func (l *limiter) leave(b *bucket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.underWay--
	l.settle(b, time.Now())
}

// learn takes a request that was made out of its bucket, and learns from its
// answer, which is nil when there was none.
func (l *limiter) learn(b *bucket, at place, resp *http.Response) {
	var wait time.Duration
	var all bool
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		wait, all = retryAfter(resp)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b.underWay--
	told, ok := report{}, false
	if resp != nil {
		told, ok = read(resp.Header, now)
	}
	named := b // the bucket that the answer is about
	if ok {
		named = l.named(b, at, told)
		named.learn(told, now)
	} else {
		b.remaining-- // it may have counted all the same
	}
	switch {
	case wait > 0 && all && !at.free:
		l.closed = later(l.closed, now.Add(wait))
	case wait > 0:
		named.close(now.Add(wait))
	}
	l.settle(b, now)
	if named != b {
		l.settle(named, now)
	}
}

// named is the bucket that an answer names. It is the one that was entered,
// under its right name from now on, when that was kept for the route alone.
func (l *limiter) named(b *bucket, at place, told report) *bucket {
	l.routes[at.route] = quota{told.name, told.limit}
	key := told.name + " " + at.major
	if _, exists := l.buckets[key]; !exists && b.key == at.route+" "+at.major {
		delete(l.buckets, b.key)
		b.key = key
		l.buckets[key] = b
		return b
	}
	return l.bucket(key, told.limit)
}

// bucket is the one of a key. A new one is full.
func (l *limiter) bucket(key string, limit int) *bucket {
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{key: key, limit: limit}
		l.buckets[key] = b
	}
	return b
}

// settle lets in who may enter a bucket, turns away who would wait in vain,
// and forgets a bucket that has nothing to remember. For what time will
// change it comes again.
func (l *limiter) settle(b *bucket, now time.Time) {
	for len(b.queue) > 0 && b.admits(now) {
		b.underWay++
		b.queue[0].admitted <- nil
		b.queue = b.queue[1:]
	}
	shut := b.shut(now)
	b.queue = slices.DeleteFunc(b.queue, func(w *waiter) bool {
		vain := !w.deadline.IsZero() && w.deadline.Before(shut)
		if vain {
			w.admitted <- fmt.Errorf("%w: another %v", errLimited, shut.Sub(now).Round(time.Millisecond))
		}
		return vain
	})
	next := b.closed
	if !next.After(now) {
		next = b.reset
	}
	switch {
	case next.After(now) && b.timer == nil:
		b.timer = time.AfterFunc(next.Sub(now), func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.settle(b, time.Now())
		})
	case next.After(now):
		b.timer.Reset(next.Sub(now))
	case b.underWay == 0 && len(b.queue) == 0 && l.buckets[b.key] == b:
		delete(l.buckets, b.key)
	}
}
