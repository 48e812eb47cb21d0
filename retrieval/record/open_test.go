package record_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/retrieval/record"
)

// number runs a query for one number.
func number(t testing.TB, db *record.DB, query string) (n int) {
	t.Helper()
	err := db.View(t.Context(), func(tx *sql.Tx) error { return tx.QueryRow(query).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// execute runs a statement on the writer, in a transaction that is undone when
// it fails.
func execute(t testing.TB, db *record.DB, statement string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenAgain(t *testing.T) {
	for _, name := range []string{"c.db", "with space.db", "a?b=c.db", "a#b.db", "100%.db", "%41.db", "file:x.db", ":memory:", "й&한+;.db"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, name)
			first, err := record.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			put(t, first, file("g", "/a"), story("a", "one"))
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(folder)
			if err != nil || len(entries) != 1 || entries[0].Name() != name {
				t.Errorf("the folder holds %v, %v", entries, err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
				t.Errorf("others may read it: %v, %v", info.Mode(), err)
			}

			second := openAt(t, path)
			if first.ID() == "" || second.ID() != first.ID() {
				t.Errorf("id %q, then %q", first.ID(), second.ID())
			}
			if got := version(t, second, "g"); got != 1 {
				t.Errorf("version %d", got)
			}
		})
	}
}

func TestOpenRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	openAt(t, "c.db")
	if _, err := os.Stat("c.db"); err != nil {
		t.Error(err)
	}
}

func TestRecordsDiffer(t *testing.T) {
	if one, other := open(t), open(t); one.ID() == other.ID() {
		t.Errorf("both are %s", one.ID())
	}
}

// TestOpenRefuses opens what is no usable record: one clear error each, and
// the file is left as it was.
func TestOpenRefuses(t *testing.T) {
	whole := recordBytes(t)
	foreign := foreignBytes(t)
	write := func(content []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"text", write([]byte(strings.Repeat("This is a story.\n", 1000))), record.ErrNotDatabase},
		{"short text", write([]byte("text")), record.ErrNotDatabase},
		{"truncated", write(whole[:2*4096]), record.ErrNotDatabase},
		{"overwritten", write(append(whole[:4096:4096], bytes.Repeat([]byte{0xff}, len(whole)-4096)...)), record.ErrNotDatabase},
		{"another program's", write(foreign), record.ErrNotDatabase},
		{"directory", func(t *testing.T, path string) { os.Mkdir(path, 0o700) }, record.ErrUnreadable},
		{"no permission", func(t *testing.T, path string) {
			if os.Geteuid() == 0 {
				t.Skip("root may read everything")
			}
			write(whole)(t, path)
			os.Chmod(path, 0)
		}, record.ErrUnreadable},
		{"newer", newer, record.ErrNewer},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.db")
			test.make(t, path)
			before, _ := os.ReadFile(path)
			db, err := record.Open(t.Context(), path)
			if err == nil {
				db.Close()
			}
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("Open: %v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOpenNeedsTheFolder(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "missing", "c.db"), ""} {
		if _, err := record.Open(t.Context(), path); !errors.Is(err, record.ErrUnreadable) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestOpenEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := record.Open(ctx, filepath.Join(t.TempDir(), "c.db")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// recordBytes is the file of a record with a few pages.
func recordBytes(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "c.db")
	db, err := record.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, db, file("g", "/a"), story("a", strings.Repeat("text ", 5000)))
	return closed(t, path, db.Close)
}

// foreignBytes is a SQLite file that is no record.
func foreignBytes(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "c.db")
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE sources (id)`); err != nil {
		t.Fatal(err)
	}
	return closed(t, path, db.Close)
}

func closed(t *testing.T, path string, close func() error) []byte {
	if err := close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func newer(t *testing.T, path string) {
	db, err := record.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, `INSERT INTO storybot_migrations (version, applied_at) VALUES (1000, 0)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestUpdateIsAllOrNothing also shows the way that other packages keep tables
// of their own here.
func TestUpdateIsAllOrNothing(t *testing.T) {
	db := open(t)
	execute(t, db, `CREATE TABLE notes (answer TEXT NOT NULL)`)
	execute(t, db, `INSERT INTO notes (answer) VALUES ('kept')`)
	failed := errors.New("failed")
	err := db.Update(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.Exec(`INSERT INTO notes (answer) VALUES ('lost')`); err != nil {
			return err
		}
		return failed
	})
	if err != failed {
		t.Error(err)
	}
	if got := number(t, db, `SELECT COUNT(*) FROM notes`); got != 1 {
		t.Errorf("%d rows", got)
	}
}

// TestUpdateEndsWithItsContext ends the context at the last moment: nothing is
// stored, and the error says that it ended.
func TestUpdateEndsWithItsContext(t *testing.T) {
	db := open(t)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Update(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec(`INSERT INTO guilds (id, version) VALUES ('g', 1)`)
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if got := version(t, db, "g"); got != 0 {
		t.Errorf("version %d", got)
	}
}

func TestViewCannotWrite(t *testing.T) {
	db := open(t)
	err := db.View(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM sources`)
		return err
	})
	if !errors.Is(err, record.ErrUnreadable) {
		t.Error(err)
	}
}
