package ledger

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// A Gap is what a guild's stories could not answer, as often as it was asked.
type Gap struct {
	Topic     string
	Question  string // as it was asked last
	Count     int    // how often
	People    int    // by how many
	LastAsked time.Time
	Missed    bool // somebody says that the stories do answer it
}

// gaps are the entries that are one: not answered, or not as somebody says it should have
// been, and not dismissed since they were last asked. It takes the guild's id.
const gaps = `WITH open AS (
		SELECT e.topic, e.question, e.member, e.asked_at, e.id,
			CASE WHEN EXISTS (SELECT 1 FROM feedback f WHERE f.entry = e.id AND f.kind = 'missed') THEN 1 ELSE 0 END AS missed
		FROM entries e WHERE e.guild = ? AND e.kind = 'ask' AND e.topic <> ''
	), gaps AS (
		SELECT o.topic, COUNT(*) AS times, COUNT(DISTINCT o.member) AS people, MAX(o.asked_at) AS last, MAX(o.missed) AS missed
		FROM open o JOIN entries e ON e.id = o.id
		WHERE e.status = '` + NotInStories + `' OR o.missed = 1
		GROUP BY o.topic
	) `

// undismissed are the gaps that have been asked since they were dismissed, if they were. It
// takes the guild's id.
const undismissed = ` FROM gaps g WHERE NOT EXISTS (SELECT 1 FROM gap_marks m WHERE m.guild = ? AND m.topic = g.topic AND m.dismissed_at >= g.last)`

// Gaps gives a guild's gaps, the most asked first: at most limit after offset, and how many
// there are.
func (l *Ledger) Gaps(ctx context.Context, guild string, limit, offset int) (list []Gap, total int, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, gaps+`SELECT COUNT(*)`+undismissed, guild, guild).Scan(&total); err != nil {
			return err
		}
		list, err = collect(ctx, tx, func(r row) (Gap, error) {
			var g Gap
			var last int64
			err := r.Scan(&g.Topic, &g.Count, &g.People, &last, &g.Missed, &g.Question)
			g.LastAsked = time.UnixMilli(last).UTC()
			return g, err
		}, gaps+`SELECT g.topic, g.times, g.people, g.last, g.missed,
				(SELECT o.question FROM open o WHERE o.topic = g.topic ORDER BY o.asked_at DESC, o.id LIMIT 1)`+
			undismissed+` ORDER BY g.times DESC, g.last DESC, g.topic LIMIT ? OFFSET ?`, guild, guild, limit, offset)
		return err
	})
	return list, total, err
}

// DismissGap hides a gap until it is asked again, in the name of a user.
func (l *Ledger) DismissGap(ctx context.Context, guild, user, topic string) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		now := l.db.Now()
		_, err := tx.ExecContext(ctx, `INSERT INTO gap_marks (guild, topic, dismissed_at) VALUES (?, ?, ?)
			ON CONFLICT (guild, topic) DO UPDATE SET dismissed_at = excluded.dismissed_at`, guild, topic, now.UnixMilli())
		if err != nil {
			return err
		}
		return note(ctx, tx, Act{Guild: guild, User: user, What: "gaps.dismiss", Detail: topic, At: now})
	})
}

// qualified are columns of a table of that name.
func qualified(table, columns string) string {
	return table + "." + strings.ReplaceAll(columns, ", ", ", "+table+".")
}
