package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Failed enters why a source of exactly that guild could not be read again, also in a
// word, and when it is tried next; zero: never by itself, nor when it has no schedule any more.
// Its stories stay as they are; the next Put takes the entry out.
func (db *DB) Failed(ctx context.Context, guild, id, why, code string, due time.Time) error {
	if !storable(why, code) {
		return fmt.Errorf("%w: why it failed is not text", ErrInvalid)
	}
	return db.change(ctx, `UPDATE sources SET error = ?, code = ?, failures = failures + 1, checked_at = ?,
		due_at = CASE WHEN schedule = '' THEN NULL ELSE CAST(? AS BIGINT) END WHERE guild = ? AND id = ?`,
		why, code, db.Now().UnixMilli(), toMillis(due), guild, id)
}

// Plan enters when a source of exactly that guild is read again, with when that
// is next, and for how many days its stories answer; 0: for good.
func (db *DB) Plan(ctx context.Context, guild, id, schedule string, due time.Time, days int) error {
	return db.Update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE sources SET schedule = ?, due_at = ?, days = ? WHERE guild = ? AND id = ?`,
			schedule, toMillis(due), days, guild, id)
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return missing(err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE stories SET withdrawn = '', withdrawn_at = NULL WHERE source = ? AND withdrawn = 'expired'`, id)
		if err != nil {
			return err
		}
		if _, err := expire(ctx, tx, db.Now(), `id = ?`, id); err != nil {
			return err
		}
		return bumpVersion(ctx, tx, guild)
	})
}

// Due lists sources of all guilds that are to be read again by now, the longest
// due first.
func (db *DB) Due(ctx context.Context, limit int) (sources []Source, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		sources, err = collect(ctx, tx, scanSource, sourcesQuery+`so.due_at <= ? AND so.schedule <> '' ORDER BY so.due_at LIMIT ?`, db.Now().UnixMilli(), limit)
		return err
	})
	return sources, err
}

// DueAfter lists the sources of all guilds that have a schedule, but are not to be read
// again before a time.
func (db *DB) DueAfter(ctx context.Context, after time.Time) (sources []Source, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		sources, err = querySources(ctx, tx, `so.due_at > ? AND so.schedule <> ''`, after.UnixMilli())
		return err
	})
	return sources, err
}

// A Hold is who refreshes a source, and how often they have said so, by Hold or by a Put: as
// long as that is under way, they cannot say it otherwise. The zero Hold is nobody's.
type Hold struct {
	Holder string
	Beats  int64
}

// Hold has only the holder of that name refresh a source; again, to go on. It says whether
// it does: the source was free, or its own, or is held as dead says still, which is a Hold
// that did not change for as long as a living holder's would have. Else by is whose it is.
// It is ErrNotFound when there is no such source any more.
func (db *DB) Hold(ctx context.Context, id, holder string, dead Hold) (held bool, by Hold, err error) {
	err = db.Update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE sources SET holder = ?, beats = beats + 1 WHERE id = ? AND (holder IN (?, '') OR holder = ? AND beats = ?)`,
			holder, id, holder, dead.Holder, dead.Beats)
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		if held = rows > 0; held || err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT holder, beats FROM sources WHERE id = ?`, id).Scan(&by.Holder, &by.Beats)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNotFound
		}
		return err
	})
	return held && err == nil, by, err
}

// Release ends what Hold began. Read says that the source was read meanwhile, whatever came
// of it: that is one of its Readings.
func (db *DB) Release(ctx context.Context, id, holder string, read bool) error {
	return db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE sources SET holder = '', readings = readings + ? WHERE id = ? AND holder = ?`, read, id, holder)
		return err
	})
}

// Withdraw has a story of exactly that guild answer no more, as its publisher has
// withdrawn it. What has cited it still opens.
func (db *DB) Withdraw(ctx context.Context, guild, story string) error {
	return db.Update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE stories SET withdrawn = 'gone', withdrawn_at = ?, checked_at = ?
			WHERE id = ? AND withdrawn <> 'gone' AND source IN (SELECT id FROM sources WHERE guild = ?)`,
			db.Now().UnixMilli(), db.Now().UnixMilli(), story, guild)
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return err
		}
		return bumpVersion(ctx, tx, guild)
	})
}

