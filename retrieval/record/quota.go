package record

import (
	"context"
	"database/sql"
	"fmt"
)

// A Quota bounds what a guild may have of its own; 0 is no bound. What is shared
// by all guilds is the operator's, and not bounded.
type Quota struct {
	Sources    int
	Stories    int
	Paragraphs int // of newest revisions
	Fetches    int // addresses, a day (UTC)
}

// A QuotaError is what a guild may not have more of.
type QuotaError struct {
	What  string // "sources", "stories", "paragraphs" or "fetches"
	Max   int
	Count int // with what is refused
}

func (e *QuotaError) Error() string {
	if e.What == "fetches" {
		return fmt.Sprintf("record: this would be page %d fetched for the server today, and it may have %d a day", e.Count, e.Max)
	}
	return fmt.Sprintf("record: the server would have %d %s with this, and may have %d", e.Count, e.What, e.Max)
}

// check is a *QuotaError when a change gives a guild more than it may have. What it
// had before its quota was less than that may be corrected.
func (q Quota) check(ctx context.Context, tx *sql.Tx, guild string, source bool, change Change) error {
	if guild == Shared {
		return nil
	}
	for _, one := range []struct {
		what  string
		max   int
		more  bool
		count string
	}{
		{"sources", q.Sources, source, `SELECT COUNT(*) FROM sources so WHERE so.guild = ?`},
		{"stories", q.Stories, len(change.Added) > 0, `SELECT COUNT(*) FROM stories st JOIN sources so ON so.id = st.source WHERE so.guild = ?`},
		{"paragraphs", q.Paragraphs, len(change.Added)+len(change.Changed) > 0, `SELECT COUNT(*) FROM stories st JOIN sources so ON so.id = st.source
			JOIN paragraphs p ON p.story = st.id AND p.revision = st.revision WHERE so.guild = ?`},
	} {
		if one.max == 0 || !one.more {
			continue
		}
		var n int
		if err := tx.QueryRowContext(ctx, one.count, guild).Scan(&n); err != nil {
			return err
		}
		if n <= one.max {
			continue
		}
		if one.what == "paragraphs" && len(change.Added) == 0 {
			if more, err := growth(ctx, tx, change.Changed); err != nil || more <= 0 {
				return err
			}
		}
		return &QuotaError{one.what, one.max, n}
	}
	return nil
}

// growth is how many paragraphs more stories have than the revision before the newest.
func growth(ctx context.Context, tx *sql.Tx, stories []string) (more int, err error) {
	for _, story := range stories {
		var n int
		err := tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN p.revision = st.revision THEN 1 ELSE -1 END), 0)
			FROM stories st JOIN paragraphs p ON p.story = st.id AND p.revision IN (st.revision, st.revision - 1) WHERE st.id = ?`, story).Scan(&n)
		if err != nil {
			return 0, err
		}
		more += n
	}
	return more, nil
}

const millisPerDay = 24 * 60 * 60 * 1000

// Fetch counts an address that is about to be fetched for a guild. It is a
// *QuotaError when it has had as many today as Quota lets it.
func (db *DB) Fetch(ctx context.Context, guild string) error {
	if guild == Shared || db.Quota.Fetches == 0 {
		return nil
	}
	return db.Update(ctx, func(tx *sql.Tx) error {
		today := db.Now().UnixMilli() / millisPerDay
		if _, err := tx.ExecContext(ctx, `DELETE FROM fetches WHERE guild = ? AND day < ?`, guild, today); err != nil {
			return err
		}
		var n int
		err := tx.QueryRowContext(ctx, `INSERT INTO fetches (guild, day, count) VALUES (?, ?, 1)
			ON CONFLICT (guild, day) DO UPDATE SET count = fetches.count + 1 RETURNING count`, guild, today).Scan(&n)
		if err == nil && n > db.Quota.Fetches {
			return &QuotaError{"fetches", db.Quota.Fetches, n}
		}
		return err
	})
}
