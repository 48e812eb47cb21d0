package index_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestSearch(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g",
		story("a", 1, "The whale sank the ship.", "Nobody saw a whale, a second whale, or a third.", "Rain."),
		story("b", 3, "A ship in the rain, and no harbour."),
		story("c", 1, "दक्षिण कोरिया के प्रवक्ता", "โฆษกทำเนียบเครมลิน", "大統領は何と言いましたか", "Café naïve"))
	for _, test := range []struct {
		name, question string
		scope          index.Scope
		want           string
	}{
		{"one word", "harbour", index.Scope{}, "b.3.1"},
		{"the more often the better", "whale", index.Scope{}, "a.1.2 a.1.1"},
		{"any word will do", "whale harbour", index.Scope{}, "b.3.1 a.1.2 a.1.1"},
		{"other forms", "whales ships", index.Scope{Story: "a"}, "a.1.1 a.1.2"},
		{"one story", "ship", index.Scope{Story: "b"}, "b.3.1"},
		{"all but one", "ship", index.Scope{Without: "b"}, "a.1.1"},
		{"one but itself", "ship", index.Scope{Story: "b", Without: "b"}, ""},
		{"no such story", "ship", index.Scope{Story: "x"}, ""},
		{"all but none", "harbour", index.Scope{Without: "x"}, "b.3.1"},
		{"title", "title", index.Scope{Story: "b"}, "b.3.1"},
		{"not there", "submarine", index.Scope{}, ""},
		{"nothing asked", "?!", index.Scope{}, ""},
		{"Hindi", "कोरिया", index.Scope{}, "c.1.1"},
		{"Hindi in part", "कोर", index.Scope{}, ""},
		{"Thai", "โฆษก", index.Scope{}, "c.1.2"},
		{"Japanese", "大統領", index.Scope{}, "c.1.3"},
		{"diacritics", "CAFE", index.Scope{}, "c.1.4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			use(t, set, "g", func(f *index.File) error {
				if diff := cmp.Diff(test.want, search(t, f, test.question, test.scope)); diff != "" {
					t.Error(diff)
				}
				return nil
			})
		})
	}
}

// TestSyntaxIsInert searches for terms that FTS5 would read as its syntax.
func TestSyntaxIsInert(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g", story("a", 1, "near and or not whale", "title text"))
	use(t, set, "g", func(f *index.File) error {
		for _, term := range []string{
			`"`, `""`, `" OR NEAR(`, "*", "wha*", "^", "title:whale", "NEAR(a b, 5)", "a AND", "-x", "{title}: a", "(", "\x00",
			"'; DROP TABLE stories",
		} {
			if hits, err := f.Search(t.Context(), []string{term}, index.Scope{}, 10); err != nil || len(hits) > 0 {
				t.Errorf("%q: %v, %v", term, hits, err)
			}
			if _, err := f.Frequencies(t.Context(), []string{term}); err != nil {
				t.Errorf("%q: %v", term, err)
			}
		}
		hits, err := f.Search(t.Context(), []string{"not", "or", "near"}, index.Scope{}, 10)
		if got := show(hits); got != "a.1.1" || err != nil {
			t.Errorf("keywords: %q, %v", got, err)
		}
		return nil
	})
}

func TestAll(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g", story("a", 2, "One.", "Two."), story("b", 1, "Three."))
	for _, test := range []struct {
		name  string
		scope index.Scope
		most  int
		want  string
	}{
		{"as many as asked", index.Scope{}, 3, "a.2.1 a.2.2 b.1.1"},
		{"too many", index.Scope{}, 2, ""},
		{"one story", index.Scope{Story: "a"}, 2, "a.2.1 a.2.2"},
		{"all but one", index.Scope{Without: "a"}, 2, "b.1.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			use(t, set, "g", func(f *index.File) error {
				hits, err := f.All(t.Context(), test.scope, test.most)
				if diff := cmp.Diff(test.want, show(hits)); diff != "" {
					t.Error(diff)
				}
				return err
			})
		})
	}
}

// TestDates narrows a search by the stories' dates.
func TestDates(t *testing.T) {
	set := open(t, t.TempDir())
	noon := time.Date(2026, 7, 8, 12, 0, 0, 0, time.FixedZone("", 7200))
	var stories []index.Story
	for id, at := range map[string]time.Time{
		"old": noon.AddDate(-80, 0, 0), "before": noon.Add(-time.Second), "at": noon, "after": noon.Add(time.Second), "undated": {},
	} {
		s := story(id, 1, "A whale.")
		s.PublishedAt = at
		stories = append(stories, s)
	}
	put(t, set, "g", stories...)
	for _, test := range []struct {
		name  string
		scope index.Scope
		want  string
	}{
		{"any", index.Scope{}, "after at before old undated"},
		{"since", index.Scope{Since: noon}, "after at"},
		{"until", index.Scope{Until: noon}, "before old"},
		{"between", index.Scope{Since: noon.Add(-time.Hour), Until: noon}, "before"},
		{"never", index.Scope{Since: noon, Until: noon}, ""},
		{"the story at its time", index.Scope{Story: "at", Since: noon}, "at"},
		{"the story at another time", index.Scope{Story: "at", Until: noon}, ""},
		{"a story without a date", index.Scope{Story: "undated", Until: noon}, ""},
		{"all but one", index.Scope{Without: "at", Since: noon}, "after"},
	} {
		t.Run(test.name, func(t *testing.T) {
			use(t, set, "g", func(f *index.File) error {
				found, err := f.Search(t.Context(), []string{"whale"}, test.scope, 10)
				all, allErr := f.All(t.Context(), test.scope, 10)
				for _, hits := range [][]index.Hit{found, all} {
					var ids []string
					for _, h := range hits {
						ids = append(ids, h.Story)
					}
					slices.Sort(ids)
					if diff := cmp.Diff(test.want, strings.Join(ids, " ")); diff != "" {
						t.Error(diff)
					}
				}
				return errors.Join(err, allErr)
			})
		})
	}
}

func TestExtensions(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g",
		story("a", 1, "Friedensvertrag, Vertragsbruch, Vertrag", "Friedensvertrag", "Vertragspartei Vertrag2000 unvertraglich"),
		story("b", 1, "мирогражданин гражданинство", "日本語日本語", "Mietvertrag"))
	many := story("c", 1, "")
	for i := range 1001 {
		many.Paragraphs[0].Text += " inter" + strings.Repeat("x", 3+i/26) + string(rune('a'+i%26))
	}
	put(t, set, "g", many)
	put(t, set, "g", story("b", 2, "Ein Mietvertragsentwurf"))
	for _, test := range []struct {
		name, term string
		most       int
		want       string
	}{
		{"most frequent first", "vertrag", 2, "friedensvertrag vertragsbruch"},
		{"begin and end, not within", "vertrag", 9, "friedensvertrag vertragsbruch vertragspartei"},
		{"of two letters", "ve", 9, "vertragsbruch vertragspartei"},
		{"too many to be compounds", "inter", 9, ""},
		{"of a story that is gone", "miet", 9, "mietvertragsentwurf"},
		{"not there", "wal", 9, ""},
		{"a number", "2000", 9, ""},
		{"nothing", "", 9, ""},
		{"a script without spaces", "日本", 9, ""},
		{"syntax", "%", 9, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			use(t, set, "g", func(f *index.File) error {
				got, err := f.Extensions(t.Context(), test.term, test.most)
				if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
					t.Error(diff)
				}
				return err
			})
		})
	}
}

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
					hits, err := f.All(t.Context(), index.Scope{}, 10)
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
