package record

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"time"
)

// visible is the condition that a source answers in a guild: its own, or
// shared. It takes the guild's id.
const visible = `so.guild IN (?, '')`

// Sources lists the sources that the guild sees, its own and the shared ones,
// oldest first.
func (db *DB) Sources(ctx context.Context, guild string) (sources []Source, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		sources, err = querySources(ctx, tx, visible, guild)
		return err
	})
	return sources, err
}

// Source finds one source that the guild sees; else it is ErrNotFound.
func (db *DB) Source(ctx context.Context, guild, id string) (Source, error) {
	var sources []Source
	err := db.View(ctx, func(tx *sql.Tx) (err error) {
		sources, err = querySources(ctx, tx, visible+` AND so.id = ?`, guild, id)
		return err
	})
	if err != nil {
		return Source{}, err
	}
	if len(sources) == 0 {
		return Source{}, ErrNotFound
	}
	return sources[0], nil
}

// Stories gives the stories of a source that the guild sees, oldest first, those
// that have been withdrawn too.
// It is ErrNotFound when the guild sees no such source.
func (db *DB) Stories(ctx context.Context, guild, source string) ([]Story, error) {
	var stories []Story
	err := db.View(ctx, func(tx *sql.Tx) error {
		sources, err := querySources(ctx, tx, visible+` AND so.id = ?`, guild, source)
		if err != nil {
			return err
		}
		if len(sources) == 0 {
			return ErrNotFound
		}
		stories, err = queryStories(ctx, tx, `so.id = ?`+oldestFirst, source)
		if err != nil {
			return err
		}
		for i := range stories {
			if err := fill(ctx, tx, &stories[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stories, nil
}

// FindStory finds a story that the guild sees by its id, else by its exact title, unless it
// has been withdrawn, without its paragraphs. When there is not just one, the error is a
// *StoryError: ErrAmbiguous with the stories of that title, or ErrNotFound with those that
// there are.
func (db *DB) FindStory(ctx context.Context, guild, name string) (story Story, err error) {
	err = db.Look(ctx, func(q Querier) error { // it need not be one moment
		story, err = findStory(ctx, q, guild, name)
		return err
	})
	if err != nil {
		return Story{}, err
	}
	return story, nil
}

func findStory(ctx context.Context, q Querier, guild, name string) (Story, error) {
	const bounded = oldestFirst + ` LIMIT ?`
	for _, named := range []string{` AND st.id = ?`, ` AND r.title = ?`} {
		found, err := queryStories(ctx, q, visible+answers+named+bounded, guild, name, maxCandidates)
		if err != nil {
			return Story{}, err
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return Story{}, &StoryError{ErrAmbiguous, found}
		}
	}
	all, err := queryStories(ctx, q, visible+answers+bounded, guild, maxCandidates)
	if err != nil {
		return Story{}, err
	}
	return Story{}, &StoryError{ErrNotFound, all}
}

// StoryAt finds a story that the guild sees and that is read at, or leads readers to, one of
// some addresses, without its paragraphs; of another source than the one at a location. It
// is ErrNotFound when there is none.
func (db *DB) StoryAt(ctx context.Context, guild, location string, addresses ...string) (Story, error) {
	in := `(?` + strings.Repeat(`, ?`, len(addresses)-1) + `)`
	args := []any{guild, location}
	for range 2 {
		for _, address := range addresses {
			args = append(args, address)
		}
	}
	var stories []Story
	err := db.Look(ctx, func(q Querier) (err error) {
		stories, err = queryStories(ctx, q, visible+answers+` AND so.location <> ? AND (st.address IN `+in+` OR r.url IN `+in+`)`+oldestFirst+` LIMIT 1`, args...)
		return err
	})
	if err != nil {
		return Story{}, err
	}
	if len(stories) == 0 {
		return Story{}, ErrNotFound
	}
	return stories[0], nil
}

// Paragraphs gives the named paragraphs in the order asked, and the versions of the guild
// and of the shared stories at that moment: see Versions. One that is not there, or not
// for that guild, is left out. There may be 8,192 refs: SQLite takes 32,766 parameters.
func (db *DB) Paragraphs(ctx context.Context, guild string, refs []Ref) ([]Passage, map[string]int64, error) {
	if len(refs) == 0 {
		versions, err := db.Versions(ctx, guild, Shared)
		return nil, versions, err
	}
	wanted := padded(refs, Ref{})
	args := make([]any, 0, 3*len(wanted)+2)
	for _, ref := range wanted {
		args = append(args, ref.Story, ref.Revision, ref.Paragraph)
	}
	// Each says of what type it is: CockroachDB takes it neither from other rows nor from
	// what it is compared with.
	const row = `(CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT))`
	rows := row + strings.Repeat(`, `+row, len(wanted)-1)
	// CROSS JOIN tells SQLite to begin with the few wanted; it would begin with
	// all that the guild sees, which takes 50 times as long.
	// https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join
	query := `WITH wanted (story, revision, number) AS (VALUES ` + rows + `)
		SELECT ` + passageColumns + `, COALESCE((SELECT version FROM guilds WHERE id = ?), 0), COALESCE((SELECT version FROM guilds WHERE id = ''), 0)
		FROM wanted w
		CROSS JOIN paragraphs p
		JOIN revisions r ON r.story = p.story AND r.number = p.revision
		JOIN stories st ON st.id = p.story
		JOIN sources so ON so.id = st.source
		WHERE p.story = w.story AND p.revision = w.revision AND p.number = w.number AND ` + visible + answers
	var found []Passage
	var own, shared int64
	err := db.Look(ctx, func(q Querier) (err error) {
		found, err = collect(ctx, q, func(rows *sql.Rows) (Passage, error) { return scanPassageAnd(rows, &own, &shared) }, query, append(args, guild, guild)...)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if len(found) == 0 {
		return db.Paragraphs(ctx, guild, nil)
	}
	byRef := make(map[Ref]Passage, len(found))
	for _, p := range found {
		byRef[p.Ref] = p
	}
	passages := found[:0]
	for _, ref := range refs {
		if p, ok := byRef[ref]; ok {
			passages = append(passages, p)
		}
	}
	return passages, map[string]int64{guild: own, Shared: shared}, nil
}

// maxContents bounds what is read of stories at once.
const maxContents = 20_000

// Contents gives the paragraphs of stories as their newest revisions have them,
// in the order of publication: of those that are named, or of all that the guild
// sees. With a time that is not zero, only what has been added or changed since.
// There are at most 20,000 paragraphs, and may be as many ids.
func (db *DB) Contents(ctx context.Context, guild string, since time.Time, ids ...string) ([]Passage, error) {
	query := `SELECT ` + passageColumns + `
		FROM stories st
		JOIN sources so ON so.id = st.source
		JOIN revisions r ON r.story = st.id AND r.number = st.revision
		JOIN paragraphs p ON p.story = st.id AND p.revision = st.revision
		WHERE ` + visible + answers
	args := []any{guild}
	if len(ids) > 0 {
		query += ` AND st.id IN (?` + strings.Repeat(`, ?`, len(ids)-1) + `)`
		for _, id := range ids {
			args = append(args, id)
		}
	}
	if !since.IsZero() {
		query += ` AND r.revised_at > ? AND NOT EXISTS (
			SELECT 1 FROM paragraphs old WHERE old.story = p.story AND old.text = p.text AND old.revision = (
				SELECT MAX(number) FROM revisions WHERE story = p.story AND revised_at <= ?))`
		args = append(args, since.UnixMilli(), since.UnixMilli())
	}
	query += ` ORDER BY COALESCE(r.published_at, st.added_at), st.added_at, st.id, p.number LIMIT ?`
	var passages []Passage
	err := db.Look(ctx, func(q Querier) (err error) {
		passages, err = collect(ctx, q, scanPassage, query, append(args, maxContents)...)
		return err
	})
	return passages, err
}

// Size is the number of stories in all guilds together.
func (db *DB) Size(ctx context.Context) (stories int, err error) {
	err = db.Look(ctx, func(q Querier) error {
		return q.QueryRowContext(ctx, `SELECT COUNT(*) FROM stories`).Scan(&stories)
	})
	return stories, err
}

// An Extent is how much a record holds.
type Extent struct {
	Sources, Stories int
	Paragraphs       int   // of all revisions that are kept
	Bytes            int64 // of its files; 0 in PostgreSQL
}

// Extent tells how much there is, of all guilds. It counts, which takes seconds when there are
// millions of paragraphs.
func (db *DB) Extent(ctx context.Context) (e Extent, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM sources), (SELECT COUNT(*) FROM stories), (SELECT COUNT(*) FROM paragraphs)`).
			Scan(&e.Sources, &e.Stories, &e.Paragraphs)
	})
	if db.remote != nil {
		return e, err
	}
	for _, ending := range []string{"", "-wal"} {
		if info, err := os.Stat(db.path + ending); err == nil {
			e.Bytes += info.Size()
		}
	}
	return e, err
}
