package index_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/index"
)

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

// TestNewest counts the paragraphs of a scope, and takes the first of them.
func TestNewest(t *testing.T) {
	set := open(t, t.TempDir())
	old, young := story("old", 2, "One.", "Two."), story("young", 1, "Three.", "Four.")
	old.PublishedAt, young.PublishedAt = time.Unix(1, 0), time.Unix(2, 0)
	put(t, set, "g", old, young, story("undated", 1, "Five."))
	for _, test := range []struct {
		name  string
		scope index.Scope
		k     int
		count int
		want  string
	}{
		{"all", index.Scope{}, 9, 5, "young.1.1 young.1.2 old.2.1 old.2.2 undated.1.1"},
		{"some", index.Scope{}, 3, 5, "young.1.1 young.1.2 old.2.1"},
		{"one story", index.Scope{Story: "old"}, 9, 2, "old.2.1 old.2.2"},
		{"all but one", index.Scope{Without: "young"}, 9, 3, "old.2.1 old.2.2 undated.1.1"},
		{"a time", index.Scope{Since: time.Unix(2, 0)}, 1, 2, "young.1.1"},
		{"no story", index.Scope{Story: "none"}, 9, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			use(t, set, "g", func(f *index.File) error {
				count, countErr := f.Count(t.Context(), test.scope)
				hits, err := f.Newest(t.Context(), test.scope, test.k)
				if diff := cmp.Diff(test.want, show(hits)); diff != "" || count != test.count {
					t.Errorf("%d, %s", count, diff)
				}
				return errors.Join(countErr, err)
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
				all, allErr := f.Newest(t.Context(), test.scope, 10)
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
