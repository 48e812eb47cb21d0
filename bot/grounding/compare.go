package grounding

import (
	"slices"
	"strings"

	"storybot/retrieval/analysis"
)

// A Relation is what a quote has to say to a claim of unknown origin.
type Relation uint8

// Relations.
const (
	Undecided   Relation = iota // nothing that its words decide
	Supports                    // the same, nearly in the same words
	Contradicts                 // the same, but for a number or time, a negation or an opposite
)

// A Difference is how a quote contradicts a claim.
type Difference uint8

// Differences.
const (
	NoDifference      Difference = iota
	DiffersInSense               // it says the opposite
	DiffersInNegation            // one denies what the other says
	DiffersInNumber
)

// Compare says what a quote of a paragraph has to say to a claim, and for a
// contradiction, how they differ. Code decides it by words alone: a claim in other words than the
// paragraph's stays undecided, and so does one of which a part is not there.
func Compare(claim string, e Evidence) (Relation, Difference) {
	if Check(claim, []Evidence{e}, Strict).Decision == Shown {
		return Supports, NoDifference
	}
	s := newClaim(claim, []Evidence{e})
	c, ok := cite(e, s.lang)
	if !ok || improper(claim, []Evidence{e}) != "" || c.asks() {
		return Undecided, NoDifference
	}
	aligned := align(s.words, c.source)
	if aligned.closeness < nearEnough || !slices.ContainsFunc(s.words, word.isContent) {
		return Undecided, NoDifference
	}
	negations, opposites, others := 0, 0, 0
	var numbers bool
	for _, g := range aligned.gaps {
		for _, w := range g.statement {
			negations += isMarked(w, negation)
		}
		for i, w := range g.source {
			if g.bears(i) {
				negations -= isMarked(w, negation)
			}
		}
		switch {
		case g.opposes():
			opposites++
		case g.otherNumber():
			numbers = true
		case has(g.statement, word.tells):
			others++ // what the sentence does not say at all
		}
	}
	switch {
	case others > 0:
		return Undecided, NoDifference
	case opposites == 1 && negations == 0:
		return Contradicts, DiffersInSense
	case negations != 0 && opposites == 0:
		return Contradicts, DiffersInNegation
	case numbers && negations == 0 && opposites == 0:
		return Contradicts, DiffersInNumber
	}
	return Undecided, NoDifference
}

// tells says that the word is more than a function word or a negation.
func (w word) tells() bool { return w.isContent() && w.marks&negation == 0 }

// otherNumber says that the gap has a number in the place of another, and
// nothing else.
func (g gap) otherNumber() bool {
	other := func(w word) bool { return w.tells() && !w.isFigure() }
	a, b := joined(figures(g.statement)), joined(figures(g.source))
	return a != "" && b != "" && a != b && !has(g.statement, other) && !has(g.source, other)
}

// isFigure says that the word is a number, or a part of one in Chinese numerals.
func (w word) isFigure() bool {
	return w.isNumber() || w.Kind == analysis.Run && w.key != "一" && strings.Contains(numerals, w.key)
}

func figures(words []word) []word {
	return slices.DeleteFunc(slices.Clone(words), func(w word) bool { return !w.isFigure() })
}

// Claims are the sentences of a text that say something, in order.
func Claims(text string) []string {
	var claims []string
	for _, s := range analysis.Sentences(text) {
		if claim := strings.TrimSpace(s.Of(text)); hasContent(claim) {
			claims = append(claims, claim)
		}
	}
	return claims
}
