package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

func TestPick(t *testing.T) {
	l, _ := open(t)
	for _, tt := range []struct{ user, guild string }{{"7", "1"}, {"7", "2"}, {"8", "1"}, {"7", ""}, {"7", ""}} {
		if err := l.Pick(t.Context(), tt.user, tt.guild); err != nil {
			t.Fatal(err)
		}
		if got, err := l.Picked(t.Context(), tt.user); got != tt.guild || err != nil {
			t.Errorf("%+v: picked %q, %v", tt, got, err)
		}
	}
	if got, err := l.Picked(t.Context(), "8"); got != "1" || err != nil {
		t.Errorf("another's pick: %q, %v", got, err)
	}
}

// holds tells which tables of a record have a text anywhere.
func holds(t *testing.T, db *record.DB, text string) (holding []string) {
	t.Helper()
	err := db.View(t.Context(), func(tx *sql.Tx) error {
		tables, of := `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`, `SELECT name FROM pragma_table_info('%s')`
		if recordtest.Remote() {
			tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name`
			of = `SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '%s'`
		}
		names, err := column(tx, tables)
		if err != nil {
			return err
		}
		for _, name := range names {
			columns, err := column(tx, fmt.Sprintf(of, name))
			if err != nil {
				return err
			}
			var n int
			if err := tx.QueryRow(`SELECT COUNT(*) FROM `+name+` WHERE CONCAT_WS(' ', `+strings.Join(columns, `, `)+`) LIKE ?`, "%"+text+"%").Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				holding = append(holding, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return holding
}

// column reads a column of text.
func column(tx *sql.Tx, query string) (texts []string, err error) {
	rows, err := tx.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

// TestForget forgets a person of whom there is something in every table: afterwards their
// id is in the audit log alone, and in today's spending until that day is over. What is
// others' stays, and no sum changes.
func TestForget(t *testing.T) {
	const ann, bob = "777000777", "888000888"
	l, db := open(t)
	now := noon
	db.Now = func() time.Time { return now }
	of := func(id, guild, after, user string) ledger.Entry {
		e := entry(id, guild, after)
		e.User = user
		return e
	}
	keep(t, l, of("a", "1", "", ann), of("b", "2", "", ann), of("c", "1", "a", bob), of("d", "1", "", bob))
	give(t, l, "a", ann, ledger.Good, 0, noon)
	give(t, l, "a", bob, ledger.Good, 0, noon) // goes with the answer
	give(t, l, "d", ann, ledger.Missed, 0, noon)
	give(t, l, "d", bob, ledger.Missed, 0, noon)
	one := ledger.Spending{PromptTokens: 100, CompletionTokens: 10, Cost: 1}
	for _, at := range []time.Time{noon.AddDate(0, 0, -2), noon.AddDate(0, 0, -1), noon} {
		for _, user := range []string{ann, bob, ""} {
			if err := l.Spend(t.Context(), "1", user, at, one); err != nil {
				t.Fatal(err)
			}
		}
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	asked := of("e", "1", "", bob)
	asked.Status = ledger.NotInStories
	keep(t, l, asked)
	for _, user := range []string{ann, bob} {
		_, err := l.Wish(t.Context(), ledger.Wish{Entry: "e", Guild: "1", User: user})
		ok(err)
	}
	ok(l.Pick(t.Context(), ann, "1"))
	ok(l.Pick(t.Context(), bob, "1"))
	ok(l.Note(t.Context(), ledger.Act{Guild: "1", User: ann, What: "sources.add"}))
	days, err := l.Days(t.Context(), "1", 9)
	ok(err)
	bobs := holds(t, db, bob)
	about, err := l.About(t.Context(), ann)
	ok(err)
	if diff := cmp.Diff(holds(t, db, ann), slices.Sorted(maps.Keys(about))); diff != "" {
		t.Errorf("what is told to be kept (-kept +told):\n%s", diff)
	}
	if told := fmt.Sprint(about); len(about["entries"]) != 2 || strings.Contains(told, bob) || !strings.Contains(told, "asked_at:2026-11-24T12:00:00Z") {
		t.Errorf("told: %v", told)
	}

	f, err := l.Forget(t.Context(), ann)
	if want := (ledger.Forgotten{Answers: 2, Opinions: 2, Wishes: 1}); f != want || err != nil {
		t.Errorf("%+v, %v, want %+v", f, err, want)
	}
	if diff := cmp.Diff([]string{"acts", "spending"}, holds(t, db, ann)); diff != "" {
		t.Errorf("what is kept of who is forgotten (-want +got):\n%s", diff)
	}
	if spent, err := l.Spent(t.Context(), "1", ann, noon); spent.User != one || err != nil {
		t.Errorf("today's budget is renewed: %+v, %v", spent, err)
	}
	if diff := cmp.Diff(bobs, holds(t, db, bob)); diff != "" {
		t.Errorf("what is kept of another (-before +after):\n%s", diff)
	}
	entries, err := l.Conversation(t.Context(), "1", "c", 9)
	if err != nil || len(entries) != 1 {
		t.Errorf("another's answer that follows: %+v, %v", entries, err)
	}
	if _, total, err := l.Feedback(t.Context(), "1", 9, 0); total != 1 || err != nil {
		t.Errorf("%d opinions, %v", total, err)
	}

	ok(l.Tidy(t.Context(), all))
	if spent, err := l.Spent(t.Context(), "1", ann, noon); spent.User != one || err != nil {
		t.Errorf("after tidying, today's spending is %+v, %v", spent, err)
	}
	now = noon.Add(12 * time.Hour)
	ok(l.Tidy(t.Context(), all))
	ok(l.Tidy(t.Context(), all))
	if diff := cmp.Diff([]string{"acts"}, holds(t, db, ann)); diff != "" {
		t.Errorf("kept when the day is over (-want +got):\n%s", diff)
	}
	if spent, err := l.Spent(t.Context(), "1", bob, noon); spent.User != (ledger.Spending{}) || err != nil {
		t.Errorf("a past day's spending has an id still: %+v, %v", spent, err)
	}
	after, err := l.Days(t.Context(), "1", 9)
	if diff := cmp.Diff(days, after); diff != "" || err != nil {
		t.Errorf("%v: what was spent (-before +after):\n%s", err, diff)
	}
	for _, user := range []string{ann, ""} {
		if f, err := l.Forget(t.Context(), user); f != (ledger.Forgotten{}) || err != nil {
			t.Errorf("forget %q: %+v, %v", user, f, err)
		}
	}
}

// TestEntryOfAnyone reads entries by their ids alone, and the newest that all in a channel
// have seen.
func TestEntryOfAnyone(t *testing.T) {
	l, _ := open(t)
	in := func(id, guild, channel string, hours int, change func(*ledger.Entry)) ledger.Entry {
		e := entry(id, guild, "")
		e.Channel, e.Story, e.Status, e.Topic, e.AskedAt = channel, "story", ledger.Answered, "harbour", noon.Add(time.Duration(hours)*time.Hour)
		change(&e)
		return e
	}
	plain := func(*ledger.Entry) {}
	newest := in("new", "1", "5", 2, plain)
	keep(t, l, newest, in("old", "1", "5", 1, plain), in("private", "1", "5", 3, func(e *ledger.Entry) { e.Private = true }),
		in("check", "1", "5", 4, func(e *ledger.Entry) { e.Kind = ledger.Check }), in("other", "1", "6", 5, plain), in("theirs", "2", "5", 6, plain))
	got, err := l.LastIn(t.Context(), "1", "5")
	if diff := cmp.Diff(newest, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := l.LastIn(t.Context(), "2", "6"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a channel without any: %v", err)
	}
	if got, err := l.Entry(t.Context(), "private"); got.ID != "private" || !got.Private || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := l.Entry(t.Context(), "gone"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("what there is not: %v", err)
	}
}
