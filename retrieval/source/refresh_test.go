package source_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

// A library is a corpus and the ids of the sources in it.
type library struct {
	*retrieval.Corpus
	db  *record.DB
	ids map[string]string // by title

	mu    sync.Mutex
	clock time.Time
}

func open(t *testing.T) *library {
	t.Helper()
	return openOn(t, filepath.Join(t.TempDir(), "c.db"))
}

// openOn opens the record of that name, as a process of its own does.
func openOn(t *testing.T, name string) *library {
	t.Helper()
	db, err := record.Open(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	l := &library{db: db, ids: make(map[string]string), clock: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	db.Now = l.now
	corpus := retrieval.Open(db, filepath.Join(t.TempDir(), "c.index"), slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		corpus.Close()
		db.Close()
	})
	l.Corpus = corpus
	return l
}

func (l *library) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock
}

// later moves the clock on.
func (l *library) later(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clock = l.clock.Add(d)
}

func (l *library) put(t *testing.T, guild string, src retrieval.Source, story retrieval.Story, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	src.Guild = guild
	change, err := l.Put(t.Context(), src, []retrieval.Story{story})
	if err != nil {
		t.Fatal(err)
	}
	l.ids[src.Title] = change.Source
}

// file adds a file of that title and text, and gives its path.
func (l *library) file(t *testing.T, guild, title, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.md")
	write(t, path, text)
	src, story, err := source.File(path, title)
	story.PublishedAt = time.Date(2024, 5, 19, 0, 0, 0, 0, time.UTC)
	l.put(t, guild, src, story, err)
	return path
}

// refresh gives a line a source: what was found, and why nothing was read.
func (l *library) refresh(t *testing.T, guild string, by source.Origin, ids ...string) []string {
	t.Helper()
	reports, err := l.keeper(t, fetch.Config{}).Refresh(t.Context(), guild, by, nil, ids...)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, r := range reports {
		line := fmt.Sprintf("%s %d %d %d %d", r.Source.Title, r.Added, r.Changed, r.Unchanged, r.Failed)
		for _, reason := range []error{source.ErrTerminalOnly, source.ErrUploadAgain, source.ErrBundled, source.ErrNotText, fs.ErrNotExist} {
			if errors.Is(r.Reason, reason) {
				line += " " + reason.Error()
			}
		}
		if r.Source.Error != "" {
			line += " / " + r.Source.Error
		}
		lines = append(lines, line)
	}
	return lines
}

func TestRefreshKinds(t *testing.T) {
	l := open(t)
	l.put(t, "g", retrieval.Source{Kind: "bundled", Title: "Bundled", Location: "bundled.md"},
		retrieval.Story{Key: "b", Title: "Bundled", Paragraphs: []retrieval.Paragraph{{Text: "One."}}}, nil)
	src, story, err := source.Attachment("a.txt", "Uploaded", []byte("One."))
	l.put(t, "g", src, story, err)
	src, story, err = source.Pasted("Pasted", "One.")
	l.put(t, "g", src, story, err)
	path := l.file(t, "g", "File", "One.")
	l.file(t, retrieval.Shared, "Shared", "One.")
	l.file(t, "other", "Other", "One.")
	write(t, path, "Two.")

	given := []string{
		"Bundled 0 0 1 0 source: the bundled story never changes",
		"Uploaded 0 0 1 0 source: what was uploaded or pasted changes when it is given again",
		"Pasted 0 0 1 0 source: what was uploaded or pasted changes when it is given again",
	}
	byTitle := func(lines []string) map[string]bool {
		set := make(map[string]bool)
		for _, line := range lines {
			set[line] = true
		}
		return set
	}
	for _, test := range []struct {
		by   source.Origin
		file string
	}{
		{source.Discord, "File 0 0 1 0 source: files are read again from the terminal only"},
		{source.Terminal, "File 0 1 0 0"},
		{source.Terminal, "File 0 0 1 0"},
	} {
		want := byTitle(append([]string{test.file}, given...))
		if diff := cmp.Diff(want, byTitle(l.refresh(t, "g", test.by))); diff != "" {
			t.Error(diff)
		}
	}
	want := []string{"File 0 0 1 0", given[2]}
	if diff := cmp.Diff(want, l.refresh(t, "g", source.Terminal, l.ids["File"], l.ids["Pasted"], l.ids["File"])); diff != "" {
		t.Error(diff)
	}
}

// TestRefreshFailure has what cannot be read keep its text, and say so without
// the folders of the machine, until it can be read.
func TestRefreshFailure(t *testing.T) {
	l := open(t)
	path := l.file(t, "g", "File", "One.")
	id := l.ids["File"]
	for _, test := range []struct {
		name   string
		change func()
		want   string
		text   string
	}{
		{"gone", func() { os.Remove(path) }, "File 0 0 0 1 file does not exist / no such file or directory", "One."},
		{"binary", func() { write(t, path, "\x00") },
			"File 0 0 0 1 extract: not text, or in a character set that cannot be told / not text, or in a character set that cannot be told", "One."},
		{"back, with another heading", func() { write(t, path, "# New\n\nTwo.") }, "File 0 1 0 0", "Two."},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.change()
			if diff := cmp.Diff([]string{test.want}, l.refresh(t, "g", source.Terminal, id)); diff != "" {
				t.Error(diff)
			}
			stories, err := l.Stories(t.Context(), "g", id)
			if err != nil {
				t.Fatal(err)
			}
			if s := stories[0]; len(stories) != 1 || s.Paragraphs[0].Text != test.text || s.Title != "File" || s.PublishedAt.IsZero() {
				t.Errorf("%+v", stories)
			}
		})
	}
}

// TestRefreshOfOthers names what is not the guild's own: nothing is read then,
// also not what is.
func TestRefreshOfOthers(t *testing.T) {
	l := open(t)
	path := l.file(t, "g", "File", "One.")
	l.file(t, retrieval.Shared, "Shared", "One.")
	l.file(t, "other", "Other", "One.")
	write(t, path, "Two.")
	for _, id := range []string{l.ids["Shared"], l.ids["Other"], "none", ""} {
		reports, err := l.keeper(t, fetch.Config{}).Refresh(t.Context(), "g", source.Terminal, nil, l.ids["File"], id)
		if !errors.Is(err, record.ErrNotFound) || len(reports) > 0 {
			t.Errorf("%q: %v, %v", id, reports, err)
		}
	}
	if diff := cmp.Diff([]string{"File 0 1 0 0"}, l.refresh(t, "g", source.Terminal)); diff != "" {
		t.Error(diff)
	}
}
