package record

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// backupRemote copies a record in PostgreSQL to a new file.
func backupRemote(ctx context.Context, from, to string, progress func(done, total int)) (Extent, error) {
	source, err := Open(ctx, from)
	if err != nil {
		return Extent{}, err
	}
	defer source.Close()
	target, err := Open(ctx, to)
	if err != nil {
		return Extent{}, err
	}
	e, err := move(ctx, source, target, target, "", progress)
	if err = errors.Join(err, target.Close()); err != nil { // which moves the write-ahead log into the file
		return Extent{}, err
	}
	info, err := os.Stat(to)
	if err != nil {
		return Extent{}, err
	}
	e.Bytes = info.Size()
	return e, nil
}

// restoreRemote has a PostgreSQL database hold what a backup does, in one transaction.
func restoreRemote(ctx context.Context, from, to string, force bool, progress func(done, total int)) (e Extent, err error) {
	// A copy is checked, and brought to this version: the backup stays as it is.
	err = withTemporary(filepath.Join(os.TempDir(), "backup"), func(temporary string) error {
		if e, err = unpack(ctx, from, temporary, "", nil); err != nil {
			return err
		}
		source, err := Open(ctx, temporary)
		if err != nil {
			return err
		}
		defer source.Close()
		target, err := openRemote(ctx, to, "restore")
		if err != nil {
			return err
		}
		defer target.Close()
		if err := target.free(ctx, force); err != nil {
			return fmt.Errorf("%s: %w", target.path, err)
		}
		_, err = move(ctx, source, target, source, newID(), progress)
		return err
	})
	return e, err
}

// free is ErrOccupied for a remote record that holds something, unless it may be replaced,
// and ErrInUse for one that another process has open.
func (db *DB) free(ctx context.Context, force bool) error {
	return db.View(ctx, func(tx *sql.Tx) error {
		var others, holds int
		err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?`,
			applicationName(db.schema, "")).Scan(&others)
		if err != nil {
			return err
		}
		if others > 0 {
			return ErrInUse
		}
		err = tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM sources) + (SELECT COUNT(*) FROM entries) + (SELECT COUNT(*) FROM settings)`).Scan(&holds)
		if err == nil && holds > 0 && !force {
			err = ErrOccupied
		}
		return err
	})
}

// move has one record hold what another does, and nothing else, and checks that by a digest
// of every row. It gives it another id, unless that is "". file is the one of the two that
// is a file: its tables are listed in the order in which they were made, in which none
// refers to a later one.
func move(ctx context.Context, from, to, file *DB, id string, progress func(done, total int)) (e Extent, err error) {
	tables, err := file.layout(ctx)
	if err != nil {
		return Extent{}, err
	}
	err = from.View(ctx, func(source *sql.Tx) error {
		total := 0
		counts := make(map[string]int)
		for _, t := range tables {
			var n int
			if err := source.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t.name).Scan(&n); err != nil {
				return err
			}
			counts[t.name] = n
			total += n
		}
		e = Extent{Sources: counts["sources"], Stories: counts["stories"], Paragraphs: counts["paragraphs"]}
		return to.Update(ctx, func(target *sql.Tx) error {
			for i := range tables { // the last first, as others refer to the first
				if _, err := target.ExecContext(ctx, `DELETE FROM `+tables[len(tables)-1-i].name); err != nil {
					return err
				}
			}
			done := 0
			sums := make(map[string]digest)
			for _, t := range tables {
				sum, err := t.copy(ctx, source, target, func(rows int) {
					done += rows
					if progress != nil {
						progress(done, total)
					}
				})
				if err != nil {
					return fmt.Errorf("%s: %w", t.name, err)
				}
				sums[t.name] = sum
			}
			copied := make(map[string]digest)
			for _, t := range tables {
				if copied[t.name], err = t.digest(ctx, target); err != nil {
					return err
				}
			}
			if !maps.Equal(sums, copied) {
				return fmt.Errorf("%w: the copy is another", ErrNotDatabase)
			}
			if id == "" {
				return nil
			}
			if _, err := target.ExecContext(ctx, `UPDATE meta SET value = ? WHERE name = 'id'`, id); err != nil {
				return err
			}
			return to.free(ctx, true) // who has opened it meanwhile takes it for the old one
		})
	})
	return e, err
}

// A table is one of a record's, with its columns.
type table struct {
	name    string
	columns []string
}

// layout lists a file's tables in the order in which they were made.
func (db *DB) layout(ctx context.Context) (tables []table, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		text := func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) }
		names, err := collect(ctx, tx, text, `SELECT name FROM sqlite_master
			WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'storybot_migrations' ORDER BY rowid`)
		if err != nil {
			return err
		}
		tables = nil // of an earlier try
		for _, name := range names {
			columns, err := collect(ctx, tx, text, `SELECT name FROM pragma_table_info('`+name+`')`)
			if err != nil {
				return err
			}
			tables = append(tables, table{name, columns})
		}
		return nil
	})
	return tables, err
}

// rowsAtOnce is how many rows are inserted by a statement.
const rowsAtOnce = 200

// copy inserts all rows of a table of one record into that of another.
func (t table) copy(ctx context.Context, from, to *sql.Tx, progress func(rows int)) (sum digest, err error) {
	row := `(?` + strings.Repeat(`, ?`, len(t.columns)-1) + `)`
	insert := `INSERT INTO ` + t.name + ` (` + strings.Join(t.columns, `, `) + `) VALUES `
	var values []any
	store := func() error {
		n := len(values) / len(t.columns)
		if n == 0 {
			return nil
		}
		_, err := to.ExecContext(ctx, insert+row+strings.Repeat(`, `+row, n-1), values...)
		values = values[:0]
		progress(n)
		return err
	}
	err = t.each(ctx, from, func(one []any) error {
		sum.add(one)
		if values = append(values, one...); len(values) < rowsAtOnce*len(t.columns) {
			return nil
		}
		return store()
	})
	if err == nil {
		err = store()
	}
	return sum, err
}

func (t table) digest(ctx context.Context, tx *sql.Tx) (sum digest, err error) {
	err = t.each(ctx, tx, func(row []any) error {
		sum.add(row)
		return nil
	})
	return sum, err
}

// each calls use with each row: texts, whole numbers, and nil.
func (t table) each(ctx context.Context, tx *sql.Tx, use func(row []any) error) error {
	rows, err := tx.QueryContext(ctx, `SELECT `+strings.Join(t.columns, `, `)+` FROM `+t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, value := range row {
			switch value := value.(type) {
			case []byte:
				row[i] = stored(string(value))
			case string:
				row[i] = stored(value)
			}
		}
		if err := use(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// A digest is of rows, in whatever order: how many there are, and what their hashes make
// together.
type digest struct {
	rows int
	sum  [sha256.Size]byte
}

func (d *digest) add(row []any) {
	h := sha256.New()
	for _, value := range row {
		text := fmt.Sprint(value)
		fmt.Fprintf(h, "%T%d:%s", value, len(text), text)
	}
	d.rows++
	carry := 0
	for i, b := range h.Sum(nil) { // added, so that a row that is there twice counts
		carry += int(d.sum[i]) + int(b)
		d.sum[i] = byte(carry)
		carry >>= 8
	}
}
