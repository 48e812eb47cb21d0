package record

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// A DB is an open record, or a database beside one. It is safe for concurrent
// use, by several processes too.
type DB struct {
	// Now is the clock of everything stored. It may be replaced before the
	// first use.
	Now func() time.Time
	// Quota bounds what each guild has. It may be set before the first use.
	Quota Quota

	path   string          // absolute; of a remote one a name for people
	remote *pgx.ConnConfig // nil of a file
	schema string          // of a remote one, that holds its tables
	id     string
	writer *sql.DB
	reader *sql.DB // of a remote one the same
	reads  *sql.TxOptions
	writes *sql.TxOptions
	puts   chan struct{} // holds one while stories are stored: see store
}

// busyTimeout is how long a write waits for another process's, unless its context
// ends before. A write takes milliseconds, the import of a large source a second or
// two.
const busyTimeout = 5 * time.Second

// sqliteTimeout is how long of that SQLite waits at once, which heeds no context: see
// begin.
const sqliteTimeout = 50 * time.Millisecond

// readers is how many reads run at once.
const readers = 4

// Open opens a record, or creates it when there is none: the SQLite file of that name,
// whose folder must exist, or the PostgreSQL database at a postgres:// URL, which must
// exist. There its tables are in the schema storybot, or in the one that the URL's
// search_path names. Of databases that speak its protocol it asks for transactions that are
// serializable, and nothing that those of several machines refuse.
func Open(ctx context.Context, name string) (*DB, error) {
	if Remote(name) {
		return openRemote(ctx, name, "")
	}
	createPrivate(name) // what fails here fails below, which says why; the mode of a file that exists is its owner's to set
	db, err := connect(name, url.Values{
		"_synchronous": {"NORMAL"}, // a killed process loses nothing; a power cut may lose the last writes, whole
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return db.opened(ctx, name)
}

func openRemote(ctx context.Context, name, purpose string) (*DB, error) {
	db, err := connectRemote(name, purpose)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", Redacted(name), err)
	}
	return db.opened(ctx, Redacted(name))
}

// opened makes a database that was connected the record that people call so.
func (db *DB) opened(ctx context.Context, called string) (*DB, error) {
	err := db.prepare(ctx, recordSchema)
	if err == nil {
		err = db.readID(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", called, err), db.Close())
	}
	return db, nil
}

// connect makes the two pools. SQLite has one writer at a time; in WAL mode
// readers neither wait for it nor hold it up. Settings stand in the DSN, as a
// PRAGMA statement would reach only one connection of a pool.
func connect(path string, settings url.Values) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	options := url.Values{
		"mode":          {"rwc"},
		"_busy_timeout": {fmt.Sprint(sqliteTimeout.Milliseconds())},
		"_foreign_keys": {"on"},
		"_journal_mode": {"WAL"},
		"_txlock":       {"immediate"}, // a transaction that locks only at its first write can lose to another, and fail
	}
	maps.Copy(options, settings)
	writer, err := sql.Open("sqlite3", dsn(path, options))
	if err != nil {
		return nil, err
	}
	reader, err := sql.Open("sqlite3", dsn(path, url.Values{
		"mode":          {"ro"},
		"_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())},
		"_query_only":   {"on"},
	}))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return &DB{Now: time.Now, path: path, writer: writer, reader: reader, puts: make(chan struct{}, 1)}, nil
}

// dsn is the SQLite URI of an absolute path, in which '?', '#' and '%' are
// escaped. https://sqlite.org/uri.html
func dsn(path string, options url.Values) string {
	uri := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	return uri.String()
}

// prepare makes the file a database that this version can use.
func (db *DB) prepare(ctx context.Context, s schema) error {
	if db.remote != nil {
		if err := db.makeSchema(ctx); err != nil {
			return err
		}
		return db.migrate(ctx, s)
	}
	// A look before the first write leaves another program's database as it
	// is. What cannot be looked at may not exist yet; else create says why.
	if _, err := db.version(ctx); err != nil && !errors.Is(err, ErrUnreadable) {
		return err
	}
	if err := db.create(ctx); err != nil {
		return err
	}
	return db.migrate(ctx, s)
}

// create makes the file when there is none, which a reader cannot, and turns
// on WAL. While another process does that SQLite calls the file locked at
// once, whatever the busy timeout, so it is tried again that long.
func (db *DB) create(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, busyTimeout)
	defer cancel()
	for {
		err := explain(db.writer.PingContext(ctx))
		if !errors.Is(err, ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Close ends the record's use. The writer goes last: only it can fold the
// write-ahead log into the file.
func (db *DB) Close() error {
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// ID names this record for good. It is random and made with the file, so what
// is derived from one record is never taken for another's. A database beside the
// record has none.
func (db *DB) ID() string { return db.id }

func (db *DB) readID(ctx context.Context) error {
	return db.View(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'id'`).Scan(&db.id)
	})
}

// View calls read with a transaction that sees the record as it is at its
// first query, and can change nothing. Other packages keep tables of their own
// in the record through View and Update. read must not call View: there are
// only so many readers, and each could come to wait for another.
func (db *DB) View(ctx context.Context, read func(*sql.Tx) error) error {
	return db.retry(ctx, func() error { return transact(ctx, db.reader, db.reads, read) })
}

// A Querier reads: a transaction, or a pool, of which each statement is one.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Look is View for a single statement, or for some that need not see one moment: in
// PostgreSQL each takes a round trip, and no others do.
func (db *DB) Look(ctx context.Context, read func(Querier) error) error {
	return db.retry(ctx, func() error { return explain(read(db.reader)) })
}

// Update calls write with a transaction that no other write runs beside. It
// is stored when write returns nil, else nothing of it is. write must not call
// Update: it would wait for itself.
func (db *DB) Update(ctx context.Context, write func(*sql.Tx) error) error {
	return db.retry(ctx, func() error { return transact(ctx, db.writer, db.writes, write) })
}

func transact(ctx context.Context, pool *sql.DB, options *sql.TxOptions, do func(*sql.Tx) error) error {
	tx, err := begin(ctx, pool, options)
	if err != nil {
		return err
	}
	defer tx.Rollback()                                     // does nothing after Commit
	if err := do(tx); err != nil || options == remoteRead { // what was read holds, whatever becomes of the connection
		return explain(err)
	}
	if err := tx.Commit(); err != nil {
		if errors.Is(err, sql.ErrTxDone) || err == ctx.Err() { // rolled back when ctx ended
			return ctx.Err()
		}
		if options == remoteWrite {
			return ended(ctx, err)
		}
		return explain(err)
	}
	return nil
}

// begin begins a transaction, and waits for another process's write to end.
func begin(ctx context.Context, pool *sql.DB, options *sql.TxOptions) (*sql.Tx, error) {
	patience := time.NewTimer(busyTimeout)
	defer patience.Stop()
	var busy error
	for {
		tx, err := pool.BeginTx(ctx, options)
		switch err = explain(err); {
		case errors.Is(err, ErrBusy):
			busy = err
		case err != nil && busy != nil:
			return nil, fmt.Errorf("%w: %w", busy, err)
		default:
			return tx, err
		}
		select {
		case <-patience.C:
			return nil, busy
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// newID makes an id of 13 characters of a to z and 2 to 7: 65 bits, short
// enough to type.
func newID() string {
	return strings.ToLower(rand.Text()[:13])
}
