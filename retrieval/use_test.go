package retrieval_test

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"storybot/retrieval"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// TestAnswersWhileUpdated has another process be at the index when a question
// comes: it is answered from the old one, as Version says, until that process
// has done it, or has died.
func TestAnswersWhileUpdated(t *testing.T) {
	l := open(t)
	put(t, l, "g", "/a", story("a", "Harbour old."))
	before, err := l.Version(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	other := index.Open(l.index, l.db.ID(), slog.New(slog.DiscardHandler))
	defer other.Close()
	died := errors.New("died")
	err = other.Use(t.Context(), "g", func(f *index.File) error {
		return f.Update(t.Context(), func(*index.Update) (int64, error) {
			if _, err := l.db.Put(t.Context(), source("g", "/a"), []retrieval.Story{story("a", "Harbour new.")}); err != nil {
				t.Error(err)
			}
			checkFound(t, l, "g", "harbour", "Harbour old.")
			if version, err := l.Version(t.Context(), "g"); version != before || err != nil {
				t.Errorf("version %s, %v; was %s", version, err, before)
			}
			return 0, died
		})
	})
	if !errors.Is(err, died) {
		t.Fatal(err)
	}
	checkFound(t, l, "g", "harbour", "Harbour new.")
	if version, err := l.Version(t.Context(), "g"); version == before || err != nil {
		t.Errorf("version %s as before, %v", version, err)
	}
}

// TestRemovedIsNotAnswered has an old index find what the record has no more.
func TestRemovedIsNotAnswered(t *testing.T) {
	l := open(t)
	change := put(t, l, "g", "/a", story("a", "Harbour a."))
	put(t, l, "g", "/b", story("b", "Harbour b."))
	other := index.Open(l.index, l.db.ID(), slog.New(slog.DiscardHandler))
	defer other.Close()
	err := other.Use(t.Context(), "g", func(f *index.File) error {
		return f.Update(t.Context(), func(u *index.Update) (int64, error) {
			if _, err := l.db.Remove(t.Context(), "g", change.Source); err != nil {
				t.Error(err)
			}
			checkFound(t, l, "g", "harbour", "Harbour b.")
			return u.Version, nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// TestCloseEndsUpkeep closes the corpus while a question's update goes on: it is
// done by then, and nothing goes on.
func TestCloseEndsUpkeep(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	dir := t.TempDir()
	db, err := record.Open(t.Context(), filepath.Join(dir, "c.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	log := new(lockedBuilder)
	l := &library{Corpus: retrieval.Open(db, filepath.Join(dir, "c.index"), slog.New(slog.NewTextHandler(log, nil)))}
	put(t, l, "g", "/a", story("a", "Harbour a."))
	var stories []retrieval.Story
	for i := range 200 {
		stories = append(stories, story(fmt.Sprint(i), "Harbour b.", "Filler of a page."))
	}
	if _, err := db.Put(t.Context(), source("g", "/b"), stories); err != nil {
		t.Fatal(err)
	}
	search(t, l, retrieval.Query{Guild: "g", Text: "harbour"})
	l.Close()
	after := &library{Corpus: retrieval.Open(db, filepath.Join(dir, "c.index"), slog.New(slog.NewTextHandler(log, nil)))}
	defer after.Close()
	if got := len(found(t, after, "g", "harbour")); got != 10 {
		t.Errorf("found %d; log: %s", got, log)
	}
}

// TestRecordChangesAllTheTime has another process change the record, and never come to the
// index, while questions are asked: each is answered all the same.
func TestRecordChangesAllTheTime(t *testing.T) {
	l := open(t)
	put(t, l, "g", "/a", story("a", "Harbour a."))
	asked, changing := make(chan struct{}), make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-asked:
				changing <- nil
				return
			default:
			}
			if _, err := l.db.Put(t.Context(), source("g", "/b"), []retrieval.Story{story("b", fmt.Sprint("Ferry ", i))}); err != nil {
				changing <- err
				return
			}
		}
	}()
	for range 20 {
		checkFound(t, l, "g", "harbour", "Harbour a.")
	}
	close(asked)
	if err := <-changing; err != nil {
		t.Error(err)
	}
}
