package index_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/index"
)

// TestBudget has the files used least recently deleted, until the others fit, and made
// again when they are used.
func TestBudget(t *testing.T) {
	dir := t.TempDir()
	files := open(t, dir)
	for _, guild := range []string{"", "1", "2", "3", "4"} {
		put(t, files, guild, story("a", 1, "The harbour was closed."))
	}
	files.Close()
	var size int64
	for hours, name := range []string{"guild-4.db", "guild-3.db", "guild-2.db", "guild-1.db", "shared.db"} { // the last used first
		path := filepath.Join(dir, name)
		at := time.Now().Add(-time.Duration(hours+1) * time.Hour)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size = info.Size()
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.db"), nil, 0o600); err != nil { // which is none of ours
		t.Fatal(err)
	}

	few := open(t, dir)
	few.Budget = 3*size + 36<<10 // three files, and the log of one that is open
	use(t, few, "1", func(*index.File) error { return nil })
	var left []string
	for _, name := range []string{"shared.db", "guild-1.db", "guild-2.db", "guild-3.db", "guild-4.db", "notes.db"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			left = append(left, name)
		}
	}
	if diff := cmp.Diff([]string{"shared.db", "guild-1.db", "guild-4.db", "notes.db"}, left); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	for guild, want := range map[string]int64{"1": 0, "2": -1} { // -1: it has to be filled again
		use(t, few, guild, func(f *index.File) error {
			if got, err := f.Version(t.Context()); got != want || err != nil {
				t.Errorf("guild %s is at %d, want %d: %v", guild, got, want, err)
			}
			return nil
		})
	}
}
