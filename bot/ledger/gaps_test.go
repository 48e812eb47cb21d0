package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// asked is a question on a topic that the stories could not answer, so many hours after
// noon.
func asked(id, user, topic string, hours int) ledger.Entry {
	e := entry(id, "1", "")
	e.User, e.Topic, e.Status, e.AskedAt = user, topic, ledger.NotInStories, noon.Add(time.Duration(hours)*time.Hour)
	return e
}

// give keeps feedback on an entry of guild 1.
func give(t *testing.T, l *ledger.Ledger, entry, user string, kind ledger.FeedbackKind, citation int, at time.Time) {
	t.Helper()
	if err := l.GiveFeedback(t.Context(), ledger.Feedback{Entry: entry, Guild: "1", User: user, Kind: kind, Citation: citation, At: at}); err != nil {
		t.Fatal(err)
	}
}

// TestGaps has several ask for the same, and asks what is none: what is answered, unless
// its answer is missed, a summary, and another guild's.
func TestGaps(t *testing.T) {
	l, _ := open(t)
	answered, missed, summary, theirs, follows := asked("a", "7", "harbour", 9), asked("m", "8", "harbour", 8), asked("s", "7", "", 9), asked("t", "7", "ferry", 9), asked("f", "7", "harbour", 5)
	answered.Status, missed.Status = ledger.Answered, ledger.Answered
	summary.Kind = ledger.Summary
	theirs.Guild = "2"
	follows.After = "x"
	keep(t, l, answered, missed, summary, theirs, follows, asked("x", "7", "harbour", 1), asked("y", "7", "mayor", 3), asked("z", "8", "ferry", 2))
	give(t, l, "m", "7", ledger.Missed, 0, noon)
	give(t, l, "m", "8", ledger.Missed, 0, noon)
	give(t, l, "x", "8", ledger.Missed, 0, noon) // it is a gap already
	give(t, l, "a", "8", ledger.Good, 0, noon)
	want := []ledger.Gap{
		{"harbour", "m", "And m?", 3, 2, noon.Add(8 * time.Hour), true, nil},
		{"mayor", "y", "And y?", 1, 1, noon.Add(3 * time.Hour), false, nil},
		{"ferry", "z", "And z?", 1, 1, noon.Add(2 * time.Hour), false, nil},
	}
	for _, page := range []struct{ limit, offset int }{{9, 0}, {2, 0}, {2, 2}, {2, 9}} {
		got, total, err := l.Gaps(t.Context(), "1", page.limit, page.offset)
		part := want[min(page.offset, 3):min(page.offset+page.limit, 3)]
		if diff := cmp.Diff(append([]ledger.Gap(nil), part...), got); diff != "" || total != (ledger.GapCount{All: 3}) || err != nil {
			t.Errorf("%+v: of %d, %v (-want +got):\n%s", page, total, err, diff)
		}
	}
	if got, total, err := l.Gaps(t.Context(), "3", 9, 0); got != nil || total != (ledger.GapCount{}) || err != nil {
		t.Errorf("a guild without any: %+v of %d, %v", got, total, err)
	}
}

