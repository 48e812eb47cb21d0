package source_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
)

var exportedAt = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// archiving is a corpus of its own, at a time.
func archiving(t testing.TB, now time.Time) (*retrieval.Corpus, *record.DB) {
	t.Helper()
	dir := t.TempDir()
	db, err := record.Open(t.Context(), filepath.Join(dir, "c.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.Now = func() time.Time { return now }
	corpus := retrieval.Open(db, filepath.Join(dir, "c.index"), slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		corpus.Close()
		db.Close()
	})
	return corpus, db
}

func export(t testing.TB, corpus *retrieval.Corpus, guild string) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, _, err := source.Export(t.Context(), corpus, guild, nil, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func importing(t testing.TB, corpus *retrieval.Corpus, guild string, file []byte, trust bool) ([]source.Imported, error) {
	t.Helper()
	archive, err := source.ReadArchive(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return archive.Import(t.Context(), corpus, guild, trust)
}

func imported(t testing.TB, corpus *retrieval.Corpus, guild string, file []byte, trust bool) []source.Imported {
	t.Helper()
	all, err := importing(t, corpus, guild, file, trust)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// full gives a guild a source of each kind.
func full(t testing.TB, corpus *retrieval.Corpus, guild string) {
	t.Helper()
	story := func(key string, texts ...string) retrieval.Story {
		s := retrieval.Story{Key: key, Title: "Story <" + key + "> & \u2028 more", PublishedAt: exportedAt.Add(-99 * time.Hour)}
		for _, text := range texts {
			s.Paragraphs = append(s.Paragraphs, retrieval.Paragraph{Heading: "H", Text: text})
		}
		s.Title = strings.Join(strings.Fields(s.Title), " ")
		return s
	}
	put := func(s retrieval.Source, stories ...retrieval.Story) retrieval.Change {
		t.Helper()
		s.Guild = guild
		change, err := corpus.Put(t.Context(), s, stories)
		if err != nil {
			t.Fatal(err)
		}
		return change
	}
	page := story("https://example.org/a", "The mayor said “yes”.", "시장은 다리를 열었다고 말했다.")
	page.URL, page.Author, page.Language, page.ModifiedAt = "https://example.org/a?b=c&d", "Ida Holm", "pt-BR", exportedAt.Add(-time.Hour)
	put(retrieval.Source{Kind: "page", Title: "Page", Location: "https://example.org/a", Origin: record.Terminal, Private: true, Schedule: "every 30m",
		GivenTitle: "Given", GivenDate: exportedAt, Copy: retrieval.Copy{ETag: `"secret"`}}, page)
	entry, gone := story("urn:1", "An entry."), story("urn:2", "One that was withdrawn.")
	entry.Address, entry.Mark = "https://example.org/1", "mark"
	change := put(retrieval.Source{Kind: "feed", Title: "Feed", Location: "https://example.org/f", Schedule: "daily 06:00", Days: 3650}, entry, gone)
	if err := corpus.Withdraw(t.Context(), guild, change.Added[1]); err != nil {
		t.Fatal(err)
	}
	put(retrieval.Source{Kind: "feed", Title: "Empty", Location: "https://example.org/empty"})
	put(retrieval.Source{Kind: "file", Title: "File", Location: "/srv/news/a.md", Origin: record.Terminal}, story("/srv/news/a.md", "In a file."))
	put(retrieval.Source{Kind: "file", Title: "File", Location: "/srv/old/a.md", Origin: record.Terminal}, story("/srv/old/a.md", "In another."))
	put(retrieval.Source{Kind: "pasted", Title: "P", Location: "pasted/P"}, story("pasted/P", "Pasted.", "Old."))
	put(retrieval.Source{Kind: "pasted", Title: "P", Location: "pasted/P"}, story("pasted/P", "Pasted, and corrected."))
	put(retrieval.Source{Kind: "bundled", Title: "B", Location: "bundled.md"}, story("bundled.md", "Everybody has it."))
}

// lines are a file's, without what tells when and of whom it was written.
func lines(file []byte) []string {
	all := strings.Split(string(file), "\n")
	return all[1:]
}

// TestArchiveRoundTrip exports a guild, imports that into another record for another
// guild, and exports it there: all of it is the same.
func TestArchiveRoundTrip(t *testing.T) {
	from, _ := archiving(t, exportedAt)
	full(t, from, "1")
	full(t, from, retrieval.Shared) // not of the guild
	file := export(t, from, "1")
	if bytes.Contains(file, []byte("secret")) || bytes.Contains(file, []byte("Everybody")) || bytes.Contains(file, []byte("Old.")) || !json.Valid(file) {
		t.Errorf("exported: %s", file)
	}

	later := exportedAt.Add(50 * time.Hour)
	to, _ := archiving(t, later)
	first := imported(t, to, "2", file, true)
	added := 0
	for _, i := range first {
		added += i.Added
	}
	if len(first) != 6 || added != 6 {
		t.Errorf("imported %+v", first)
	}
	if diff := cmp.Diff(lines(file), lines(export(t, to, "2"))); diff != "" {
		t.Errorf("exported again (-want +got):\n%s", diff)
	}
	if rest := export(t, to, "1"); len(lines(rest)) != 2 {
		t.Errorf("guild 1 has %s", rest)
	}
	found, err := to.Search(t.Context(), retrieval.Query{Guild: "2", Text: "What did the mayor say?", Limit: 3})
	if err != nil || len(found.Passages) == 0 || !found.Passages[0].AsOf.Equal(exportedAt) {
		t.Errorf("%+v, %v: it was found to be so when it was exported", found.Passages, err)
	}

	// The same again changes nothing: no revision, no version, no plan.
	version, err := to.Version(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range imported(t, to, "2", file, true) {
		if i.Added+i.Changed > 0 {
			t.Errorf("again: %+v", i)
		}
	}
	if now, err := to.Version(t.Context(), "2"); now != version || err != nil {
		t.Errorf("version %s is %s, %v", version, now, err)
	}
	if diff := cmp.Diff(lines(file), lines(export(t, to, "2"))); diff != "" {
		t.Errorf("after the second import (-want +got):\n%s", diff)
	}
}

// TestImportUntrusted imports a file from elsewhere: nothing in it comes to be the
// operator's, and no path in it is read.
func TestImportUntrusted(t *testing.T) {
	from, _ := archiving(t, exportedAt)
	full(t, from, "1")
	to, _ := archiving(t, exportedAt)
	src, story, err := source.Attachment("a.md", "", []byte("Uploaded here."))
	if err != nil {
		t.Fatal(err)
	}
	src.Guild = "2"
	if _, err := to.Put(t.Context(), src, []retrieval.Story{story}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		imported(t, to, "2", export(t, from, "1"), false)
	}
	sources, err := to.Sources(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sources {
		got = append(got, strings.Join([]string{s.Kind, s.Location, s.Origin, s.Schedule, fmt.Sprint(s.Private, !s.DueAt.IsZero(), s.Stories)}, " "))
	}
	slices.Sort(got)
	want := []string{
		"attachment attachment/3bc5099e/a.md discord  false false 1",
		"attachment attachment/3dee65da/a.md discord  false false 1",
		"attachment attachment/a.md discord  false false 1",
		"feed https://example.org/empty discord  false false 0",
		"feed https://example.org/f discord daily 06:00 false true 2",
		"page https://example.org/a discord every 30m false true 1",
		"pasted pasted/P discord  false false 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestImportIntoKnown imports into a guild that has the sources, planned otherwise and
// trusted: they stay so, but no address in the file is taken over.
func TestImportIntoKnown(t *testing.T) {
	from, _ := archiving(t, exportedAt)
	full(t, from, "1")
	to, _ := archiving(t, exportedAt)
	mine := retrieval.Source{Guild: "1", Kind: "feed", Title: "Mine", Location: "https://example.org/f", Origin: record.Terminal, Schedule: "every 2h",
		DueAt: exportedAt.Add(time.Hour), Days: 9000}
	change, err := to.Put(t.Context(), mine, nil)
	if err != nil {
		t.Fatal(err)
	}
	imported(t, to, "1", export(t, from, "1"), false)
	got, err := to.Source(t.Context(), "1", change.Source)
	if err != nil {
		t.Fatal(err)
	}
	mine.Title = "Feed"
	if diff := cmp.Diff(mine, got, cmpopts.IgnoreFields(retrieval.Source{}, "ID", "Status", "Stories", "AddedAt", "CheckedAt")); diff != "" || got.Stories != 2 {
		t.Errorf("%d stories (-want +got):\n%s", got.Stories, diff)
	}
	stories, err := to.Stories(t.Context(), "1", change.Source)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stories {
		if s.Address != "" {
			t.Errorf("%s is read at %s", s.Key, s.Address)
		}
	}

	other, _ := archiving(t, exportedAt)
	if _, err := other.Put(t.Context(), retrieval.Source{Guild: "1", Kind: "page", Title: "P", Location: "https://example.org/f"}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := importing(t, other, "1", export(t, from, "1"), false); !errors.Is(err, source.ErrOtherKind) {
		t.Errorf("a feed where a page is: %v", err)
	}
	if sources, err := other.Sources(t.Context(), "1"); len(sources) != 1 || err != nil {
		t.Errorf("stored all the same: %+v, %v", sources, err)
	}
}

// TestImportQuota fills a guild: what was stored by then stays, and is told.
func TestImportQuota(t *testing.T) {
	from, _ := archiving(t, exportedAt)
	full(t, from, "1")
	to, db := archiving(t, exportedAt)
	db.Quota.Stories = 2
	done, err := importing(t, to, "2", export(t, from, "1"), false)
	if !errors.As(err, new(*record.QuotaError)) || errors.Is(err, source.ErrArchive) {
		t.Errorf("%v", err)
	}
	var titles []string
	for _, i := range done {
		titles = append(titles, fmt.Sprint(i.Source.Title, i.Added))
	}
	sources, err := to.Sources(t.Context(), "2")
	if len(sources) != len(done) || err != nil {
		t.Errorf("told of %v, there are %d, %v", titles, len(sources), err)
	}
}

// archiveOf is a file with one source, with changes.
func archiveOf(change func(source, story map[string]any)) []byte {
	story := map[string]any{"key": "pasted/A", "title": "A", "paragraphs": []any{map[string]any{"heading": "", "text": "Text."}}}
	src := map[string]any{"kind": "pasted", "title": "A", "location": "pasted/A", "origin": "discord", "stories": []any{story}}
	change(src, story)
	raw, err := json.Marshal(map[string]any{"storybot_export": 1, "exported_at": "2026-11-26T12:00:00Z", "guild": "1", "sources": []any{src}})
	if err != nil {
		panic("unreachable: it is plain data")
	}
	return raw
}

func TestReadArchiveRefuses(t *testing.T) {
	set := func(name string, value any) func(source, story map[string]any) {
		return func(source, _ map[string]any) { source[name] = value }
	}
	setStory := func(name string, value any) func(source, story map[string]any) {
		return func(_, story map[string]any) { story[name] = value }
	}
	if _, err := source.ReadArchive(bytes.NewReader(archiveOf(set("title", "Other")))); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		file []byte
		says string
	}{
		{"nothing", nil, "ends too early"},
		{"text", []byte("# A story"), "invalid character"},
		{"a list", []byte("[]"), "where"},
		{"no format", []byte("{}"), "format"},
		{"another object", []byte(`{"data": []}`), `"data" is not known`},
		{"cut off", archiveOf(set("title", "A"))[:150], "ends too early"},
		{"more after it", append(archiveOf(set("title", "A")), "{}"...), "after its end"},
		{"twice", []byte(`{"storybot_export": 1, "sources": [], "sources": []}`), "twice"},
		{"unknown member", archiveOf(set("etag", "x")), `source 1: "etag" is not known`},
		{"unknown member of a story", archiveOf(setStory("mark", "x")), "source 1: story 1: "},
		{"kind", archiveOf(set("kind", "bundled")), `no kind "bundled"`},
		{"origin", archiveOf(set("origin", "heaven")), "origin"},
		{"location", archiveOf(set("location", "elsewhere/A")), "location"},
		{"location of controls", archiveOf(set("location", "pasted/\x1b[2J")), "location"},
		{"a schedule for what cannot be read", archiveOf(set("schedule", "every 1h")), "schedule"},
		{"schedule", archiveOf(func(s, _ map[string]any) {
			s["kind"], s["location"], s["schedule"] = "feed", "https://example.org/f", "every 1s"
		}), "a schedule is"},
		{"address", archiveOf(func(s, _ map[string]any) { s["kind"], s["location"] = "page", "file:///etc/passwd" }), "not an address"},
		{"credentials", archiveOf(func(s, _ map[string]any) { s["kind"], s["location"] = "page", "https://a:b@example.org/" }), "not an address"},
		{"path", archiveOf(func(s, _ map[string]any) { s["kind"], s["location"] = "file", "../../etc/passwd" }), "path"},
		{"days", archiveOf(set("days", -1)), "days"},
		{"time", archiveOf(setStory("published_at", "yesterday")), "a time is"},
		{"no key", archiveOf(setStory("key", "")), "key"},
		{"no paragraphs", archiveOf(setStory("paragraphs", []any{})), "story 1: "},
		{"empty paragraph", archiveOf(setStory("paragraphs", []any{map[string]any{"text": "\x00 \u200b"}})), "paragraph 1 is empty"},
		{"large", archiveOf(setStory("paragraphs", []any{map[string]any{"text": strings.Repeat("a ", 6<<20)}})), "larger than"},
		{"the same key", archiveOf(func(s, story map[string]any) { s["stories"] = []any{story, story} }), "story 2: another has the key"},
	} {
		_, err := source.ReadArchive(bytes.NewReader(test.file))
		if !errors.Is(err, source.ErrArchive) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := source.ReadArchive(strings.NewReader(`{"storybot_export": 2, "x": 1}`)); !errors.Is(err, source.ErrArchiveNewer) {
		t.Errorf("newer: %v", err)
	}
}

// endless is a text without an end.
type endless struct {
	start string
	n     int
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.start)
	e.start = e.start[n:]
	for i := n; i < len(b); i++ {
		b[i] = 'a'
	}
	e.n += len(b)
	return len(b), nil
}

func (e *endless) Seek(int64, int) (int64, error) { return 0, nil }

// TestReadArchiveEndless reads a file of one string that does not end: it is refused
// before it takes the memory.
func TestReadArchiveEndless(t *testing.T) {
	for _, start := range []string{`{"guild": "`, `{"`, `{"sources": [{"stories": [{"title": "`} {
		e := &endless{start: start}
		if _, err := source.ReadArchive(e); !errors.Is(err, source.ErrArchive) || e.n > 200<<20 {
			t.Errorf("%s: %d bytes read, %v", start, e.n, err)
		}
	}
}

// FuzzImport holds that what can be read can be imported and exported, and that what is
// exported comes back as it is; and that no file makes anything trusted.
func FuzzImport(f *testing.F) {
	from, _ := archiving(f, exportedAt)
	full(f, from, "1")
	f.Add(export(f, from, "1"))
	f.Add(archiveOf(func(s, _ map[string]any) { s["kind"], s["location"] = "file", "/etc/passwd" }))
	f.Add([]byte(`{"sources":[{"stories":[],"origin":"terminal","kind":"feed","location":"http://10.0.0.1/","schedule":"Every 90m"}],"storybot_export":1}`))
	corpus, _ := archiving(f, exportedAt)
	other, _ := archiving(f, exportedAt)
	f.Fuzz(func(t *testing.T, file []byte) {
		archive, err := source.ReadArchive(bytes.NewReader(file))
		if err != nil {
			if !errors.Is(err, source.ErrArchive) && !errors.Is(err, source.ErrArchiveNewer) {
				t.Error(err)
			}
			return
		}
		defer empty(t, corpus, other)
		if _, err := archive.Import(t.Context(), corpus, "1", false); err != nil {
			t.Fatal(err)
		}
		sources, err := corpus.Sources(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sources {
			if s.Origin != record.Discord || s.Private || s.Kind == "file" {
				t.Errorf("trusted: %+v", s)
			}
		}
		once := export(t, corpus, "1")
		imported(t, other, "1", once, false)
		if twice := export(t, other, "1"); !bytes.Equal(once, twice) {
			t.Errorf("%s\nis exported as\n%s", once, twice)
		}
	})
}

// empty removes guild 1's sources.
func empty(t testing.TB, all ...*retrieval.Corpus) {
	t.Helper()
	for _, corpus := range all {
		sources, err := corpus.Sources(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sources {
			if _, err := corpus.Remove(t.Context(), "1", s.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}
