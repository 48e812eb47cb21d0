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
	Strength float64  // from 0 to 1, with the same meaning in every language and size of index; 0 when a name is unknown
	Unknown  []string // names, numbers and dates of the question that none of the best passages holds as they are written
	Foreign  bool     // the question is in a language that the stories are not: its words cannot tell
}

// judged is how many passages are looked at: an answer is in one of the
// first three, or is not found.
const judged = 3

// What the evidence still counts for when something of the question is unknown.
const (
	doubtCredit     = 0.7 // a number, or a name that is known in another spelling only: it may be written otherwise
	otherTimeCredit = 0.4 // a date: the passages tell of another time
)

// weigh weighs the ranked passages, the best of so many paragraphs, against the
// question. What stands in a passage's title and heading counts as if it stood
// in its text.
func weigh(q *query, passages []ranked, paragraphs int) Evidence {
	e := Evidence{Foreign: q.foreign}
	if len(passages) == 0 {
		return e
	}
	credit := 1.0
	doubt := func(what string, least float64) {
		e.Unknown = append(e.Unknown, what)
		credit = min(credit, least)
	}
	known := make([]likeness, len(q.groups))
	for _, p := range passages[:min(len(passages), judged)] {
		for i := range known {
			known[i] = max(known[i], p.text.known[i], p.context.known[i])
		}
	}
	for i, g := range q.groups {
		switch {
		case !g.name || known[i] == same:
		case g.Kind == analysis.Number, known[i] == alike:
			doubt(g.Text, doubtCredit)
		default:
			doubt(g.Text, 0)
		}
	}
	for _, d := range q.dates {
		missing := func(i int) bool { return known[i] != same && (d.relative || q.groups[i].name) }
		if slices.ContainsFunc(d.groups, missing) {
			doubt(d.text, otherTimeCredit)
		}
	}
	slices.Sort(e.Unknown)
	e.Unknown = slices.Compact(e.Unknown)
	if !slices.ContainsFunc(q.groups, func(g group) bool { return !g.frequent }) {
		return e // nothing but function words
	}
	e.Strength = beyondChance(credit*q.evenOut(passages[0].Score), paragraphs)
	return e
}

// chance is how much the score of the best passage grows with every tenfold of
// the paragraphs it was found among, when none of them has anything to do with
// the question: so grows the 95th percentile of a thousand questions on
// encyclopedias (XQuAD), asked of 100 to 100,000 paragraphs of novels.
const chance = 0.05

// beyondChance is how far a score is above what chance gives, as a share of
// what is left.
func beyondChance(score float64, paragraphs int) float64 {
	noise := chance * math.Log10(float64(max(paragraphs, 1)))
	return max(0, (score-noise)/(1-noise))
}

// How much more of a script's grams than of words is missing from a text that
// tells the same: those that straddle two words. As measured on questions asked
// in parallel in several languages (XQuAD).
const (
	bigramLoss  = 0.4  // Han, Kana, Hangul
	trigramLoss = 0.15 // Thai and its neighbours
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
