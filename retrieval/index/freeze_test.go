package index_test

import (
	"testing"

	"storybot/retrieval/index"
)

// TestFreeze reads a file that others change meanwhile.
func TestFreeze(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g", story("a", 1, "An old whale."))
	use(t, set, "g", func(f *index.File) error {
		err := f.Freeze(t.Context(), func() error {
			if _, err := f.Stats(t.Context()); err != nil {
				return err
			}
			put(t, set, "g", story("a", 2, "A new submarine."))
			if got := search(t, f, "whale submarine", index.Scope{}); got != "a.1.1" {
				t.Errorf("frozen: %q", got)
			}
			return nil
		})
		if got := search(t, f, "whale submarine", index.Scope{}); got != "a.2.1" {
			t.Errorf("thawed: %q", got)
		}
		return err
	})
	put(t, set, "g", story("a", 3, "A whale again."))
	check(t, set, "g", "whale", "a.3.1")
}

// TestBusy asks two sets, as two processes have them, while one updates.
func TestBusy(t *testing.T) {
	dir := t.TempDir()
	sets := []*index.Set{open(t, dir), open(t, dir)}
	busy := func(want bool) {
		t.Helper()
		for i, set := range sets {
			use(t, set, "g", func(f *index.File) error {
				got, err := f.Busy(t.Context())
				if got != want {
					t.Errorf("set %d: busy %v", i, got)
				}
				return err
			})
		}
	}
	busy(false)
	use(t, sets[0], "g", func(f *index.File) error {
		return f.Update(t.Context(), func(*index.Update) (int64, error) { busy(true); return 1, nil })
	})
	busy(false)
}
