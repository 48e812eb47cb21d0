package retrieval_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// A library is a corpus and what it stands on.
type library struct {
	*retrieval.Corpus
	db    *record.DB
	index string // folder
	log   *lockedBuilder
}

// lockedBuilder is a log that several goroutines may write.
type lockedBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuilder) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuilder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func open(t testing.TB) *library {
	t.Helper()
	dir := t.TempDir()
	return openAt(t, filepath.Join(dir, "c.db"), filepath.Join(dir, "c.index"))
}

func openAt(t testing.TB, db, index string) *library {
	t.Helper()
	records, err := record.Open(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	l := &library{db: records, index: index, log: new(lockedBuilder)}
	l.Corpus = retrieval.Open(records, index, slog.New(slog.NewTextHandler(l.log, nil)))
	t.Cleanup(func() {
		l.Close()
		records.Close()
	})
	return l
}

func source(guild, location string) retrieval.Source {
	return retrieval.Source{Guild: guild, Kind: "file", Title: location, Location: location}
}

func story(key string, texts ...string) retrieval.Story {
	s := retrieval.Story{Key: key, Title: "Story " + key}
	for _, text := range texts {
		s.Paragraphs = append(s.Paragraphs, retrieval.Paragraph{Text: text})
	}
	return s
}

func put(t testing.TB, l *library, guild, location string, stories ...retrieval.Story) retrieval.Change {
	t.Helper()
	change, err := l.Put(context.Background(), source(guild, location), stories)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func search(t testing.TB, l *library, q retrieval.Query) retrieval.Result {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 10
	}
	result, err := l.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// found are the texts of the passages that hold something of the question.
func found(t testing.TB, l *library, guild, question string) (texts []string) {
	t.Helper()
	for _, p := range search(t, l, retrieval.Query{Guild: guild, Text: question}).Passages {
		if p.Features.Words > 0 {
			texts = append(texts, p.Text)
		}
	}
	slices.Sort(texts)
	return texts
}

func checkFound(t testing.TB, l *library, guild, question string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, found(t, l, guild, question)); diff != "" {
		t.Errorf("%q asks %q: %s", guild, question, diff)
	}
}

func TestPutAndRemove(t *testing.T) {
	l := open(t)
	checkFound(t, l, "g", "harbour")
	change := put(t, l, "g", "/a", story("a", "The harbour is closed.", "Rain."), story("b", "A harbour fair."))
	checkFound(t, l, "g", "harbour", "A harbour fair.", "The harbour is closed.")

	put(t, l, "g", "/a", story("a", "The harbour is open again."))
	checkFound(t, l, "g", "harbour", "A harbour fair.", "The harbour is open again.")
	checkFound(t, l, "g", "rain")

	if _, err := l.Remove(t.Context(), "g", change.Source); err != nil {
		t.Fatal(err)
	}
	checkFound(t, l, "g", "harbour")
}

// TestPassage has a passage hold all that citing takes.
func TestPassage(t *testing.T) {
	l := open(t)
	s := story("a", "Rain.", "The harbour is closed. Ships wait outside.")
	s.URL, s.Paragraphs[1].Heading = "https://example.org/a", "News"
	change := put(t, l, "g", "/a", story("a", "Old."))
	put(t, l, "g", "/a", s)
	result := search(t, l, retrieval.Query{Guild: "g", Text: "Is the harbour closed?", Limit: 1})
	if len(result.Passages) != 1 || result.Language != "en" {
		t.Fatalf("%+v", result)
	}
	got := result.Passages[0]
	want := record.Passage{
		Ref: record.Ref{Story: change.Added[0], Revision: 2, Paragraph: 2}, Heading: "News", Text: s.Paragraphs[1].Text,
		Title: s.Title, URL: s.URL, AsOf: got.AsOf, Kind: "file", Location: "/a",
	}
	if got.AsOf.IsZero() {
		t.Error("it does not tell of when it is")
	}
	if diff := cmp.Diff(want, got.Passage); diff != "" {
		t.Error(diff)
	}
	s1, s2 := got.Sentences[0], got.Sentences[1]
	if s1.Of(got.Text) != "The harbour is closed." || s2.Of(got.Text) != "Ships wait outside." || s1.Score <= s2.Score {
		t.Errorf("sentences %+v", got.Sentences)
	}
	if got.Score <= 0 || got.Score > 1 {
		t.Errorf("score %v", got.Score)
	}
}

// TestGuildsApart searches from everywhere for what stands everywhere.
func TestGuildsApart(t *testing.T) {
	l := open(t)
	for _, guild := range []string{"1", "2", retrieval.Shared} {
		put(t, l, guild, "/a", story("a", fmt.Sprintf("The harbour of %q.", guild)))
	}
	checkFound(t, l, "1", "harbour", `The harbour of "".`, `The harbour of "1".`)
	checkFound(t, l, "2", "harbour", `The harbour of "".`, `The harbour of "2".`)
	checkFound(t, l, "3", "harbour", `The harbour of "".`)
	checkFound(t, l, retrieval.Shared, "harbour", `The harbour of "".`)

	stories, err := l.Stories(t.Context(), "1", search(t, l, retrieval.Query{Guild: "1", Text: "harbour"}).Passages[0].Story)
	if err == nil {
		t.Errorf("a story's id is no source's: %v", stories)
	}
}

func TestOddGuildIsRefused(t *testing.T) {
	l := open(t)
	if _, err := l.Put(t.Context(), source("../x", "/a"), []retrieval.Story{story("a", "Text.")}); !errors.Is(err, index.ErrGuild) {
		t.Errorf("Put: %v", err)
	}
	if sources, err := l.Sources(t.Context(), "../x"); err != nil || len(sources) > 0 {
		t.Errorf("stored: %v, %v", sources, err)
	}
	if _, err := l.Search(t.Context(), retrieval.Query{Guild: "../x", Text: "text"}); !errors.Is(err, index.ErrGuild) {
		t.Errorf("Search: %v", err)
	}
}

func TestScope(t *testing.T) {
	l := open(t)
	ids := put(t, l, "g", "/a", story("a", "Harbour a."), story("b", "Harbour b.")).Added
	ids = append(ids, put(t, l, retrieval.Shared, "/s", story("c", "Harbour c.")).Added...)
	others := put(t, l, "other", "/o", story("o", "Harbour o.")).Added[0]
	for _, test := range []struct {
		name  string
		scope retrieval.Scope
		want  []string
	}{
		{"all", retrieval.Scope{}, []string{"Harbour a.", "Harbour b.", "Harbour c."}},
		{"one", retrieval.Scope{Story: ids[1]}, []string{"Harbour b."}},
		{"a shared one", retrieval.Scope{Story: ids[2]}, []string{"Harbour c."}},
		{"all but one", retrieval.Scope{Without: ids[0]}, []string{"Harbour b.", "Harbour c."}},
		{"another guild's", retrieval.Scope{Story: others}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, p := range search(t, l, retrieval.Query{Guild: "g", Scope: test.scope, Text: "harbour"}).Passages {
				got = append(got, p.Text)
			}
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHeals changes the record and the index behind the corpus's back.
func TestHeals(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, l *library)
		want   []string
	}{
		{"the index is deleted", func(t *testing.T, l *library) { removeAll(t, l.index) }, []string{"Harbour a."}},
		{"its files are empty", func(t *testing.T, l *library) {
			l.Close()
			for _, name := range []string{"guild-g.db", "shared.db"} {
				if err := os.WriteFile(filepath.Join(l.index, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			l.Corpus = retrieval.Open(l.db, l.index, slog.New(slog.NewTextHandler(l.log, nil)))
		}, []string{"Harbour a."}},
		{"its files are garbage", func(t *testing.T, l *library) {
			l.Close()
			for _, name := range []string{"guild-g.db", "shared.db"} {
				if err := os.WriteFile(filepath.Join(l.index, name), []byte(strings.Repeat("garbage", 1000)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			l.Corpus = retrieval.Open(l.db, l.index, slog.New(slog.NewTextHandler(l.log, nil)))
		}, []string{"Harbour a."}},
		{"stored, not indexed", func(t *testing.T, l *library) {
			if _, err := l.db.Put(t.Context(), source("g", "/b"), []retrieval.Story{story("b", "Harbour b.")}); err != nil {
				t.Fatal(err)
			}
		}, []string{"Harbour a.", "Harbour b."}},
		{"revised, not indexed", func(t *testing.T, l *library) {
			if _, err := l.db.Put(t.Context(), source("g", "/a"), []retrieval.Story{story("a", "Harbour revised.")}); err != nil {
				t.Fatal(err)
			}
		}, []string{"Harbour revised."}},
		{"removed, still indexed", func(t *testing.T, l *library) {
			sources, err := l.db.Sources(t.Context(), "g")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := l.db.Remove(t.Context(), "g", sources[0].ID); err != nil {
				t.Fatal(err)
			}
		}, nil},
		{"reindexed", func(t *testing.T, l *library) {
			if err := l.Reindex(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, []string{"Harbour a."}},
		{"reindexed by another process", func(t *testing.T, l *library) {
			other := retrieval.Open(l.db, l.index, slog.New(slog.NewTextHandler(io.Discard, nil)))
			defer other.Close()
			if err := other.Reindex(t.Context(), "g"); err != nil {
				t.Fatal(err)
			}
		}, []string{"Harbour a."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := open(t)
			put(t, l, "g", "/a", story("a", "Harbour a."))
			test.change(t, l)
			checkFound(t, l, "g", "harbour", test.want...)
		})
	}
}

func removeAll(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}

// TestIndexOfAnotherRecord opens a record with the index folder of another, as
// after a restore.
func TestIndexOfAnotherRecord(t *testing.T) {
	dir := t.TempDir()
	first := openAt(t, filepath.Join(dir, "first.db"), filepath.Join(dir, "index"))
	put(t, first, "g", "/a", story("a", "Harbour of the first."))
	first.Close()
	second := openAt(t, filepath.Join(dir, "second.db"), filepath.Join(dir, "index"))
	checkFound(t, second, "g", "harbour")
	put(t, second, "g", "/a", story("a", "Harbour of the second."))
	checkFound(t, second, "g", "harbour", "Harbour of the second.")
}

// TestReindex names each guild in the log, also one that has nothing left.
func TestReindex(t *testing.T) {
	l := open(t)
	put(t, l, "1", "/a", story("a", "Harbour a."))
	put(t, l, retrieval.Shared, "/b", story("b", "Harbour b."))
	if _, err := l.Remove(t.Context(), "2", put(t, l, "2", "/c", story("c", "Harbour c.")).Source); err != nil {
		t.Fatal(err)
	}
	before := l.log.String()
	if err := l.Reindex(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := strings.TrimPrefix(l.log.String(), before)
	for _, line := range []string{`guild="" from=-1 to=1 stories=1`, `guild=1 from=-1 to=1 stories=1`, `guild=2 from=-1 to=2 stories=0`} {
		if !strings.Contains(log, line) {
			t.Errorf("no %q in: %s", line, log)
		}
	}
	checkFound(t, l, "1", "harbour", "Harbour a.", "Harbour b.")
}

// TestPutWhileSearching has searches see the old text or the new, never
// neither, both or a part, in two corpora as two processes have them.
func TestPutWhileSearching(t *testing.T) {
	l := open(t)
	other := &library{Corpus: retrieval.Open(l.db, l.index, slog.New(slog.NewTextHandler(io.Discard, nil)))}
	defer other.Close()
	text := func(i int) retrieval.Story {
		return story("a", fmt.Sprintf("Harbour %d.", i), fmt.Sprintf("Harbour %d too.", i))
	}
	put(t, l, "g", "/a", text(0))
	var searchers sync.WaitGroup
	done := make(chan struct{})
	for _, reader := range []*library{l, l, other} {
		searchers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				result, err := reader.Search(t.Context(), retrieval.Query{Guild: "g", Text: "harbour", Limit: 10})
				if err != nil || len(result.Passages) != 2 || result.Passages[0].Revision != result.Passages[1].Revision {
					t.Errorf("%d passages, %v", len(result.Passages), err)
					return
				}
			}
		})
	}
	for i := range 60 {
		put(t, l, "g", "/a", text(i+1))
	}
	close(done)
	searchers.Wait()
}
