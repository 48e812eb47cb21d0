package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// A Followed channel is one in which the bot was addressed, by a message or a command.
type Followed struct {
	Channel, Guild string
	Newest         string // the newest message looked at, at first what addressed the bot
}

// follow makes a request's channel one to follow, from that request on. In one that is
// followed already there may be older messages that are yet to be looked at.
func follow(tx *sql.Tx, r Request, from int64) error {
	_, err := tx.Exec(`INSERT INTO channels (id, guild, addressed_at, newest) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET
		addressed_at = CASE WHEN excluded.addressed_at > channels.addressed_at THEN excluded.addressed_at ELSE channels.addressed_at END`,
		r.Channel, r.Guild, r.At.UnixMilli(), from)
	return err
}

// Saw stores the newest message looked at in each channel, by its id, if it is
// followed and nothing newer was seen there.
func (in *Inbox) Saw(ctx context.Context, newest map[string]string) error {
	messages := make(map[string]int64, len(newest))
	for channel, id := range newest {
		message, err := snowflake(id)
		if err != nil {
			return err
		}
		messages[channel] = message
	}
	channels := slices.Sorted(maps.Keys(messages)) // the order in which all take them: see writeRow
	if len(channels) == 0 {
		return nil
	}
	return in.writes.writeRow(ctx, channels[0], func(tx *sql.Tx) error {
		for _, channel := range channels {
			message := messages[channel]
			if _, err := tx.Exec(`UPDATE channels SET newest = ? WHERE id = ? AND newest < ?`, message, channel, message); err != nil {
				return err
			}
		}
		return nil
	})
}

// Followed gives the channels in which the bot was addressed at that time or since, the
// last addressed first.
func (in *Inbox) Followed(ctx context.Context, since time.Time) (channels []Followed, err error) {
	err = in.db.View(ctx, func(tx *sql.Tx) error {
		channels = nil // of an earlier try
		rows, err := tx.QueryContext(ctx, `SELECT id, guild, newest FROM channels WHERE addressed_at >= ?
			ORDER BY addressed_at DESC, id`, since.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f Followed
			var newest int64
			if err := rows.Scan(&f.Channel, &f.Guild, &newest); err != nil {
				return err
			}
			f.Newest = strconv.FormatInt(newest, 10)
			channels = append(channels, f)
		}
		return rows.Err()
	})
	return channels, err
}

// snowflake is the number that an id is, a message's or an interaction's; of two the
// later one is higher.
// https://discord.com/developers/docs/reference#snowflakes
func snowflake(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64) // its highest bit is free until 2084
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: %q is no id", ErrRequest, id)
	}
	return n, nil
}
