package ledger

import (
	"context"
	"database/sql"
	"time"
)

// An Act is an entry of a guild's audit log: a change that a moderator has made, or the
// operator in the terminal.
type Act struct {
	Guild  string
	User   string // "" in the terminal
	What   string // an identifier that stays: "settings.check", "sources.add", "gaps.dismiss"
	Detail string // to what, for people
	At     time.Time
}

// Note writes an act into its guild's audit log, as of now when it has no time.
func (l *Ledger) Note(ctx context.Context, a Act) error {
	if a.At.IsZero() {
		a.At = l.now()
	}
	return l.db.Update(ctx, func(tx *sql.Tx) error { return note(ctx, tx, a) })
}

func note(ctx context.Context, tx *sql.Tx, acts ...Act) error {
	for _, a := range acts {
		var last int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM acts WHERE guild = ?`, a.Guild).Scan(&last); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO acts (guild, number, member, what, detail, acted_at) VALUES (?, ?, ?, ?, ?, ?)`,
			a.Guild, last+1, a.User, a.What, a.Detail, a.At.UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

// Acts gives a guild's audit log, what was noted last first: at most limit acts after so
// many, and how many there are in all.
func (l *Ledger) Acts(ctx context.Context, guild string, limit, offset int) (acts []Act, total int, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		acts = nil // of an earlier try
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM acts WHERE guild = ?`, guild).Scan(&total); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT guild, member, what, detail, acted_at FROM acts WHERE guild = ?
			ORDER BY number DESC LIMIT ? OFFSET ?`, guild, limit, offset)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var a Act
			var at int64
			if err := rows.Scan(&a.Guild, &a.User, &a.What, &a.Detail, &at); err != nil {
				return err
			}
			a.At = time.UnixMilli(at).UTC()
			acts = append(acts, a)
		}
		return rows.Err()
	})
	return acts, total, err
}

// now is the time, as it is stored.
func (l *Ledger) now() time.Time { return l.db.Now().UTC().Truncate(time.Millisecond) }
