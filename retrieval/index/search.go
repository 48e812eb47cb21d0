package index

import (
	"context"
	"slices"
	"strings"
	"time"
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
	// Steps from value to value in the index: a plain DISTINCT reads it all.
	// https://sqlite.org/lang_with.html
	rows, err := f.conn.QueryContext(ctx, `
		WITH RECURSIVE value(languages) AS (
			SELECT min(languages) FROM stories
			UNION ALL
			SELECT (SELECT min(s.languages) FROM stories s WHERE s.languages > v.languages) FROM value v WHERE v.languages IS NOT NULL)
		SELECT languages FROM value WHERE languages IS NOT NULL`)
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

// A Scope narrows a search; its zero value is all stories.
type Scope struct {
	Story   string // only the one with this id
	Without string // not the one with this id
	// Only stories published from Since, and before Until, to the second; zero
	// is no limit. A story without a date is in no limits.
	Since, Until time.Time
}

// condition is what the table stories must say of a story in the scope: SQL,
// true or false, and its arguments.
func (s Scope) condition() (condition string, args []any) {
	var all []string
	add := func(condition string, arg any) {
		all = append(all, condition)
		args = append(args, arg)
	}
	if s.Story != "" {
		add(`id = ?`, s.Story)
	}
	if s.Without != "" {
		add(`id != ?`, s.Without)
	}
	if !s.Since.IsZero() {
		add(`published >= ?`, s.Since.Unix())
	}
	if !s.Until.IsZero() {
		add(`published < ?`, s.Until.Unix())
	}
	if all == nil {
		return `true`, nil
	}
	return strings.Join(all, ` AND `), args
}

// Count is the number of paragraphs in the scope.
func (f *File) Count(ctx context.Context, scope Scope) (paragraphs int, err error) {
	query, args := `SELECT paragraphs FROM state`, []any(nil)
	if scope != (Scope{}) {
		query = `SELECT coalesce(sum(last - first + 1), 0) FROM stories WHERE `
		condition, values := scope.condition()
		query, args = query+condition, values
	}
	err = f.conn.QueryRowContext(ctx, query, args...).Scan(&paragraphs)
	return paragraphs, f.explain(err)
}

// Newest is the first k paragraphs of the stories in the scope, those of the
// story published last first. They have no score.
func (f *File) Newest(ctx context.Context, scope Scope, k int) ([]Hit, error) {
	condition, args := scope.condition()
	found, err := f.conn.QueryContext(ctx, `
		SELECT id, revision, last - first + 1 FROM stories WHERE `+condition+` ORDER BY published DESC LIMIT ?`, append(args, k)...)
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
		for h.Paragraph = 1; h.Paragraph <= paragraphs && len(hits) < k; h.Paragraph++ {
			hits = append(hits, h)
		}
	}
	return hits, f.explain(found.Err())
}
