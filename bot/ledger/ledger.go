// Package ledger keeps what the bot was asked and has said, what that took, and what
// moderators have set.
//
// The Ledger is in the record's database, for good. The Inbox is in one beside it, and
// keeps requests until they are answered.
package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"storybot/retrieval/record"
)

// ErrNotFound is an entry that does not exist, or is another guild's.
var ErrNotFound = errors.New("ledger: there is no such entry")

// A Ledger may be used by any number of goroutines, and by several processes on
// one record. Every guild has entries, spending and settings of its own;
// record.Shared is one of them.
type Ledger struct{ db *record.DB }

// New is the ledger of a record.
func New(db *record.DB) *Ledger { return &Ledger{db} }

// A Kind of entry.
type Kind string

// Kinds.
const (
	Ask     Kind = "ask"
	Summary Kind = "summary"
	Check   Kind = "check"
)

// An Entry is something that the bot was asked, and what it said.
type Entry struct {
	ID         string // the answer's
	Guild      string
	User       string // who asked; "" in the terminal
	Kind       Kind
	After      string // id of the entry that it follows in a conversation, or ""
	Question   string // as asked
	Standalone string // as answered: without what it leans on
	Answer     json.RawMessage
	Key        string // names all that the answer depends on, so that it can be given again; "" when it may not be
	AskedAt    time.Time
}

const entryColumns = `id, guild, member, kind, follows, question, standalone, answer, reuse_key, asked_at`

// Keep stores an entry.
func (l *Ledger) Keep(ctx context.Context, e Entry) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO entries (`+entryColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, e.Guild, e.User, e.Kind, e.After, e.Question, e.Standalone, string(e.Answer), e.Key, e.AskedAt.UnixMilli())
		return err
	})
}

// Last gives the newest entry that a user has in a guild.
func (l *Ledger) Last(ctx context.Context, guild, user string) (Entry, error) {
	return l.find(ctx, `guild = ? AND member = ? ORDER BY asked_at DESC LIMIT 1`, guild, user)
}

// Cached gives the guild's newest entry under a key.
func (l *Ledger) Cached(ctx context.Context, guild, key string) (Entry, error) {
	return l.find(ctx, `guild = ? AND reuse_key = ? ORDER BY asked_at DESC LIMIT 1`, guild, key)
}

func (l *Ledger) find(ctx context.Context, where string, args ...any) (e Entry, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		e, err = find(ctx, tx, where, args...)
		return err
	})
	return e, err
}

func find(ctx context.Context, tx *sql.Tx, where string, args ...any) (Entry, error) {
	var e Entry
	var answer string
	var askedAt int64
	err := tx.QueryRowContext(ctx, `SELECT `+entryColumns+` FROM entries WHERE `+where, args...).Scan(
		&e.ID, &e.Guild, &e.User, &e.Kind, &e.After, &e.Question, &e.Standalone, &answer, &e.Key, &askedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, ErrNotFound
	}
	e.Answer, e.AskedAt = json.RawMessage(answer), time.UnixMilli(askedAt).UTC()
	return e, err
}

// Conversation gives the entry with that id and those before it, up to limit in
// all, the oldest first.
func (l *Ledger) Conversation(ctx context.Context, guild, id string, limit int) (entries []Entry, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		entries = nil // of an earlier try
		for id := id; len(entries) < limit; {
			e, err := find(ctx, tx, `guild = ? AND id = ?`, guild, id)
			if errors.Is(err, ErrNotFound) && len(entries) > 0 {
				return nil // forgotten since
			}
			if err != nil {
				return err
			}
			entries = append(entries, e)
			if id = e.After; id == "" {
				return nil
			}
		}
		return nil
	})
	slices.Reverse(entries)
	return entries, err
}

// Spending is what models took.
type Spending struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	Cost             int64 `json:"cost_millionths"` // of the configured currency
}

// Spend adds to what the guild's user has spent on the day, by UTC, of at.
func (l *Ledger) Spend(ctx context.Context, guild, user string, at time.Time, s Spending) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO spending (guild, member, day, prompt_tokens, completion_tokens, cost)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (guild, member, day) DO UPDATE SET
			prompt_tokens = spending.prompt_tokens + excluded.prompt_tokens,
			completion_tokens = spending.completion_tokens + excluded.completion_tokens,
			cost = spending.cost + excluded.cost`,
			guild, user, day(at), s.PromptTokens, s.CompletionTokens, s.Cost)
		return err
	})
}

