package record

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// A Snapshot shows the stories of exactly one guild (without the shared ones,
// unless the guild is Shared) as they were at one moment, to derive an index
// from. It is of use only within the call that it is given to.
type Snapshot struct {
	// Version counts the changes to the guild's stories; 0 before the first.
	Version int64

	guild string
	tx    *sql.Tx
}

// Snapshot calls read with a snapshot of a guild. An error of read's comes back
// as it is: one that is about the index must not be taken for the record's.
func (db *DB) Snapshot(ctx context.Context, guild string, read func(*Snapshot) error) error {
	var failed error
	err := db.View(ctx, func(tx *sql.Tx) error {
		versions, err := queryVersions(ctx, tx, guild)
		if err != nil {
			return err
		}
		failed = read(&Snapshot{Version: versions[guild], guild: guild, tx: tx})
		return nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// Heads lists the newest revision of every story that has not been withdrawn, in
// no particular order.
func (s *Snapshot) Heads(ctx context.Context) ([]Head, error) {
	heads, err := collect(ctx, s.tx, scanHead,
		`SELECT st.id, st.revision FROM stories st JOIN sources so ON so.id = st.source WHERE so.guild = ?`+answers, s.guild)
	return heads, explain(err)
}

// Size is how many paragraphs those stories have in that revision.
func (s *Snapshot) Size(ctx context.Context) (paragraphs int, err error) {
	// Paragraphs are numbered from 1: their keys tell, and no text is read.
	err = s.tx.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM((
			SELECT MAX(p.number) FROM paragraphs p WHERE p.story = st.id AND p.revision = st.revision)), 0) AS BIGINT)
		FROM stories st JOIN sources so ON so.id = st.source WHERE so.guild = ?`+answers, s.guild).Scan(&paragraphs)
	return paragraphs, explain(err)
}

// Stories lists those stories without their paragraphs, in no particular order.
func (s *Snapshot) Stories(ctx context.Context) ([]Story, error) {
	stories, err := queryStories(ctx, s.tx, `so.guild = ?`+answers, s.guild)
	return stories, explain(err)
}

// Sources lists the guild's own sources, oldest first.
func (s *Snapshot) Sources(ctx context.Context) ([]Source, error) {
	sources, err := querySources(ctx, s.tx, `so.guild = ?`, s.guild)
	return sources, explain(err)
}

// Of lists the stories of one of those sources without their paragraphs, oldest
// first, those that have been withdrawn too.
func (s *Snapshot) Of(ctx context.Context, source string) ([]Story, error) {
	stories, err := queryStories(ctx, s.tx, `so.guild = ? AND so.id = ?`+oldestFirst, s.guild, source)
	return stories, explain(err)
}

// together is how many stories are read at once: a database may be some time away, and a
// story may be of ten megabytes.
const together = 16

// Each calls use with each of the stories named by their ids, a few in memory at a time,
// and stops at its first error. Stories that are not there, or not the guild's, are
// passed over.
func (s *Snapshot) Each(ctx context.Context, ids []string, use func(Story) error) error {
	for some := range slices.Chunk(ids, together) {
		stories, err := s.some(ctx, some)
		if err != nil {
			return explain(err)
		}
		for _, id := range some {
			if story, known := stories[id]; known {
				if err := use(*story); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// some reads stories, by their ids.
func (s *Snapshot) some(ctx context.Context, ids []string) (map[string]*Story, error) {
	args := make([]any, 1, 1+len(ids))
	args[0] = s.guild
	for _, id := range ids {
		args = append(args, id)
	}
	in := ` IN (?` + strings.Repeat(`, ?`, len(ids)-1) + `)`
	found, err := queryStories(ctx, s.tx, `so.guild = ? AND st.id`+in, args...)
	if err != nil {
		return nil, err
	}
	stories := make(map[string]*Story, len(found))
	for i := range found {
		stories[found[i].ID] = &found[i]
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT p.story, p.number, p.heading, p.text
		FROM stories st JOIN paragraphs p ON p.story = st.id AND p.revision = st.revision
		WHERE st.id`+in+` ORDER BY p.story, p.number`, args[1:]...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var p Paragraph
		if err := rows.Scan(&id, &p.Number, &p.Heading, &p.Text); err != nil {
			return nil, err
		}
		if story := stories[id]; story != nil {
			story.Paragraphs = append(story.Paragraphs, p)
		}
	}
	return stories, rows.Err()
}

// Versions tells in one query how often the stories of each guild have
// changed; of all guilds when none is named. A guild that never had any is left
// out, so it reads as 0.
func (db *DB) Versions(ctx context.Context, guilds ...string) (versions map[string]int64, err error) {
	err = db.Look(ctx, func(q Querier) error {
		versions, err = queryVersions(ctx, q, guilds...)
		return err
	})
	return versions, err
}

func queryVersions(ctx context.Context, q Querier, guilds ...string) (map[string]int64, error) {
	versions := make(map[string]int64, len(guilds))
	query := `SELECT id, version FROM guilds`
	args := make([]any, len(guilds))
	for i, guild := range guilds {
		args[i] = guild
	}
	if len(guilds) > 0 {
		query += ` WHERE id IN (?` + strings.Repeat(`, ?`, len(guilds)-1) + `)`
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var guild string
		var version int64
		if err := rows.Scan(&guild, &version); err != nil {
			return nil, err
		}
		versions[guild] = version
	}
	return versions, rows.Err()
}