// TestGapWording shows the newest question of a gap as it can be understood alone.
func TestGapWording(t *testing.T) {
	l, _ := open(t)
	follows := asked("b", "7", "harbour", 2)
	follows.After = "a"
	keep(t, l, asked("a", "7", "harbour", 1), follows)
	got, _, err := l.Gaps(t.Context(), "1", 9, 0)
	if err != nil || len(got) != 1 || got[0].Question != "b?" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestDismissGap hides a gap until it is asked for again: it counts from there.
func TestDismissGap(t *testing.T) {
	l, db := open(t)
	now := noon.Add(5 * time.Hour)
	db.Now = func() time.Time { return now }
	shown := func(want ...string) {
		t.Helper()
		found, total, err := l.Gaps(t.Context(), "1", 9, 0)
		var got []string
		for _, g := range found {
			got = append(got, fmt.Sprintf("%s %d", g.Topic, g.Count))
		}
		if diff := cmp.Diff(want, got); diff != "" || total.All != len(want) || err != nil {
			t.Errorf("of %d, %v (-want +got):\n%s", total, err, diff)
		}
	}
	answered := asked("c", "8", "harbour", 2)
	answered.Status = ledger.Answered
	keep(t, l, asked("a", "7", "harbour", 1), asked("b", "8", "harbour", 2), answered, asked("d", "8", "mayor", 1))
	shown("harbour 2", "mayor 1")
	if err := l.DismissGap(t.Context(), "1", "9", "harbour"); err != nil {
		t.Fatal(err)
	}
	shown("mayor 1")
	for _, tt := range []struct{ guild, topic string }{{"1", "harbour"}, {"1", "ferry"}, {"2", "mayor"}} {
		if err := l.DismissGap(t.Context(), tt.guild, "9", tt.topic); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	acts, total, err := l.Acts(t.Context(), "1", 9, 0)
	if diff := cmp.Diff([]ledger.Act{{"1", "9", "gaps.dismiss", "", now}}, acts); diff != "" || total != 1 || err != nil {
		t.Errorf("%d acts, %v (-want +got):\n%s", total, err, diff)
	}
	keep(t, l, asked("e", "7", "harbour", 6))
	shown("harbour 1", "mayor 1")
	give(t, l, "c", "8", ledger.Missed, 0, noon.Add(7*time.Hour)) // asked before, missed since
	shown("harbour 2", "mayor 1")
	now = noon.Add(8 * time.Hour)
	if err := l.DismissGap(t.Context(), "1", "9", "harbour"); err != nil {
		t.Fatal(err)
	}
	shown("mayor 1")
}

func TestFeedback(t *testing.T) {
	l, db := open(t)
	db.Now = func() time.Time { return noon }
	a, b, theirs := entry("a", "1", ""), entry("b", "1", "a"), entry("c", "2", "")
	b.Channel, b.Private, b.Story, b.Status, b.Topic = "5", true, "story", ledger.Answered, "harbour"
	keep(t, l, a, b, theirs)
	for range 2 {
		give(t, l, "b", "7", ledger.WrongCitation, 2, noon.Add(time.Hour))
	}
	give(t, l, "b", "7", ledger.WrongCitation, 1, noon.Add(2*time.Hour))
	give(t, l, "a", "8", ledger.Good, 0, time.Time{})
	for _, f := range []ledger.Feedback{
		{Entry: "c", Guild: "1", User: "7", Kind: ledger.Good},
		{Entry: "gone", Guild: "1", User: "7", Kind: ledger.Good},
	} {
		if err := l.GiveFeedback(t.Context(), f); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if err := l.GiveFeedback(t.Context(), ledger.Feedback{Entry: "a", Guild: "1", User: "7", Kind: "meh"}); err == nil {
		t.Error("a kind that is none is kept")
	}
	want := []ledger.Opinion{
		{ledger.Feedback{Entry: "b", Guild: "1", User: "7", Kind: ledger.WrongCitation, Citation: 1, At: noon.Add(2 * time.Hour)}, b, nil},
		{ledger.Feedback{Entry: "b", Guild: "1", User: "7", Kind: ledger.WrongCitation, Citation: 2, At: noon.Add(time.Hour)}, b, nil},
		{ledger.Feedback{Entry: "a", Guild: "1", User: "8", Kind: ledger.Good, At: noon}, a, nil},
	}
	got, total, err := l.Feedback(t.Context(), "1", 9, 0)
	if diff := cmp.Diff(want, got); diff != "" || total != 3 || err != nil {
		t.Errorf("of %d, %v (-want +got):\n%s", total, err, diff)
	}
	got, total, err = l.Feedback(t.Context(), "1", 1, 1)
	if diff := cmp.Diff(want[1:2], got); diff != "" || total != 3 || err != nil {
		t.Errorf("of %d, %v (-want +got):\n%s", total, err, diff)
	}
	if got, total, err := l.Feedback(t.Context(), "2", 9, 0); got != nil || total != 0 || err != nil {
		t.Errorf("another guild reads %+v of %d, %v", got, total, err)
	}
}

// TestUpgrade opens the record of a version that kept less of each answer: a question of
// then is known by its words.
func TestUpgrade(t *testing.T) {
	recordtest.OnlyFile(t)
	path := recordtest.Name(t)
	old, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"0001.sql", "0002.sql"} {
		script, err := os.ReadFile(filepath.Join("../../retrieval/record/migrations", name))
		if err == nil {
			_, err = old.Exec(string(script)+`; INSERT INTO storybot_migrations (version, applied_at) VALUES (?, 0)`, i+1)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = old.Exec(`INSERT INTO meta (name, value) VALUES ('id', 'x');
		INSERT INTO entries (id, guild, member, kind, follows, question, standalone, answer, reuse_key, asked_at)
		VALUES ('a', '1', '7', 'ask', '', 'Closed?', 'Is the harbour closed?', '{}', '', 1000)`)
	if err := errors.Join(err, old.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := record.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l := ledger.New(db)
	give(t, l, "a", "8", ledger.Missed, 0, noon)
	got, _, err := l.Gaps(t.Context(), "1", 9, 0)
	want := []ledger.Gap{{"Is the harbour closed?", "a", "Closed?", 1, 1, time.UnixMilli(1000).UTC(), true, nil}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
