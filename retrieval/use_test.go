package retrieval_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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

// TestBuildOutlivesItsAskers has another process be at an index that is not built
// yet. Who asks meanwhile is told that it is prepared, at the deadline too; it is
// built afterwards although nobody waits any more.
func TestBuildOutlivesItsAskers(t *testing.T) {
	l := open(t)
	if _, err := l.db.Put(t.Context(), source("g", "/a"), []retrieval.Story{story("a", "Harbour a.")}); err != nil {
		t.Fatal(err)
	}
	release := holdIndex(t, l, "g")
	// askUntilTold ends the question's context as soon as it is told something.
	askUntilTold := func(wrap func(context.Context) context.Context) error {
		ctx, end := context.WithCancel(t.Context())
		defer end()
		ctx = retrieval.WithProgress(wrap(ctx), time.Millisecond, func(done, all int) {
			if done != 0 || all != 0 {
				t.Errorf("%d of %d paragraphs", done, all)
			}
			end()
		})
		_, err := l.Search(ctx, retrieval.Query{Guild: "g", Text: "harbour", Limit: 10})
		return err
	}
	err := askUntilTold(func(ctx context.Context) context.Context { return overdue{ctx} })
	if !errors.Is(err, retrieval.ErrPreparing) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("at the deadline: %v", err)
	}
	err = askUntilTold(func(ctx context.Context) context.Context { return ctx })
	if !errors.Is(err, context.Canceled) || errors.Is(err, retrieval.ErrPreparing) {
		t.Errorf("when it is given up: %v", err)
	}
	release()
	l.Close()
	if n := strings.Count(l.log.String(), "built again"); n != 1 {
		t.Errorf("built %d times: %s", n, l.log)
	}
}

// An overdue context ends by its deadline, which comes when the one in it ends.
type overdue struct{ context.Context }

func (o overdue) Err() error {
	if o.Context.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}

// TestProgressOfBuild has questions wait for one build: all are told how far it is.
func TestProgressOfBuild(t *testing.T) {
	l := open(t)
	var stories []retrieval.Story
	for i := range 50 {
		stories = append(stories, story(fmt.Sprint(i), "Harbour b.", "Filler of a page."))
	}
	if _, err := l.db.Put(t.Context(), source("g", "/b"), stories); err != nil {
		t.Fatal(err)
	}
	release := holdIndex(t, l, "g")
	var told, answered sync.WaitGroup
	for range 3 {
		told.Add(1)
		once := sync.OnceFunc(told.Done)
		answered.Go(func() {
			var done, all int
			ctx := retrieval.WithProgress(t.Context(), time.Millisecond, func(d, a int) {
				once()
				if a == 0 {
					return // not known
				}
				if d < done || d > a {
					t.Errorf("%d of %d paragraphs after %d", d, a, done)
				}
				done, all = d, a
			})
			if _, err := l.Search(ctx, retrieval.Query{Guild: "g", Text: "harbour", Limit: 10}); err != nil {
				t.Error(err)
			}
			if done != 100 || all != 100 {
				t.Errorf("%d of %d paragraphs in the end", done, all)
			}
		})
	}
	told.Wait()
	release()
	answered.Wait()
}

// TestProcessesBuildOnce asks two processes at once: one builds the index, and both
// answer from it.
func TestProcessesBuildOnce(t *testing.T) {
	one := open(t)
	if _, err := one.db.Put(t.Context(), source("g", "/a"), []retrieval.Story{story("a", "Harbour a.")}); err != nil {
		t.Fatal(err)
	}
	two := &library{db: one.db, index: one.index, log: one.log}
	two.Corpus = retrieval.Open(one.db, one.index, slog.New(slog.NewTextHandler(one.log, nil)))
	defer two.Close()
	release := holdIndex(t, one, "g")
	var told, answered sync.WaitGroup
	for _, l := range []*library{one, two} {
		told.Add(1)
		once := sync.OnceFunc(told.Done)
		answered.Go(func() {
			ctx := retrieval.WithProgress(t.Context(), time.Millisecond, func(int, int) { once() })
			result, err := l.Search(ctx, retrieval.Query{Guild: "g", Text: "harbour", Limit: 10})
			if err != nil || len(result.Passages) != 1 {
				t.Errorf("%v, %v", result.Passages, err)
			}
		})
	}
	told.Wait()
	release()
	answered.Wait()
	if n := strings.Count(one.log.String(), "built again"); n != 1 {
		t.Errorf("built %d times: %s", n, one.log)
	}
}

// TestBuildFails has an index that cannot be built be asked again and again: it is not tried
// for each question, and each is told.
func TestBuildFails(t *testing.T) {
	l := open(t)
	put(t, l, "g", "/a", story("a", "Harbour a."))
	err := l.db.Update(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`ALTER TABLE paragraphs RENAME TO elsewhere`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := os.RemoveAll(l.index); err != nil {
		t.Fatal(err)
	}
	l.Corpus = retrieval.Open(l.db, l.index, slog.New(slog.NewTextHandler(l.log, nil)))
	start := time.Now()
	for range 50 {
		if _, err := l.Search(t.Context(), retrieval.Query{Guild: "g", Text: "harbour", Limit: 10}); err == nil {
			t.Fatal("it is answered")
		}
	}
	if n, most := strings.Count(l.log.String(), "not brought up to date"), 1+int(time.Since(start)/(2*time.Second)); n == 0 || n > most {
		t.Errorf("%d builds, want %d at most: %s", n, most, l.log)
	}
}

// holdIndex has another process be at a guild's index, without changing it, until
// it is released.
func holdIndex(t *testing.T, l *library, guild string) (release func()) {
	t.Helper()
	other := index.Open(l.index, l.db.ID(), slog.New(slog.DiscardHandler))
	held, let, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer other.Close()
		died := errors.New("died")
		err := other.Use(context.Background(), guild, func(f *index.File) error {
			return f.Update(context.Background(), func(*index.Update) (int64, error) {
				close(held)
				<-let
				return 0, died
			})
		})
		if !errors.Is(err, died) {
			t.Error(err)
		}
	}()
	<-held
	release = sync.OnceFunc(func() {
		close(let)
		<-ended
	})
	t.Cleanup(release)
	return release
}
