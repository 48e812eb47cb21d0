package index

import (
	"context"
	"math"
	"strings"
)

// Weights of the fields in BM25: the title is the same for all paragraphs of
// a story, so that it may only tip the scales.
const fieldWeights = `0.5, 0.5, 1.0`

// Search is the k best paragraphs in the scope that hold any of the terms,
// best first: exactly those that BM25 of every paragraph would give, the
// earlier first where scores are equal.
//
// The common terms cost most and count least. So only the paragraphs are
// looked at that hold one of the essential terms, which are rarer; others
// cannot be among the best, once the k-th best has a greater score than all
// the common terms can give (MaxScore, Turtle & Flood 1995). Each round is one
// statement, which sees the file as it was at one moment.
func (f *File) Search(ctx context.Context, terms []string, scope Scope, k int) ([]Hit, error) {
	found, all, err := f.frequencies(ctx, terms)
	if err != nil || len(found) == 0 || k <= 0 {
		return nil, err
	}
	greatest := make([]float64, len(found))
	for i, t := range found {
		greatest[i] = greatestScore(t.paragraphs, all)
	}
	essential := firstEssential(greatest, scope)
	for {
		hits, err := f.best(ctx, found[:essential], found[essential:], scope, k)
		if err != nil || essential == len(found) {
			return hits, err
		}
		var enough float64 // the k-th best score so far; that of the next round is no less
		if len(hits) == k {
			enough = hits[k-1].Score
		}
		needed := essentialTerms(greatest, enough)
		if needed <= essential {
			return hits, nil
		}
		essential = needed
	}
}

// greatestScore is more than a term that so many of all paragraphs hold adds
// to any score: SQLite's bm25 multiplies its inverse document frequency by less
// than k1+1. https://sqlite.org/fts5.html#the_bm25_function
func greatestScore(paragraphs, all int) float64 {
	const k1, least = 1.2, 1e-6
	n, held := float64(all), float64(paragraphs)
	idf := math.Log((n - held + 0.5) / (held + 0.5))
	if idf <= 0 {
		idf = least
	}
	return idf * (k1 + 1)
}

// essentialTerms is how many of the terms, rarest first, leave no more than
// enough to the others.
func essentialTerms(greatest []float64, enough float64) int {
	// Sums are rounded: where it is that close, another term is no loss.
	const rounding = 1 + 1e-9
	var rest float64
	n := len(greatest)
	for n > 0 && (rest+greatest[n-1])*rounding < enough {
		n--
		rest += greatest[n]
	}
	return n
}

// firstEssential is how many terms to begin with, for a search in the scope.
func firstEssential(greatest []float64, scope Scope) int {
	if scope.Story != "" {
		return len(greatest) // so few paragraphs that two queries take longer than one
	}
	var sum float64
	for _, g := range greatest {
		sum += g
	}
	return max(1, essentialTerms(greatest, commonShare*sum))
}

// commonShare is how much of the greatest possible score may be left to the
// other terms at first: little enough that a second round is seldom needed,
// which would cost what the first has saved.
const commonShare = 0.2

// best is the k best paragraphs that hold an essential term, best first.
//
// FTS5 scores only the terms that it is asked for. So two lists are merged: of
// the paragraphs that hold other terms as well, with their full scores; and of
// all, whose scores are full where there is no other term. A paragraph that is
// in both has its full score in the first, where it is no lower; one that is in
// the second alone, with too low a score, is behind the k of the first anyway.
func (f *File) best(ctx context.Context, essential, others []frequency, scope Scope, k int) ([]Hit, error) {
	condition, scoped := rowCondition(scope)
	list := `SELECT * FROM (
		SELECT rowid AS row, bm25(passages, ` + fieldWeights + `) AS score FROM passages
		WHERE passages MATCH ? AND ` + condition + ` ORDER BY score, row LIMIT ?)`
	match := anyOf(essential)
	lists, args := list, append(append([]any{match}, scoped...), k)
	if len(others) > 0 {
		lists += ` UNION ALL ` + list
		args = append(append(append(args, `(`+match+`) AND (`+anyOf(others)+`)`), scoped...), k)
	}
	found, err := f.conn.QueryContext(ctx, `
		SELECT s.id, s.revision, b.row - s.first + 1, -min(b.score) FROM (`+lists+`) b
		JOIN stories s ON s.first = (SELECT max(first) FROM stories WHERE first <= b.row)
		GROUP BY b.row ORDER BY min(b.score), b.row LIMIT ?`, append(args, k)...)
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

// rowCondition is what a passage's row id must fulfil to be in the scope, and
// its arguments.
func rowCondition(scope Scope) (condition string, args []any) {
	condition, args = scope.condition()
	switch {
	case len(args) == 0:
		return condition, nil
	case scope.Story != "":
		return `rowid BETWEEN (SELECT first FROM stories WHERE ` + condition + `) AND (SELECT last FROM stories WHERE ` + condition + `)`,
			append(args, args...)
	}
	return `(SELECT ` + condition + ` FROM stories WHERE first <= passages.rowid ORDER BY first DESC LIMIT 1)`, args
}

// anyOf is the FTS5 query for any of the terms. Each is a quoted string:
// nothing that a person wrote is read as FTS5's syntax, nor ends it as NUL
// does.
func anyOf(terms []frequency) string {
	quoted := make([]string, len(terms))
	for i, t := range terms {
		quoted[i] = `"` + escaped.Replace(t.term) + `"`
	}
	return strings.Join(quoted, " OR ")
}

var escaped = strings.NewReplacer(`"`, `""`, "\x00", "")
