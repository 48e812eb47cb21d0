package record_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

var noon = time.Date(2024, 5, 19, 12, 0, 0, 0, time.UTC)

// open makes a record whose clock goes on by a second at each look.
func open(t testing.TB) *record.DB {
	t.Helper()
	db := openAt(t, recordtest.Name(t))
	now := noon
	db.Now = func() time.Time { now = now.Add(time.Second); return now }
	return db
}

func openAt(t testing.TB, path string) *record.DB {
	t.Helper()
	db, err := record.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func file(guild, location string) record.Source {
	return record.Source{Guild: guild, Kind: "file", Title: "T " + location, Location: location}
}

func story(key string, texts ...string) record.Story {
	s := record.Story{Key: key, Title: "Story " + key, URL: "https://example.org/" + key, PublishedAt: noon}
	for _, text := range texts {
		s.Paragraphs = append(s.Paragraphs, record.Paragraph{Heading: "H", Text: text})
	}
	return s
}

func put(t testing.TB, db *record.DB, source record.Source, stories ...record.Story) record.Change {
	t.Helper()
	change, err := db.Put(context.Background(), source, stories)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func version(t testing.TB, db *record.DB, guild string) int64 {
	t.Helper()
	versions, err := db.Versions(context.Background(), guild)
	if err != nil {
		t.Fatal(err)
	}
	return versions[guild]
}

// TestGuildsApart asks for everything of guild a as guild b and as a shared
// caller, by every way in.
func TestGuildsApart(t *testing.T) {
	db := open(t)
	put(t, db, file(record.Shared, "/shared"), story("s", "shared"))
	mine := put(t, db, file("a", "/x"), story("x", "mine"))
	put(t, db, file("b", "/x"), story("x", "yours"))
	ref := []record.Ref{{Story: mine.Added[0], Revision: 1, Paragraph: 1}}

	for _, test := range []struct {
		guild   string
		sources []string // locations seen
		sees    bool     // guild a's source, story and paragraph
	}{
		{"a", []string{"/shared", "/x"}, true},
		{"b", []string{"/shared", "/x"}, false},
		{"c", []string{"/shared"}, false},
		{record.Shared, []string{"/shared"}, false},
	} {
		t.Run("as "+test.guild, func(t *testing.T) {
			sources, err := db.Sources(t.Context(), test.guild)
			if err != nil {
				t.Fatal(err)
			}
			var locations []string
			for _, s := range sources {
				locations = append(locations, s.Location)
				if s.Guild != test.guild && s.Guild != record.Shared {
					t.Errorf("sees a source of %q", s.Guild)
				}
			}
			if diff := cmp.Diff(test.sources, locations); diff != "" {
				t.Error(diff)
			}
			allowed := func(what string, err error) {
				t.Helper()
				if test.sees && err != nil || !test.sees && !errors.Is(err, record.ErrNotFound) {
					t.Errorf("%s: %v", what, err)
				}
			}
			_, err = db.Context(t.Context(), test.guild, ref[0])
			allowed("Context", err)
			_, err = db.Source(t.Context(), test.guild, mine.Source)
			allowed("Source", err)
			_, err = db.Stories(t.Context(), test.guild, mine.Source)
			allowed("Stories", err)
			_, err = db.FindStory(t.Context(), test.guild, mine.Added[0])
			allowed("FindStory", err)
			passages, _, err := db.Paragraphs(t.Context(), test.guild, ref)
			if err != nil || (len(passages) == 1) != test.sees {
				t.Errorf("Paragraphs: %v, %v", passages, err)
			}
			each := 0
			err = db.Snapshot(t.Context(), test.guild, func(s *record.Snapshot) error {
				return s.Each(t.Context(), mine.Added, func(record.Story) error { each++; return nil })
			})
			if err != nil || (each == 1) != test.sees {
				t.Errorf("Each: %d stories, %v", each, err)
			}
			if test.guild != "a" {
				_, err = db.Remove(t.Context(), test.guild, mine.Source)
				allowed("Remove", err)
			}
		})
	}
	if got := version(t, db, "b"); got != 1 {
		t.Errorf("the others' attempts changed b: version %d", got)
	}
}

func TestSharedSourceIsRemovedBySharedOnly(t *testing.T) {
	db := open(t)
	shared := put(t, db, file(record.Shared, "/shared"), story("s", "shared"))
	if _, err := db.Remove(t.Context(), "g", shared.Source); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("a guild removed it: %v", err)
	}
	if _, err := db.Remove(t.Context(), record.Shared, shared.Source); err != nil {
		t.Error(err)
	}
}

// counts tells how many rows each table has.
func counts(t testing.TB, db *record.DB) (all [][2]any) {
	t.Helper()
	for _, table := range []string{"sources", "stories", "revisions", "paragraphs"} {
		all = append(all, [2]any{table, number(t, db, `SELECT COUNT(*) FROM `+table)})
	}
	return all
}
