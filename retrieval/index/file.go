package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
)

// A File is the index of one guild, for the length of one Use.
type File struct {
	*pool
	identity
	// One connection, as the file may be replaced meanwhile: what a use reads
	// is all of the old one, or all of the new.
	conn *sql.Conn
}

// A pool is what the uses of a file share.
type pool struct {
	guild   string
	db      *sql.DB
	info    fs.FileInfo   // of the file when it was opened
	writing chan struct{} // holds one value while an update runs
	users   sync.WaitGroup
	closed  chan struct{}
}

// identity says what a file was made from and by; a file with another one is
// of no use.
type identity struct {
	record   string
	analysis int
	schema   int
}

// schemaVersion changes whenever schema does. It is kept where files of every
// version have it, in SQLite's own user_version.
const schemaVersion = 2

// schema makes a file's tables, in place of those of any version. A story's
// paragraphs have consecutive row ids, so that a row id tells story and number,
// and one story is a range.
//
// The tokenizer is ascii, which cuts at ASCII punctuation only: the terms are
// finished, and unicode61 would cut them again at the vowel signs of Thai or
// Hindi.
const schema = `
DROP TABLE IF EXISTS passages;
DROP TABLE IF EXISTS vocabulary;
DROP TABLE IF EXISTS stories;
DROP TABLE IF EXISTS terms;
DROP TABLE IF EXISTS endings;
DROP TABLE IF EXISTS tallies;
DROP TABLE IF EXISTS state;
CREATE VIRTUAL TABLE passages USING fts5(
	title, heading, text,
	content='', contentless_delete=1, tokenize="ascii tokenchars '.'");
INSERT INTO passages (passages, rank) VALUES
	('hashsize', 16777216), -- bytes gathered before a write: fewer segments
	('automerge', 0);       -- see Update.merge
CREATE TABLE stories (
	first     INTEGER PRIMARY KEY, -- row id in passages
	last      INTEGER NOT NULL,
	id        TEXT NOT NULL UNIQUE,
	revision  INTEGER NOT NULL,
	languages TEXT NOT NULL,
	published INTEGER -- Unix seconds; unknown when NULL
);
CREATE INDEX stories_languages ON stories (languages);
CREATE INDEX stories_published ON stories (published);
CREATE TABLE terms (
	term       TEXT PRIMARY KEY,
	paragraphs INTEGER NOT NULL -- that hold it
) WITHOUT ROWID;
CREATE TABLE endings ( -- of terms that may be compounds
	reversed TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE tallies ( -- what a removal takes off terms, by stretches of a story
	first  INTEGER PRIMARY KEY, -- row id in passages
	counts BLOB NOT NULL
);
CREATE TABLE state (
	record     TEXT NOT NULL,
	analysis   INTEGER NOT NULL,
	version    INTEGER NOT NULL, -- the guild's in the record; -1 before the first update
	paragraphs INTEGER NOT NULL,
	next       INTEGER NOT NULL  -- row id, never used twice
);
`

// connections is how many uses of a file run at once, four and an update; more
// wait.
const connections = 5

// busyTimeout is how many milliseconds SQLite waits for another's lock, in which
// it heeds no context: see patiently.
const busyTimeout = "50"

// openPool opens the file at path, or makes an empty one.
func openPool(ctx context.Context, path, guild string) (*pool, error) {
	// WAL lets questions be answered while an update is under way;
	// synchronous=NORMAL may lose the last updates with the power, which the
	// comparison of versions mends.
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_busy_timeout": {busyTimeout}, "_txlock": {"immediate"},
	}.Encode()}).String()
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	db.SetMaxOpenConns(connections)
	p := &pool{guild: guild, db: db, writing: make(chan struct{}, 1), closed: make(chan struct{})}
	err = patiently(ctx, func() error { return db.PingContext(ctx) })
	if err == nil {
		p.info, err = os.Stat(path)
	}
	if err != nil {
		db.Close()
		return nil, explain(err, guild, nil)
	}
	return p, nil
}

// use calls do with a connection of its own.
func (p *pool) use(ctx context.Context, id identity, do func(*File) error) error {
	var f *File
	err := patiently(ctx, func() error {
		conn, err := p.db.Conn(ctx)
		f = &File{p, id, conn}
		return err
	})
	if err != nil {
		return p.explain(err)
	}
	defer f.conn.Close()
	if err := f.prepare(ctx); err != nil {
		return p.explain(err)
	}
	return do(f)
}

// prepare makes the tables, unless the file has those of its identity.
func (f *File) prepare(ctx context.Context) error {
	if found, err := identityOf(ctx, f.conn); err != nil || found == f.identity {
		return err
	}
	tx, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	// Another process may have made them in the meantime.
	if found, err := identityOf(ctx, tx); err != nil || found == f.identity {
		return err
	}
	if err := f.clear(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// clear makes the tables, empty.
func (f *File) clear(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, schema+`PRAGMA user_version = `+strconv.Itoa(f.schema)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO state VALUES (?, ?, -1, 0, 1)`, f.record, f.analysis)
	return err
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// identityOf is the identity of the file's tables; of no record, when there
// are none, or none of this schema.
func identityOf(ctx context.Context, q queryer) (id identity, err error) {
	err = q.QueryRowContext(ctx, `SELECT user_version FROM pragma_user_version`).Scan(&id.schema)
	if err != nil || id.schema != schemaVersion {
		return id, err
	}
	err = q.QueryRowContext(ctx, `SELECT record, analysis FROM state`).Scan(&id.record, &id.analysis)
	return id, err
}

// keptLog is to how many bytes the write-ahead log is cut after a large update,
// which leaves one as long as the index: what SQLite lets it grow to before it
// copies it into the file.
const keptLog = 4 << 20

// begin begins a change of the file, when no other process is at it.
func (f *File) begin(ctx context.Context) (tx *sql.Tx, err error) {
	err = patiently(ctx, func() error {
		// A setting of the connection, unknown to the driver's data source name.
		_, err := f.conn.ExecContext(ctx, fmt.Sprint(`PRAGMA journal_size_limit = `, keptLog))
		if err == nil {
			tx, err = f.conn.BeginTx(ctx, nil)
		}
		return err
	})
	return tx, err
}

// patiently does again what another process's lock made fail, as long as ctx
// lasts: building a large index takes longer than SQLite waits.
func patiently(ctx context.Context, do func() error) error {
	for {
		err := do()
		var e sqlite3.Error
		if !errors.As(err, &e) || e.Code != sqlite3.ErrBusy {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// closeWhenIdle closes the file after its last user. The set has forgotten
// it, so no new one comes.
func (p *pool) closeWhenIdle() {
	p.users.Wait()
	p.db.Close()
	close(p.closed)
}
