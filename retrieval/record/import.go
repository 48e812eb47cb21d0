package record

import (
	"context"
	"database/sql"
	"time"
)

// Import stores a source and stories as Put does, but as another record knew them:
// a story was found to be as it is at its CheckedAt, not now, and one that is Gone
// stays so. A story that is here as it is given stays untouched, also one that was
// gone before.
func (db *DB) Import(ctx context.Context, source Source, stories []Story) (Change, error) {
	if err := validate(source, stories); err != nil {
		return Change{}, err
	}
	var change Change
	err := db.store(ctx, func(tx *sql.Tx) (err error) {
		change, err = importStories(ctx, tx, db.Now(), db.Quota, source, stories)
		return err
	})
	if err != nil {
		return Change{}, err
	}
	return change, nil
}

// A known story is what a record has under a key before an import.
type known struct {
	id, hash, withdrawn string
	checkedAt           int64
}

func importStories(ctx context.Context, tx *sql.Tx, now time.Time, quota Quota, source Source, stories []Story) (Change, error) {
	before, err := knownBy(ctx, tx, source)
	if err != nil {
		return Change{}, err
	}
	var change Change
	var given []Story
	for _, s := range stories {
		if old, ok := before[s.Key]; ok && s.Withdrawn == Gone && old.withdrawn == Gone && old.hash == s.hash() {
			change.Unchanged = append(change.Unchanged, old.id)
			continue
		}
		given = append(given, s)
	}
	stored, err := put(ctx, tx, now, quota, source, given)
	if err != nil {
		return Change{}, err
	}
	for _, s := range given {
		checked := max(before[s.Key].checkedAt, min(s.CheckedAt.UnixMilli(), now.UnixMilli()))
		if s.CheckedAt.IsZero() {
			checked = max(before[s.Key].checkedAt, now.UnixMilli())
		}
		if _, err := tx.ExecContext(ctx, `UPDATE stories SET checked_at = ? WHERE source = ? AND key = ?`, checked, stored.Source, s.Key); err != nil {
			return Change{}, err
		}
		if s.Withdrawn != Gone {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE stories SET withdrawn = 'gone', withdrawn_at = ? WHERE source = ? AND key = ?`,
			now.UnixMilli(), stored.Source, s.Key); err != nil {
			return Change{}, err
		}
	}
	stored.Unchanged = append(stored.Unchanged, change.Unchanged...)
	return stored, bumpIfGone(ctx, tx, source.Guild, given)
}

// bumpIfGone gives a guild's stories a new version when some of those given answer no
// more: put has not seen that.
func bumpIfGone(ctx context.Context, tx *sql.Tx, guild string, given []Story) error {
	for _, s := range given {
		if s.Withdrawn == Gone {
			return bumpVersion(ctx, tx, guild)
		}
	}
	return nil
}

// knownBy gives the stories of a source by their keys.
func knownBy(ctx context.Context, tx *sql.Tx, source Source) (map[string]known, error) {
	rows, err := tx.QueryContext(ctx, `SELECT st.key, st.id, r.hash, st.withdrawn, st.checked_at
		FROM sources so JOIN stories st ON st.source = so.id JOIN revisions r ON r.story = st.id AND r.number = st.revision
		WHERE so.guild = ? AND so.location = ?`, source.Guild, source.Location)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make(map[string]known)
	for rows.Next() {
		var key string
		var k known
		if err := rows.Scan(&key, &k.id, &k.hash, &k.withdrawn, &k.checkedAt); err != nil {
			return nil, err
		}
		all[key] = k
	}
	return all, rows.Err()
}
