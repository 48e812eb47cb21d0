package record

import (
	"context"
	"database/sql"
	"slices"

	"github.com/jackc/pgx/v5"
)

// A Statement changes something, by SQL with arguments.
type Statement struct {
	SQL  string
	Args []any
}

// Write is Update for statements that are known beforehand: in PostgreSQL they are sent
// together, and take one round trip.
func (db *DB) Write(ctx context.Context, statements ...Statement) error {
	if db.remote != nil {
		return db.retry(ctx, func() error { return db.send(ctx, statements) })
	}
	return db.Update(ctx, func(tx *sql.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s.SQL, s.Args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// send sends statements to PostgreSQL as one transaction.
func (db *DB) send(ctx context.Context, statements []Statement) error {
	pooled, err := db.writer.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer pooled.Close()
	return pooled.Raw(func(driver any) error {
		server := driver.(conn).Conn.Conn()
		var batch pgx.Batch
		batch.BeginTx(pgx.TxOptions{IsoLevel: pgx.Serializable})
		for _, s := range statements {
			args := slices.Clone(s.Args)
			for i, arg := range args {
				args[i] = taken(arg)
			}
			batch.Queue(numbered(s.SQL), args...)
		}
		batch.Queue(`commit`)
		err := server.SendBatch(ctx, &batch).Close()
		if err != nil && server.PgConn().TxStatus() != 'I' { // a statement failed, and the commit was left out
			server.Exec(ctx, `rollback`)
		}
		return ended(ctx, err)
	})
}

// padded has as many rows as a power of two, with the same one again and again at its
// end: a statement that takes any number of rows has few texts then. Each of those
// PostgreSQL prepares once on a connection, which takes a round trip.
func padded[T any](rows []T, end T) []T {
	rows = slices.Clip(rows)
	for n := len(rows); n&(n-1) != 0; n++ {
		rows = append(rows, end)
	}
	return rows
}
