package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strings"
	"time"
)

// An Act is a change that somebody has made to what is a guild's.
type Act struct {
	Guild  string
	User   string // "" in the terminal
	What   string // as "settings.check", "sources.add", "gaps.dismiss"
	Detail string
	At     time.Time
}

// Note stores an act.
func (l *Ledger) Note(ctx context.Context, a Act) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		if a.At.IsZero() {
			a.At = l.db.Now()
		}
		return note(ctx, tx, a)
	})
}

func note(ctx context.Context, tx *sql.Tx, a Act) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO acts (id, guild, member, what, detail, at) VALUES (?, ?, ?, ?, ?, ?)`,
		strings.ToLower(rand.Text()[:13]), a.Guild, a.User, a.What, a.Detail, a.At.UnixMilli())
	return err
}

// Acts gives the acts in a guild, the newest first: at most limit after offset, and how many
// there are.
func (l *Ledger) Acts(ctx context.Context, guild string, limit, offset int) (acts []Act, total int, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM acts WHERE guild = ?`, guild).Scan(&total); err != nil {
			return err
		}
		acts, err = collect(ctx, tx, func(r row) (Act, error) {
			a := Act{Guild: guild}
			var at int64
			err := r.Scan(&a.User, &a.What, &a.Detail, &at)
			a.At = time.UnixMilli(at).UTC()
			return a, err
		}, `SELECT member, what, detail, at FROM acts WHERE guild = ? ORDER BY at DESC, id LIMIT ? OFFSET ?`, guild, limit, offset)
		return err
	})
	return acts, total, err
}

// collect reads the rows of a query.
func collect[T any](ctx context.Context, tx *sql.Tx, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
