package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
)

// Inspect opens a record that is there for a look at it, also while others use it: no file
// and no table is made. behind is how many versions older than this storybot it is, for
// which the next Open makes up; some tables may be missing until then. fs.ErrNotExist:
// there is no record yet.
func Inspect(ctx context.Context, path string) (db *DB, behind int, err error) {
	if db, behind, err = inspect(ctx, path, recordSchema); err != nil {
		return nil, 0, err
	}
	if err := db.readID(ctx); err != nil && behind == 0 {
		return nil, 0, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, behind, nil
}

// InspectBeside is Inspect of a database beside the record: see Beside.
func (db *DB) InspectBeside(ctx context.Context, name string, migrations fs.FS) (other *DB, behind int, err error) {
	path, err := db.beside(name)
	if err != nil {
		return nil, 0, err
	}
	return inspect(ctx, path, schema{files: migrations, folder: name})
}

func inspect(ctx context.Context, path string, s schema) (*DB, int, error) {
	if _, err := os.Stat(path); err != nil { // SQLite cannot tell whether it is missing
		return nil, 0, err
	}
	db, err := connect(path, url.Values{"mode": {"rw"}, "_synchronous": {"FULL"}})
	if err != nil {
		return nil, 0, fmt.Errorf("open %s: %w", path, err)
	}
	version, err := db.version(ctx)
	scripts, unread := s.scripts()
	if err = errors.Join(err, unread); err == nil && version > len(scripts) {
		err = newer(version, len(scripts))
		db.writer.PingContext(ctx) // a reader that closes last leaves the write-ahead log behind
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, len(scripts) - version, nil
}

// Sound reads the whole file through, and is ErrNotDatabase when it is damaged. A write
// meanwhile is not held up.
func (db *DB) Sound(ctx context.Context) error {
	var said string
	err := db.View(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said)
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && said != "ok":
		return fmt.Errorf("%w: %s", ErrNotDatabase, said)
	}
	return err
}

// Writable is why nothing can be stored now, or nil. Nothing is.
func (db *DB) Writable(ctx context.Context) error {
	return db.Update(ctx, func(*sql.Tx) error { return nil })
}
