package ledger_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
)

// harbour is what answers a question now.
var harbour = ledger.Found{Story: "s1", Title: "The harbour", Revision: 2, Paragraph: 3, Quote: "It opened on Monday."}

// found keeps that a question of guild 1 can be answered now; nothing when there is no now.
func found(t *testing.T, l *ledger.Ledger, entry string, citation int, version string, now *ledger.Found) {
	t.Helper()
	f := ledger.Finding{Entry: entry, Citation: citation, Guild: "1", Version: version, Found: now}
	if err := l.KeepFindings(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// due is what is to be asked again in guild 1: "entry citation".
func due(t *testing.T, l *ledger.Ledger, version, before string) (list []string) {
	t.Helper()
	replays, was, err := l.Replays(t.Context(), "1", version)
	if err != nil || was != before {
		t.Errorf("replayed before at %q, %v, want %q", was, err, before)
	}
	for _, r := range replays {
		list = append(list, fmt.Sprintf("%s %d", r.Asked.ID, r.Citation))
	}
	return list
}

func replayed(t *testing.T, l *ledger.Ledger, before, version string) {
	t.Helper()
	if err := l.Replayed(t.Context(), "1", before, version); err != nil {
		t.Fatal(err)
	}
}

// wish keeps or takes back a wish in guild 1.
func wish(t *testing.T, l *ledger.Ledger, entry, user string, hours int) bool {
	t.Helper()
	wished, err := l.Wish(t.Context(), ledger.Wish{Entry: entry, User: user, Guild: "1", Channel: "5", Language: "ko", At: noon.Add(time.Duration(hours) * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return wished
}

// TestReplays asks again what somebody waits for, then the gaps asked most often, then
// what is cited wrongly; once for each version of the stories, from where it was broken
// off, and only in guilds where there is something.
func TestReplays(t *testing.T) {
	l, _ := open(t)
	answered, summary, theirs := entry("a", "1", ""), entry("s", "1", ""), asked("t", "7", "ferry", 1)
	answered.Status, summary.Kind, theirs.Guild = ledger.Answered, ledger.Summary, "2"
	keep(t, l, answered, summary, theirs, entry("q", "3", ""),
		asked("h1", "7", "harbour", 1), asked("h2", "8", "harbour", 2), asked("m", "7", "mayor", 3), asked("d", "7", "dismissed", 3))
	if err := l.DismissGap(t.Context(), "1", "9", "dismissed"); err != nil {
		t.Fatal(err)
	}
	for _, citation := range []int{2, 1} {
		give(t, l, "a", "7", ledger.WrongCitation, citation, noon.Add(time.Duration(citation)*time.Hour))
	}
	give(t, l, "s", "7", ledger.WrongCitation, 1, noon)
	give(t, l, "a", "8", ledger.Good, 0, noon)
	wish(t, l, "m", "8", 0)
	at := "1.0"
	unanswered := func(want ...string) {
		t.Helper()
		if got, err := l.Unanswered(t.Context(), func(string) string { return at }); !cmp.Equal(got, want) || err != nil {
			t.Errorf("guilds %q, %v, want %q", got, err, want)
		}
	}
	unanswered("1", "2")
	if diff := cmp.Diff([]string{"m 0", "h2 0", "a 2", "a 1"}, due(t, l, "1.0", "")); diff != "" {
		t.Errorf("never replayed (-want +got):\n%s", diff)
	}
	found(t, l, "m", 0, "1.0", nil)
	found(t, l, "a", 1, "1.0", &harbour)
	if diff := cmp.Diff([]string{"h2 0", "a 2"}, due(t, l, "1.0", "")); diff != "" {
		t.Errorf("broken off (-want +got):\n%s", diff)
	}
	replayed(t, l, "", "1.0")
	unanswered("2")
	keep(t, l, asked("new", "7", "asked of this version", 4))
	if got := due(t, l, "1.0", "1.0"); got != nil {
		t.Errorf("asked again of the same stories: %q", got)
	}
	unanswered("2")
	wish(t, l, "h1", "9", 1)
	unanswered("1", "2")
	if diff := cmp.Diff([]string{"h1 0"}, due(t, l, "1.0", "1.0")); diff != "" {
		t.Errorf("somebody waits since (-want +got):\n%s", diff)
	}
	found(t, l, "h1", 0, "1.0", nil)
	unanswered("2")
	at = "1.1"
	unanswered("1", "2")
	if diff := cmp.Diff([]string{"m 0", "h1 0", "h2 0", "new 0", "a 2", "a 1"}, due(t, l, "1.1", "1.0")); diff != "" {
		t.Errorf("the stories have changed (-want +got):\n%s", diff)
	}
}

// TestFindings shows what can be answered first, as long as it can, and what is cited in
// the place of what was wrong. A process that comes late undoes nothing.
func TestFindings(t *testing.T) {
	l, _ := open(t)
	answered := entry("a", "1", "")
	answered.Status = ledger.Answered
	keep(t, l, answered, asked("h", "7", "harbour", 1), asked("i", "7", "harbour", 2), asked("m", "7", "mayor", 3))
	give(t, l, "a", "7", ledger.WrongCitation, 2, noon)
	give(t, l, "a", "8", ledger.WrongCitation, 1, noon)
	shown := func(want ...string) {
		t.Helper()
		gaps, total, err := l.Gaps(t.Context(), "1", 9, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		now := 0
		for _, g := range gaps {
			line := g.Topic
			if g.Now != nil {
				now++
				line += ": " + g.Now.Quote
			}
			got = append(got, line)
		}
		opinions, _, err := l.Feedback(t.Context(), "1", 9, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range opinions {
			if o.Now != nil {
				got = append(got, fmt.Sprintf("[%d]: %s", o.Citation, o.Now.Quote))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if total != (ledger.GapCount{All: 2, Now: now}) {
			t.Errorf("%+v, %d of them now", total, now)
		}
	}
	shown("harbour", "mayor")
	found(t, l, "m", 0, "1.0", &harbour)
	found(t, l, "i", 0, "1.0", nil)
	found(t, l, "a", 2, "1.0", &harbour)
	found(t, l, "gone", 0, "1.0", &harbour) // forgotten while it was asked
	shown("mayor: It opened on Monday.", "harbour", "[2]: It opened on Monday.")
	gaps, _, err := l.Gaps(t.Context(), "1", 1, 0)
	if diff := cmp.Diff(&harbour, gaps[0].Now); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	replayed(t, l, "", "1.0")
	found(t, l, "i", 0, "2.0", &harbour)
	replayed(t, l, "", "0.0") // begun before the other was
	shown("harbour: It opened on Monday.", "mayor: It opened on Monday.", "[2]: It opened on Monday.")
	replayed(t, l, "1.0", "2.0")
	shown("harbour: It opened on Monday.", "mayor") // nothing is found of what was not asked again
	found(t, l, "i", 0, "2.0", nil)
	shown("harbour", "mayor")
	if _, err := l.Forget(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	if replays, _, err := l.Replays(t.Context(), "1", "3.0"); len(replays) > 0 || err != nil {
		t.Errorf("forgotten, and asked again: %+v, %v", replays, err)
	}
}

// BenchmarkUnanswered looks for what to ask again, as each process does every minute, among
// 10,000 guilds of 20 gaps, whose stories have not changed.
//
//	go test -tags sqlite_fts5 ./bot/ledger -run '^$' -bench Unanswered
func BenchmarkUnanswered(b *testing.B) {
	const guilds, gaps = 10_000, 20
	_, db := open(b)
	err := db.Update(b.Context(), func(tx *sql.Tx) error {
		for g := range guilds {
			for i := range gaps {
				_, err := tx.Exec(`INSERT INTO entries (id, guild, member, kind, follows, question, standalone, answer, reuse_key, asked_at, status, topic)
					VALUES (?, ?, '7', 'ask', '', 'Q', 'Q', '{}', '', ?, 'not_in_stories', ?)`, fmt.Sprint(g, ".", i), fmt.Sprint(g), i, fmt.Sprint("topic ", i))
				if err != nil {
					return err
				}
			}
			if _, err := tx.Exec(`INSERT INTO replays (guild, version, replayed_at) VALUES (?, '1.0', 0)`, fmt.Sprint(g)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	l := ledger.New(db)
	for b.Loop() {
		if got, err := l.Unanswered(b.Context(), func(string) string { return "1.0" }); len(got) > 0 || err != nil {
			b.Fatal(got, err)
		}
	}
}
