package ledger_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func open(t testing.TB) (*ledger.Ledger, *record.DB) {
	t.Helper()
	db, err := record.Open(t.Context(), recordtest.Name(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return ledger.New(db), db
}

func entry(id, guild, after string) ledger.Entry {
	return ledger.Entry{ID: id, Guild: guild, User: "7", Kind: ledger.Ask, After: after, Question: "And " + id + "?", Standalone: id + "?",
		Answer: json.RawMessage(`{"id":"` + id + `"}`), AskedAt: noon}
}

func keep(t *testing.T, l *ledger.Ledger, entries ...ledger.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := l.Keep(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEntry(t *testing.T) {
	l, _ := open(t)
	a := entry("a", "1", "")
	keep(t, l, a)
	got, err := l.Conversation(t.Context(), "1", "a", 1)
	if diff := cmp.Diff([]ledger.Entry{a}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, guild := range []string{"", "2"} {
		if _, err := l.Conversation(t.Context(), guild, "a", 1); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("guild %q reads guild 1's entry: %v", guild, err)
		}
	}
	if err := l.Keep(t.Context(), a); err == nil {
		t.Error("an entry is overwritten")
	}
}

func TestConversation(t *testing.T) {
	l, _ := open(t)
	keep(t, l, entry("a", "1", ""), entry("b", "1", "a"), entry("c", "1", "b"), entry("aside", "1", "a"), entry("lost", "1", "gone"),
		entry("circle", "1", "circle"), entry("other", "2", "a"))
	for _, tt := range []struct {
		guild, id string
		limit     int
		want      []string
		err       error
	}{
		{"1", "c", 9, []string{"a", "b", "c"}, nil},
		{"1", "c", 2, []string{"b", "c"}, nil},
		{"1", "a", 9, []string{"a"}, nil},
		{"1", "lost", 9, []string{"lost"}, nil},
		{"1", "circle", 3, []string{"circle", "circle", "circle"}, nil},
		{"2", "other", 9, []string{"other"}, nil}, // what it follows is another guild's
		{"2", "c", 9, nil, ledger.ErrNotFound},
		{"1", "gone", 9, nil, ledger.ErrNotFound},
	} {
		entries, err := l.Conversation(t.Context(), tt.guild, tt.id, tt.limit)
		var got []string
		for _, e := range entries {
			got = append(got, e.ID)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
			t.Errorf("%s in guild %s: %v (-want +got):\n%s", tt.id, tt.guild, err, diff)
		}
	}
}

func TestCached(t *testing.T) {
	l, _ := open(t)
	older, newer, unkeyed := entry("older", "1", ""), entry("newer", "1", ""), entry("unkeyed", "1", "")
	older.Key, newer.Key = "k", "k"
	newer.AskedAt = noon.Add(time.Hour)
	keep(t, l, newer, older, unkeyed)
	if got, err := l.Cached(t.Context(), "1", "k"); err != nil || got.ID != "newer" {
		t.Errorf("%s, %v", got.ID, err)
	}
	if got, err := l.Last(t.Context(), "1", "7"); err != nil || got.ID != "newer" {
		t.Errorf("last: %s, %v", got.ID, err)
	}
	if _, err := l.Last(t.Context(), "1", "8"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("another user's: %v", err)
	}
	for _, tt := range []struct{ guild, key string }{{"2", "k"}, {"1", "other"}} {
		if _, err := l.Cached(t.Context(), tt.guild, tt.key); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// TestSpend has many spend at once: nothing is lost, and days, guilds and users
// are kept apart.
func TestSpend(t *testing.T) {
	l, _ := open(t)
	one := ledger.Spending{PromptTokens: 100, CompletionTokens: 10, Cost: 1}
	var all sync.WaitGroup
	for i := range 40 {
		guild, user, at := "1", "7", noon
		switch i % 4 {
		case 1:
			guild = "2"
		case 2:
			user = "8"
		case 3:
			at = noon.Add(12 * time.Hour)
		}
		all.Go(func() {
			if err := l.Spend(t.Context(), guild, user, at, one); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	times := func(n int64) ledger.Spending {
		return ledger.Spending{PromptTokens: 100 * n, CompletionTokens: 10 * n, Cost: n}
	}
	spent, err := l.Spent(t.Context(), "1", "7", noon.Add(11*time.Hour))
	if want := (ledger.Spent{Guild: times(20), User: times(20), UserHere: times(10)}); spent != want || err != nil {
		t.Errorf("%+v, %v", spent, err)
	}
	days, err := l.Days(t.Context(), "1", 5)
	if diff := cmp.Diff([]ledger.Day{{"2026-11-25", times(10)}, {"2026-11-24", times(20)}}, days); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if spent, err = l.Spent(t.Context(), "3", "9", noon); spent != (ledger.Spent{}) || err != nil {
		t.Errorf("who never spent: %+v, %v", spent, err)
	}
}
