// Package ledger keeps what the bot was asked and has said, what that took and what people
// think of it, and what moderators have set and done.
//
// The Ledger is in the record's database, for good. The Inbox is in one beside it, and
// keeps requests until they are answered.
package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"storybot/retrieval/record"
)

// ErrNotFound is an entry, or a gap, that does not exist, or is another guild's.
var ErrNotFound = errors.New("ledger: there is no such entry")

// A Ledger may be used by any number of goroutines, and by several processes on
// one record. Every guild has entries, spending and settings of its own;
// record.Shared is one of them.
type Ledger struct {
	db   *record.DB
	held held
}

// New is the ledger of a record. A process has one: it knows at once which settings it has
// changed.
func New(db *record.DB) *Ledger { return &Ledger{db: db} }

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
	Channel    string // where it was asked; "" in the terminal
	Private    bool   // only who asked has seen it
	Story      string // id of the one that it was asked of, or ""
	Status     string // Answered, NotInStories, or "" where neither is said
	Topic      string // what a question is about: gaps are grouped by it

	// Cites are the revisions that the answer shows: they are kept as long as the entry
	// is. It is not read back.
	Cites []record.Head
}

// What came of a question: the values of bot.Status.
const (
	Answered     = "answered"
	NotInStories = "not_in_stories"
)

const entryColumns = `entries.id, entries.guild, entries.member, entries.kind, entries.follows, entries.question, entries.standalone,
	entries.answer, entries.reuse_key, entries.asked_at, entries.channel, entries.private, entries.story, entries.status, entries.topic`

// maxTopic bounds a topic, in bytes, as it is looked up by an index, in which PostgreSQL has
// room for 2704.
const maxTopic = 2000

// Keep stores an entry, and with it which revisions of stories it cites. A topic that is
// too long is cut.
func (l *Ledger) Keep(ctx context.Context, e Entry) error {
	e.Topic = strings.ToValidUTF8(e.Topic[:min(len(e.Topic), maxTopic)], "")
	statements := []record.Statement{{SQL: `INSERT INTO entries (id, guild, member, kind, follows, question, standalone, answer, reuse_key, asked_at,
			channel, private, story, status, topic) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Args: []any{e.ID, e.Guild, e.User, e.Kind, e.After, e.Question, e.Standalone, string(e.Answer), e.Key, e.AskedAt.UnixMilli(),
			e.Channel, e.Private, e.Story, e.Status, e.Topic}}}
	if len(e.Cites) > 0 {
		statements = append(statements, record.Cite(e.ID, e.Cites))
	}
	return l.db.Write(ctx, statements...)
}

// Entry gives the entry with that id, whichever guild's and whoever's it is: what its
// answer cites may not be for everyone's eyes.
func (l *Ledger) Entry(ctx context.Context, id string) (Entry, error) {
	return l.find(ctx, `id = ?`, id)
}

// LastIn gives the newest question in a channel of a guild that all in it could see.
func (l *Ledger) LastIn(ctx context.Context, guild, channel string) (Entry, error) {
	return l.find(ctx, `guild = ? AND channel = ? AND kind = 'ask' AND private = 0 ORDER BY asked_at DESC LIMIT 1`, guild, channel)
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
	err = l.db.Look(ctx, func(q record.Querier) error {
		e, err = find(ctx, q, where, args...)
		return err
	})
	return e, err
}

func find(ctx context.Context, tx record.Querier, where string, args ...any) (Entry, error) {
	e, err := scanEntry(tx.QueryRowContext(ctx, `SELECT `+entryColumns+` FROM entries WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, ErrNotFound
	}
	return e, err
}

// scanEntry reads entryColumns, and what stands after them.
func scanEntry(row interface{ Scan(...any) error }, more ...any) (Entry, error) {
	var e Entry
	var answer string
	var askedAt, private int64
	err := row.Scan(append([]any{&e.ID, &e.Guild, &e.User, &e.Kind, &e.After, &e.Question, &e.Standalone, &answer, &e.Key, &askedAt,
		&e.Channel, &private, &e.Story, &e.Status, &e.Topic}, more...)...)
	e.Answer, e.AskedAt, e.Private = json.RawMessage(answer), time.UnixMilli(askedAt).UTC(), private != 0
	return e, err
}

// Conversation gives the entry with that id and those before it that are not forgotten, up
// to limit in all, the oldest first.
func (l *Ledger) Conversation(ctx context.Context, guild, id string, limit int) (entries []Entry, err error) {
	err = l.db.Look(ctx, func(q record.Querier) error {
		entries = nil // of an earlier try
		rows, err := q.QueryContext(ctx, `WITH RECURSIVE turns (id, back) AS (
				SELECT CAST(? AS TEXT), 1
				UNION ALL SELECT entries.follows, turns.back + 1 FROM turns JOIN entries ON entries.id = turns.id AND entries.guild = ? WHERE turns.back < ?
			) SELECT `+entryColumns+` FROM turns JOIN entries ON entries.id = turns.id AND entries.guild = ? ORDER BY turns.back DESC`, id, guild, limit, guild)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return rows.Err()
	})
	if err == nil && len(entries) == 0 {
		err = ErrNotFound
	}
	return entries, err
}
