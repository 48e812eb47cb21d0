package record_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
)

// TestQuota fills a guild up to each bound and goes beyond it: that is refused, and
// nothing of it is stored.
func TestQuota(t *testing.T) {
	for _, test := range []struct {
		what  string
		quota record.Quota
		more  func() (record.Source, []record.Story) // one too many
	}{
		{"sources", record.Quota{Sources: 1}, func() (record.Source, []record.Story) { return file("g", "/b"), nil }},
		{"stories", record.Quota{Stories: 2}, func() (record.Source, []record.Story) {
			return file("g", "/a"), []record.Story{story("c", "three")}
		}},
		{"paragraphs", record.Quota{Paragraphs: 3}, func() (record.Source, []record.Story) {
			return file("g", "/a"), []record.Story{story("a", "one", "more", "and more")}
		}},
	} {
		t.Run(test.what, func(t *testing.T) {
			db := open(t)
			db.Quota = test.quota
			put(t, db, file("g", "/a"), story("a", "one", "two"), story("b", "three"))
			before := counts(t, db)
			source, stories := test.more()
			_, err := db.Put(t.Context(), source, stories)
			var full *record.QuotaError
			if !errors.As(err, &full) || full.What != test.what || full.Max == 0 || full.Count != full.Max+1 ||
				!strings.Contains(err.Error(), fmt.Sprintf("%d %s with this, and may have %d", full.Count, test.what, full.Max)) {
				t.Errorf("Put: %v", err)
			}
			if diff := cmp.Diff(before, counts(t, db)); diff != "" {
				t.Errorf("stored all the same:\n%s", diff)
			}
			// As many as there are may change, another guild has its own, and the shared
			// ones are not bounded.
			put(t, db, file("g", "/a"), story("a", "one", "new"))
			put(t, db, file("h", "/a"), story("a", "one", "two"), story("b", "three"))
			source.Guild = record.Shared
			for i := range 3 {
				source.Location = fmt.Sprint("/", i)
				put(t, db, source, append(stories, story("d", "1", "2", "3", "4"))...)
			}
			if _, err := db.Remove(t.Context(), "g", sourcesOf(t, db, "g")[0].ID); err != nil {
				t.Fatal(err)
			}
			source.Guild = "g"
			put(t, db, source, stories...)
		})
	}
}

// sourcesOf are a guild's own.
func sourcesOf(t testing.TB, db *record.DB, guild string) (own []record.Source) {
	t.Helper()
	all, err := db.Sources(t.Context(), guild)
	must(t, err)
	for _, s := range all {
		if s.Guild == guild {
			own = append(own, s)
		}
	}
	return own
}

// TestQuotaLowered has a guild keep, and correct, what it had before its quota was
// less than that.
func TestQuotaLowered(t *testing.T) {
	db := open(t)
	put(t, db, file("g", "/a"), story("a", "one"), story("b", "two"))
	put(t, db, file("g", "/b"), story("a", "three"))
	db.Quota = record.Quota{Sources: 1, Stories: 1, Paragraphs: 1}
	change := put(t, db, file("g", "/a"), story("a", "corrected"))
	if len(change.Changed) != 1 {
		t.Errorf("%+v", change)
	}
	if _, err := db.Put(t.Context(), file("g", "/a"), []record.Story{story("a", "longer", "than before")}); !errors.As(err, new(*record.QuotaError)) {
		t.Errorf("a longer text: %v", err)
	}
}

// TestFetch counts what a guild fetches a day.
func TestFetch(t *testing.T) {
	db, now := clocked(t)
	db.Quota.Fetches = 3
	fetch := func(guild string, allowed bool) {
		t.Helper()
		err := db.Fetch(t.Context(), guild)
		var full *record.QuotaError
		if allowed && err != nil || !allowed && (!errors.As(err, &full) || full.What != "fetches" || !strings.Contains(err.Error(), "page 4 ") || !strings.Contains(err.Error(), "have 3 a day")) {
			t.Errorf("guild %q: %v", guild, err)
		}
	}
	for range 3 {
		fetch("g", true)
	}
	fetch("g", false)
	fetch("g", false)
	fetch("h", true)
	for range 5 {
		fetch(record.Shared, true)
	}
	*now = noon.Add(12*time.Hour - time.Second)
	fetch("g", false)
	*now = noon.Add(12 * time.Hour) // midnight, UTC
	fetch("g", true)
	if n := number(t, db, `SELECT COUNT(*) FROM fetches WHERE guild = 'g'`); n != 1 {
		t.Errorf("%d days are kept", n)
	}
	db.Quota.Fetches = 0
	for range 5 {
		fetch("g", true)
	}
}
