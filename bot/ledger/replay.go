package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// A Replay is a question that is to be asked again, as the stories have changed since.
type Replay struct {
	Asked    Entry
	Citation int // that somebody finds wrong, by its number; 0: the question had no answer, or somebody misses one
}

// A Found is what is cited now. Its quote is a verbatim stretch of the paragraph.
type Found struct {
	Story     string // id
	Title     string // of the story
	Revision  int
	Paragraph int
	Quote     string
}

// A Finding is what came of a Replay.
type Finding struct {
	Entry    string
	Citation int // see Replay
	Guild    string
	Version  string // of the stories that were asked: see retrieval.Corpus.Version
	Found    *Found // nil: nothing new
}

// maxReplays bounds how many gaps, and how many wrong citations, are asked again when the
// stories change, and how many questions at once that somebody waits for: each takes some
// milliseconds.
const maxReplays = 200

// Unanswered gives the guilds that have something to ask again, sorted: gaps, or citations
// that somebody finds wrong, when their stories are at another version than they were
// Replayed at; and questions that somebody waits for an answer to, who came later. It is one
// query, whatever the number of guilds, and reads indexes alone, but for wishes.
func (l *Ledger) Unanswered(ctx context.Context, version func(guild string) string) (guilds []string, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		guilds = nil // of an earlier try
		rows, err := tx.QueryContext(ctx, `SELECT u.guild, COALESCE(r.version, ''), EXISTS (
				SELECT 1 FROM wishes w WHERE w.guild = u.guild
				AND NOT EXISTS (SELECT 1 FROM findings f WHERE f.entry = w.entry AND f.citation = 0 AND f.version = r.version))
			FROM (SELECT guild FROM entries WHERE kind = 'ask' AND status = 'not_in_stories'
				UNION SELECT guild FROM opinions WHERE kind = 'missed'
				UNION SELECT guild FROM opinions WHERE kind = 'wrong_citation'
				UNION SELECT guild FROM wishes) u
			LEFT JOIN replays r ON r.guild = u.guild ORDER BY u.guild`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var guild, replayed string
			var waited bool
			if err := rows.Scan(&guild, &replayed, &waited); err != nil {
				return err
			}
			if waited || replayed != version(guild) {
				guilds = append(guilds, guild)
			}
		}
		return rows.Err()
	})
	return guilds, err
}

// Replays gives what is to be asked again in a guild whose stories are at that version:
// nothing once it is Replayed, but for what somebody wants to be told who came later. Of
// each gap it is the newest question, of all gaps those asked most often, of answers with
// wrong citations those found wrong last. What has a finding of that version is left out:
// a replay that was broken off goes on. Before is the version of the last replay, "" when
// there was none.
func (l *Ledger) Replays(ctx context.Context, guild, version string) (replays []Replay, before string, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		replays, before = nil, "" // of an earlier try
		err := tx.QueryRowContext(ctx, `SELECT version FROM replays WHERE guild = ?`, guild).Scan(&before)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		wished, err := placesOf(ctx, tx, `SELECT w.entry, 0 FROM wishes w LEFT JOIN findings f ON f.entry = w.entry AND f.citation = 0 AND f.version = ?
			WHERE w.guild = ? AND f.entry IS NULL GROUP BY w.entry ORDER BY MIN(w.wished_at), w.entry LIMIT ?`, version, guild, maxReplays)
		if err != nil {
			return err
		}
		var unanswered, wrong []place
		if before != version {
			unanswered, err = placesOf(ctx, tx, gaps+`SELECT MAX(CASE WHEN place = 1 THEN id END), 0 FROM gaps
				GROUP BY topic ORDER BY COUNT(*) DESC, MAX(asked_at) DESC, topic LIMIT ?`, guild, guild, guild, maxReplays)
			if err != nil {
				return err
			}
			wrong, err = placesOf(ctx, tx, `SELECT entry, citation FROM opinions WHERE guild = ? AND kind = 'wrong_citation' AND citation > 0
				GROUP BY entry, citation ORDER BY MAX(given_at) DESC, entry, citation LIMIT ?`, guild, maxReplays)
			if err != nil {
				return err
			}
		}
		seen := make(map[place]bool)
		for _, list := range [][]place{wished, unanswered, wrong} {
			for _, p := range list {
				if seen[p] {
					continue
				}
				seen[p] = true
				known, err := texts(ctx, tx, `SELECT version FROM findings WHERE entry = ? AND citation = ?`, p.entry, p.citation)
				if err != nil {
					return err
				}
				if len(known) > 0 && known[0] == version {
					continue
				}
				e, err := find(ctx, tx, `guild = ? AND kind = 'ask' AND id = ?`, guild, p.entry)
				if errors.Is(err, ErrNotFound) { // it is a summary's or a check's, which nobody asks again
					continue
				}
				if err != nil {
					return err
				}
				replays = append(replays, Replay{e, p.citation})
			}
		}
		return nil
	})
	return replays, before, err
}

// A place is what a finding is of.
type place struct {
	entry    string
	citation int
}

func placesOf(ctx context.Context, tx *sql.Tx, query string, args ...any) (places []place, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.entry, &p.citation); err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	return places, rows.Err()
}

// texts reads a column of text.
func texts(ctx context.Context, tx *sql.Tx, query string, args ...any) (all []string, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// KeepFindings stores findings, each in the place of an earlier one. Those of entries that
// are forgotten meanwhile are passed over.
func (l *Ledger) KeepFindings(ctx context.Context, findings ...Finding) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		for _, f := range findings {
			var found Found
			if f.Found != nil {
				found = *f.Found
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO findings (entry, citation, guild, version, story, title, revision, paragraph, quote)
				SELECT id, ?, guild, ?, ?, ?, ?, ?, ? FROM entries WHERE guild = ? AND id = ?
				ON CONFLICT (entry, citation) DO UPDATE SET version = excluded.version, story = excluded.story, title = excluded.title,
				revision = excluded.revision, paragraph = excluded.paragraph, quote = excluded.quote`,
				f.Citation, f.Version, found.Story, found.Title, found.Revision, found.Paragraph, found.Quote, f.Guild, f.Entry)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Replayed notes that all that there was to ask again in a guild has been, of the stories
// of that version, and drops findings of others. When another process has noted something
// since the version before was read, nothing is done.
func (l *Ledger) Replayed(ctx context.Context, guild, before, version string) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `INSERT INTO replays (guild, version, replayed_at) VALUES (?, ?, ?)
			ON CONFLICT (guild) DO UPDATE SET version = excluded.version, replayed_at = excluded.replayed_at WHERE replays.version = ?`,
			guild, version, l.now().UnixMilli(), before))
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM findings WHERE guild = ? AND version <> ?`, guild, version)
		return err
	})
}

// foundColumns are a finding's f, and nothing where there is none.
const foundColumns = `COALESCE(f.story, ''), COALESCE(f.title, ''), COALESCE(f.revision, 0), COALESCE(f.paragraph, 0), COALESCE(f.quote, '')`

// into are where foundColumns are read into.
func (f *Found) into() []any {
	return []any{&f.Story, &f.Title, &f.Revision, &f.Paragraph, &f.Quote}
}

// orNil is nil for what is nothing new.
func (f Found) orNil() *Found {
	if f.Story == "" {
		return nil
	}
	return &f
}
