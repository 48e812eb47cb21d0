package record_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// TestMove backs a file up, restores it into PostgreSQL, backs that up, and restores it
// into a file: all of them hold the same, under ids of their own.
func TestMove(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	server := recordtest.Serve(t)
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	first := openAt(t, path("first.db"))
	put(t, first, file("g", "/a"), story("a", "one", "zwei", "три", "四\n👍"))
	put(t, first, file("g", "/a"), story("a", "one", "changed"))
	var many []record.Story
	for i := range 450 { // more than are stored at once
		many = append(many, story(fmt.Sprint(i), "text"))
	}
	put(t, first, file(record.Shared, "/b"), many...)
	if err := first.Update(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO settings (guild, value) VALUES ('g', '{"check": "strict"}')`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	address := server.URL()
	progress := 0
	step := func(done, total int) { progress = max(progress, done*100/total) }
	steps := []struct {
		name string
		do   func() (record.Extent, error)
		ends string // where it then is
	}{
		{"backup of a file", func() (record.Extent, error) {
			return record.Backup(t.Context(), path("first.db"), path("1.backup"), false, step)
		}, path("1.backup")},
		{"into PostgreSQL", func() (record.Extent, error) {
			return record.Restore(t.Context(), path("1.backup"), address, false, step)
		}, address},
		{"backup of PostgreSQL", func() (record.Extent, error) {
			return record.Backup(t.Context(), address, path("2.backup"), false, step)
		}, path("2.backup")},
		{"into a file", func() (record.Extent, error) {
			return record.Restore(t.Context(), path("2.backup"), path("last.db"), false, step)
		}, path("last.db")},
	}
	want, ids := rows(t, first), map[string]bool{first.ID(): true}
	for i, s := range steps {
		progress = 0
		e, err := s.do()
		if err != nil || e.Sources != 2 || e.Stories != 451 || e.Paragraphs != 456 {
			t.Fatalf("%s: %+v, %v", s.name, e, err)
		}
		if progress != 100 {
			t.Errorf("%s: progress to %d%%", s.name, progress)
		}
		db, err := record.Open(t.Context(), s.ends)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rows(t, db)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.name, diff)
		}
		if restored := i%2 == 1; ids[db.ID()] == restored {
			t.Errorf("%s: the id is %q, of %v", s.name, db.ID(), ids)
		}
		ids[db.ID()] = true
		db.Close()
	}

	open := openAt(t, address)
	if _, err := record.Restore(t.Context(), path("1.backup"), address, true, nil); !errors.Is(err, record.ErrInUse) {
		t.Errorf("while it is open: %v", err)
	}
	open.Close()
	if _, err := record.Restore(t.Context(), path("1.backup"), address, false, nil); !errors.Is(err, record.ErrOccupied) {
		t.Errorf("over what there is: %v", err)
	}
	if _, err := record.Restore(t.Context(), path("1.backup"), address, true, nil); err != nil {
		t.Errorf("with force: %v", err)
	}
	var opened *record.DB
	if _, err := record.Restore(t.Context(), path("1.backup"), address, true, func(int, int) {
		if opened == nil {
			opened = openAt(t, address)
		}
	}); !errors.Is(err, record.ErrInUse) {
		t.Errorf("opened meanwhile: %v", err)
	}
	opened.Close()
	ended, cancel := context.WithCancel(t.Context())
	if _, err := record.Restore(ended, path("1.backup"), address, true, func(int, int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if err := os.WriteFile(path("no.backup"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Restore(t.Context(), path("no.backup"), address, true, nil); !errors.Is(err, record.ErrBackup) {
		t.Errorf("no backup: %v", err)
	}
	after := openAt(t, address)
	if diff := cmp.Diff(want, rows(t, after)); diff != "" {
		t.Errorf("after what failed (-want +got):\n%s", diff)
	}
}

// rows is what a record holds, but for its id, by table.
func rows(t *testing.T, db *record.DB) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	err := db.View(t.Context(), func(tx *sql.Tx) error {
		for table, columns := range map[string]string{
			"sources": "id || guild || kind || title || location || added_at || checked_at", "stories": "id || source || key || revision || added_at",
			"revisions": "story || number || title || hash || revised_at", "paragraphs": "story || revision || number || text", "guilds": "id || version", "settings": "guild || value",
		} {
			found, err := tx.Query(`SELECT ` + columns + ` AS line FROM ` + table + ` ORDER BY line`)
			if err != nil {
				return err
			}
			for found.Next() {
				var line string
				if err := found.Scan(&line); err != nil {
					return err
				}
				all[table] = append(all[table], line)
			}
			if err := errors.Join(found.Err(), found.Close()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
