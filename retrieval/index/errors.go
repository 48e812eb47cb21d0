package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/mattn/go-sqlite3"
)

// Errors.
var (
	ErrDamaged  = errors.New("index: the file is damaged")
	ErrUnusable = errors.New("index: the search index cannot be opened for reading and writing")
	ErrFull     = errors.New("index: the disk is full")
	ErrGuild    = errors.New("index: a guild's id has letters, digits, '-' and '_' only, 64 at most")
)

// A damage is ErrDamaged, and which file's it is.
type damage struct {
	guild string
	pool  *pool // nil when the file could not be opened
	cause error
}

func (d *damage) Error() string   { return fmt.Sprintf("%v: %v", ErrDamaged, d.cause) }
func (d *damage) Unwrap() []error { return []error{ErrDamaged, d.cause} }

func (p *pool) explain(err error) error { return explain(err, p.guild, p) }

// explain tells damage from what a new file would suffer as well. All else is
// damage, as flipped bits also turn into missing tables and values of a wrong
// type.
func explain(err error, guild string, p *pool) error {
	if err == nil {
		return nil
	}
	var e sqlite3.Error
	switch known := errors.As(err, &e); {
	case known && e.Code == sqlite3.ErrFull:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case known && slices.Contains([]sqlite3.ErrNo{sqlite3.ErrCantOpen, sqlite3.ErrPerm, sqlite3.ErrReadonly}, e.Code):
		return fmt.Errorf("%w: %w", ErrUnusable, err)
	case known && slices.Contains(innocent, e.Code), isEnded(err):
		return fmt.Errorf("index: %w", err)
	}
	return &damage{guild, p, err}
}

// innocent are the codes that say nothing about what is in the file.
// https://sqlite.org/rescode.html
var innocent = []sqlite3.ErrNo{
	sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrIoErr, sqlite3.ErrNomem, sqlite3.ErrInterrupt,
}

// isEnded says that the caller's context ended, in the words of database/sql.
func isEnded(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, sql.ErrTxDone) || errors.Is(err, sql.ErrConnDone)
}
