package record

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

// migrations holds one file a version of the schema, from 0001.sql. Files are
// only ever added: a database may stand at any of them.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema to the newest version, a transaction a step. A
// database that is there already is only read, so that opening one does not
// wait for another process's long write.
func (db *DB) migrate(ctx context.Context) error {
	files, err := fs.Glob(migrations, "migrations/*.sql") // in order of name
	if err != nil {
		return err
	}
	version, err := db.schema(ctx)
	if err != nil {
		return err
	}
	if version > len(files) {
		return fmt.Errorf("%w: its schema is %d, the newest known here %d", ErrNewer, version, len(files))
	}
	for ; version < len(files); version++ {
		if err := db.upgrade(ctx, version, files[version]); err != nil {
			return err
		}
	}
	return nil
}

// upgrade applies the file that leads from one version to the next, unless
// another process has meanwhile. The first one makes the record, and its id.
func (db *DB) upgrade(ctx context.Context, from int, file string) error {
	script, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	return db.Update(ctx, func(tx *sql.Tx) error {
		version, err := schemaVersion(ctx, tx)
		if err != nil || version > from {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(script)); err != nil {
			return err
		}
		if from == 0 {
			if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('id', ?)`, newID()); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO storybot_migrations (version, applied_at) VALUES (?, ?)`,
			from+1, db.Now().UnixMilli())
		return err
	})
}

// schema is the version that the database stands at.
func (db *DB) schema(ctx context.Context) (version int, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		version, err = schemaVersion(ctx, tx)
		return err
	})
	return version, err
}

// schemaVersion is 0 for an empty database. One that holds tables, but not the
// one that tells the version, belongs to another program and is left alone.
func schemaVersion(ctx context.Context, tx *sql.Tx) (version int, err error) {
	var tables, ours int
	err = tx.QueryRowContext(ctx,
		`SELECT COUNT(*), COUNT(CASE WHEN name = 'storybot_migrations' THEN 1 END) FROM sqlite_master`).Scan(&tables, &ours)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ours == 0 {
		return 0, fmt.Errorf("%w: its tables are another program's", ErrNotDatabase)
	}
	err = tx.QueryRowContext(ctx, `SELECT MAX(version) FROM storybot_migrations`).Scan(&version)
	return version, err
}
