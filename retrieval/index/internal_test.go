package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
	"go.uber.org/goleak"

	"storybot/retrieval/analysis"
)

func openTest(t *testing.T) (*Set, *strings.Builder) {
	var log strings.Builder
	set := Open(t.TempDir(), "record", slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(set.Close)
	return set, &log
}

// putText indexes a story of one paragraph.
func putText(ctx context.Context, set *Set, guild, text string) error {
	return set.Use(ctx, guild, func(f *File) error { return f.putText(ctx, text) })
}

func (f *File) putText(ctx context.Context, text string) error { return f.putStory(ctx, "s", text) }

func (f *File) putStory(ctx context.Context, id, text string) error {
	return f.Update(ctx, func(u *Update) (int64, error) {
		return 1, u.Put(Story{ID: id, Revision: 1, Paragraphs: []analysis.Paragraph{{Text: text}}})
	})
}

// TestCorruptTableIsDamage takes pages out of the full-text table of one of
// two files, each used within the other. SQLite's error is the extended
// SQLITE_CORRUPT_VTAB; only the spoilt file is made again.
func TestCorruptTableIsDamage(t *testing.T) {
	for _, spoilt := range []string{"outer", "inner"} {
		t.Run(spoilt, func(t *testing.T) {
			set, log := openTest(t)
			for _, guild := range []string{"outer", "inner"} {
				if err := putText(t.Context(), set, guild, "whale"); err != nil {
					t.Fatal(err)
				}
			}
			err := set.Use(t.Context(), spoilt, func(f *File) error {
				_, err := f.conn.ExecContext(t.Context(), `DELETE FROM passages_data WHERE id > 10`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			versions := make(map[string]int64)
			read := func(f *File) (err error) {
				if versions[f.guild], err = f.Version(t.Context()); err != nil {
					return err
				}
				_, err = f.Search(t.Context(), []string{"whale"}, Scope{}, 1)
				var e sqlite3.Error
				if errors.As(err, &e) && e.ExtendedCode != sqlite3.ErrCorruptVTab {
					t.Errorf("Search: %v", err)
				}
				return err
			}
			err = set.Use(t.Context(), "outer", func(outer *File) error {
				return set.Use(t.Context(), "inner", func(inner *File) error {
					return errors.Join(read(inner), read(outer))
				})
			})
			if err != nil {
				t.Error(err)
			}
			for _, guild := range []string{"outer", "inner"} {
				if (versions[guild] == -1) != (guild == spoilt) {
					t.Errorf("%s: version %d", guild, versions[guild])
				}
			}
			if got := strings.Count(log.String(), "index damaged"); got != 1 {
				t.Errorf("log: %s", log)
			}
		})
	}
}

// TestFullDisk bounds the file's size, to which SQLite says what it says to a
// full disk: the update fails as a whole, the file is not taken for damaged,
// and is updated when there is room.
func TestFullDisk(t *testing.T) {
	set, log := openTest(t)
	if err := putText(t.Context(), set, "g", "whale"); err != nil {
		t.Fatal(err)
	}
	var large strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&large, "word%d ", i)
	}
	err := set.Use(t.Context(), "g", func(f *File) error {
		if _, err := f.conn.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil {
			return err
		}
		var e sqlite3.Error
		if err := f.putText(t.Context(), large.String()); !errors.As(err, &e) || e.Code != sqlite3.ErrFull || errors.Is(err, ErrDamaged) {
			t.Errorf("putText: %v", err)
		}
		if hits, err := f.Search(t.Context(), []string{"whale"}, Scope{}, 1); len(hits) != 1 {
			t.Errorf("the old is lost: %v", err)
		}
		_, err := f.conn.ExecContext(t.Context(), `PRAGMA max_page_count = 1000000`)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := putText(t.Context(), set, "g", large.String()); err != nil || log.Len() > 0 {
		t.Errorf("%v; log: %s", err, log)
	}
}

// TestManyGuilds uses more files than may be open: those used last are.
func TestManyGuilds(t *testing.T) {
	set, _ := openTest(t)
	for round := range 2 {
		for i := range maxOpen + 20 {
			guild := fmt.Sprint(i)
			err := set.Use(t.Context(), guild, func(f *File) error {
				if version, err := f.Version(t.Context()); err != nil || version != int64(round-1) {
					t.Errorf("%s: version %d, %v", guild, version, err)
				}
				return f.Update(t.Context(), func(u *Update) (int64, error) { return u.Version + 1, nil })
			})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(set.files); n > maxOpen || set.recent.Len() != n || set.opened(guild) == nil {
				t.Fatalf("%d files open", n)
			}
		}
	}
}

// TestEndedContext is no damage.
func TestEndedContext(t *testing.T) {
	set, log := openTest(t)
	if err := putText(t.Context(), set, "g", "whale"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := set.Use(ctx, "g", func(f *File) error {
		return f.Update(ctx, func(u *Update) (int64, error) {
			cancel()
			_, err := u.Revisions()
			return 2, err
		})
	})
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) || log.Len() > 0 {
		t.Errorf("%v; log: %s", err, log)
	}
	if err := putText(ctx, set, "g", "whale"); !errors.Is(err, context.Canceled) {
		t.Errorf("Use: %v", err)
	}
	if err := putText(t.Context(), set, "g", "ship"); err != nil {
		t.Error(err)
	}
}

// TestOtherVersion finds a file that another version of the analysis or of the
// schema made: it is empty, and not taken for damaged.
func TestOtherVersion(t *testing.T) {
	for _, change := range []string{
		`UPDATE state SET analysis = analysis - 1`,
		`PRAGMA user_version = 0; DROP TABLE terms; ALTER TABLE state DROP COLUMN next`,
		`PRAGMA user_version = 1000; DROP TABLE state`,
	} {
		t.Run(change, func(t *testing.T) {
			set, log := openTest(t)
			if err := putText(t.Context(), set, "g", "whale"); err != nil {
				t.Fatal(err)
			}
			err := set.Use(t.Context(), "g", func(f *File) error {
				_, err := f.conn.ExecContext(t.Context(), change)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			err = set.Use(t.Context(), "g", func(f *File) error {
				if version, err := f.Version(t.Context()); version != -1 || err != nil {
					t.Errorf("version %d, %v", version, err)
				}
				return f.putText(t.Context(), "whale")
			})
			if err != nil || log.Len() > 0 {
				t.Errorf("%v; log: %s", err, log)
			}
		})
	}
}

// TestUpdateEnds has an update end while stories are analysed ahead of being
// written: by its context, by the caller, and well. Nothing goes on afterwards,
// and only the last leaves a trace.
func TestUpdateEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	set := Open(t.TempDir(), "record", slog.New(slog.DiscardHandler))
	defer set.Close()
	book := Story{ID: "book", Revision: 1}
	for i := range 2000 {
		text := strings.Repeat(fmt.Sprintf("word%d ", i), 100)
		book.Paragraphs = append(book.Paragraphs, analysis.Paragraph{Text: text})
	}
	failure := errors.New("no more")
	for _, want := range []error{context.Canceled, failure, nil} {
		ctx, cancel := context.WithCancel(t.Context())
		err := set.Use(ctx, "g", func(f *File) error {
			return f.Update(ctx, func(u *Update) (int64, error) {
				err := u.Put(book)
				switch want {
				case context.Canceled:
					cancel()
					if err := u.Put(book); err != nil {
						return 0, err
					}
				case failure:
					return 0, failure
				}
				return 1, err
			})
		})
		cancel()
		if !errors.Is(err, want) {
			t.Errorf("Update: %v, want %v", err, want)
		}
		err = set.Use(t.Context(), "g", func(f *File) error {
			hits, err := f.Search(t.Context(), []string{"word0", "word1999"}, Scope{}, 9)
			if found := len(hits) == 2; found != (want == nil) {
				t.Errorf("after %v: %v", want, hits)
			}
			checkFrequencies(t, f)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestPanicIsReported has the analysis of a story panic, in its goroutine: that
// is an error, and no damage.
func TestPanicIsReported(t *testing.T) {
	p := &part{story: &Story{ID: "s"}, to: 1, done: make(chan struct{})}
	p.analyse()
	<-p.done
	if err := new(Update).write(p); err == nil || errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

// TestSmallUpdates leave no segment each in the full-text index, all of which a
// search would read.
func TestSmallUpdates(t *testing.T) {
	set, _ := openTest(t)
	err := set.Use(t.Context(), "g", func(f *File) error {
		for i := range 100 {
			if err := f.putStory(t.Context(), fmt.Sprint(i), "whale"); err != nil {
				return err
			}
			var segments int
			err := f.conn.QueryRowContext(t.Context(), `SELECT count(DISTINCT segid) FROM passages_idx`).Scan(&segments)
			if err != nil {
				return err
			}
			if segments > 9 {
				t.Errorf("%d segments after %d stories", segments, i+1)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
