package record

import (
	"context"
	"database/sql"
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

// Each calls use with each of the stories named by their ids, one in memory at
// a time, and stops at its first error. Stories that are not there, or not the
// guild's, are passed over.
func (s *Snapshot) Each(ctx context.Context, ids []string, use func(Story) error) error {
	for _, id := range ids {
		stories, err := queryStories(ctx, s.tx, `so.guild = ? AND st.id = ?`, s.guild, id)
		if err != nil {
			return explain(err)
		}
		for _, story := range stories { // one or none
			if err := fill(ctx, s.tx, &story); err != nil {
				return explain(err)
			}
			if err := use(story); err != nil {
				return err
			}
		}
	}
	return nil
}

// Versions tells in one query how often the stories of each guild have
// changed; of all guilds when none is named. A guild that never had any is left
// out, so it reads as 0.
func (db *DB) Versions(ctx context.Context, guilds ...string) (versions map[string]int64, err error) {
	err = db.View(ctx, func(tx *sql.Tx) error {
		versions, err = queryVersions(ctx, tx, guilds...)
		return err
	})
	return versions, err
}

func queryVersions(ctx context.Context, tx *sql.Tx, guilds ...string) (map[string]int64, error) {
	versions := make(map[string]int64, len(guilds))
	query := `SELECT id, version FROM guilds`
	args := make([]any, len(guilds))
	for i, guild := range guilds {
		args[i] = guild
	}
	if len(guilds) > 0 {
		query += ` WHERE id IN (?` + strings.Repeat(`, ?`, len(guilds)-1) + `)`
	}
	rows, err := tx.QueryContext(ctx, query, args...)
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
