package ledger

import (
	"context"
	"database/sql"
	"time"
)

// A Gap is what the stories could not tell when it was asked for, or, as somebody thinks,
// do tell though the bot did not find it. It counts what was asked since moderators
// dismissed it last. Private questions are among it; who asked is not told.
type Gap struct {
	Topic     string // of all its questions: see Entry.Topic
	Entry     string // the id of the newest
	Question  string // in the newest wording, with what it leans on
	Count     int    // how often
	People    int    // by how many
	LastAsked time.Time
	Missed    bool   // somebody thinks that it should have been answered
	Now       *Found // what answers it since the stories have changed; nil: nothing does
}

// gaps are the questions of a guild's gaps, by their topics. A mark hides what was asked
// until then, unless somebody has missed its answer since.
const gaps = `WITH missed AS (
		SELECT entry, MAX(given_at) AS given_at FROM opinions WHERE guild = ? AND kind = 'missed' GROUP BY entry
	), candidates AS (
		SELECT id, topic, member, asked_at FROM entries WHERE guild = ? AND kind = 'ask' AND status = 'not_in_stories'
		UNION ALL SELECT id, topic, member, asked_at FROM missed JOIN entries ON entries.id = missed.entry
			WHERE kind = 'ask' AND status <> 'not_in_stories'
	), gaps AS (
		SELECT e.topic, e.id, e.member, e.asked_at, CASE WHEN missed.entry IS NULL THEN 0 ELSE 1 END AS missed,
			ROW_NUMBER() OVER (PARTITION BY e.topic ORDER BY e.asked_at DESC, e.id) AS place
		FROM candidates e
		LEFT JOIN missed ON missed.entry = e.id
		LEFT JOIN gap_marks ON gap_marks.guild = ? AND gap_marks.topic = e.topic
		WHERE gap_marks.topic IS NULL OR e.asked_at > gap_marks.dismissed_at OR missed.given_at > gap_marks.dismissed_at
	) `

// A GapCount is how many gaps a guild has.
type GapCount struct {
	All int
	Now int // that can be answered now
}

// Gaps gives what a guild's stories could not tell: first what they can tell now, then
// what was asked most often, and of that the newest; at most limit gaps after so many, and
// how many there are in all.
func (l *Ledger) Gaps(ctx context.Context, guild string, limit, offset int) (found []Gap, total GapCount, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		found = nil // of an earlier try
		err := tx.QueryRowContext(ctx, gaps+`SELECT COUNT(DISTINCT gaps.topic), COUNT(f.entry)
			FROM gaps LEFT JOIN findings f ON gaps.place = 1 AND f.entry = gaps.id AND f.citation = 0 AND f.story <> ''`,
			guild, guild, guild).Scan(&total.All, &total.Now)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, gaps+`, topics AS (
				SELECT topic, COUNT(*) AS times, COUNT(DISTINCT member) AS people, MAX(asked_at) AS asked_at, MAX(missed) AS missed,
					MAX(CASE WHEN place = 1 THEN id END) AS id
				FROM gaps GROUP BY topic
			) SELECT t.topic, t.times, t.people, t.asked_at, t.missed, t.id, `+foundColumns+`
			FROM topics t LEFT JOIN findings f ON f.entry = t.id AND f.citation = 0 AND f.story <> ''
			ORDER BY CASE WHEN f.entry IS NULL THEN 1 ELSE 0 END, t.times DESC, t.asked_at DESC, t.topic LIMIT ? OFFSET ?`,
			guild, guild, guild, limit, offset)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var g Gap
			var at, missed int64
			var now Found
			if err := rows.Scan(append([]any{&g.Topic, &g.Count, &g.People, &at, &missed, &g.Entry}, now.into()...)...); err != nil {
				return err
			}
			g.LastAsked, g.Missed, g.Now = time.UnixMilli(at).UTC(), missed != 0, now.orNil()
			found = append(found, g)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for i := range found {
			if found[i].Question, err = wording(ctx, tx, found[i].Entry); err != nil {
				return err
			}
		}
		return nil
	})
	return found, total, err
}

// wording is a question in the words in which it was asked; those of a question that
// follows another, in which it stands alone.
func wording(ctx context.Context, tx *sql.Tx, id string) (text string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT CASE WHEN follows = '' THEN question ELSE standalone END FROM entries WHERE id = ?`, id).Scan(&text)
	return text, err
}

// DismissGap hides a gap, in a user's name, until it is asked for again or its answer is
// missed again, and notes the act, without its words: they are for moderators, the log may not be. When there is no such gap it is an ErrNotFound.
func (l *Ledger) DismissGap(ctx context.Context, guild, user, topic string) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, gaps+`SELECT COUNT(*) FROM gaps WHERE topic = ?`, guild, guild, guild, topic).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		now := l.now()
		_, err := tx.ExecContext(ctx, `INSERT INTO gap_marks (guild, topic, dismissed_at) VALUES (?, ?, ?)
			ON CONFLICT (guild, topic) DO UPDATE SET dismissed_at = excluded.dismissed_at`, guild, topic, now.UnixMilli())
		if err != nil {
			return err
		}
		return note(ctx, tx, Act{Guild: guild, User: user, What: "gaps.dismiss", At: now})
	})
}
