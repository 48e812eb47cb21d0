package index_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/retrieval/index"
)

// manyStories are enough for a file of many pages.
func manyStories() (stories []index.Story) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		var texts []string
		for range 5 {
			text := "whale"
			for range 60 {
				text += fmt.Sprintf(" w%d", random.IntN(2000))
			}
			texts = append(texts, text)
		}
		stories = append(stories, story(fmt.Sprint("s", i), 1, texts...))
	}
	return stories
}

// made is a closed index file of manyStories.
func made(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	set := open(t, dir)
	put(t, set, "g", manyStories()...)
	set.Close()
	file, err := os.ReadFile(filepath.Join(dir, "guild-g.db"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// heal uses the file as retrieval does: what is not at version 0 is filled
// again; then it is read and changed in every way.
func heal(t *testing.T, f *index.File) error {
	version, err := f.Version(t.Context())
	if err != nil {
		return err
	}
	err = f.Update(t.Context(), func(u *index.Update) (int64, error) {
		if version != 0 {
			for _, s := range manyStories() {
				if err := u.Put(s); err != nil {
					return 0, err
				}
			}
		}
		if err := u.Put(story("s3", 2, "A second whale.")); err != nil {
			return 0, err
		}
		if _, err := u.Revisions(); err != nil {
			return 0, err
		}
		return 0, u.Remove("s4")
	})
	if err != nil {
		return err
	}
	if _, err := f.Stats(t.Context()); err != nil {
		return err
	}
	if _, err := f.Frequencies(t.Context(), []string{"whale", "w1", "w2"}); err != nil {
		return err
	}
	if _, err := f.Newest(t.Context(), index.Scope{}, 1000); err != nil {
		return err
	}
	_, err = f.Search(t.Context(), []string{"whale", "w1", "w2"}, index.Scope{Without: "s5"}, 50)
	return err
}

// TestDamage spoils the file between two runs. It is as if it had been deleted
// then, and the log says so.
func TestDamage(t *testing.T) {
	file := made(t)
	for _, test := range []struct {
		name   string
		file   []byte
		logged bool
	}{
		{"as it was", file, false},
		{"deleted", nil, false},
		{"empty", []byte{}, false},
		{"garbage", bytes.Repeat([]byte("garbage "), 4096), true},
		{"text", []byte("not a database"), true},
		{"truncated to a page", file[:4096], true},
		{"truncated within a page", file[:5000], true},
		{"truncated in the middle", file[:len(file)/2], true},
		{"zeroed in the middle", zeroed(file, len(file)/4, len(file)/2), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.file != nil {
				if err := os.WriteFile(filepath.Join(dir, "guild-g.db"), test.file, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var log strings.Builder
			set := index.Open(dir, "record", slog.New(slog.NewTextHandler(&log, nil)))
			defer set.Close()
			use(t, set, "g", func(f *index.File) error { return heal(t, f) })
			if logged := strings.Contains(log.String(), "index damaged"); logged != test.logged {
				t.Errorf("log: %q", log.String())
			}
			use(t, set, "g", func(f *index.File) error {
				stats, err := f.Stats(t.Context())
				if stats.Paragraphs != 40*5-5-5+1 {
					t.Errorf("%d paragraphs", stats.Paragraphs)
				}
				return err
			})
		})
	}
}

func zeroed(file []byte, from, to int) []byte {
	return append(append(bytes.Clone(file[:from]), make([]byte, to-from)...), file[to:]...)
}

// TestFlippedBytes changes some bytes anywhere. A wrong term cannot be noticed,
// but nothing fails or crashes.
func TestFlippedBytes(t *testing.T) {
	file := made(t)
	random := rand.New(rand.NewPCG(3, 4))
	var log strings.Builder
	for round := range 100 {
		spoilt := bytes.Clone(file)
		for range 1 + round%20 {
			spoilt[random.IntN(len(spoilt))] ^= byte(1 + random.IntN(255))
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "guild-g.db"), spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		set := index.Open(dir, "record", slog.New(slog.NewTextHandler(&log, nil)))
		use(t, set, "g", func(f *index.File) error { return heal(t, f) })
		set.Close()
	}
	if !strings.Contains(log.String(), "index damaged") {
		t.Error("no damage was noticed")
	}
}

// TestIdentity opens a file made for another record: it is empty, and belongs
// to that one from then on.
func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	set := open(t, dir)
	put(t, set, "g", story("a", 1, "A whale."))
	set.Close()
	other := index.Open(dir, "another record", slog.New(slog.NewTextHandler(io.Discard, nil)))
	defer other.Close()
	check(t, other, "g", "whale", "")
	put(t, other, "g", story("b", 1, "Another's whale."))
	check(t, other, "g", "whale", "b.1.1")
	check(t, set, "g", "whale", "")
}

// TestReplacedInUse deletes a file that is being read: the reader reads on,
// the next one finds a new file.
func TestReplacedInUse(t *testing.T) {
	dir := t.TempDir()
	set := open(t, dir)
	put(t, set, "g", story("a", 1, "A whale."))
	use(t, set, "g", func(f *index.File) error {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
		check(t, set, "g", "whale", "")
		put(t, set, "g", story("b", 1, "A new whale."))
		if got := search(t, f, "whale", index.Scope{}); got != "a.1.1" {
			t.Errorf("the reader lost the file: %q", got)
		}
		return nil
	})
	check(t, set, "g", "whale", "b.1.1")
}

// TestTwoProcesses has two sets on one folder, as two processes have: each sees
// what the other did, also when it made the file again.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	one, two := open(t, dir), open(t, dir)
	put(t, one, "g", story("a", 1, "A whale."))
	check(t, two, "g", "whale", "a.1.1")
	put(t, two, "g", story("b", 1, "A second whale."))
	check(t, one, "g", "second", "b.1.1")
	clearAll(t, one, "g")
	check(t, two, "g", "whale", "")
	put(t, two, "g", story("c", 1, "A third whale."))
	check(t, one, "g", "whale", "c.1.1")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	check(t, one, "g", "whale", "")
	put(t, one, "g", story("d", 1, "A fourth whale."))
	check(t, two, "g", "whale", "d.1.1")
}

// TestClose waits for whoever still reads.
func TestClose(t *testing.T) {
	set := open(t, t.TempDir())
	put(t, set, "g", story("a", 1, "A whale."))
	closed := make(chan struct{})
	use(t, set, "g", func(f *index.File) error {
		go func() { set.Close(); close(closed) }()
		if got := search(t, f, "whale", index.Scope{}); got != "a.1.1" {
			t.Errorf("closed while in use: %q", got)
		}
		return nil
	})
	<-closed
}
