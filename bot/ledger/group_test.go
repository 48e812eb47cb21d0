package ledger

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// A turnstile runs a group's transactions, each when it is let through, without a
// database.
type turnstile struct {
	begun, through chan struct{}
	failing        error // of the next commit
	transactions   int
}

func newTurnstile(t *testing.T) (*turnstile, *group) {
	stile := &turnstile{begun: make(chan struct{}), through: make(chan struct{})}
	g := newGroup(stile.update, func(*sql.Tx) error { return nil })
	t.Cleanup(func() {
		closed := make(chan error)
		go func() { closed <- g.close(nothing) }()
		for {
			select {
			case <-stile.begun:
				stile.through <- struct{}{}
			case err := <-closed:
				if err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
				return
			}
		}
	})
	return stile, g
}

func (s *turnstile) update(_ context.Context, do func(*sql.Tx) error) error {
	s.begun <- struct{}{}
	<-s.through
	s.transactions++
	if err := do(nil); err != nil {
		return err
	}
	err := s.failing
	s.failing = nil
	return err
}

func nothing(*sql.Tx) error { return nil }

// start has a write enter the group before it returns.
func start(g *group, ctx context.Context, do func(*sql.Tx) error) <-chan error {
	before := g.count()
	result := make(chan error, 1)
	go func() { result <- g.write(ctx, do) }()
	for g.count() == before {
		runtime.Gosched()
	}
	return result
}

func (g *group) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// TestGroup has 500 wait at once: they are one transaction, in the order in which
// they came.
func TestGroup(t *testing.T) {
	stile, g := newTurnstile(t)
	var got []int
	var results []<-chan error
	for i := range 500 {
		results = append(results, start(g, t.Context(), func(*sql.Tx) error {
			got = append(got, i)
			return nil
		}))
	}
	<-stile.begun
	stile.through <- struct{}{}
	for i, result := range results {
		if err := <-result; err != nil || got[i] != i {
			t.Errorf("%d: %d, %v", i, got[i], err)
		}
	}
	if stile.transactions != 1 {
		t.Errorf("%d transactions", stile.transactions)
	}
}

// TestGroupFails has a transaction fail: those in it have its error, those after it
// none, whatever fails.
func TestGroupFails(t *testing.T) {
	failed := errors.New("failed")
	for name, fail := range map[string]func(*turnstile) func(*sql.Tx) error{
		"write":  func(*turnstile) func(*sql.Tx) error { return func(*sql.Tx) error { return failed } },
		"commit": func(s *turnstile) func(*sql.Tx) error { s.failing = failed; return nothing },
		"panic":  func(*turnstile) func(*sql.Tx) error { return func(*sql.Tx) error { panic("failed") } },
	} {
		t.Run(name, func(t *testing.T) {
			stile, g := newTurnstile(t)
			one, other := start(g, t.Context(), nothing), start(g, t.Context(), fail(stile))
			<-stile.begun
			stile.through <- struct{}{}
			for _, result := range []<-chan error{one, other} {
				if err := <-result; err == nil || !strings.Contains(err.Error(), "failed") {
					t.Errorf("in it: %v", err)
				}
			}
			after := start(g, t.Context(), nothing)
			<-stile.begun
			stile.through <- struct{}{}
			if err := <-after; err != nil {
				t.Errorf("after it: %v", err)
			}
		})
	}
}

// TestGroupDoesNotBegin has those that wait fail when a transaction cannot begin.
func TestGroupDoesNotBegin(t *testing.T) {
	failed := errors.New("failed")
	failing := true
	g := newGroup(func(_ context.Context, do func(*sql.Tx) error) error { return do(nil) }, func(*sql.Tx) error {
		if failing {
			return failed
		}
		return nil
	})
	if err := g.write(t.Context(), nothing); !errors.Is(err, failed) {
		t.Error(err)
	}
	failing = false
	if err := g.close(nothing); err != nil {
		t.Error(err)
	}
}

// TestGroupLeavesOut ends a context before the transaction has begun, and another
// one after that.
func TestGroupLeavesOut(t *testing.T) {
	stile, g := newTurnstile(t)
	early, endEarly := context.WithCancel(t.Context())
	late, endLate := context.WithCancel(t.Context())
	gone := start(g, early, func(*sql.Tx) error {
		t.Error("it is run when its caller has gone")
		return nil
	})
	stays := start(g, late, func(*sql.Tx) error {
		endLate()
		return nil
	})
	<-stile.begun
	endEarly()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("early: %v", err)
	}
	stile.through <- struct{}{}
	if err := <-stays; err != nil {
		t.Errorf("late: %v", err)
	}
}

// TestGroupCloses has all that wait be done before the last, and nothing after it.
func TestGroupCloses(t *testing.T) {
	var done []string
	g := newGroup(func(_ context.Context, do func(*sql.Tx) error) error { return do(nil) }, nothing)
	say := func(what string) func(*sql.Tx) error {
		return func(*sql.Tx) error { done = append(done, what); return nil }
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := g.write(t.Context(), say("write")); err != nil && !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
		})
	}
	if err := g.close(say("last")); err != nil {
		t.Error(err)
	}
	all.Wait()
	if done[len(done)-1] != "last" {
		t.Errorf("done: %q", done)
	}
	for _, err := range []error{g.close(nothing), g.write(t.Context(), nothing)} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("when closed: %v", err)
		}
	}
}