// Expire has those stories of all guilds answer no more that are older than their
// sources let them be, and says of which guilds there were some.
func (db *DB) Expire(ctx context.Context) (guilds []string, err error) {
	// Looking first keeps the writer free.
	var due bool
	err = db.View(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT COUNT(*) > 0 `+expiring, db.Now().UnixMilli()).Scan(&due)
	})
	if err != nil || !due {
		return nil, err
	}
	err = db.Update(ctx, func(tx *sql.Tx) error {
		if guilds, err = expire(ctx, tx, db.Now(), `1 = 1`); err != nil {
			return err
		}
		for _, guild := range guilds {
			if err := bumpVersion(ctx, tx, guild); err != nil {
				return err
			}
		}
		return nil
	})
	return guilds, err
}

// expiring are the stories that are older than their sources let them be at a
// time, and still answer. One of which it is not known when it was published is as
// old as it has been here. CROSS JOIN has SQLite begin with the sources, which are fewer.
const expiring = `FROM sources so CROSS JOIN stories st
	JOIN revisions r ON r.story = st.id AND r.number = st.revision
	WHERE st.source = so.id AND so.days > 0 AND st.withdrawn = '' AND COALESCE(r.published_at, st.added_at) + so.days * 86400000 <= ?`

// expire does it for the sources for which a condition holds.
func expire(ctx context.Context, tx *sql.Tx, now time.Time, where string, args ...any) (guilds []string, err error) {
	guilds, err = collect(ctx, tx, scanText, `SELECT DISTINCT so.guild `+expiring+` AND so.id IN (SELECT id FROM sources WHERE `+where+`)`,
		append([]any{now.UnixMilli()}, args...)...)
	if err != nil || len(guilds) == 0 {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE stories SET withdrawn = 'expired', withdrawn_at = ? WHERE id IN (
		SELECT st.id `+expiring+` AND so.id IN (SELECT id FROM sources WHERE `+where+`))`,
		append([]any{now.UnixMilli(), now.UnixMilli()}, args...)...)
	return guilds, err
}

// A Failing story could not be read.
type Failing struct {
	Key      string
	Error    string
	Failures int // in a row
	At       time.Time
	Refused  string    // names the text that was read and not taken; "" for none
	Alike    int       // how often it was the same, in a row
	Since    time.Time // the first of these
}

// failingDays is how long it is known that an entry could not be read: one that its
// feed still has is tried again at least once a day.
const failingDays = 30

// FailedEntry enters why a story of a source of exactly that guild could not be read, as an
// entry of a feed, and a name of the text that was read and not taken, or "". Putting the
// story takes that out, and so does time.
func (db *DB) FailedEntry(ctx context.Context, guild, source, key, why, refused string) error {
	if !storable(key, why, refused) {
		return fmt.Errorf("%w: why it failed is not text", ErrInvalid)
	}
	now := db.Now()
	return db.Update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO failing (source, key, error, failures, failed_at, refused, alike, refused_since)
			SELECT id, ?, ?, 1, ?, ?, 1, ? FROM sources WHERE guild = ? AND id = ?
			ON CONFLICT (source, key) DO UPDATE SET error = excluded.error, failures = failing.failures + 1, failed_at = excluded.failed_at,
			  refused = excluded.refused,
			  alike = CASE WHEN excluded.refused = failing.refused THEN failing.alike + 1 ELSE 1 END,
			  refused_since = CASE WHEN excluded.refused = failing.refused THEN failing.refused_since ELSE excluded.refused_since END`,
			key, why, now.UnixMilli(), refused, now.UnixMilli(), guild, source)
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return missing(err)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM failing WHERE source = ? AND failed_at < ?`, source, now.AddDate(0, 0, -failingDays).UnixMilli())
		return err
	})
}

// Failing gives the stories of a source of exactly that guild that could not be
// read, by their keys.
func (db *DB) Failing(ctx context.Context, guild, source string) (map[string]Failing, error) {
	var list []Failing
	err := db.View(ctx, func(tx *sql.Tx) (err error) {
		list, err = collect(ctx, tx, func(rows *sql.Rows) (f Failing, err error) {
			var at, since int64
			err = rows.Scan(&f.Key, &f.Error, &f.Failures, &at, &f.Refused, &f.Alike, &since)
			f.At, f.Since = fromMillis(&at), fromMillis(&since)
			return f, err
		}, `SELECT f.key, f.error, f.failures, f.failed_at, f.refused, f.alike, f.refused_since FROM failing f JOIN sources so ON so.id = f.source
			WHERE so.guild = ? AND so.id = ?`, guild, source)
		return err
	})
	if err != nil {
		return nil, err
	}
	failing := make(map[string]Failing, len(list))
	for _, f := range list {
		failing[f.Key] = f
	}
	return failing, nil
}

// change runs a statement, and is ErrNotFound when it changes nothing.
func (db *DB) change(ctx context.Context, statement string, args ...any) error {
	return db.Update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return missing(err)
		}
		return nil
	})
}

// missing is ErrNotFound, unless there is another error.
func missing(err error) error {
	if err != nil {
		return err
	}
	return ErrNotFound
}

func scanText(rows *sql.Rows) (text string, err error) {
	err = rows.Scan(&text)
	return text, err
}
