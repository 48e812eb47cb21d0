//go:build cgo

package record

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// explain puts the sentinel that a person can act on before a database error
// that has one, and gives every other error back as it is.
// Codes: https://sqlite.org/rescode.html
func explain(err error) error {
	var cause sqlite3.Error
	if !errors.As(err, &cause) {
		return explainRemote(err)
	}
	var sentinel error
	switch cause.SystemErrno {
	case syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG: // SQLite takes the last two for a broken disk
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	switch cause.Code {
	case sqlite3.ErrCantOpen:
		why := cause.SystemErrno.Error()
		if cause.SystemErrno == syscall.ENOENT { // also where a file cannot be made
			why = "its folder is not there, or cannot be written"
		}
		return fmt.Errorf("%w: %s", ErrUnreadable, why)
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		sentinel = ErrNotDatabase
	case sqlite3.ErrPerm, sqlite3.ErrReadonly, sqlite3.ErrIoErr:
		sentinel = ErrUnreadable
	case sqlite3.ErrFull:
		sentinel = ErrFull
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		sentinel = ErrBusy
	default:
		return err
	}
	return fmt.Errorf("%w: %w", sentinel, err)
}

// SQLite is the version of SQLite that is compiled in.
func SQLite() string {
	version, _, _ := sqlite3.Version()
	return version
}
