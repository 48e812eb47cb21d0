//go:build cgo

package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// duplicate copies the record at a path, as it is at one moment, to an empty file, and
// checks the copy. It gives it another id, unless that is "".
func duplicate(ctx context.Context, from, to, id string, progress func(done, total int)) (Extent, error) {
	source, err := openFile(ctx, from, url.Values{"_query_only": {"on"}, "_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())}})
	if err != nil {
		return Extent{}, fmt.Errorf("%s: %w", from, err)
	}
	defer source.close()
	// All that is read within the transaction, the pages too, is of the same moment. In WAL
	// mode nobody waits for it.
	// It ends here, not in the background when ctx does: the last to close a database clears up.
	tx, err := source.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return Extent{}, fmt.Errorf("%s: %w", from, explain(err))
	}
	defer tx.Rollback()
	rows, err := countRows(ctx, tx)
	if err != nil {
		return Extent{}, fmt.Errorf("%s: %w", from, explain(err))
	}
	// What is only half written when power fails is not given a name.
	target, err := openFile(ctx, to, url.Values{"_synchronous": {"OFF"}, "_journal_mode": {"MEMORY"}})
	if err != nil {
		return Extent{}, err
	}
	defer target.close()
	if err := copyPages(ctx, source, target, progress); err != nil {
		return Extent{}, err
	}
	if err := target.complete(ctx, id, rows); err != nil {
		return Extent{}, fmt.Errorf("%s: %w", from, err)
	}
	if err := target.close(); err != nil {
		return Extent{}, err
	}
	info, err := os.Stat(to)
	if err != nil {
		return Extent{}, err
	}
	return Extent{Sources: rows["sources"], Stories: rows["stories"], Paragraphs: rows["paragraphs"], Bytes: info.Size()}, nil
}

// complete checks a copy and makes one file of it, without a write-ahead log.
func (f *file) complete(ctx context.Context, id string, rows map[string]int) error {
	for _, statement := range []string{`PRAGMA journal_mode = DELETE`, `PRAGMA integrity_check(1)`} {
		var said string
		if err := f.QueryRowContext(ctx, statement).Scan(&said); err != nil {
			return explain(err)
		}
		if said != "ok" && said != "delete" {
			return fmt.Errorf("%w: %s", ErrNotDatabase, said)
		}
	}
	tx, err := f.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	copied, err := countRows(ctx, tx)
	if err != nil {
		return explain(err)
	}
	if !maps.Equal(rows, copied) {
		return fmt.Errorf("%w: the copy holds %v, and not %v", ErrNotDatabase, copied, rows)
	}
	if id != "" {
		if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = ? WHERE name = 'id'`, id); err != nil {
			return explain(err)
		}
	}
	return explain(tx.Commit())
}

// countRows counts the rows of all tables of a record that this version can use.
func countRows(ctx context.Context, tx *sql.Tx) (map[string]int, error) {
	if err := isRecord(ctx, tx); err != nil {
		return nil, err
	}
	tables, err := collect(ctx, tx, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) },
		`SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int, len(tables))
	for _, table := range tables {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM "`+strings.ReplaceAll(table, `"`, `""`)+`"`).Scan(&n); err != nil {
			return nil, err
		}
		counts[table] = n
	}
	return counts, nil
}

// isRecord is an error for a database that is none, or is of a newer version.
func isRecord(ctx context.Context, tx *sql.Tx) error {
	version, err := schemaVersion(ctx, tx, fileTables)
	if err != nil {
		return err
	}
	if version > 0 {
		var id string
		err = tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'id'`).Scan(&id)
	}
	if version == 0 || err != nil {
		return fmt.Errorf("%w: it holds no record", ErrNotDatabase)
	}
	scripts, err := recordSchema.scripts()
	if err == nil && version > len(scripts) {
		err = newer(version, len(scripts))
	}
	return err
}

// A file is one connection to a SQLite file that exists.
type file struct {
	*sql.Conn
	db *sql.DB
}

func openFile(ctx context.Context, path string, options url.Values) (*file, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil { // which tells more than SQLite does
		return nil, errors.Unwrap(err)
	}
	options.Set("mode", "rw") // the last one to close a database in WAL mode has to clear up
	db, err := sql.Open("sqlite3", dsn(path, options))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(explain(err), db.Close())
	}
	return &file{conn, db}, nil
}

func (f *file) close() error {
	if f == nil {
		return nil
	}
	return errors.Join(f.Conn.Close(), f.db.Close())
}

// seize opens a database so that no other process can, as long as it is open. It is
// ErrInUse when one has it open, and nil when there is no database, or a damaged one.
func seize(ctx context.Context, path string) (*file, error) {
	f, err := openFile(ctx, path, url.Values{"_busy_timeout": {fmt.Sprint(sqliteTimeout.Milliseconds())}, "_synchronous": {"FULL"}})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotDatabase) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// Leaving WAL mode takes that nobody else has the database open, and moves what is in
	// the log to the file.
	for _, statement := range []string{`PRAGMA locking_mode = EXCLUSIVE`, `PRAGMA journal_mode = DELETE`, `BEGIN EXCLUSIVE`, `COMMIT`} {
		if _, err = f.ExecContext(ctx, statement); err != nil {
			break
		}
	}
	if err = explain(err); err == nil {
		return f, nil
	}
	err = errors.Join(err, f.close())
	switch {
	case errors.Is(err, ErrNotDatabase):
		return nil, nil
	case errors.Is(err, ErrBusy):
		return nil, ErrInUse
	}
	return nil, err
}

// become has a seized database hold what another file does: all of it, or, when it fails
// or the process dies, what it held.
func (f *file) become(ctx context.Context, path string, progress func(done, total int)) error {
	other, err := openFile(ctx, path, url.Values{"_query_only": {"on"}})
	if err != nil {
		return err
	}
	defer other.close()
	return copyPages(ctx, other, f, progress)
}

// copyStep is how many pages are copied before a look at whether to go on: 4 MB.
const copyStep = 1000

// copyPages has one database become what another is, in a transaction.
func copyPages(ctx context.Context, from, to *file, progress func(done, total int)) error {
	return from.Raw(func(source any) error {
		return to.Raw(func(target any) error {
			backup, err := target.(*sqlite3.SQLiteConn).Backup("main", source.(*sqlite3.SQLiteConn), "main")
			if err != nil {
				return explain(err)
			}
			for done := false; !done && err == nil; {
				if err = ctx.Err(); err == nil {
					done, err = backup.Step(copyStep)
				}
				if err == nil && progress != nil {
					progress(backup.PageCount()-backup.Remaining(), backup.PageCount())
				}
			}
			if ended := backup.Finish(); err == nil {
				err = ended
			}
			var cause sqlite3.Error
			if errors.As(err, &cause) {
				cause.Code &= 0xff // the library leaves the extended one there
				err = cause
			}
			return explain(err)
		})
	})
}