// day counts days since 1970, by UTC.
func day(at time.Time) int64 { return at.Unix() / int64(24*time.Hour/time.Second) }

// Spent gives what the guild, and the user in all guilds, have spent on the day,
// by UTC, of at.
func (l *Ledger) Spent(ctx context.Context, guild, user string, at time.Time) (ofGuild, ofUser Spending, err error) {
	const sums = `SELECT COALESCE(SUM(prompt_tokens), 0), COALESCE(SUM(completion_tokens), 0), COALESCE(SUM(cost), 0) FROM spending WHERE `
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		if err := scanSpending(tx.QueryRowContext(ctx, sums+`guild = ? AND day = ?`, guild, day(at)), &ofGuild); err != nil {
			return err
		}
		return scanSpending(tx.QueryRowContext(ctx, sums+`member = ? AND day = ?`, user, day(at)), &ofUser)
	})
	return ofGuild, ofUser, err
}

func scanSpending(row interface{ Scan(...any) error }, s *Spending, more ...any) error {
	return row.Scan(append([]any{&s.PromptTokens, &s.CompletionTokens, &s.Cost}, more...)...)
}

// A Day is what a guild has spent on one.
type Day struct {
	Date string `json:"date"` // YYYY-MM-DD, UTC
	Spending
}

// Days gives what a guild has spent on each day on which it has, the newest first,
// at most limit of them.
func (l *Ledger) Days(ctx context.Context, guild string, limit int) (days []Day, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		days = nil // of an earlier try
		rows, err := tx.QueryContext(ctx, `SELECT SUM(prompt_tokens), SUM(completion_tokens), SUM(cost), day FROM spending
			WHERE guild = ? GROUP BY day ORDER BY day DESC LIMIT ?`, guild, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d Day
			var n int64
			if err := scanSpending(rows, &d.Spending, &n); err != nil {
				return err
			}
			d.Date = time.Unix(n*int64(24*time.Hour/time.Second), 0).UTC().Format(time.DateOnly)
			days = append(days, d)
		}
		return rows.Err()
	})
	return days, err
}

// Settings are what a guild's moderators have set.
type Settings struct {
	Check Strictness `json:"check"`
}

// A Strictness is how close a model's statement has to be to its quote: see
// grounding.Mode, which has the same values.
type Strictness string

// Strictnesses.
const (
	Strict   Strictness = "strict"
	Normal   Strictness = "normal"
	Verbatim Strictness = "verbatim"
)

// Settings gives a guild's settings, or what holds where none are set.
func (l *Ledger) Settings(ctx context.Context, guild string) (s Settings, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		s, _, err = readSettings(ctx, tx, guild)
		return err
	})
	return s, err
}

// Change changes a guild's settings, and gives them as they are then. Settings of
// a newer version, which this one does not know, stay.
func (l *Ledger) Change(ctx context.Context, guild string, change func(*Settings)) (s Settings, err error) {
	err = l.db.Update(ctx, func(tx *sql.Tx) error {
		var all map[string]json.RawMessage
		if s, all, err = readSettings(ctx, tx, guild); err != nil {
			return err
		}
		change(&s)
		known, err := json.Marshal(s)
		if err == nil {
			err = json.Unmarshal(known, &all)
		}
		if err != nil {
			return err
		}
		value, err := json.Marshal(all)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO settings (guild, value) VALUES (?, ?)
			ON CONFLICT (guild) DO UPDATE SET value = excluded.value`, guild, string(value))
		return err
	})
	return s, err
}

// readSettings gives the settings known here, and all by their names.
func readSettings(ctx context.Context, tx *sql.Tx, guild string) (Settings, map[string]json.RawMessage, error) {
	s := Settings{Check: Strict}
	all := make(map[string]json.RawMessage)
	var value string
	err := tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE guild = ?`, guild).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return s, all, nil
	}
	if err == nil {
		err = errors.Join(json.Unmarshal([]byte(value), &s), json.Unmarshal([]byte(value), &all))
	}
	if err != nil {
		return s, nil, fmt.Errorf("ledger: settings of guild %q: %w", guild, err)
	}
	return s, all, nil
}
