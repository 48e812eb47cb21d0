package ledger_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
)

// waiting are those who can be told: "entry user".
func waiting(t *testing.T, l *ledger.Ledger) (list []string) {
	t.Helper()
	wishes, err := l.Fulfillable(t.Context(), 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wishes {
		list = append(list, w.Entry+" "+w.User)
	}
	return list
}

// TestWish keeps a wish of each person until it is fulfilled, taken back or forgotten, or
// has become too old.
func TestWish(t *testing.T) {
	l, db := open(t)
	now := noon
	db.Now = func() time.Time { return now }
	answered := entry("a", "1", "")
	answered.Status = ledger.Answered
	keep(t, l, answered, asked("h", "7", "harbour", 1), asked("m", "7", "mayor", 1))
	if !wish(t, l, "h", "7", 0) || !wish(t, l, "h", "8", 1) || !wish(t, l, "m", "8", 2) {
		t.Error("a wish is not kept")
	}
	for _, w := range []ledger.Wish{{Entry: "a", Guild: "1"}, {Entry: "h", Guild: "2"}, {Entry: "gone", Guild: "1"}} {
		w.User = "9"
		if wished, err := l.Wish(t.Context(), w); wished || !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%+v: %v, %v", w, wished, err)
		}
	}
	if got := waiting(t, l); got != nil {
		t.Errorf("told before there is an answer: %q", got)
	}
	found(t, l, "h", 0, "1.0", &harbour)
	found(t, l, "m", 0, "1.0", nil)
	wishes, err := l.Fulfillable(t.Context(), 1)
	if diff := cmp.Diff([]ledger.Wish{{Entry: "h", User: "7", Guild: "1", Channel: "5", Language: "ko", At: noon}}, wishes); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got := waiting(t, l); !cmp.Equal(got, []string{"h 7", "h 8"}) {
		t.Errorf("to be told: %q", got)
	}
	if wish(t, l, "h", "7", 3) {
		t.Error("what is wished twice is not taken back")
	}
	if got := waiting(t, l); !cmp.Equal(got, []string{"h 8"}) {
		t.Errorf("to be told: %q", got)
	}
	if err := l.EndWish(t.Context(), ledger.Wish{Entry: "h", User: "8"}); err != nil {
		t.Fatal(err)
	}
	found(t, l, "m", 0, "1.0", &harbour)
	if got := waiting(t, l); !cmp.Equal(got, []string{"m 8"}) {
		t.Errorf("to be told: %q", got)
	}
	for _, tt := range []struct {
		at   time.Duration
		want []string
	}{{ledger.WishLife, []string{"m 8"}}, {ledger.WishLife + 2*time.Hour, nil}} {
		now = noon.Add(tt.at)
		if err := l.Tidy(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		if got := waiting(t, l); !cmp.Equal(got, tt.want) {
			t.Errorf("after %v there is %q, want %q", tt.at, got, tt.want)
		}
	}
	wish(t, l, "m", "8", 0)
	if _, err := l.Forget(t.Context(), "7"); err != nil { // whose question it was
		t.Fatal(err)
	}
	if tables := holds(t, db, "harbour"); len(tables) > 0 || waiting(t, l) != nil {
		t.Errorf("kept of who is forgotten: %q, %q", tables, waiting(t, l))
	}
}

func TestManyWishes(t *testing.T) {
	l, _ := open(t)
	for i := range ledger.MaxWishes + 1 {
		keep(t, l, asked(fmt.Sprintf("q%d", i), "7", "harbour", i))
	}
	for i := range ledger.MaxWishes {
		wish(t, l, fmt.Sprintf("q%d", i), "8", 0)
	}
	more := ledger.Wish{Entry: fmt.Sprintf("q%d", ledger.MaxWishes), Guild: "1", User: "8"}
	if wished, err := l.Wish(t.Context(), more); wished || !errors.Is(err, ledger.ErrManyWishes) {
		t.Errorf("one too many: %v, %v", wished, err)
	}
	if wish(t, l, "q0", "8", 0) {
		t.Error("nothing can be taken back")
	}
	if wished, err := l.Wish(t.Context(), more); !wished || err != nil {
		t.Errorf("after one was taken back: %v, %v", wished, err)
	}
}

// TestClaimWish has several processes at once tell a person: one does. When it dies another
// may, which knows that the person may have been told.
func TestClaimWish(t *testing.T) {
	l, _ := open(t)
	keep(t, l, asked("h", "7", "harbour", 1))
	wish(t, l, "h", "8", 0)
	found(t, l, "h", 0, "1.0", &harbour)
	w := ledger.Wish{Entry: "h", User: "8"}
	claim := func(want bool) {
		t.Helper()
		if claimed, err := l.ClaimWish(t.Context(), w); claimed != want || err != nil {
			t.Errorf("claimed %v, %v, want %v", claimed, err, want)
		}
	}
	var claims atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if claimed, err := l.ClaimWish(t.Context(), w); err != nil {
				t.Error(err)
			} else if claimed {
				claims.Add(1)
			}
		})
	}
	all.Wait()
	if n := claims.Load(); n != 1 {
		t.Errorf("%d tell the same", n)
	}
	keep(t, l, asked("m", "7", "mayor", 1))
	wish(t, l, "m", "8", 1)
	found(t, l, "m", 0, "1.0", &harbour)
	if got := waiting(t, l); !cmp.Equal(got, []string{"m 8", "h 8"}) {
		t.Errorf("what has failed is in the way of what nobody has tried: %q", got)
	}
	claim(false)
	wishes, err := l.Fulfillable(t.Context(), 9)
	if err != nil || len(wishes) != 2 || wishes[1].Claims != 1 {
		t.Fatalf("%+v, %v", wishes, err)
	}
	w = wishes[1]
	claim(true)
	claim(false)
	if err := l.EndWish(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	w.Claims = 2
	claim(false)
}
