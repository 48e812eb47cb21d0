package index_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/index"
)

func TestPutReplaces(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g", story("a", 1, "The old whale.", "A ship."), story("b", 1, "Another ship."))
	put(t, set, "g", story("a", 2, "The new submarine."))
	check(t, set, "g", "whale", "")
	check(t, set, "g", "submarine", "a.2.1")
	check(t, set, "g", "ship", "b.1.1")
	use(t, set, "g", func(f *index.File) error {
		version, err := f.Version(t.Context())
		if version != 1 || err != nil {
			t.Errorf("version %d, %v", version, err)
		}
		return nil
	})
}

// TestStatistics has counts be right at once after removals, which FTS5 only
// marks.
func TestStatistics(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g",
		story("a", 1, "Der Wal ist nicht gesunken.", "Kein Wal."),
		story("b", 1, "The ship was not in the harbour.", "A whale in the harbour."))
	terms := []string{"wal", "harbour", "whale", "absent", "ship"}
	statistics := func(paragraphs int, languages []string, frequencies []int) {
		t.Helper()
		use(t, set, "g", func(f *index.File) error {
			stats, err := f.Stats(t.Context())
			if diff := cmp.Diff(index.Stats{Paragraphs: paragraphs, Languages: languages}, stats); diff != "" || err != nil {
				t.Error(diff, err)
			}
			got, err := f.Frequencies(t.Context(), terms)
			if diff := cmp.Diff(frequencies, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
			return nil
		})
	}
	statistics(4, []string{"de", "en"}, []int{2, 2, 1, 0, 1})
	put(t, set, "g", story("b", 2, "A whale was in the harbour."))
	statistics(3, []string{"de", "en"}, []int{2, 1, 1, 0, 0})
	use(t, set, "g", func(f *index.File) error {
		return f.Update(t.Context(), func(u *index.Update) (int64, error) { return 7, errors.Join(u.Remove("a"), u.Remove("x")) })
	})
	statistics(1, []string{"en"}, []int{0, 1, 1, 0, 0})
}

// TestUpdateIsAtomic has a reader see the old while an update is under way, and
// for good when it fails.
func TestUpdateIsAtomic(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g", story("a", 1, "The old whale."), story("b", 1, "A ship."))
	failure := errors.New("no more")
	for _, end := range []error{failure, nil} {
		err := set.Use(t.Context(), "g", func(f *index.File) error {
			return f.Update(t.Context(), func(u *index.Update) (int64, error) {
				revisions, err := u.Revisions()
				if diff := cmp.Diff(map[string]int{"a": 1, "b": 1}, revisions); diff != "" || err != nil {
					t.Error(diff, err)
				}
				if err := errors.Join(u.Put(story("a", 2, "The new submarine.")), u.Remove("b")); err != nil {
					t.Error(err)
				}
				check(t, set, "g", "whale ship submarine", "b.1.1 a.1.1")
				return 9, end
			})
		})
		if !errors.Is(err, end) {
			t.Errorf("Update: %v, want %v", err, end)
		}
		if end != nil {
			check(t, set, "g", "whale ship submarine", "b.1.1 a.1.1")
		}
	}
	check(t, set, "g", "whale ship submarine", "a.2.1")
}

// TestClear has a reader see the old while the file is made anew.
func TestClear(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g", story("a", 1, "The old whale."), story("b", 1, "A ship."))
	use(t, set, "g", func(f *index.File) error {
		return f.Update(t.Context(), func(u *index.Update) (int64, error) {
			if err := u.Clear(); err != nil || u.Version != -1 {
				t.Errorf("version %d, %v", u.Version, err)
			}
			revisions, err := u.Revisions()
			if len(revisions) > 0 || err != nil {
				t.Error(revisions, err)
			}
			check(t, set, "g", "whale", "a.1.1")
			return 5, u.Put(story("c", 1, "The new whale."))
		})
	})
	check(t, set, "g", "whale ship", "c.1.1")
	use(t, set, "g", func(f *index.File) error {
		stats, err := f.Stats(t.Context())
		if stats.Paragraphs != 1 || err != nil {
			t.Errorf("%d paragraphs, %v", stats.Paragraphs, err)
		}
		return nil
	})
}

// TestNoTerms puts stories in which there is nothing to be found.
func TestNoTerms(t *testing.T) {
	set := open(t, t.TempDir())
	nothing := story("b", 1, "...", "")
	nothing.Title = "?"
	put(t, set, "g", index.Story{ID: "a", Revision: 1, Title: "A whale"}, nothing)
	check(t, set, "g", "whale", "")
	use(t, set, "g", func(f *index.File) error {
		hits, err := f.Newest(t.Context(), index.Scope{}, 10)
		if diff := cmp.Diff("b.1.1 b.1.2", show(hits)); diff != "" {
			t.Error(diff)
		}
		return err
	})
	put(t, set, "g", story("a", 2, "A whale."), story("b", 2, "Another whale."))
	check(t, set, "g", "whale", "a.2.1 b.2.1")
}

// TestLogIsCut has the write-ahead log of a large update not keep its length.
func TestLogIsCut(t *testing.T) {
	dir := t.TempDir()
	set := open(t, dir)
	var large strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&large, "word%d ", i)
	}
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "guild-g.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	put(t, set, "g", story("large", 1, large.String()))
	before := size()
	put(t, set, "g", story("small", 1, "A whale."))
	if after := size(); before < 5<<20 || after > 4<<20 {
		t.Errorf("from %d to %d bytes", before, after)
	}
}
