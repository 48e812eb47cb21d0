package ledger

import (
	"context"
	"database/sql"
	"time"
)

// A FeedbackKind is what somebody thinks of an answer.
type FeedbackKind string

// Kinds of feedback.
const (
	Good          FeedbackKind = "good"
	WrongCitation FeedbackKind = "wrong_citation"
	Missed        FeedbackKind = "missed" // it should have been answered
)

// A Feedback is what a user thinks of an entry.
type Feedback struct {
	Entry    string // its id
	Guild    string // the entry's
	User     string
	Kind     FeedbackKind
	Citation int // the number of the one that is wrong; 0: none
	At       time.Time
}

// An Opinion is a feedback with the entry that it is on, which has all that it takes to
// ask the question again.
type Opinion struct {
	Feedback
	Asked Entry
}

// GiveFeedback stores a feedback; the same again changes nothing. It is ErrNotFound when the
// guild has no such entry.
func (l *Ledger) GiveFeedback(ctx context.Context, f Feedback) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := find(ctx, tx, `guild = ? AND id = ?`, f.Guild, f.Entry); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO feedback (entry, guild, member, kind, citation, given_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (entry, member, kind, citation) DO NOTHING`, f.Entry, f.Guild, f.User, f.Kind, f.Citation, f.At.UnixMilli())
		return err
	})
}

// Feedback gives what people think of a guild's answers, the newest first: at most limit
// after offset, and how many there are.
func (l *Ledger) Feedback(ctx context.Context, guild string, limit, offset int) (list []Opinion, total int, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		const from = ` FROM feedback f JOIN entries e ON e.id = f.entry WHERE f.guild = ?`
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*)`+from, guild).Scan(&total); err != nil {
			return err
		}
		list, err = collect(ctx, tx, func(r row) (o Opinion, err error) {
			var at int64
			o.Asked, err = scanEntry(r, &o.User, &o.Kind, &o.Citation, &at)
			o.Entry, o.Guild, o.At = o.Asked.ID, guild, time.UnixMilli(at).UTC()
			return o, err
		}, `SELECT f.member, f.kind, f.citation, f.given_at, `+qualified("e", entryColumns)+from+` ORDER BY f.given_at DESC, f.entry LIMIT ? OFFSET ?`,
			guild, limit, offset)
		return err
	})
	return list, total, err
}
