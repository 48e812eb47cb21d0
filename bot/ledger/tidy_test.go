package ledger_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// revise gives a guild's story so many revisions, an hour apart.
func revise(t *testing.T, db *record.DB, now *time.Time, guild string, revisions int) (id string) {
	t.Helper()
	for n := range revisions {
		*now = now.Add(time.Hour)
		change, err := db.Put(t.Context(), record.Source{Guild: guild, Kind: "file", Title: "T", Location: "/a"},
			[]record.Story{{Key: "a", Title: "Story", Paragraphs: []record.Paragraph{{Text: fmt.Sprint("text ", n+1)}}}})
		if err != nil {
			t.Fatal(err)
		}
		id = append(change.Added, change.Changed...)[0]
	}
	return id
}

// all guilds are this process's.
func all(string) bool { return true }

// TestTidyRevisions prunes every guild's revisions by its own setting. What an answer
// cites stays as long as there is the answer, whoever else is forgotten.
func TestTidyRevisions(t *testing.T) {
	l, db := open(t)
	now := noon
	db.Now = func() time.Time { return now }
	mine := revise(t, db, &now, "1", 6)
	theirs := revise(t, db, &now, "2", 25)
	shared := revise(t, db, &now, record.Shared, 4)
	now = now.Add(24 * time.Hour)
	for guild, revisions := range map[string]string{"1": "2", record.Shared: "1"} {
		_, _, err := l.Change(t.Context(), guild, "", func(s *ledger.Settings) {
			if err := s.Set("revisions", revisions); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	cites := func(id, user string, heads ...record.Head) {
		e := entry(id, "1", "")
		e.User, e.Cites = user, heads
		keep(t, l, e)
	}
	cites("a", "7", record.Head{Story: mine, Revision: 1}, record.Head{Story: shared, Revision: 2}, record.Head{Story: mine, Revision: 1})
	cites("b", "8", record.Head{Story: mine, Revision: 1}, record.Head{Story: mine, Revision: 3})
	check := func(guild, id string, want ...int) {
		t.Helper()
		revisions, err := db.Revisions(t.Context(), guild, id)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, r := range revisions {
			got = append(got, r.Revision)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	tidy := func() {
		t.Helper()
		if err := l.Tidy(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Tidy(t.Context(), func(guild string) bool { return guild == "2" }); err != nil {
		t.Fatal(err)
	}
	check("1", mine, 6, 5, 4, 3, 2, 1) // another process's
	tidy()
	check("1", mine, 6, 5, 3, 1)
	check("1", shared, 4, 2)
	var twenty []int
	for n := 25; n > 5; n-- {
		twenty = append(twenty, n)
	}
	check("2", theirs, twenty...)

	forget := func(user string) {
		t.Helper()
		if _, err := l.Forget(t.Context(), user); err != nil {
			t.Fatal(err)
		}
	}
	forget("8")
	tidy()
	check("1", mine, 6, 5, 1)
	forget("7")
	tidy()
	check("1", mine, 6, 5)
	check("1", shared, 4)
}

// TestKeepCites stores an entry with what it cites, or neither.
func TestKeepCites(t *testing.T) {
	l, db := open(t)
	now := noon
	db.Now = func() time.Time { return now }
	id := revise(t, db, &now, "1", 3)
	e := entry("a", "1", "")
	keep(t, l, e)
	e.Cites = []record.Head{{Story: id, Revision: 1}}
	if err := l.Keep(t.Context(), e); err == nil {
		t.Error("an entry is stored twice")
	}
	now = now.Add(24 * time.Hour)
	if n, err := db.Prune(t.Context(), "1", 1); n != 2 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
}

// BenchmarkKeep keeps entries that cite nothing, and as many revisions as an answer
// does.
func BenchmarkKeep(b *testing.B) {
	for _, cites := range []int{0, 1, 8} {
		b.Run(strconv.Itoa(cites), func(b *testing.B) {
			db, err := record.Open(b.Context(), recordtest.Name(b))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			l := ledger.New(db)
			n := 0
			for b.Loop() {
				n++
				e := entry(strconv.Itoa(n), "1", "")
				for i := range cites {
					e.Cites = append(e.Cites, record.Head{Story: fmt.Sprintf("story%08d", i), Revision: n % 20})
				}
				if err := l.Keep(b.Context(), e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
