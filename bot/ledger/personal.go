package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"
)

// A fate is what becomes of what is kept about a person when they are forgotten.
type fate int

const (
	deleted  fate = iota
	nameless      // the id is taken out once the day is over
	stays         // it is the guild's
)

// personal are the tables of the record that know people, by their ids in the column
// member, in the order in which Forget goes through them.
var personal = []struct {
	table, order string
	fate         fate
}{
	{"opinions", "given_at", deleted},
	{"wishes", "wished_at", deleted},
	{"entries", "asked_at", deleted},
	{"picks", "member", deleted},
	{"spending", "day", nameless},
	{"acts", "acted_at", stays},
}

// Rows are those of a table, by its columns. Times are in RFC 3339, days as 2006-01-02,
// answers JSON.
type Rows []map[string]any

// About gives all that is kept about a person in all guilds, by table; see Inbox.About
// for the rest. The terminal, "", is nobody.
func (l *Ledger) About(ctx context.Context, user string) (about map[string]Rows, err error) {
	if user == "" {
		return nil, nil
	}
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		about = make(map[string]Rows) // none of an earlier try
		for _, p := range personal {
			rows, err := readRows(ctx, tx, `SELECT * FROM `+p.table+` WHERE member = ? ORDER BY `+p.order, user)
			if err != nil {
				return err
			}
			about[p.table] = rows
		}
		return nil
	})
	return about, err
}

// About gives the requests that are known to be a person's, without their tokens.
func (in *Inbox) About(ctx context.Context, user string) (requests Rows, err error) {
	if user == "" {
		return nil, nil
	}
	err = in.db.View(ctx, func(tx *sql.Tx) error {
		requests, err = readRows(ctx, tx, `SELECT id, kind, guild, channel, member, made_at, reply, finished_at, locale, unasked
			FROM requests WHERE member = ? ORDER BY made_at`, user)
		return err
	})
	return requests, err
}

func readRows(ctx context.Context, tx *sql.Tx, query string, args ...any) (Rows, error) {
	found, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	rows := Rows{}
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		row := make(map[string]any)
		for i, column := range columns {
			row[column] = readable(column, values[i])
		}
		rows = append(rows, row)
	}
	return rows, found.Err()
}

// readable is a column's value as a person reads it.
func readable(column string, value any) any {
	switch v := value.(type) {
	case int64:
		if strings.HasSuffix(column, "_at") {
			return time.UnixMilli(v).UTC().Format(time.RFC3339)
		}
		if column == "day" {
			return time.Unix(v*int64(24*time.Hour/time.Second), 0).UTC().Format(time.DateOnly)
		}
	case string:
		if column == "answer" && json.Valid([]byte(v)) {
			return json.RawMessage(v)
		}
	}
	return value
}
