package record

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// Put stores a source and stories of it, all or nothing. The source is known
// again by its guild and location, a story by its source and key. A story that
// is the same as its newest revision stays untouched, any other becomes its
// next revision; stories that are not given stay. So putting the same again
// changes nothing but CheckedAt and what is known of the copy, and only a change
// of a story raises the guild's version. A story that was gone and is put again
// answers again; one that is older than its source lets stories be is stored, and
// does not answer.
//
// It is a *QuotaError when a guild would have more than DB.Quota lets it.
//
// A source with an ID is one that was read, and is put only while it is still
// there; else it is ErrNotFound. So what is removed while it is read again stays
// away.
//
// It is ErrInvalid when the source has no location, a story has no paragraphs
// or an empty one, two have the same key, or text is not UTF-8 or holds NUL:
// cleaning text is the work of who reads it.
func (db *DB) Put(ctx context.Context, source Source, stories []Story) (Change, error) {
	if err := validate(source, stories); err != nil {
		return Change{}, err
	}
	var change Change
	err := db.store(ctx, func(tx *sql.Tx) (err error) {
		change, err = put(ctx, tx, db.Now(), db.Quota, source, stories)
		return err
	})
	if err != nil {
		return Change{}, err
	}
	return change, nil
}

// store is Update for what stores stories, one of which this process has run at a time: in
// PostgreSQL two that read and write many rows nearly always lose to one another.
func (db *DB) store(ctx context.Context, write func(*sql.Tx) error) error {
	select {
	case db.puts <- struct{}{}:
		defer func() { <-db.puts }()
		return db.Update(ctx, write)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Seed puts a source once in the life of a record and says whether it did now.
// What is removed afterwards stays away.
func (db *DB) Seed(ctx context.Context, source Source, stories []Story) (bool, error) {
	if err := validate(source, stories); err != nil {
		return false, err
	}
	// Looking first keeps a read from waiting for another process's write.
	var before bool
	err := db.View(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT COUNT(*) > 0 FROM meta WHERE name = 'seeded'`).Scan(&before)
	})
	if err != nil || before {
		return false, err
	}
	var seeded bool
	err = db.store(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('seeded', 'yes') ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		if seeded = rows > 0; err != nil || !seeded { // another process was first
			return err
		}
		_, err = put(ctx, tx, db.Now(), db.Quota, source, stories)
		return err
	})
	return seeded && err == nil, err
}

// Remove deletes a source with its stories and all their revisions, and gives
// back what it was. It is ErrNotFound unless the source is of exactly that
// guild.
func (db *DB) Remove(ctx context.Context, guild, id string) (Source, error) {
	var source Source
	err := db.Update(ctx, func(tx *sql.Tx) error {
		sources, err := querySources(ctx, tx, `so.guild = ? AND so.id = ?`, guild, id)
		if err != nil {
			return err
		}
		if len(sources) == 0 {
			return ErrNotFound
		}
		source = sources[0]
		if _, err := tx.ExecContext(ctx, `DELETE FROM sources WHERE id = ?`, id); err != nil {
			return err
		}
		return bumpVersion(ctx, tx, guild)
	})
	if err != nil {
		return Source{}, err
	}
	return source, nil
}

func put(ctx context.Context, tx *sql.Tx, now time.Time, quota Quota, source Source, stories []Story) (Change, error) {
	if source.ID != "" {
		known, err := querySources(ctx, tx, `so.id = ? AND so.guild = ? AND so.location = ?`, source.ID, source.Guild, source.Location)
		if err != nil {
			return Change{}, err
		}
		if len(known) == 0 {
			return Change{}, ErrNotFound
		}
	}
	checkedAt := now
	if !source.CheckedAt.IsZero() {
		checkedAt = source.CheckedAt
	}
	var change Change
	id := newID()
	err := tx.QueryRowContext(ctx,
		`INSERT INTO sources (id, guild, kind, title, location, error, code, added_at, checked_at,
		   origin, schedule, due_at, days, given_title, given_date, private, etag, last_modified, read_from)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		 ON CONFLICT (guild, location) DO UPDATE SET
		   kind = excluded.kind, title = excluded.title, error = excluded.error, code = excluded.code, checked_at = excluded.checked_at, failures = 0,
		   origin = CASE WHEN excluded.origin = 'terminal' THEN excluded.origin ELSE sources.origin END,
		   due_at = CASE WHEN excluded.schedule = sources.schedule THEN COALESCE(excluded.due_at, sources.due_at) ELSE sources.due_at END,
		   given_title = CASE WHEN excluded.given_title = '' THEN sources.given_title ELSE excluded.given_title END,
		   given_date = COALESCE(excluded.given_date, sources.given_date),
		   beats = sources.beats + 1,
		   private = CASE WHEN excluded.origin = 'terminal' THEN excluded.private ELSE sources.private END,
		   etag = excluded.etag, last_modified = excluded.last_modified, read_from = excluded.read_from
		 RETURNING id`,
		id, source.Guild, source.Kind, source.Title, source.Location, source.Error, source.Code, now.UnixMilli(), checkedAt.UnixMilli(),
		cmp.Or(source.Origin, Discord), source.Schedule, toMillis(source.DueAt), source.Days, source.GivenTitle, toMillis(source.GivenDate), source.Private,
		source.ETag, source.LastModified, source.From).Scan(&change.Source)
	if err != nil {
		return Change{}, err
	}
	for _, story := range stories {
		story.SourceID = change.Source
		story.RevisedAt, story.CheckedAt = now, now
		if err := putStory(ctx, tx, story, &change); err != nil {
			return Change{}, fmt.Errorf("story %q: %w", story.Key, err)
		}
	}
	if err := quota.check(ctx, tx, source.Guild, change.Source == id, change); err != nil {
		return Change{}, err
	}
	expired, err := expire(ctx, tx, now, `id = ?`, change.Source)
	if err != nil {
		return Change{}, err
	}
	if len(change.Added)+len(change.Changed)+len(expired) == 0 {
		return change, nil
	}
	return change, bumpVersion(ctx, tx, source.Guild)
}

// putStory stores a story unless it is there as it is, and enters it in change.
func putStory(ctx context.Context, tx *sql.Tx, story Story, change *Change) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM failing WHERE source = ? AND key = ?`, story.SourceID, story.Key); err != nil {
		return err
	}
	var hash, withdrawn string
	err := tx.QueryRowContext(ctx,
		`SELECT st.id, st.revision, st.withdrawn, r.hash
		 FROM stories st JOIN revisions r ON r.story = st.id AND r.number = st.revision
		 WHERE st.source = ? AND st.key = ?`,
		story.SourceID, story.Key).Scan(&story.ID, &story.Revision, &withdrawn, &hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		story.ID, story.Revision = newID(), 1
		change.Added = append(change.Added, story.ID)
		return insertRevision(ctx, tx, story)
	case err != nil:
		return err
	case hash == story.hash() && withdrawn != Gone:
		change.Unchanged = append(change.Unchanged, story.ID)
		return checked(ctx, tx, story)
	case hash == story.hash():
		change.changed(story)
		return checked(ctx, tx, story)
	}
	story.Revision++
	change.changed(story)
	return insertRevision(ctx, tx, story)
}

func (c *Change) changed(s Story) {
	if c.Revisions == nil {
		c.Revisions = make(map[string]int)
	}
	c.Changed = append(c.Changed, s.ID)
	c.Revisions[s.ID] = s.Revision
}

// checked enters that a story was found to be as it is.
func checked(ctx context.Context, tx *sql.Tx, story Story) error {
	_, err := tx.ExecContext(ctx,
		`UPDATE stories SET address = ?, mark = ?, etag = ?, last_modified = ?, read_from = ?, checked_at = ?,
		   withdrawn = CASE withdrawn WHEN 'gone' THEN '' ELSE withdrawn END,
		   withdrawn_at = CASE withdrawn WHEN 'gone' THEN NULL ELSE withdrawn_at END
		 WHERE id = ?`,
		story.Address, story.Mark, story.ETag, story.LastModified, story.From, story.CheckedAt.UnixMilli(), story.ID)
	return err
}

func insertRevision(ctx context.Context, tx *sql.Tx, story Story) error {
	// What has expired may have a new date of publication: expire looks again.
	_, err := tx.ExecContext(ctx,
		`INSERT INTO stories (id, source, key, revision, added_at, address, mark, etag, last_modified, read_from, checked_at)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		 ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, address = excluded.address, mark = excluded.mark, etag = excluded.etag,
		   last_modified = excluded.last_modified, read_from = excluded.read_from, checked_at = excluded.checked_at, withdrawn = '', withdrawn_at = NULL`,
		story.ID, story.SourceID, story.Key, story.Revision, story.RevisedAt.UnixMilli(), story.Address, story.Mark, story.ETag,
		story.LastModified, story.From, story.CheckedAt.UnixMilli())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO revisions (story, number, title, url, published_at, author, language, modified_at, hash, revised_at)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		story.ID, story.Revision, story.Title, story.URL, toMillis(story.PublishedAt), story.Author, story.Language, toMillis(story.ModifiedAt),
		story.hash(), story.RevisedAt.UnixMilli())
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx,
		`INSERT INTO paragraphs (story, revision, number, heading, text) VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i, p := range story.Paragraphs {
		if _, err := insert.ExecContext(ctx, story.ID, story.Revision, i+1, p.Heading, p.Text); err != nil {
			return err
		}
	}
	return nil
}

// bumpVersion gives the guild's stories a new version.
func bumpVersion(ctx context.Context, tx *sql.Tx, guild string) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO guilds (id, version) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET version = guilds.version + 1`, guild)
	return err
}

// hash tells two revisions apart. Each part is written with its length
// (https://cr.yp.to/proto/netstrings.txt), so text cannot move from one part
// into the next unseen.
func (s Story) hash() string {
	h := sha256.New()
	part := func(text string) { fmt.Fprintf(h, "%d:", len(text)); io.WriteString(h, text) }
	part(s.Title)
	part(s.URL)
	if !s.PublishedAt.IsZero() {
		part(fmt.Sprint(s.PublishedAt.UnixMilli()))
	} else {
		part("")
	}
	for _, p := range s.Paragraphs {
		part(p.Heading)
		part(p.Text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
