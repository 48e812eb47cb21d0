package record_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// notes are migrations to as many versions as there are tables.
func notes(tables ...string) fs.FS {
	files := fstest.MapFS{}
	for i, table := range tables {
		script := `CREATE TABLE ` + table + ` (text TEXT NOT NULL);`
		if i == 0 {
			script = `CREATE TABLE storybot_migrations (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL);` + script
		}
		files["notes/000"+string(rune('1'+i))+".sql"] = &fstest.MapFile{Data: []byte(script)}
	}
	return files
}

func openBeside(t testing.TB, db *record.DB, migrations fs.FS) *record.DB {
	t.Helper()
	beside, err := db.Beside(context.Background(), "notes", migrations)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := beside.Close(); err != nil {
			t.Error(err)
		}
	})
	return beside
}

func TestBeside(t *testing.T) {
	folder := t.TempDir()
	db := openAt(t, filepath.Join(folder, "c.db"))
	first, err := db.Beside(t.Context(), "notes", notes("a"))
	if err != nil {
		t.Fatal(err)
	}
	execute(t, first, `INSERT INTO a (text) VALUES ('kept')`)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openBeside(t, db, notes("a", "b"))
	execute(t, second, `INSERT INTO b (text) VALUES ('new')`)
	if got := number(t, second, `SELECT COUNT(*) FROM a, b`); got != 1 {
		t.Errorf("%d rows", got)
	}
	if _, err := db.Beside(t.Context(), "notes", notes("a")); !errors.Is(err, record.ErrNewer) {
		t.Errorf("an older version opens it: %v", err)
	}
	if got := number(t, db, `SELECT COUNT(*) FROM sqlite_master WHERE name IN ('a', 'b')`); got != 0 {
		t.Errorf("the record has %d of the tables", got)
	}
	if second.ID() != "" {
		t.Errorf("id %q", second.ID())
	}
	link := filepath.Join(t.TempDir(), "other.db")
	if err := os.Symlink(filepath.Join(folder, "c.db"), link); err != nil {
		t.Skip(err)
	}
	linked := openBeside(t, openAt(t, link), notes("a", "b"))
	if got := number(t, linked, `SELECT COUNT(*) FROM a`); got != 1 {
		t.Errorf("by a link: %d rows", got)
	}
}

func TestBesideName(t *testing.T) {
	for _, tt := range []struct{ record, want string }{
		{"c.db", "c.notes"},
		{"c", "c.notes"},
		{"c.notes", "c.notes.notes"},
		{"a.b c?.db", "a.b c?.notes"},
		{".db", ".notes"},
	} {
		folder := t.TempDir()
		openBeside(t, openAt(t, filepath.Join(folder, tt.record)), notes("a"))
		if _, err := os.Stat(filepath.Join(folder, tt.want)); err != nil {
			t.Errorf("%s: %v", tt.record, err)
		}
	}
}

// TestBesideIsPrivate opens a new database, and one that others may read.
func TestBesideIsPrivate(t *testing.T) {
	recordtest.OnlyFile(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "c.notes")
	db := openAt(t, filepath.Join(folder, "c.db"))
	for _, before := range []fs.FileMode{0, 0o644} {
		if before != 0 {
			if err := os.Chmod(path, before); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path+"-wal", nil, before); err != nil {
				t.Fatal(err)
			}
		}
		beside, err := db.Beside(t.Context(), "notes", notes("a"))
		if err != nil {
			t.Fatal(err)
		}
		execute(t, beside, `INSERT INTO a (text) VALUES ('secret')`)
		got := make(map[string]fs.FileMode)
		for _, ending := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + ending)
			if err != nil {
				t.Fatal(err)
			}
			got[ending] = info.Mode()
		}
		if diff := cmp.Diff(map[string]fs.FileMode{"": 0o600, "-wal": 0o600, "-shm": 0o600}, got); diff != "" {
			t.Errorf("before %v: %s", before, diff)
		}
		if err := beside.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestBesideRefuses(t *testing.T) {
	recordtest.OnlyFile(t)
	for _, tt := range []struct {
		name string
		make func(path string) error
		want error
	}{
		{"another program's", func(path string) error { return os.WriteFile(path, foreignBytes(t), 0o600) }, record.ErrNotDatabase},
		{"text", func(path string) error { return os.WriteFile(path, []byte("text"), 0o600) }, record.ErrNotDatabase},
		{"directory", func(path string) error { return os.Mkdir(path, 0o755) }, record.ErrUnreadable},
	} {
		folder := t.TempDir()
		path := filepath.Join(folder, "c.notes")
		if err := tt.make(path); err != nil {
			t.Fatal(err)
		}
		if _, err := openAt(t, filepath.Join(folder, "c.db")).Beside(t.Context(), "notes", notes("a")); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestBesideSettings has what is promised hold on the connection that writes.
func TestBesideSettings(t *testing.T) {
	recordtest.OnlyFile(t)
	db := open(t)
	beside := openBeside(t, db, notes("a"))
	for _, tt := range []struct {
		db     *record.DB
		pragma string
		want   int
	}{{beside, "synchronous", 2}, {beside, "secure_delete", 1}, {db, "synchronous", 1}} {
		var got int
		err := tt.db.Update(t.Context(), func(tx *sql.Tx) error { return tx.QueryRow(`PRAGMA ` + tt.pragma).Scan(&got) })
		if got != tt.want || err != nil {
			t.Errorf("%s %d, want %d: %v", tt.pragma, got, tt.want, err)
		}
	}
	if beside.Now().IsZero() || !beside.Now().Before(db.Now()) {
		t.Error("the clock is not the record's")
	}
}

// TestBesideDoesNotWait writes beside a record while its writer is held.
func TestBesideDoesNotWait(t *testing.T) {
	db := open(t)
	beside := openBeside(t, db, notes("a"))
	err := db.Update(t.Context(), func(*sql.Tx) error {
		execute(t, beside, `INSERT INTO a (text) VALUES ('at once')`)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestCheckpoint has what was overwritten be in no file, while the database is open.
func TestCheckpoint(t *testing.T) {
	folder := t.TempDir()
	beside := openBeside(t, openAt(t, filepath.Join(folder, "c.db")), notes("a"))
	execute(t, beside, `INSERT INTO a (text) VALUES ('a secret')`)
	execute(t, beside, `UPDATE a SET text = 'erased'`)
	if err := beside.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"c.notes", "c.notes-wal"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || strings.Contains(string(content), "secret") {
			t.Errorf("%s holds it, or is not there: %v", name, err)
		}
	}
}
