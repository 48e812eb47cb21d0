package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// errFeedback is an opinion that nobody can have: the caller's mistake.
var errFeedback = errors.New("ledger: there is no such feedback")

// A FeedbackKind is what somebody thinks of an answer.
type FeedbackKind string

// Kinds of feedback.
const (
	Good          FeedbackKind = "good"
	WrongCitation FeedbackKind = "wrong_citation"
	Missed        FeedbackKind = "missed" // the stories tell what it said they do not
)

// Feedback is what a person thinks of an answer.
type Feedback struct {
	Entry    string // the answer's id
	Guild    string // the answer's
	User     string
	Kind     FeedbackKind
	Citation int // which is wrong, by its number; 0: none, or all
	At       time.Time
}

// GiveFeedback keeps what a person thinks of an answer, once however often they say it,
// as of now when it has no time. When there is no such answer in the guild it is an
// ErrNotFound.
func (l *Ledger) GiveFeedback(ctx context.Context, f Feedback) error {
	switch f.Kind {
	case Good, WrongCitation, Missed:
	default:
		return fmt.Errorf("%w: %q", errFeedback, f.Kind)
	}
	if f.At.IsZero() {
		f.At = l.now()
	}
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := find(ctx, tx, `guild = ? AND id = ?`, f.Guild, f.Entry); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO opinions (entry, guild, member, kind, citation, given_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (entry, member, kind, citation) DO UPDATE SET given_at = excluded.given_at`, f.Entry, f.Guild, f.User, f.Kind, f.Citation, f.At.UnixMilli())
		return err
	})
}

// An Opinion is feedback, with all that its question can be asked again by.
type Opinion struct {
	Feedback
	Asked Entry
	Now   *Found // what is cited since the stories have changed, in the place of a citation that is wrong; nil: the same, or nothing
}

// Feedback gives what people think of a guild's answers, the newest first: at most limit
// opinions after so many, and how many there are in all.
func (l *Ledger) Feedback(ctx context.Context, guild string, limit, offset int) (opinions []Opinion, total int, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		opinions = nil // of an earlier try
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM opinions WHERE guild = ?`, guild).Scan(&total); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+entryColumns+`, o.member, o.kind, o.citation, o.given_at, `+foundColumns+`
			FROM opinions o JOIN entries ON entries.id = o.entry
			LEFT JOIN findings f ON o.kind = 'wrong_citation' AND o.citation > 0 AND f.entry = o.entry AND f.citation = o.citation
			WHERE o.guild = ?
			ORDER BY o.given_at DESC, o.entry, o.member, o.kind, o.citation LIMIT ? OFFSET ?`, guild, limit, offset)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var o Opinion
			var at int64
			var now Found
			if o.Asked, err = scanEntry(rows, append([]any{&o.User, &o.Kind, &o.Citation, &at}, now.into()...)...); err != nil {
				return err
			}
			o.Now = now.orNil()
			o.Entry, o.Guild, o.At = o.Asked.ID, o.Asked.Guild, time.UnixMilli(at).UTC()
			opinions = append(opinions, o)
		}
		return rows.Err()
	})
	return opinions, total, err
}
