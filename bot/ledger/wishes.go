package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// ErrManyWishes is one wish of a person's too many.
var ErrManyWishes = errors.New("ledger: the person waits for enough answers already")

const (
	// MaxWishes bounds how many answers a person waits for at once: each is a direct message.
	MaxWishes = 25
	// WishLife is how long somebody waits: after that they have forgotten that they asked.
	WishLife = 180 * 24 * time.Hour
)

// A Wish is somebody's to be told when a question can be answered. It is kept until they
// are told or cannot be, they take it back, or WishLife is over.
type Wish struct {
	Entry    string // the id of the answer that was none
	User     string // who wants to be told, which need not be who asked
	Guild    string // the entry's
	Channel  string // of that guild, where it was asked; "" in a direct message
	Language string // that the user reads
	At       time.Time
	Claims   int // how often a process has begun to tell them; set when read
}

// Wish keeps a wish, as of now when it has no time, or, where there is the same one, takes
// it back; wished says which. When there is no such question in the guild that has no
// answer it is an ErrNotFound, when the person has MaxWishes an ErrManyWishes.
func (l *Ledger) Wish(ctx context.Context, w Wish) (wished bool, err error) {
	if w.At.IsZero() {
		w.At = l.now()
	}
	err = l.db.Update(ctx, func(tx *sql.Tx) error {
		wished = false // of an earlier try
		if _, err := find(ctx, tx, `guild = ? AND id = ? AND kind = 'ask' AND status = 'not_in_stories'`, w.Guild, w.Entry); err != nil {
			return err
		}
		taken, err := affected(tx.ExecContext(ctx, `DELETE FROM wishes WHERE entry = ? AND member = ?`, w.Entry, w.User))
		if err != nil || taken > 0 {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM wishes WHERE member = ?`, w.User).Scan(&n); err != nil {
			return err
		}
		if n >= MaxWishes {
			return ErrManyWishes
		}
		wished = true
		_, err = tx.ExecContext(ctx, `INSERT INTO wishes (entry, member, guild, channel, language, wished_at) VALUES (?, ?, ?, ?, ?, ?)`,
			w.Entry, w.User, w.Guild, w.Channel, w.Language, w.At.UnixMilli())
		return err
	})
	return wished && err == nil, err
}

// Fulfillable gives the wishes for answers that the last replays have found: first those
// that were claimed least often, the oldest first; at most limit. One that was claimed may be
// in work.
func (l *Ledger) Fulfillable(ctx context.Context, limit int) (wishes []Wish, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		wishes = nil // of an earlier try
		rows, err := tx.QueryContext(ctx, `SELECT w.entry, w.member, w.guild, w.channel, w.language, w.wished_at, COALESCE(w.claims, 0)
			FROM wishes w JOIN findings f ON f.entry = w.entry AND f.citation = 0
			WHERE f.story <> '' ORDER BY COALESCE(w.claims, 0), w.wished_at, w.entry, w.member LIMIT ?`, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var w Wish
			var at int64
			if err := rows.Scan(&w.Entry, &w.User, &w.Guild, &w.Channel, &w.Language, &at, &w.Claims); err != nil {
				return err
			}
			w.At = time.UnixMilli(at).UTC()
			wishes = append(wishes, w)
		}
		return rows.Err()
	})
	return wishes, err
}

// ClaimWish makes it this process's to tell somebody. It is false when another has begun to
// since the wish was read, or there is nobody to tell any more. A claim that is not followed
// by EndWish leaves the wish as it is, claimed once more: the person may have been told.
func (l *Ledger) ClaimWish(ctx context.Context, w Wish) (claimed bool, err error) {
	err = l.db.Update(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `UPDATE wishes SET claims = COALESCE(claims, 0) + 1 WHERE entry = ? AND member = ? AND COALESCE(claims, 0) = ?`,
			w.Entry, w.User, w.Claims))
		claimed = n == 1
		return err
	})
	return claimed && err == nil, err
}

// EndWish deletes a wish: the person is told, or cannot be.
func (l *Ledger) EndWish(ctx context.Context, w Wish) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM wishes WHERE entry = ? AND member = ?`, w.Entry, w.User)
		return err
	})
}
