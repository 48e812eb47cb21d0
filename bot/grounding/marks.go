package grounding

import (
	"slices"
	"strings"

	"storybot/retrieval/analysis"
)

// limitMarks compares what the gaps hold of the words that turn a sentence
// round or weaken it.
func limitMarks(v *Verdict, a alignment) {
	var negations, hedges int // more in the statement than in the source
	var more, fewer []gap     // by negations
	for _, g := range a.gaps {
		n := 0
		for _, w := range g.statement {
			n += isMarked(w, negation)
			hedges += isMarked(w, hedge)
		}
		for i, w := range g.source {
			if g.bears(i) {
				n -= isMarked(w, negation)
				hedges -= isMarked(w, hedge)
			}
		}
		switch negations += n; {
		case n > 0:
			more = append(more, g)
		case n < 0:
			fewer = append(fewer, g)
		}
	}
	// What the one denies may be negative by itself in the other: does not like, is
	// hostile to.
	reworded := func(g gap) bool {
		return negations > 0 && has(g.source, isNegative) || negations < 0 && has(g.statement, isNegative)
	}
	const another = "It has another negation than the passage."
	switch {
	case negations != 0 && !slices.ContainsFunc(a.gaps, reworded):
		v.limit(Replaced, another)
	case negations != 0:
		v.limit(ShownWithQuote, another)
	case len(more) > 0 && has(a.between(more[0], fewer[0]), word.isContent):
		v.limit(ShownWithQuote, "Its negation stands elsewhere than the passage's.")
	}
	if hedges < 0 {
		v.limit(Replaced, "It is surer than the passage.")
	}
}

func isNegative(w word) bool { return w.marks&negative != 0 }

// isMarked is 1 for a word with the mark.
func isMarked(w word, m mark) int {
	if w.marks&m != 0 {
		return 1
	}
	return 0
}

// bears says that a word of the source that the statement leaves out bore on
// something that the statement keeps, or puts otherwise. A function word bears on what
// follows it in its clause, else on what is before it (kam nicht); a verb, as in
// "denied", on all of its clause.
func (g gap) bears(i int) bool {
	if has(g.statement, word.isContent) {
		return true
	}
	w := g.source[i]
	if w.Kind == analysis.Run { // no telling where its word ends
		return w.clause == g.before.clause || w.clause == g.after.clause
	}
	follows := func(next word) bool { return next.clause == w.clause && next.isContent() }
	if has(g.source[i+1:], follows) {
		return !w.common && g.after.clause == w.clause
	}
	return g.after.clause == w.clause || g.before.clause == w.clause && !has(g.source[:i], follows)
}

// shortGap is how many characters a gap has at most in which a single one, as in
// 多 and 少, is surely a word.
const shortGap = 4

// opposes says that the statement has a word in the place of one with the
// opposite meaning.
func (g gap) opposes() bool {
	source := joined(g.source)
	for i, w := range g.statement {
		if w.Kind != analysis.Run {
			if share([]word{w}, g.source, func(word) bool { return true }) {
				continue
			}
			for _, opposite := range lex().opposite[w.key] {
				if has(g.source, func(other word) bool { return other.key == opposite }) {
					return true
				}
			}
			continue
		}
		stretch := ""
		for _, next := range g.statement[i:min(i+longestMark, len(g.statement))] {
			stretch += next.key
			for _, opposite := range lex().opposite[stretch] {
				if strings.Contains(source, opposite) && (len(stretch) > len(next.key) || len(g.statement)+len(g.source) <= shortGap) {
					return true
				}
			}
		}
	}
	return false
}
