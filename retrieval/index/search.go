package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// A Hit is a paragraph that holds some of the terms asked for.
type Hit struct {
	Story     string
	Revision  int
	Paragraph int     // from 1
	Score     float64 // BM25; higher is better
}

// Stats are what ranking needs to know of a file.
type Stats struct {
	Paragraphs int
	Languages  []string // of its paragraphs, ISO 639-1, sorted; "" for one that could not be told
}

// Stats counts the file.
func (f *File) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	if err := f.conn.QueryRowContext(ctx, `SELECT paragraphs FROM state`).Scan(&s.Paragraphs); err != nil {
		return Stats{}, f.explain(err)
	}
	rows, err := f.conn.QueryContext(ctx, `SELECT DISTINCT languages FROM stories`)
	if err != nil {
		return Stats{}, f.explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var languages string
		if err := rows.Scan(&languages); err != nil {
			return Stats{}, f.explain(err)
		}
		s.Languages = append(s.Languages, strings.Split(languages, " ")...)
	}
	slices.Sort(s.Languages)
	s.Languages = slices.Compact(s.Languages)
	return s, f.explain(rows.Err())
}

// Frequencies are the numbers of paragraphs that hold each term, in order.
func (f *File) Frequencies(ctx context.Context, terms []string) ([]int, error) {
	count, err := f.conn.PrepareContext(ctx, `SELECT doc FROM vocabulary WHERE term = ?`)
	if err != nil {
		return nil, f.explain(err)
	}
	defer count.Close()
	frequencies := make([]int, len(terms))
	for i, term := range terms {
		if err := count.QueryRowContext(ctx, term).Scan(&frequencies[i]); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, f.explain(err)
		}
	}
	return frequencies, nil
}

// Weights of the fields in BM25: the title is the same for all paragraphs of
// a story, so that it may only tip the scales.
const fieldWeights = `0.5, 0.5, 1.0`

// A Scope narrows a search by story ids; its zero value is all stories.
type Scope struct {
	Story   string // only this one
	Without string // not this one
}

// Search is the k best paragraphs in the scope that hold any of the terms,
// best first.
func (f *File) Search(ctx context.Context, terms []string, scope Scope, k int) ([]Hit, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	found, err := f.conn.QueryContext(ctx, `
		WITH best AS (
			SELECT rowid AS id, bm25(passages, `+fieldWeights+`) AS score FROM passages
			WHERE passages MATCH ?1
			AND rowid BETWEEN coalesce((SELECT first FROM stories WHERE id = ?2), 1)
				AND coalesce((SELECT last FROM stories WHERE id = ?2), iif(?2 = '', 9223372036854775807, 0))
			AND rowid NOT BETWEEN coalesce((SELECT first FROM stories WHERE id = ?3), 1)
				AND coalesce((SELECT last FROM stories WHERE id = ?3), 0)
			ORDER BY score, rowid LIMIT ?4)
		SELECT s.id, s.revision, best.id - s.first + 1, -best.score FROM best
		JOIN stories s ON s.first = (SELECT max(first) FROM stories WHERE first <= best.id)
		ORDER BY best.score, best.id`, expression(terms), scope.Story, scope.Without, k)
	if err != nil {
		return nil, f.explain(err)
	}
	defer found.Close()
	var hits []Hit
	for found.Next() {
		var h Hit
		if err := found.Scan(&h.Story, &h.Revision, &h.Paragraph, &h.Score); err != nil {
			return nil, f.explain(err)
		}
		hits = append(hits, h)
	}
	return hits, f.explain(found.Err())
}

// All is every paragraph in the scope, in no particular order, or nil when
// there are more than most.
func (f *File) All(ctx context.Context, scope Scope, most int) ([]Hit, error) {
	found, err := f.conn.QueryContext(ctx, `
		SELECT id, revision, last - first + 1 FROM stories
		WHERE (?1 = '' OR id = ?1) AND id != ?2 LIMIT ?3`, scope.Story, scope.Without, most+1)
	if err != nil {
		return nil, f.explain(err)
	}
	defer found.Close()
	var hits []Hit
	for found.Next() {
		var h Hit
		var paragraphs int
		if err := found.Scan(&h.Story, &h.Revision, &paragraphs); err != nil {
			return nil, f.explain(err)
		}
		if len(hits)+paragraphs > most {
			return nil, nil
		}
		for h.Paragraph = 1; h.Paragraph <= paragraphs; h.Paragraph++ {
			hits = append(hits, h)
		}
	}
	return hits, f.explain(found.Err())
}

// expression is the FTS5 query for any of the terms. Each is a quoted string:
// nothing that a person wrote is read as FTS5's syntax, nor ends it as NUL
// does.
func expression(terms []string) string {
	quoted := make([]string, len(terms))
	for i, term := range terms {
		quoted[i] = `"` + escaped.Replace(term) + `"`
	}
	return strings.Join(quoted, " OR ")
}

var escaped = strings.NewReplacer(`"`, `""`, "\x00", "")
