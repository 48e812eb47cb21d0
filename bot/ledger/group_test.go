package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
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

// TestGroupLosesItsDatabase has one of several writes meet with a database that is away:
// all fail at once, and none is tried again by itself.
func TestGroupLosesItsDatabase(t *testing.T) {
	stile, g := newTurnstile(t)
	failed := make(chan error, 3)
	for range 3 {
		w := &write{"", func(*sql.Tx) error { return fmt.Errorf("lost: %w", record.ErrAway) }, failed}
		if err := g.enter(w, false); err != nil {
			t.Fatal(err)
		}
	}
	stile.let(1)
	for range 3 {
		if err := <-failed; !errors.Is(err, record.ErrAway) {
			t.Error(err)
		}
	}
	if stile.transactions != 1 {
		t.Errorf("%d transactions", stile.transactions)
	}
}

// let lets transactions through.
func (s *turnstile) let(transactions int) {
	for range transactions {
		<-s.begun
		s.through <- struct{}{}
	}
}

var errFailed = errors.New("failed")

func nothing(*sql.Tx) error { return nil }

// start has a write enter the group before it returns.
func start(g *group, ctx context.Context, do func(*sql.Tx) error) <-chan error {
	return startRow(g, ctx, "", do)
}

func startRow(g *group, ctx context.Context, row string, do func(*sql.Tx) error) <-chan error {
	before := g.count()
	result := make(chan error, 1)
	go func() { result <- g.writeRow(ctx, row, do) }()
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
	stile.let(1)
	for i, result := range results {
		if err := <-result; err != nil || got[i] != i {
			t.Errorf("%d: %d, %v", i, got[i], err)
		}
	}
	if stile.transactions != 1 {
		t.Errorf("%d transactions", stile.transactions)
	}
}

// TestGroupRows has writes of rows wait, and the last: they go in the order of the rows,
// those of one row in the order in which they came, and the last after all.
func TestGroupRows(t *testing.T) {
	stile, g := newTurnstile(t)
	var got []string
	say := func(what string) func(*sql.Tx) error {
		return func(*sql.Tx) error { got = append(got, what); return nil }
	}
	var results []<-chan error
	for _, w := range []string{"30 a", "12 b", "none", "30 c", "2 d"} {
		row, _, _ := strings.Cut(w, " ")
		results = append(results, startRow(g, t.Context(), strings.TrimSuffix(row, "none"), say(w)))
	}
	before := g.count()
	last := make(chan error)
	go func() { last <- g.close(say("last")) }()
	for g.count() == before {
		runtime.Gosched()
	}
	stile.let(1)
	for _, result := range append(results, last) {
		if err := <-result; err != nil {
			t.Error(err)
		}
	}
	if want := []string{"none", "12 b", "2 d", "30 a", "30 c", "last"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestGroupFails has a transaction fail: those in it have its error, those after it
// none.
func TestGroupFails(t *testing.T) {
	stile, g := newTurnstile(t)
	stile.failing = errFailed
	one, other := start(g, t.Context(), nothing), start(g, t.Context(), nothing)
	stile.let(1)
	for _, result := range []<-chan error{one, other} {
		if err := <-result; !errors.Is(err, errFailed) {
			t.Errorf("in it: %v", err)
		}
	}
	after := start(g, t.Context(), nothing)
	stile.let(1)
	if err := <-after; err != nil {
		t.Errorf("after it: %v", err)
	}
}

// TestGroupFaulty has some of the writes of a transaction fail: each has its own error,
// and nothing of it is stored; all others are.
func TestGroupFaulty(t *testing.T) {
	db, err := record.Open(t.Context(), recordtest.Name(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	inbox, err := db.Beside(t.Context(), "inbox", inboxMigrations)
	if err != nil {
		t.Fatal(err)
	}
	defer inbox.Close()
	insert := func(key string) func(*sql.Tx) error {
		return func(tx *sql.Tx) error {
			_, err := tx.Exec(`INSERT INTO told (key, told_at) VALUES (?, 0)`, key)
			return err
		}
	}
	writes := []struct {
		do   func(*sql.Tx) error
		want string // in its error
	}{
		{insert("a"), ""},
		{insert("b"), ""},
		{func(tx *sql.Tx) error { return errors.Join(insert("lost")(tx), errFailed) }, errFailed.Error()},
		{insert("c"), ""},
		{insert("b"), "constraint"},
		{func(tx *sql.Tx) error { panic(fmt.Sprint("inserted: ", insert("lost")(tx))) }, "inserted: <nil>"},
		{insert("d"), ""},
	}
	together := make(chan struct{})
	transactions := 0
	g := newGroup(inbox.Update, func(*sql.Tx) error {
		<-together
		transactions++
		return nil
	})
	var results []<-chan error
	for _, w := range writes {
		results = append(results, start(g, t.Context(), w.do))
	}
	close(together)
	for i, result := range results {
		err := <-result
		if want := writes[i].want; (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, want %q", i, err, want)
		}
	}
	if err := g.close(nothing); err != nil {
		t.Error(err)
	}
	if want := 1 + (len(writes) - 1) + 1; transactions != want { // together; each but the first faulty one; the last
		t.Errorf("%d transactions, want %d", transactions, want)
	}
	var keys string
	if err := inbox.View(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT string_agg(key, ' ' ORDER BY key) FROM told`).Scan(&keys)
	}); err != nil || keys != "a b c d" {
		t.Errorf("stored %q, %v", keys, err)
	}
}

// TestGroupFaultyThenFails has a commit fail among those that are run alone: it fails
// those that are yet to come too, without a try.
func TestGroupFaultyThenFails(t *testing.T) {
	stile, g := newTurnstile(t)
	faulty := errors.New("faulty")
	tries := 0
	results := []<-chan error{
		start(g, t.Context(), nothing),
		start(g, t.Context(), func(*sql.Tx) error {
			if tries++; tries == 2 { // alone
				stile.failing = errFailed
			}
			return nil
		}),
		start(g, t.Context(), func(*sql.Tx) error { return faulty }),
		start(g, t.Context(), nothing),
	}
	stile.let(3)
	for i, want := range []error{nil, errFailed, faulty, errFailed} {
		if err := <-results[i]; !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", i, err, want)
		}
	}
	if stile.transactions != 3 {
		t.Errorf("%d transactions", stile.transactions)
	}
}

// TestGroupDoesNotBegin has those that wait fail when a transaction cannot begin.
func TestGroupDoesNotBegin(t *testing.T) {
	failing := true
	g := newGroup(func(_ context.Context, do func(*sql.Tx) error) error { return do(nil) }, func(*sql.Tx) error {
		if failing {
			return errFailed
		}
		return nil
	})
	if err := g.write(t.Context(), nothing); !errors.Is(err, errFailed) {
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
