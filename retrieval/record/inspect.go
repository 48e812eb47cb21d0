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
func Inspect(ctx context.Context, name string) (db *DB, behind int, err error) {
	if Remote(name) {
		db, err = connectRemote(name, "look")
	} else {
		db, err = connectInspected(name)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open %s: %w", Redacted(name), err)
	}
	if behind, err = db.inspect(ctx, recordSchema); err != nil {
		return nil, 0, err
	}
	if err := db.readID(ctx); err != nil && behind == 0 {
		return nil, 0, errors.Join(fmt.Errorf("open %s: %w", db.path, err), db.Close())
	}
	return db, behind, nil
}

// InspectBeside is Inspect of a database beside the record: see Beside.
func (db *DB) InspectBeside(ctx context.Context, name string, migrations fs.FS) (other *DB, behind int, err error) {
	if db.remote != nil {
		other = db.besideRemote(name)
	} else {
		path, err := db.beside(name)
		if err != nil {
			return nil, 0, err
		}
		if other, err = connectInspected(path); err != nil {
			return nil, 0, err
		}
	}
	behind, err = other.inspect(ctx, schema{files: migrations, folder: name})
	if err != nil {
		return nil, 0, err
	}
	return other, behind, nil
}

func connectInspected(path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil { // SQLite cannot tell whether it is missing
		return nil, err
	}
	return connect(path, url.Values{"mode": {"rw"}, "_synchronous": {"FULL"}})
}

// inspect says how far a database's schema is behind. On an error it is closed.
func (db *DB) inspect(ctx context.Context, s schema) (behind int, err error) {
	version, err := db.version(ctx)
	scripts, unread := s.scripts()
	err = errors.Join(err, unread)
	switch {
	case err != nil:
	case version > len(scripts):
		err = newer(version, len(scripts))
		db.writer.PingContext(ctx) // a reader that closes last leaves the write-ahead log behind
	case version == 0 && db.remote != nil: // a file that exists may be empty, a schema that is not there looks so
		err = fs.ErrNotExist
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("open %s: %w", db.path, err), db.Close())
	}
	return len(scripts) - version, nil
}

// Sound reads the whole file through, and is ErrNotDatabase when it is damaged. A write
// meanwhile is not held up. In PostgreSQL, which has its own means, it is
// errors.ErrUnsupported.
func (db *DB) Sound(ctx context.Context) error {
	if db.remote != nil {
		return errors.ErrUnsupported
	}
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
