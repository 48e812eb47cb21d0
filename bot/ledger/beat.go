package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// BeatEvery is how often a process is to call Beat.
const BeatEvery = 2 * time.Second

// TokenLife is how long after an interaction Discord takes its token.
// https://discord.com/developers/docs/interactions/receiving-and-responding
const TokenLife = 15 * time.Minute

// How long things are kept.
const (
	// deadAfter is how long others see no beat of a process before they take it for
	// dead: four that it missed, and some patience. Discord waits for an answer for
	// 15 minutes, a user for much less.
	deadAfter = 10 * time.Second

	// finishedLife is how long it is known that a request was answered: longer than a
	// message may be met again, which is when channels are read from where they were
	// left.
	finishedLife = 7 * 24 * time.Hour

	// onceLife is how long it is known that something was told: by then it may have been
	// mended, as a missing permission is, and be amiss again.
	onceLife = 30 * 24 * time.Hour

	// followedLife is how long after it was last addressed there the bot knows where a
	// channel was left: longer than anyone waits for an answer.
	followedLife = 30 * 24 * time.Hour

	// sweepEvery is how often a process erases what is past its time.
	sweepEvery = time.Minute

	// sweepRows bounds how many requests are deleted at once, so that claims do not
	// wait: some 50 ms. A process gets through seven million a day.
	sweepRows = 5000
)

// Beat says that this process lives, and is to be called every BeatEvery. It erases
// what is past its time, and hands over the requests that dead processes, those that
// left, and Release have not finished: from then on they are this process's, and no
// other is handed them. The first asked come first. A token may have expired.
//
// A process is dead to this one when this one has watched it for deadAfter and saw no
// beat. If it lives all the same, its next write makes it known again, but what was
// handed over is no longer its.
func (in *Inbox) Beat(ctx context.Context) (left []Request, err error) {
	in.beating.Lock()
	defer in.beating.Unlock()
	now := in.db.Now()
	due := now.Sub(in.sweptAt) >= sweepEvery
	var seen map[string]int64
	err = in.writes.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE processes SET beats = ? WHERE id = ?`, in.watch.looks+1, in.self); err != nil {
			return err
		}
		if due {
			if err := sweep(tx, now); err != nil {
				return err
			}
		}
		if seen, err = beats(tx, in.self); err != nil {
			return err
		}
		for _, dead := range in.watch.dead(seen, now) {
			if _, err := tx.Exec(`DELETE FROM processes WHERE id = ?`, dead); err != nil {
				return err
			}
		}
		left, err = takeOver(tx, in.self)
		return err
	})
	if err != nil {
		return nil, err
	}
	in.watch.look(seen, now)
	if due {
		in.sweptAt = now
		in.db.Checkpoint(ctx) // best effort: a disk that fails also fails writes, and the next minute has another
	}
	return left, nil
}

// takeOver makes a process the owner of all requests whose owner is not known.
func takeOver(tx *sql.Tx, self string) ([]Request, error) {
	rows, err := tx.Query(`UPDATE requests SET owner = ?
		WHERE finished_at IS NULL AND owner NOT IN (SELECT id FROM processes)
		RETURNING id, kind, guild, channel, member, token, made_at, reply, locale, unasked`, self)
	if err != nil {
		return nil, err
	}
	return scanRequests(rows)
}

// scanRequests reads requests, the first asked first.
func scanRequests(rows *sql.Rows) (requests []Request, err error) {
	defer rows.Close()
	for rows.Next() {
		var r Request
		var at, unasked int64
		if err := rows.Scan(&r.ID, &r.Kind, &r.Guild, &r.Channel, &r.User, &r.Token, &at, &r.Reply, &r.Locale, &unasked); err != nil {
			return nil, err
		}
		r.At, r.Unasked = time.UnixMilli(at).UTC(), unasked != 0
		requests = append(requests, r)
	}
	slices.SortFunc(requests, func(a, b Request) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return requests, rows.Err()
}

// sweep erases what is past its time. A request that is not finished stays.
func sweep(tx *sql.Tx, now time.Time) error {
	for _, rule := range []struct {
		statement string
		life      time.Duration
	}{
		{`UPDATE requests SET token = '' WHERE token <> '' AND made_at <= ?`, TokenLife},
		{`DELETE FROM channels WHERE addressed_at <= ?`, followedLife},
		{`DELETE FROM told WHERE told_at <= ?`, onceLife},
	} {
		if _, err := tx.Exec(rule.statement, now.Add(-rule.life).UnixMilli()); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE finished_at <= ? ORDER BY finished_at LIMIT ?)`,
		now.Add(-finishedLife).UnixMilli(), sweepRows)
	return err
}

// beats gives the beats of all processes but one.
func beats(tx *sql.Tx, but string) (map[string]int64, error) {
	rows, err := tx.Query(`SELECT id, beats FROM processes WHERE id <> ?`, but)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	seen := make(map[string]int64)
	for rows.Next() {
		var id string
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		seen[id] = n
	}
	return seen, rows.Err()
}
