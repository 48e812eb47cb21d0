package record

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Revisions lists the revisions that are kept of a story that the guild sees, the
// newest first, without their paragraphs. It is ErrNotFound when there is no such
// story.
func (db *DB) Revisions(ctx context.Context, guild, story string) (revisions []Story, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		revisions, err = queryRevisions(ctx, tx, guild, story, ` ORDER BY r.number DESC`)
		return err
	})
	return revisions, err
}

// Revision gives a story that the guild sees as that revision has it. It is
// ErrNotFound when there is none, or it is not kept.
func (db *DB) Revision(ctx context.Context, guild, story string, number int) (Story, error) {
	var found Story
	err := db.View(ctx, func(tx *sql.Tx) error {
		stories, err := queryRevisions(ctx, tx, guild, story, ` AND r.number = ?`, number)
		if err != nil {
			return err
		}
		found = stories[0]
		return fill(ctx, tx, &found)
	})
	if err != nil {
		return Story{}, err
	}
	return found, nil
}

func queryRevisions(ctx context.Context, tx *sql.Tx, guild, story, rest string, args ...any) ([]Story, error) {
	stories, err := collect(ctx, tx, scanStory, `SELECT `+storyColumns+`
		FROM stories st
		JOIN sources so ON so.id = st.source
		JOIN revisions r ON r.story = st.id
		WHERE `+visible+` AND st.id = ?`+rest, append([]any{guild, story}, args...)...)
	if err == nil && len(stories) == 0 {
		err = ErrNotFound
	}
	return stories, err
}

// Cite enters that an entry of the ledger cites revisions, of which there is one: Prune
// keeps them as long as there is the entry. There may be 8,192: SQLite takes 32,766
// parameters.
func Cite(entry string, revisions []Head) Statement {
	revisions = padded(revisions, revisions[0])
	args := make([]any, 0, 3*len(revisions))
	for _, r := range revisions {
		args = append(args, entry, r.Story, r.Revision)
	}
	return Statement{`INSERT INTO cited (entry, story, revision) VALUES (?, ?, ?)` + strings.Repeat(`, (?, ?, ?)`, len(revisions)-1) +
		` ON CONFLICT DO NOTHING`, args}
}

// Revisions are pruned a few at a time, as questions wait for a long write. What has
// been replaced lately stays, as an answer that is being written may cite it: a model
// takes minutes.
const (
	pruneBatch = 200
	pruneRest  = time.Hour
)

// superfluous are the revisions of a guild's stories that are older than so many, are
// cited by nothing, and were replaced before a time.
const superfluous = `FROM revisions r JOIN stories st ON st.id = r.story JOIN sources so ON so.id = st.source
	WHERE so.guild = ? AND r.number <= st.revision - ? AND r.kept = 0
	AND NOT EXISTS (SELECT 1 FROM cited c WHERE c.story = r.story AND c.revision = r.number)
	AND (SELECT MIN(n.revised_at) FROM revisions n WHERE n.story = r.story AND n.number > r.number) <= ?`

// Prune deletes the oldest revisions of a guild's stories, so that at most so many
// of each are left, from 1, beside those that an answer cites and those that were
// replaced within the last hour. It says how many it has deleted.
func (db *DB) Prune(ctx context.Context, guild string, keep int) (deleted int, err error) {
	if keep < 1 {
		return 0, fmt.Errorf("%w: a story has at least one revision", ErrInvalid)
	}
	args := []any{guild, keep, db.Now().Add(-pruneRest).UnixMilli()}
	// Looking first keeps the writer free.
	var some bool
	err = db.View(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 `+superfluous+`)`, args...).Scan(&some)
	})
	for some && err == nil {
		var rows int64
		err = db.Update(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, `DELETE FROM revisions WHERE (story, number) IN (SELECT r.story, r.number `+superfluous+` LIMIT ?)`,
				append(args, pruneBatch)...)
			if err != nil {
				return err
			}
			rows, err = result.RowsAffected()
			return err
		})
		if err == nil {
			deleted += int(rows)
			some = rows == pruneBatch
		}
	}
	return deleted, err
}
