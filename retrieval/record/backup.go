package record

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup copies the record at path to the file to, as it is at one moment, while others
// read it and write to it. The file gets its name when it is on the disk, whole and
// checked; only its owner may read it. One of that name is replaced with force, else it is
// ErrExists. What is beside the record (see Beside) is not in it. progress, unless nil, is
// told how much is copied, in pages.
//
// A record in PostgreSQL is copied to a file row by row, and counted in rows.
func Backup(ctx context.Context, path, to string, force bool, progress func(done, total int)) (e Extent, err error) {
	copied := func(ctx context.Context, path, to string) (Extent, error) {
		return duplicate(ctx, path, to, "", progress)
	}
	if Remote(path) {
		copied = func(ctx context.Context, path, to string) (Extent, error) {
			return backupRemote(ctx, path, to, progress)
		}
	}
	if sameFile(path, to) {
		return Extent{}, fmt.Errorf("%s: %w", to, ErrSelf)
	}
	err = WriteFile(to, force, func(temporary string) error {
		e, err = copied(ctx, path, temporary)
		return err
	})
	return e, err
}

// Restore puts the record that a backup holds in the place of the one at path, under a new
// id: what was derived from either is of no use to it. The backup is checked before
// anything is replaced, and stays as it is. What stands at path is replaced with force, else
// it is ErrOccupied; while a process has it open it is ErrInUse, and meanwhile processes that
// would open it wait. Whenever this is ended or killed, there is the old record or the new
// one.
//
// Into PostgreSQL it is copied row by row, in one transaction. A process that opens the record
// meanwhile is not kept waiting: when it is there before the commit, that is ErrInUse, too.
func Restore(ctx context.Context, from, path string, force bool, progress func(done, total int)) (e Extent, err error) {
	if Remote(path) {
		return restoreRemote(ctx, from, path, force, progress)
	}
	if sameFile(from, path) {
		return Extent{}, fmt.Errorf("%s: %w", from, ErrSelf)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a link to it stays
	}
	if _, err := os.Stat(path); err == nil && !force {
		return Extent{}, fmt.Errorf("%s: %w", path, ErrOccupied)
	}
	old, err := seize(ctx, path)
	if err != nil {
		return Extent{}, fmt.Errorf("%s: %w", path, err)
	}
	defer old.close()
	copying, replacing := progress, progress
	if old != nil && progress != nil { // all is copied twice
		copying = func(done, total int) { progress(done, 2*total) }
		replacing = func(done, total int) { progress(total+done, 2*total) }
	}
	fill := func(temporary string) (err error) {
		e, err = unpack(ctx, from, temporary, newID(), copying)
		return err
	}
	if old == nil {
		err = WriteFile(path, force, func(temporary string) error {
			if err := fill(temporary); err != nil {
				return err
			}
			return removeLogs(path)
		})
		return e, err
	}
	// Not by a new name: a process that waits to open the old file would go on with it.
	err = withTemporary(path, func(temporary string) error {
		if err := fill(temporary); err != nil {
			return err
		}
		return old.become(ctx, temporary, replacing)
	})
	return e, err
}

// unpack is duplicate of a backup: what is none is ErrBackup.
func unpack(ctx context.Context, from, to, id string, progress func(done, total int)) (Extent, error) {
	e, err := duplicate(ctx, from, to, id, progress)
	if errors.Is(err, ErrNotDatabase) || errors.Is(err, ErrNewer) {
		err = fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return e, err
}

// removeLogs removes what a database that is gone, or damaged, has left beside it: SQLite
// would take it for the new one's. https://sqlite.org/howtocorrupt.html#_mispairing_database_files_and_hot_journals_
func removeLogs(path string) error {
	var failed []error
	for _, ending := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(path + ending); !errors.Is(err, os.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
