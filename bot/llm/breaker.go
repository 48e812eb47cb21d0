package llm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// maxFailures is how many calls in a row a server fails, each of several
	// tries, before it is taken for dead.
	maxFailures = 5

	// coolDown is how long a dead server is left alone: it spares people the
	// wait, and a server that comes back the crowd.
	coolDown = 30 * time.Second
)

// A breaker refuses calls to a server that is dead (the circuit breaker of
// Nygard's Release It!, 2007). The zero value lets them through.
type breaker struct {
	mu       sync.Mutex
	failures int       // in a row
	last     error     // of them
	until    time.Time // when the next call may go out, once there are maxFailures
}

// allow returns ErrDown while the server is left alone. Then it lets one call
// through to find out, and the next when that one has been reported or another
// coolDown is over. Probe says that it is that one.
func (b *breaker) allow() (probe bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < maxFailures {
		return false, nil
	}
	now := time.Now()
	if now.Before(b.until) {
		return false, fmt.Errorf("%w (%v)", ErrDown, b.last)
	}
	b.until = now.Add(coolDown)
	return true, nil
}

// report tells how a call that was allowed ended. A server of which text came is
// alive, slow as it may be; a caller who gave up says nothing about it.
func (b *breaker) report(err error, came, probe bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case errors.Is(err, context.Canceled):
		if probe { // another may find out
			b.until = time.Time{}
		}
	case isFault(err) && !came:
		b.failures++
		b.last = err
		b.until = time.Now().Add(coolDown)
	default:
		b.failures = 0
	}
}

// isFault reports whether the server is to blame for err.
func isFault(err error) bool {
	return errors.Is(err, ErrServer) || errors.Is(err, ErrUnreachable) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrCut)
}
