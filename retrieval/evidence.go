package retrieval

import (
	"math"
	"slices"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// Evidence says how much of a question the best passages hold: whether the
// stories can have an answer at all.
type Evidence struct {
	Strength float64  // from 0 to 1, with the same meaning in every language and size of index
	Unknown  []string // names and numbers of the question that none of the best passages holds
	Foreign  bool     // the question is in a language that the stories are not: its words cannot tell
}

// judged is how many passages are looked at: an answer is in one of the
// first three, or is not found.
const judged = 3

// The strength of a passage as evidence is in part its score, in part the share
// of the question that it holds: the one asks for words that are repeated and
// stand together, the other is fair to short stories.
const (
	scoreShare = 0.75
	coverShare = 0.25
)

// weigh weighs the ranked passages against the question. What stands in a
// passage's title, heading and date counts as if it stood in its text.
func weigh(q *query, passages []Passage) Evidence {
	e := Evidence{Foreign: q.foreign}
	known := make([]bool, len(q.groups))
	for _, p := range passages[:min(len(passages), judged)] {
		lang := analysis.Language(p.Text)
		c := q.count(p.Text, lang)
		for _, context := range []string{p.Title, p.Heading, date(p)} {
			c.add(q.count(context, lang))
		}
		e.Strength = max(e.Strength, q.evenOut(scoreShare*p.Score+coverShare*q.cover(c)))
		for i := range known {
			known[i] = known[i] || c.known[i]
		}
	}
	for i, g := range q.groups {
		if g.name && !known[i] {
			e.Unknown = append(e.Unknown, g.Text)
		}
	}
	slices.Sort(e.Unknown)
	return e
}

// How much more of a script's grams than of words is missing from a text that
// tells the same: those that straddle two words. As measured on questions asked
// in parallel in several languages (XQuAD).
const (
	bigramLoss  = 1.0 // Han, Kana, Hangul
	trigramLoss = 0.2 // Thai and its neighbours
)

// evenOut makes the strengths of questions in grams and in words alike.
func (q *query) evenOut(strength float64) float64 {
	if q.total == 0 {
		return 0
	}
	var loss float64
	for _, g := range q.groups {
		switch {
		case g.Kind != analysis.Run:
		case utf8.RuneCountInString(g.Text) <= 2:
			loss += bigramLoss * g.weight
		default:
			loss += trigramLoss * g.weight
		}
	}
	return 1 - math.Pow(1-strength, 1+loss/q.total)
}

// date is the passage's date in words that a question may hold.
func date(p Passage) string {
	if p.PublishedAt.IsZero() {
		return ""
	}
	return p.PublishedAt.Format("2 January 2006")
}
