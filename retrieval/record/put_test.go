package record_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
)

func TestPutReadsBack(t *testing.T) {
	db := open(t)
	given := story("a", "one", "two")
	given.PublishedAt = time.Date(1969, 7, 20, 20, 17, 40, 123456789, time.FixedZone("", 3600))
	undated := story("b", "three")
	undated.PublishedAt = time.Time{}
	change := put(t, db, file("g", "/a.txt"), given, undated)

	sources, err := db.Sources(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	at := noon.Add(time.Second)
	wantSources := []record.Source{{ID: change.Source, Guild: "g", Kind: "file", Title: "T /a.txt", Location: "/a.txt",
		Status: "ok", Stories: 2, AddedAt: at, CheckedAt: at, Origin: record.Discord}}
	if diff := cmp.Diff(wantSources, sources); diff != "" {
		t.Error(diff)
	}

	stories, err := db.Stories(t.Context(), "g", change.Source)
	if err != nil {
		t.Fatal(err)
	}
	want := []record.Story{
		{ID: change.Added[0], SourceID: change.Source, Guild: "g", Key: "a", Title: "Story a", URL: "https://example.org/a",
			PublishedAt: time.Date(1969, 7, 20, 19, 17, 40, 123e6, time.UTC), Revision: 1, RevisedAt: at, CheckedAt: at,
			Paragraphs: []record.Paragraph{{Number: 1, Heading: "H", Text: "one"}, {Number: 2, Heading: "H", Text: "two"}}},
		{ID: change.Added[1], SourceID: change.Source, Guild: "g", Key: "b", Title: "Story b", URL: "https://example.org/b",
			Revision: 1, RevisedAt: at, CheckedAt: at, Paragraphs: []record.Paragraph{{Number: 1, Heading: "H", Text: "three"}}},
	}
	if diff := cmp.Diff(want, stories); diff != "" {
		t.Error(diff)
	}
}

// TestPutAgain puts one story twice: only a difference that a reader would
// see makes a revision, and only a revision makes what is derived stale.
func TestPutAgain(t *testing.T) {
	same := func(*record.Story) {}
	for _, test := range []struct {
		name     string
		edit     func(*record.Story)
		revision int
	}{
		{"same", same, 1},
		{"time zone", func(s *record.Story) { s.PublishedAt = s.PublishedAt.In(time.FixedZone("", 3600)) }, 1},
		{"title", func(s *record.Story) { s.Title = "New" }, 2},
		{"url", func(s *record.Story) { s.URL = "" }, 2},
		{"date", func(s *record.Story) { s.PublishedAt = time.Time{} }, 2},
		{"text", func(s *record.Story) { s.Paragraphs[0].Text = "new" }, 2},
		{"heading", func(s *record.Story) { s.Paragraphs[0].Heading = "" }, 2},
		{"more", func(s *record.Story) { s.Paragraphs = append(s.Paragraphs, s.Paragraphs[0]) }, 2},
		{"less", func(s *record.Story) { s.Paragraphs = s.Paragraphs[:1] }, 2},
		{"text moved to the heading", func(s *record.Story) { s.Paragraphs[0] = record.Paragraph{Heading: "Ho", Text: "ne"} }, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			db := open(t)
			first := put(t, db, file("g", "/a"), story("a", "one", "two"), story("b", "three"))
			edited := story("a", "one", "two")
			test.edit(&edited)
			second := put(t, db, file("g", "/a"), edited)

			want := record.Change{Source: first.Source, Unchanged: first.Added[:1]}
			if test.revision == 2 {
				want = record.Change{Source: first.Source, Changed: first.Added[:1], Revisions: map[string]int{first.Added[0]: 2}}
			}
			if diff := cmp.Diff(want, second); diff != "" {
				t.Error(diff)
			}
			if got := version(t, db, "g"); got != int64(test.revision) {
				t.Errorf("version %d, want %d", got, test.revision)
			}
			stories, err := db.Stories(t.Context(), "g", first.Source)
			if err != nil {
				t.Fatal(err)
			}
			if len(stories) != 2 || stories[0].Revision != test.revision || stories[0].Title != edited.Title ||
				len(stories[0].Paragraphs) != len(edited.Paragraphs) {
				t.Errorf("stored %+v", stories)
			}
		})
	}
}

