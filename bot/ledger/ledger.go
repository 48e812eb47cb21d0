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
	Channel    string // where it was asked; "" in the terminal
	User       string // who asked; "" in the terminal
	Private    bool   // only who asked has seen the answer
	Kind       Kind
	After      string // id of the entry that it follows in a conversation, or ""
	Story      string // the one that it was asked of, or ""
	Question   string // as asked
	Standalone string // as answered: without what it leans on
	Topic      string // the question's words in normal form, by which gaps are grouped; "" for what is no gap
	Status     string // "answered" or NotInStories; "" for what is neither
	Answer     json.RawMessage
	Key        string // names all that the answer depends on, so that it can be given again; "" when it may not be
	AskedAt    time.Time
}

// NotInStories is the status of an entry whose question the stories did not answer.
const NotInStories = "not_in_stories"

const entryColumns = `id, guild, channel, member, private, kind, follows, story, question, standalone, topic, status, answer, reuse_key, asked_at`

// Keep stores an entry.
func (l *Ledger) Keep(ctx context.Context, e Entry) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO entries (`+entryColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, e.Guild, e.Channel, e.User, number(e.Private), e.Kind, e.After, e.Story, e.Question, e.Standalone, e.Topic, e.Status,
			string(e.Answer), e.Key, e.AskedAt.UnixMilli())
		return err
	})
}

// number is a truth value as it is stored.
func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Entry gives an entry by its id, whoever's it is: who may see it is for the caller to
// say.
func (l *Ledger) Entry(ctx context.Context, id string) (Entry, error) {
	return l.find(ctx, `id = ?`, id)
}

// LastIn gives the newest question of a channel, with its answer, that others have seen too.
func (l *Ledger) LastIn(ctx context.Context, guild, channel string) (Entry, error) {
	return l.find(ctx, `guild = ? AND channel = ? AND kind = ? AND private = 0 ORDER BY asked_at DESC LIMIT 1`, guild, channel, Ask)
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
	e, err := scanEntry(tx.QueryRowContext(ctx, `SELECT `+entryColumns+` FROM entries WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, ErrNotFound
	}
	return e, err
}

// A row is one of a query's, or its only one.
type row interface{ Scan(...any) error }

// scanEntry reads an entry's columns, and more before them.
func scanEntry(r row, before ...any) (Entry, error) {
	var e Entry
	var answer string
	var private, askedAt int64
	err := r.Scan(append(before, &e.ID, &e.Guild, &e.Channel, &e.User, &private, &e.Kind, &e.After, &e.Story, &e.Question, &e.Standalone,
		&e.Topic, &e.Status, &answer, &e.Key, &askedAt)...)
	e.Private, e.Answer, e.AskedAt = private != 0, json.RawMessage(answer), time.UnixMilli(askedAt).UTC()
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

func scanSpending(row row, s *Spending, more ...any) error {
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
