package ledger_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"storybot/bot/ledger"
)

// shards are those of a process, as "0 1 (2)": those in brackets are another's until this
// one Took them.
func (d *desk) shards(in *ledger.Inbox, total int) string {
	d.Helper()
	mine, _, err := in.Shards(d.Context(), total, false)
	d.ok(err)
	return listed(mine)
}

func listed(shards []ledger.Shard) string {
	var parts []string
	for _, s := range shards {
		if s.Owned {
			parts = append(parts, fmt.Sprint(s.Number))
		} else {
			parts = append(parts, fmt.Sprintf("(%d)", s.Number))
		}
	}
	return strings.Join(parts, " ")
}

// connect has a process take over what it may.
func (d *desk) connect(in *ledger.Inbox, total int) {
	d.Helper()
	mine, _, err := in.Shards(d.Context(), total, false)
	d.ok(err)
	for _, s := range mine {
		if s.Owned {
			continue
		}
		if took, err := in.Took(d.Context(), s); !took || err != nil {
			d.Errorf("shard %d: %v, %v", s.Number, took, err)
		}
	}
}

func (d *desk) holds(what string, in *ledger.Inbox, total int, want string) {
	d.Helper()
	if got := d.shards(in, total); got != want {
		d.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestShardsAreDivided(t *testing.T) {
	d := newDesk(t)
	a, b, c := d.inbox(), d.inbox(), d.inbox()
	d.holds("a alone", a, 5, "0 1 2 3 4")
	d.holds("b comes", b, 5, "(0) (1)")
	d.holds("a serves them until b does", a, 5, "0 1 2 3 4")
	d.connect(b, 5)
	d.holds("b", b, 5, "0 1")
	d.holds("a", a, 5, "2 3 4")
	d.holds("c comes", c, 5, "(2)")
	d.connect(c, 5)
	d.holds("a", a, 5, "3 4")
	d.holds("of another number", a, 2, "0 1")
}

// TestShardsOfOneThatLeaves are served by it until others do.
func TestShardsOfOneThatLeaves(t *testing.T) {
	d := newDesk(t)
	a, b := d.inbox(), d.inbox()
	d.holds("a", a, 3, "0 1 2")
	mine, alone, err := a.Shards(t.Context(), 3, true)
	if got := listed(mine); got != "0 1 2" || !alone || err != nil {
		t.Errorf("a leaves alone: %q, %v, %v", got, alone, err)
	}
	d.holds("b", b, 3, "(0) (1) (2)")
	mine, alone, err = a.Shards(t.Context(), 3, true)
	if got := listed(mine); got != "0 1 2" || alone || err != nil {
		t.Errorf("a leaves: %q, %v, %v", got, alone, err)
	}
	d.connect(b, 3)
	mine, _, err = a.Shards(t.Context(), 3, true)
	if len(mine) != 0 || err != nil {
		t.Errorf("a has left: %q, %v", listed(mine), err)
	}
}

// TestShardsOfTheDead are others' as soon as it is known, and not its any more if it lives
// all the same.
func TestShardsOfTheDead(t *testing.T) {
	d := newDesk(t)
	a, b, c := d.inbox(), d.inbox(), d.inbox()
	d.holds("a", a, 4, "0 1 2 3")
	d.connect(b, 4)
	d.holds("c is about to", c, 4, "(0)") // which dies, too
	d.pass(ledger.BeatEvery, a, b, c)
	d.pass(3*ledger.BeatEvery, b)
	d.holds("b while a may live", b, 4, "0 1")
	d.pass(4*ledger.BeatEvery, b)
	d.holds("b", b, 4, "0 1 2 3")
	d.beat(a)
	d.holds("a lives", a, 4, "(0) (1)")
	d.close(b)
	d.holds("b left", a, 4, "0 1 2 3")
}

func TestTookTooLate(t *testing.T) {
	d := newDesk(t)
	a, b := d.inbox(), d.inbox()
	d.holds("a", a, 2, "0 1")
	mine, _, err := b.Shards(t.Context(), 2, false)
	d.ok(err)
	d.close(a)
	d.holds("b", b, 2, "0 1") // which makes it the owner
	if took, err := b.Took(t.Context(), mine[0]); took || err != nil {
		t.Errorf("of an earlier epoch: %v, %v", took, err)
	}
}

// TestShardsAtOnce has processes come at the same moment: no shard has two owners, none is
// without.
func TestShardsAtOnce(t *testing.T) {
	const total = 7
	d := newDesk(t)
	var processes sync.WaitGroup
	parts := make([]string, 4)
	inboxes := make([]*ledger.Inbox, len(parts))
	for i := range parts {
		inboxes[i] = d.inbox()
	}
	for _, in := range inboxes {
		processes.Go(func() {
			for range 10 {
				mine, _, err := in.Shards(t.Context(), total, false)
				for _, s := range mine {
					if !s.Owned && err == nil {
						_, err = in.Took(t.Context(), s)
					}
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	processes.Wait()
	owners := make(map[string]int)
	for i, in := range inboxes {
		parts[i] = d.shards(in, total)
		for _, number := range strings.Fields(parts[i]) {
			owners[number]++
		}
	}
	for number := range total {
		if owners[fmt.Sprint(number)] != 1 {
			t.Errorf("shard %d has %d owners: %q", number, owners[fmt.Sprint(number)], parts)
		}
	}
}

func TestTurn(t *testing.T) {
	d := newDesk(t)
	a, b := d.inbox(), d.inbox()
	turn := func(what string, in *ledger.Inbox, line int, want bool) {
		t.Helper()
		if has, err := in.Turn(t.Context(), line); has != want || err != nil {
			t.Errorf("%s: %v, %v", what, has, err)
		}
	}
	turn("a", a, 0, true)
	turn("b while a has it", b, 0, false)
	turn("b in another line", b, 1, true)
	d.ok(b.EndTurn(t.Context(), 0)) // which it has not
	turn("b still", b, 0, false)
	d.ok(a.EndTurn(t.Context(), 0))
	turn("b", b, 0, true)
	d.close(b)
	turn("a when b has left", a, 0, true)
}
