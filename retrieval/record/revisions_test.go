package record_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
)

// revise puts a story again and again, an hour apart: its texts are 1, 2 and so on.
func revise(t testing.TB, db *record.DB, now *time.Time, source record.Source, key string, from, to int) (id string) {
	t.Helper()
	for n := from; n <= to; n++ {
		*now = now.Add(time.Hour)
		change := put(t, db, source, story(key, fmt.Sprint("text ", n)))
		id = append(change.Added, change.Changed...)[0]
	}
	return id
}

// kept are the revisions that there are of a story, the newest first.
func kept(t testing.TB, db *record.DB, guild, id string) (numbers []int) {
	t.Helper()
	revisions, err := db.Revisions(t.Context(), guild, id)
	must(t, err)
	for _, r := range revisions {
		numbers = append(numbers, r.Revision)
	}
	return numbers
}

// enter makes an entry of the ledger that cites revisions.
func enter(t testing.TB, db *record.DB, entry string, cites ...record.Head) {
	t.Helper()
	must(t, db.Write(t.Context(), record.Statement{SQL: `INSERT INTO entries (id, guild, member, kind, follows, question, standalone, answer, reuse_key, asked_at)
			VALUES (?, 'g', '7', 'ask', '', '', '', '{}', '', 0)`, Args: []any{entry}}, record.Cite(entry, cites)))
}

func TestRevisions(t *testing.T) {
	db, now := clocked(t)
	id := revise(t, db, now, file("g", "/a"), "a", 1, 3)
	revisions, err := db.Revisions(t.Context(), "g", id)
	must(t, err)
	var got []string
	for _, r := range revisions {
		got = append(got, fmt.Sprintf("%d %s %s %d", r.Revision, r.Title, r.RevisedAt.Sub(noon), len(r.Paragraphs)))
	}
	if diff := cmp.Diff([]string{"3 Story a 3h0m0s 0", "2 Story a 2h0m0s 0", "1 Story a 1h0m0s 0"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	second, err := db.Revision(t.Context(), "g", id, 2)
	if err != nil || second.Revision != 2 || second.ID != id || second.Paragraphs[0].Text != "text 2" {
		t.Errorf("%+v, %v", second, err)
	}
	shared := revise(t, db, now, file(record.Shared, "/a"), "a", 1, 1)
	if got := kept(t, db, "g", shared); len(got) != 1 {
		t.Errorf("a shared story has %v", got)
	}
	for _, test := range []struct {
		guild, story string
		number       int
	}{{"h", id, 2}, {record.Shared, id, 2}, {"g", "none", 2}, {"g", id, 0}, {"g", id, 4}} {
		if _, err := db.Revision(t.Context(), test.guild, test.story, test.number); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%+v: %v", test, err)
		}
	}
	for _, test := range []struct{ guild, story string }{{"h", id}, {record.Shared, id}, {"g", "none"}} {
		if _, err := db.Revisions(t.Context(), test.guild, test.story); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// TestPrune leaves as many revisions as are wanted, those that are cited, and, for a
// while, those that were just replaced: an answer may be about to cite them.
func TestPrune(t *testing.T) {
	db, now := clocked(t)
	a := revise(t, db, now, file("g", "/a"), "a", 1, 8)
	b := revise(t, db, now, file("g", "/b"), "b", 1, 2)
	theirs := revise(t, db, now, file("h", "/a"), "a", 1, 4)
	shared := revise(t, db, now, file(record.Shared, "/a"), "a", 1, 4)
	*now = now.Add(day)
	enter(t, db, "one", record.Head{Story: a, Revision: 2}, record.Head{Story: a, Revision: 3}, record.Head{Story: a, Revision: 3})
	enter(t, db, "two", record.Head{Story: a, Revision: 3})
	check := func(id, guild string, want ...int) {
		t.Helper()
		if diff := cmp.Diff(want, kept(t, db, guild, id)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	prune := func(guild string, keep, want int) {
		t.Helper()
		if got, err := db.Prune(t.Context(), guild, keep); got != want || err != nil {
			t.Errorf("pruned %d, %v, want %d", got, err, want)
		}
	}
	before := version(t, db, "g")
	prune("g", 9, 0)
	prune("g", 3, 3) // 1, 4 and 5
	check(a, "g", 8, 7, 6, 3, 2)
	check(b, "g", 2, 1)
	prune("g", 3, 0)
	check(theirs, "h", 4, 3, 2, 1)
	check(shared, "g", 4, 3, 2, 1)
	if n := number(t, db, `SELECT COUNT(*) FROM paragraphs WHERE story = '`+a+`'`); n != 5 {
		t.Errorf("%d paragraphs are left of five revisions", n)
	}
	if got := version(t, db, "g"); got != before {
		t.Error("what answers has not changed, but the version has")
	}

	// As long as any answer cites it.
	execute(t, db, `DELETE FROM entries WHERE id = 'one'`)
	prune("g", 3, 1)
	check(a, "g", 8, 7, 6, 3)
	execute(t, db, `DELETE FROM entries WHERE id = 'two'`)
	prune("g", 1, 4)
	check(a, "g", 8)
	check(b, "g", 2)
	if found, err := db.Context(t.Context(), "g", record.Ref{Story: a, Revision: 8, Paragraph: 1}); err != nil || found.Now == nil {
		t.Errorf("the newest: %+v, %v", found, err)
	}

	revise(t, db, now, file("g", "/a"), "a", 9, 9)
	*now = now.Add(59 * time.Minute)
	prune("g", 1, 0)
	*now = now.Add(time.Minute)
	prune("g", 1, 1)
	prune(record.Shared, 2, 2)
	check(shared, "h", 4, 3)
	if _, err := db.Prune(t.Context(), "g", 0); !errors.Is(err, record.ErrInvalid) {
		t.Errorf("none is kept: %v", err)
	}
}

// TestPruneMany prunes more than is deleted at once.
func TestPruneMany(t *testing.T) {
	db, now := clocked(t)
	for n := range 3 {
		*now = now.Add(time.Hour)
		var stories []record.Story
		for i := range 250 {
			stories = append(stories, story(fmt.Sprint(i), fmt.Sprint("text ", n)))
		}
		put(t, db, file("g", "/a"), stories...)
	}
	*now = now.Add(day)
	if got, err := db.Prune(t.Context(), "g", 1); got != 500 || err != nil {
		t.Errorf("pruned %d, %v", got, err)
	}
	if n := number(t, db, `SELECT COUNT(*) FROM revisions`); n != 250 {
		t.Errorf("%d are left", n)
	}
}
