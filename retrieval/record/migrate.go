package record

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// A schema is the tables of one database.
type schema struct {
	// files holds, in its folder, one file a version, from 0001.sql. Files are only
	// ever added: a database may stand at any of them. The first statement of the first
	// one makes storybot_migrations.
	//
	// A server's statements are run one by one, as those that are several machines take
	// no change of the tables in a transaction with anything else, and may be run again:
	// by a process that goes on where another was killed, or by one beside it. So each
	// makes or takes away one thing, by CREATE TABLE, CREATE INDEX, ALTER TABLE, or DROP …
	// IF EXISTS, or changes rows to what they are when it is run twice.
	files  fs.FS
	folder string
	// made, unless nil, completes the first version, in the transaction that notes it.
	made func(context.Context, *sql.Tx) error
}

//go:embed migrations/*.sql
var migrations embed.FS

// recordSchema is the record's, which has its id from the beginning.
var recordSchema = schema{files: migrations, folder: "migrations", made: func(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('id', ?)`, newID())
	return err
}}

// scripts are the files' texts, by version.
func (s schema) scripts() (texts []string, err error) {
	names, err := fs.Glob(s.files, s.folder+"/*.sql") // in order of name
	for _, name := range names {
		text, err := fs.ReadFile(s.files, name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return texts, err
}

// migrate brings the schema to the newest version, by one after the other. A
// database that is there already is only read, so that opening one does not
// wait for another process's long write.
func (db *DB) migrate(ctx context.Context, s schema) error {
	scripts, err := s.scripts()
	if err != nil {
		return err
	}
	for {
		version, err := db.version(ctx) // each time, as another process may be ahead
		switch {
		case err != nil || version == len(scripts):
			return err
		case version > len(scripts):
			return newer(version, len(scripts))
		}
		made := s.made
		if version > 0 {
			made = nil
		}
		if err := db.upgrade(ctx, version, scripts[version], made); err != nil {
			return err
		}
	}
}

func newer(version, known int) error {
	return fmt.Errorf("%w: its schema is %d, the newest known here %d", ErrNewer, version, known)
}

// upgrade leads from one version to the next by a script and what completes it: a file in
// one transaction, a server in steps. What another process has done meanwhile is left as
// it is.
func (db *DB) upgrade(ctx context.Context, from int, script string, complete func(context.Context, *sql.Tx) error) error {
	if db.remote != nil {
		for _, statement := range statements(script) {
			if err := db.step(ctx, from, statement); err != nil {
				return err
			}
		}
	}
	return db.updateAt(ctx, from, func(tx *sql.Tx) error {
		if db.remote == nil {
			if _, err := tx.ExecContext(ctx, script); err != nil {
				return err
			}
		}
		// It comes first, and gives way: of two processes one is to run the transaction again.
		_, err := tx.ExecContext(ctx, `INSERT INTO storybot_migrations (version, applied_at) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			from+1, db.Now().UnixMilli())
		if err != nil || complete == nil {
			return err
		}
		return complete(ctx, tx)
	})
}

// step runs a statement of a server's: one that changes rows in a transaction of its own,
// any other in none.
func (db *DB) step(ctx context.Context, from int, statement string) error {
	if verb, _, _ := strings.Cut(statement, " "); verb == "UPDATE" || verb == "INSERT" || verb == "DELETE" {
		return db.updateAt(ctx, from, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
	}
	return db.retry(ctx, func() error {
		_, err := db.writer.ExecContext(ctx, statement)
		if doneAlready(err, statement) {
			return nil
		}
		return explain(err)
	})
}

// updateAt is Update, unless the schema is beyond a version.
func (db *DB) updateAt(ctx context.Context, at int, write func(*sql.Tx) error) error {
	return db.Update(ctx, func(tx *sql.Tx) error {
		version, err := schemaVersion(ctx, tx, db.tables())
		if err != nil || version > at {
			return err
		}
		return write(tx)
	})
}

// version is the one that the database's schema stands at.
func (db *DB) version(ctx context.Context) (version int, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		version, err = schemaVersion(ctx, tx, db.tables())
		return err
	})
	return version, err
}

// Where the tables of a database are listed, by name.
const (
	fileTables   = `sqlite_master`
	remoteTables = `(SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()) AS tables`
)

func (db *DB) tables() string {
	if db.remote != nil {
		return remoteTables
	}
	return fileTables
}

// schemaVersion is 0 for an empty database. One that holds tables, but not the
// one that tells the version, belongs to another program and is left alone.
func schemaVersion(ctx context.Context, tx *sql.Tx, list string) (version int, err error) {
	var tables, ours int
	err = tx.QueryRowContext(ctx,
		`SELECT COUNT(*), COUNT(CASE WHEN name = 'storybot_migrations' THEN 1 END) FROM `+list).Scan(&tables, &ours)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ours == 0 {
		return 0, fmt.Errorf("%w: its tables are another program's", ErrNotDatabase)
	}
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM storybot_migrations`).Scan(&version)
	return version, err
}
