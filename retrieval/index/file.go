package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// A File is the index of one guild. Any number of goroutines may read it.
type File struct {
	guild   string
	db      *sql.DB
	writing chan struct{} // holds one value while an update runs
	users   sync.WaitGroup
	closed  chan struct{}
}

// identity says what a file was made from; a file with another one is of no
// use.
type identity struct {
	record   string
	analysis int
}

// schema of a file. A story's paragraphs have consecutive row ids from first
// to last, so that a row id tells story and number, and one story is a range.
//
// The tokenizer is ascii, which cuts at ASCII punctuation only: the terms are
// finished, and unicode61 would cut them again at the vowel signs of Thai or Hindi.
const schema = `
CREATE VIRTUAL TABLE passages USING fts5(
	title, heading, text,
	content='', contentless_delete=1, tokenize="ascii tokenchars '.'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(passages, row);
CREATE TABLE stories (
	id        TEXT PRIMARY KEY,
	revision  INTEGER NOT NULL,
	languages TEXT NOT NULL,
	first     INTEGER NOT NULL UNIQUE,
	last      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE state (
	record     TEXT NOT NULL,
	analysis   INTEGER NOT NULL,
	version    INTEGER NOT NULL, -- the guild's in the record; -1 before the first update
	paragraphs INTEGER NOT NULL,
	next       INTEGER NOT NULL  -- row id, never used twice
);
`

// openFile opens the file at path, and empties it when it was made from
// something else. ErrDamaged when it cannot be read.
func openFile(ctx context.Context, path, guild string, id identity) (*File, error) {
	// WAL lets questions be answered while an update is under way;
	// synchronous=NORMAL may lose the last updates with the power, which the
	// comparison of versions mends.
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_busy_timeout": {"5000"}, "_txlock": {"immediate"},
	}.Encode()}).String()
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	db.SetMaxOpenConns(4)
	f := &File{guild: guild, db: db, writing: make(chan struct{}, 1), closed: make(chan struct{})}
	if err := f.prepare(ctx, id); err != nil {
		db.Close()
		return nil, wrap(err)
	}
	return f, nil
}

// prepare makes the tables, or empties a file of another identity.
func (f *File) prepare(ctx context.Context, id identity) error {
	var tables int
	if err := f.db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'state'`).Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		var found identity
		err := f.db.QueryRowContext(ctx, `SELECT record, analysis FROM state`).Scan(&found.record, &found.analysis)
		if errors.Is(err, sql.ErrNoRows) || err == nil && found != id {
			return fmt.Errorf("%w: made from %+v, want %+v", ErrDamaged, found, id)
		}
		return err
	}
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	// Another process may have made the tables in the meantime.
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'state'`).Scan(&tables); err != nil || tables > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO state VALUES (?, ?, -1, 0, 1)`, id.record, id.analysis); err != nil {
		return err
	}
	return tx.Commit()
}

// wrap names the errors that mean that the file has to be made again.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	var e sqlite3.Error
	if errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return fmt.Errorf("index: %w", err)
}

func (f *File) release() { f.users.Done() }

// closeWhenIdle closes the file after its last user. The set has forgotten
// it, so no new one comes.
func (f *File) closeWhenIdle() {
	f.users.Wait()
	f.db.Close()
	close(f.closed)
}
