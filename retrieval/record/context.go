package record

import (
	"context"
	"database/sql"
	"time"
)

// A Context is a paragraph as the revision that was cited has it, what stands
// around it there, and what has become of it since.
type Context struct {
	Passage       Passage
	Before, After *Paragraph // of the same revision; nil at its ends
	RevisedAt     time.Time  // when that revision was stored
	Newest        int        // the story's newest revision
	NewestAt      time.Time  // when that was stored
	Now           *Paragraph // of the newest revision, with the same text; nil when it has none
	Withdrawn     string     // why the story does not answer any more: see Story
	WithdrawnAt   time.Time
}

// Context finds a paragraph with what is around it. It is ErrNotFound when
// there is none, or not for that guild.
func (db *DB) Context(ctx context.Context, guild string, ref Ref) (Context, error) {
	var found Context
	err := db.View(ctx, func(tx *sql.Tx) (err error) {
		found, err = findContext(ctx, tx, guild, ref)
		return err
	})
	if err != nil {
		return Context{}, err
	}
	return found, nil
}

func findContext(ctx context.Context, tx *sql.Tx, guild string, ref Ref) (Context, error) {
	passages, err := collect(ctx, tx, scanPassage,
		`SELECT `+passageColumns+`
		 FROM paragraphs p
		 JOIN revisions r ON r.story = p.story AND r.number = p.revision
		 JOIN stories st ON st.id = p.story
		 JOIN sources so ON so.id = st.source
		 WHERE p.story = ? AND p.revision = ? AND p.number = ? AND `+visible,
		ref.Story, ref.Revision, ref.Paragraph, guild)
	if err != nil {
		return Context{}, err
	}
	if len(passages) == 0 {
		return Context{}, ErrNotFound
	}
	c := Context{Passage: passages[0]}
	var revised, newest int64
	var withdrawn *int64
	err = tx.QueryRowContext(ctx,
		`SELECT r.revised_at, n.number, n.revised_at, st.withdrawn, st.withdrawn_at
		 FROM stories st
		 JOIN revisions r ON r.story = st.id AND r.number = ?
		 JOIN revisions n ON n.story = st.id AND n.number = st.revision
		 WHERE st.id = ?`, ref.Revision, ref.Story).Scan(&revised, &c.Newest, &newest, &c.Withdrawn, &withdrawn)
	if err != nil {
		return Context{}, err
	}
	c.RevisedAt, c.NewestAt, c.WithdrawnAt = fromMillis(&revised), fromMillis(&newest), fromMillis(withdrawn)
	around, err := collect(ctx, tx, scanParagraph,
		`SELECT number, heading, text FROM paragraphs WHERE story = ? AND revision = ? AND number IN (?, ?)`,
		ref.Story, ref.Revision, ref.Paragraph-1, ref.Paragraph+1)
	if err != nil {
		return Context{}, err
	}
	for _, p := range around {
		if p.Number < ref.Paragraph {
			c.Before = &p
		} else {
			c.After = &p
		}
	}
	// Of several with that text the one nearest to where it stood.
	now, err := collect(ctx, tx, scanParagraph,
		`SELECT number, heading, text FROM paragraphs WHERE story = ? AND revision = ? AND text = ?
		 ORDER BY ABS(number - ?), number LIMIT 1`,
		ref.Story, c.Newest, c.Passage.Text, ref.Paragraph)
	if err != nil {
		return Context{}, err
	}
	if len(now) > 0 {
		c.Now = &now[0]
	}
	return c, nil
}
