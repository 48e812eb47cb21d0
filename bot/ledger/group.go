package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"storybot/retrieval/record"
)

// A group commits writes together. What costs is to have the disk say that it has
// a commit, a few milliseconds, whatever is in it: so those that come in the meantime
// wait, and are the next transaction. One goroutine runs them.
type group struct {
	update func(context.Context, func(*sql.Tx) error) error // runs a transaction
	begin  func(*sql.Tx) error                              // comes first in each

	mu      sync.Mutex
	waiting []*write
	closed  bool
	wake    chan struct{} // that there is something to do
	ended   chan struct{} // that the goroutine has
}

// A write is one caller's part of a transaction.
type write struct {
	row  string              // that others write too: see writeRow; or final
	do   func(*sql.Tx) error // sets its own results, anew when it is tried again
	done chan error
}

// final is in the place of a row for what comes after all others.
const final = "\xff"

// maxGroup bounds a transaction, so that the first in it does not wait long for the
// last: some 30 ms.
const maxGroup = 1000

func newGroup(update func(context.Context, func(*sql.Tx) error) error, begin func(*sql.Tx) error) *group {
	g := &group{update: update, begin: begin, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go g.run()
	return g
}

// write runs do in a transaction, and returns when that is committed. A do that fails
// fails alone: those that happen to be in its transaction are run again, each in one of
// its own. A transaction that cannot begin or be committed fails all that are in it,
// none of which is stored. When ctx ends before the transaction has come to it, it is
// left out of it; after that its outcome is waited for, which takes no longer than the
// commit, or than those of all in it when another fails.
func (g *group) write(ctx context.Context, do func(*sql.Tx) error) error {
	return g.writeRow(ctx, "", do)
}

// writeRow is write for what writes a row first that transactions of other processes write
// too. Those in a transaction go in the order of their rows, after the others: in PostgreSQL
// two that took them in different orders would wait for each other.
func (g *group) writeRow(ctx context.Context, row string, do func(*sql.Tx) error) error {
	w := &write{row, do, make(chan error, 1)}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := g.enter(w, false); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		if g.withdraw(w) {
			return ctx.Err()
		}
		return <-w.done
	}
}

// post is write for what is to be done whether or not its caller is there still: when
// ctx ends only the wait does. do is not to set results.
func (g *group) post(ctx context.Context, do func(*sql.Tx) error) error {
	w := &write{"", do, make(chan error, 1)}
	if err := g.enter(w, false); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter has a write wait; nothing comes after the last one.
func (g *group) enter(w *write, last bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrClosed
	}
	g.waiting = append(g.waiting, w)
	g.closed = last
	select {
	case g.wake <- struct{}{}:
	default: // it has yet to look
	}
	return nil
}

// withdraw reports whether it was in time.
func (g *group) withdraw(w *write) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, w)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return true
}

// take gives the writes of the next transaction.
func (g *group) take() []*write {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), maxGroup)
	taken := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	slices.SortStableFunc(taken, func(a, b *write) int { return cmp.Compare(a.row, b.row) })
	return taken
}

// close does last after all that wait, and ends the goroutine. A second close is
// refused.
func (g *group) close(last func(*sql.Tx) error) error {
	w := &write{final, last, make(chan error, 1)}
	if err := g.enter(w, true); err != nil {
		return err
	}
	<-g.ended
	return <-w.done
}

func (g *group) run() {
	defer close(g.ended)
	for range g.wake {
		for g.pending() {
			g.commit()
		}
		if g.over() {
			return
		}
	}
}

func (g *group) pending() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting) > 0
}

// over reports that nothing waits, and nothing will.
func (g *group) over() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed && len(g.waiting) == 0
}

// commit runs a transaction. Its writes are taken once it has begun, as that may
// wait for another process, and more come meanwhile. When one of them fails, that one
// has the error, and the others are run again, each alone.
func (g *group) commit() {
	var writes []*write
	taken := false
	faulty, err := g.transact(func() []*write {
		if !taken { // else an earlier try's transaction is run again
			writes, taken = g.take(), true
		}
		return writes
	})
	if !taken { // it did not begin
		writes = g.take()
	}
	if faulty == nil {
		finish(writes, err)
		return
	}
	faulty.done <- err
	g.alone(slices.DeleteFunc(writes, func(w *write) bool { return w == faulty }))
}

// alone runs each write in a transaction of its own. When one cannot begin or be
// committed, those after it are not tried: each might wait as long for the same error.
func (g *group) alone(writes []*write) {
	for i, w := range writes {
		faulty, err := g.transact(func() []*write { return writes[i : i+1] })
		if err != nil && faulty == nil {
			finish(writes[i:], err)
			return
		}
		w.done <- err
	}
}

// finish tells writes what came of their transaction.
func finish(writes []*write, err error) {
	for _, w := range writes {
		w.done <- err
	}
}

// transact runs a transaction of the writes that take gives once it has begun. An
// error is that of the faulty one, or when there is none of the transaction itself.
func (g *group) transact(take func() []*write) (faulty *write, err error) {
	err = g.guarded(func(tx *sql.Tx) error {
		if err := g.begin(tx); err != nil {
			return err
		}
		for _, w := range take() {
			faulty = w // if it fails or panics
			if err := w.do(tx); err != nil {
				return err
			}
		}
		faulty = nil
		return nil
	})
	if errors.Is(err, record.ErrAway) || errors.Is(err, record.ErrBusy) { // no write is to blame
		faulty = nil
	}
	return faulty, err
}

// guarded runs a transaction in which a panic is an error, which the callers report:
// the goroutine is everyone's.
func (g *group) guarded(do func(*sql.Tx) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, cause, debug.Stack())
		}
	}()
	return g.update(context.Background(), do)
}

var errPanic = errors.New("ledger: a write panicked")
