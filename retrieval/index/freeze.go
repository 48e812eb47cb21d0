package index

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/mattn/go-sqlite3"
)

// Freeze calls do, for which the file stays as it is at the first look,
// whatever updates do meanwhile. do must not update it.
func (f *File) Freeze(ctx context.Context, do func() error) error {
	// By hand: the driver begins all transactions as those that write.
	if _, err := f.conn.ExecContext(ctx, `BEGIN DEFERRED`); err != nil {
		return f.explain(err)
	}
	defer f.rollback()
	return do()
}

// rollback ends a transaction that was begun by hand. A connection on which
// that fails must not be used again.
func (f *File) rollback() {
	if _, err := f.conn.ExecContext(context.Background(), `ROLLBACK`); err != nil {
		f.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}

// Busy says that somebody is updating the file, in this process or another.
func (f *File) Busy(ctx context.Context) (bool, error) {
	if len(f.writing) > 0 {
		return true, nil
	}
	// A lock for an instant, which SQLite is not to wait for as it else does.
	if _, err := f.conn.ExecContext(ctx, `PRAGMA busy_timeout = 0`); err != nil {
		return false, f.explain(err)
	}
	defer f.conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA busy_timeout = `+busyTimeout)
	_, err := f.conn.ExecContext(ctx, `BEGIN IMMEDIATE`)
	var e sqlite3.Error
	if errors.As(err, &e) && e.Code == sqlite3.ErrBusy {
		return true, nil
	}
	if err != nil {
		return false, f.explain(err)
	}
	f.rollback()
	return false, nil
}