func TestPutKeepsOldRevisions(t *testing.T) {
	db := open(t)
	change := put(t, db, file("g", "/a"), story("a", "old"))
	edited := story("a", "new")
	edited.Title, edited.PublishedAt = "Corrected", time.Time{}
	put(t, db, file("g", "/a"), edited)

	id := change.Added[0]
	got, _, err := db.Paragraphs(t.Context(), "g", []record.Ref{{id, 2, 1}, {id, 3, 1}, {id, 1, 1}, {id, 1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	want := []record.Passage{
		{Ref: record.Ref{Story: id, Revision: 2, Paragraph: 1}, Heading: "H", Text: "new", Title: "Corrected",
			URL: "https://example.org/a", AsOf: noon.Add(2 * time.Second), Kind: "file", Location: "/a"},
		{Ref: record.Ref{Story: id, Revision: 1, Paragraph: 1}, Heading: "H", Text: "old", Title: "Story a",
			URL: "https://example.org/a", PublishedAt: noon, AsOf: noon.Add(2 * time.Second), Kind: "file", Location: "/a"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPutUpdatesTheSource(t *testing.T) {
	db := open(t)
	put(t, db, file("g", "/a"), story("a", "one"))
	failed := file("g", "/a")
	failed.Title, failed.Error = "New", "timed out"
	change := put(t, db, failed)

	got, err := db.Source(t.Context(), "g", change.Source)
	if err != nil {
		t.Fatal(err)
	}
	want := record.Source{ID: change.Source, Guild: "g", Kind: "file", Title: "New", Location: "/a", Status: "failed",
		Error: "timed out", Stories: 1, AddedAt: noon.Add(time.Second), CheckedAt: noon.Add(2 * time.Second), Origin: record.Discord}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := version(t, db, "g"); got != 1 {
		t.Errorf("version %d: no story changed", got)
	}
}

func TestPutRefuses(t *testing.T) {
	for _, test := range []struct {
		name    string
		source  record.Source
		stories []record.Story
	}{
		{"no location", file("g", ""), nil},
		{"source not text", file("g", "/a\x00"), nil},
		{"no paragraphs", file("g", "/a"), []record.Story{story("a")}},
		{"empty paragraph", file("g", "/a"), []record.Story{story("a", "one", "")}},
		{"NUL", file("g", "/a"), []record.Story{story("a", "o\x00ne")}},
		{"not UTF-8", file("g", "/a"), []record.Story{story("a", "o\xffne")}},
		{"key not UTF-8", file("g", "/a"), []record.Story{story("\xff", "one")}},
		{"a key twice", file("g", "/a"), []record.Story{story("a", "one"), story("a", "two")}},
		{"second of two", file("g", "/a"), []record.Story{story("a", "one"), story("b")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			db := open(t)
			if _, err := db.Put(t.Context(), test.source, test.stories); !errors.Is(err, record.ErrInvalid) {
				t.Errorf("Put: %v", err)
			}
			if _, err := db.Seed(t.Context(), test.source, test.stories); !errors.Is(err, record.ErrInvalid) {
				t.Errorf("Seed: %v", err)
			}
			if sources, err := db.Sources(t.Context(), "g"); len(sources) > 0 || err != nil {
				t.Errorf("stored %v, %v", sources, err)
			}
		})
	}
}

// TestLongNames stores names that are as long as an index takes, and refuses longer ones.
func TestLongNames(t *testing.T) {
	db := open(t)
	var long strings.Builder // cannot be made shorter
	for long.Len() < 2048 {
		long.WriteString(rand.Text())
	}
	name := long.String()[:2048]
	named := func(location, key, title string) error {
		s := story(key, "text")
		s.Title = title
		_, err := db.Put(t.Context(), file("g", location), []record.Story{s})
		return err
	}
	if err := named(name, name, name); err != nil {
		t.Error(err)
	}
	for _, err := range []error{named(name+"x", "k", "t"), named("/a", name+"x", "t"), named("/a", "k", name+"x")} {
		if !errors.Is(err, record.ErrInvalid) {
			t.Error(err)
		}
	}
}

// FuzzPut holds that text is read back character for character, or refused.
func FuzzPut(f *testing.F) {
	for _, seed := range []string{"a", "", "한국어 'quoted' \"twice\"", "\x00", "\xff", "1e5", "'; DROP TABLE stories; --", "e\u0301 \u202e\U0001F600\r\n", "%q ? $1"} {
		f.Add(seed, seed)
		f.Add("Heading", seed)
	}
	db := open(f)
	f.Fuzz(func(t *testing.T, heading, text string) {
		given := record.Story{Key: heading, Title: heading, URL: text, Paragraphs: []record.Paragraph{{Heading: heading, Text: text}}}
		source := file("g", "/a")
		source.Error = text
		_, err := db.Put(t.Context(), source, []record.Story{given})
		valid := text != "" && len(heading) <= 2048 && utf8.ValidString(heading) && utf8.ValidString(text) && !strings.Contains(heading+text, "\x00")
		if !valid {
			if !errors.Is(err, record.ErrInvalid) {
				t.Fatalf("Put(%q, %q): %v", heading, text, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		sources, err := db.Sources(t.Context(), "g")
		if err != nil || sources[0].Error != text {
			t.Fatal(sources, err)
		}
		stories, err := db.Stories(t.Context(), "g", sources[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		want := record.Paragraph{Number: 1, Heading: heading, Text: text}
		if s := stories[0]; s.Key != heading || s.Title != heading || s.URL != text || s.Paragraphs[0] != want {
			t.Errorf("Put(%q, %q) reads back as %+v", heading, text, s)
		}
		if _, err := db.Remove(t.Context(), "g", sources[0].ID); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSeedOnce(t *testing.T) {
	db := open(t)
	seed := func() bool {
		t.Helper()
		now, err := db.Seed(t.Context(), file(record.Shared, "bundled"), []record.Story{story("a", "one")})
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	if !seed() {
		t.Fatal("an empty record was not seeded")
	}
	sources, err := db.Sources(t.Context(), "g")
	if err != nil || len(sources) != 1 {
		t.Fatalf("seeded %v, %v", sources, err)
	}
	if seed() {
		t.Error("seeded twice")
	}
	if _, err := db.Remove(t.Context(), record.Shared, sources[0].ID); err != nil {
		t.Fatal(err)
	}
	if seed() {
		t.Error("seeded again after it was removed")
	}
	if sources, err := db.Sources(t.Context(), "g"); err != nil || len(sources) != 0 {
		t.Errorf("came back: %v, %v", sources, err)
	}
}

func TestRemove(t *testing.T) {
	db := open(t)
	change := put(t, db, file("g", "/a"), story("a", "one"), story("b", "two"))
	put(t, db, file("g", "/a"), story("a", "three"))
	other := put(t, db, file("g", "/b"), story("a", "four"))

	got, err := db.Remove(t.Context(), "g", change.Source)
	if err != nil || got.Location != "/a" || got.Stories != 2 {
		t.Errorf("removed %+v, %v", got, err)
	}
	if _, err := db.Remove(t.Context(), "g", change.Source); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if got := version(t, db, "g"); got != 4 {
		t.Errorf("version %d, want 4", got)
	}
	want := [][2]any{{"sources", 1}, {"stories", 1}, {"revisions", 1}, {"paragraphs", 1}}
	if diff := cmp.Diff(want, counts(t, db)); diff != "" {
		t.Error(diff)
	}
	if stories, err := db.Stories(t.Context(), "g", other.Source); err != nil || len(stories) != 1 {
		t.Errorf("the other source has %v, %v", stories, err)
	}
}

// TestFailed has a source say why it could not be read, until it is put again;
// its stories stay as they are.
func TestFailed(t *testing.T) {
	db := open(t)
	id := put(t, db, file("g", "/a"), story("a", "one")).Source
	if err := db.Failed(t.Context(), "g", id, "gone", "", time.Time{}); err != nil {
		t.Fatal(err)
	}
	check := func(status, why string, checked time.Time) {
		t.Helper()
		got, err := db.Source(t.Context(), "g", id)
		if err != nil || got.Status != status || got.Error != why || got.Stories != 1 || !got.CheckedAt.Equal(checked) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	check("failed", "gone", noon.Add(2*time.Second))
	if got := version(t, db, "g"); got != 1 {
		t.Errorf("version %d: the stories have not changed", got)
	}
	for _, guild := range []string{record.Shared, "other"} {
		if err := db.Failed(t.Context(), guild, id, "not yours", "", time.Time{}); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("guild %q: %v", guild, err)
		}
	}
	if err := db.Failed(t.Context(), "g", id, "\xFF", "", time.Time{}); !errors.Is(err, record.ErrInvalid) {
		t.Error(err)
	}
	put(t, db, file("g", "/a"), story("a", "one"))
	check("ok", "", noon.Add(5*time.Second)) // the refused calls looked at the clock too
}

// TestPutRemoved puts a source as it was read: removed meanwhile, it stays away.
func TestPutRemoved(t *testing.T) {
	db := open(t)
	put(t, db, file("g", "/a"), story("a", "one"))
	sources, err := db.Sources(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	put(t, db, sources[0], story("a", "two"))
	if _, err := db.Remove(t.Context(), "g", sources[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), sources[0], []record.Story{story("a", "three")}); !errors.Is(err, record.ErrNotFound) {
		t.Error(err)
	}
	if left, err := db.Sources(t.Context(), "g"); err != nil || len(left) > 0 {
		t.Errorf("%+v, %v", left, err)
	}
}
