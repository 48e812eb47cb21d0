package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Beside opens a database of its own beside the record, or creates it when there
// is none: the record c.db has c.inbox when the name is inbox. It is for what must
// not wait for the record's long writes (SQLite has one writer, and the import of a
// large source holds it for a second or two), and for what no copy of the record may
// hold. All processes on one record have the same.
//
// Its migrations are files 0001.sql and on, in the folder of that name in
// migrations, by the rules of the record's own: only ever added, each in a
// transaction, and the first one makes storybot_migrations. Its clock is the
// record's, which may not be replaced after this.
//
// It is written for secrets that were promised to be kept, for a while: only the
// user that owns it may read it, what is committed is on the disk, power cut or
// not, and what is deleted is overwritten.
//
// Of a record in PostgreSQL it is a schema of the same database, named after the
// record's (storybot_inbox), which a copy can leave out: there a write waits only for
// those to the same rows, and commits are on the disk.
func (db *DB) Beside(ctx context.Context, name string, migrations fs.FS) (*DB, error) {
	other, err := db.connectBeside(name)
	if err != nil {
		return nil, err
	}
	other.Now = db.Now
	if err := other.prepare(ctx, schema{files: migrations, folder: name}); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", other.path, err), other.Close())
	}
	return other, nil
}

func (db *DB) connectBeside(name string) (*DB, error) {
	if db.remote != nil {
		return db.besideRemote(name), nil
	}
	path, err := db.beside(name)
	if err != nil {
		return nil, err
	}
	if err := keepPrivate(path); err != nil {
		return nil, fmt.Errorf("open %s: %w: %w", path, ErrUnreadable, err)
	}
	return connect(path, url.Values{
		"_synchronous":   {"FULL"},
		"_secure_delete": {"on"},
	})
}

// beside is the path of a database beside the record: beside the file itself when
// the record was opened by a link to it, as all processes must have the same.
func (db *DB) beside(name string) (string, error) {
	path, err := filepath.EvalSymlinks(db.path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if ending := filepath.Ext(path); ending != "."+name {
		path = strings.TrimSuffix(path, ending)
	}
	return path + "." + name, nil
}

// others is what a file's mode lets all but its owner do.
const others fs.FileMode = 0o077

// keepPrivate creates the file, as SQLite would create it for others to read, and
// takes what others may do from one that exists. SQLite gives its write-ahead log
// and the log's index the same mode when it makes them, and takes an empty file for a
// new database. An existing file is not opened: to close it would end the locks that
// this process may have on it. https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
func keepPrivate(path string) error {
	if err := createPrivate(path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, ending := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + ending)
		if err == nil && info.Mode().IsRegular() && info.Mode()&others != 0 {
			err = os.Chmod(path+ending, info.Mode().Perm()&^others)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// createPrivate creates a file that only its owner may read; one that exists is
// fs.ErrExist.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// Checkpoint moves what is committed from the write-ahead log to the file and
// empties the log, so that what was overwritten is in neither. SQLite does the former
// by itself, once the log is long. While others read it may do nothing; the next one
// will. In PostgreSQL, which does that by itself, it does nothing.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.remote != nil {
		return nil
	}
	var busy, pages, moved sql.NullInt64
	err := db.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	return explain(err)
}
