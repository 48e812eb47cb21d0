package index_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
	"storybot/retrieval/index"
)

func open(t testing.TB, dir string) *index.Set {
	t.Helper()
	set := index.Open(dir, "record", slog.New(slog.NewTextHandler(io.Discard, nil)))
	t.Cleanup(set.Close)
	return set
}

func story(id string, revision int, texts ...string) index.Story {
	s := index.Story{ID: id, Revision: revision, Title: "Title " + id}
	for _, text := range texts {
		s.Paragraphs = append(s.Paragraphs, analysis.Paragraph{Text: text})
	}
	return s
}

// use is Set.Use that may not fail.
func use(t testing.TB, set *index.Set, guild string, do func(*index.File) error) {
	t.Helper()
	if err := set.Use(t.Context(), guild, do); err != nil {
		t.Error(err)
	}
}

// put indexes the stories and goes on to the next version.
func put(t testing.TB, set *index.Set, guild string, stories ...index.Story) {
	t.Helper()
	use(t, set, guild, func(f *index.File) error {
		return f.Update(t.Context(), func(u *index.Update) (int64, error) {
			for _, s := range stories {
				if err := u.Put(s); err != nil {
					return 0, err
				}
			}
			return u.Version + 1, nil
		})
	})
}

// clearAll empties the file as Reindex does.
func clearAll(t testing.TB, set *index.Set, guild string) {
	t.Helper()
	use(t, set, guild, func(f *index.File) error {
		return f.Update(t.Context(), func(u *index.Update) (int64, error) { return -1, u.Clear() })
	})
}

// search shows what is found for a question, as "story.revision.paragraph".
func search(t testing.TB, f *index.File, question string, scope index.Scope) string {
	t.Helper()
	stats, err := f.Stats(t.Context())
	if err != nil {
		t.Error(err)
	}
	var terms []string
	for _, g := range analysis.Groups(question, stats.Languages) {
		terms = append(terms, g.Terms...)
	}
	hits, err := f.Search(t.Context(), terms, scope, 10)
	if err != nil {
		t.Error(err)
	}
	return show(hits)
}

func show(hits []index.Hit) string {
	var shown []string
	for _, h := range hits {
		shown = append(shown, fmt.Sprintf("%s.%d.%d", h.Story, h.Revision, h.Paragraph))
	}
	return strings.Join(shown, " ")
}

func check(t testing.TB, set *index.Set, guild, question, want string) {
	t.Helper()
	use(t, set, guild, func(f *index.File) error {
		if diff := cmp.Diff(want, search(t, f, question, index.Scope{})); diff != "" {
			t.Errorf("%s: %s", question, diff)
		}
		return nil
	})
}

func TestGuilds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%41é", "index") // made as needed, and no URI
	set := open(t, dir)
	for _, guild := range []string{"", "shared", "123", "a-B_9", strings.Repeat("9", 64)} {
		put(t, set, guild, story("a"+guild, 1, "A whale."))
		check(t, set, guild, "whale", "a"+guild+".1.1")
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*.db")); len(files) != 5 || err != nil {
		t.Errorf("files %q, %v", files, err)
	}
	for _, guild := range []string{"../x", "a/b", ".", "a b", "ü", "a\x00", strings.Repeat("9", 65)} {
		err := set.Use(t.Context(), guild, func(*index.File) error { t.Errorf("used %q", guild); return nil })
		for _, err := range []error{err, index.CheckGuild(guild)} {
			if !errors.Is(err, index.ErrGuild) {
				t.Errorf("%q: %v", guild, err)
			}
		}
	}
}

// TestConcurrentUse reads, writes and clears all at once. Stories come in pairs
// that are updated together, so that half an update would show.
func TestConcurrentUse(t *testing.T) {
	dir := t.TempDir()
	sets := []*index.Set{open(t, dir), open(t, dir)} // as two processes have them
	var workers sync.WaitGroup
	for w := range 4 {
		set := sets[w%2]
		workers.Go(func() {
			for i := range 30 {
				text := fmt.Sprintf("whale %d-%d", w, i)
				put(t, set, "g", story("a", w*100+i, text), story("b", w*100+i, text))
				use(t, set, "g", func(f *index.File) error {
					hits, err := f.Newest(t.Context(), index.Scope{}, 10)
					if len(hits) != 0 && (len(hits) != 2 || hits[0].Revision != hits[1].Revision) {
						t.Errorf("half an update: %s", show(hits))
					}
					return err
				})
				if i%10 == 9 {
					clearAll(t, set, "g")
				}
			}
		})
	}
	workers.Wait()
}
