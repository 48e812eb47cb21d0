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
	Unknown  []string // names and numbers of the question that none of the best passages holds
	Foreign  bool     // the question is in a language that the stories are not: its words cannot tell
}

// judged is how many passages are looked at: an answer is in one of the
// first three, or is not found.
const judged = 3

// numberCredit is what the evidence still counts for when only a number of
// the question is unknown: it may be written otherwise.
const numberCredit = 0.7

// weigh weighs the ranked passages, the best of so many paragraphs, with their
// readings, against the question. What stands in a passage's title and heading
// counts as if it stood in its text.
func weigh(q *query, passages []Passage, readings []reading, paragraphs int) Evidence {
	e := Evidence{Foreign: q.foreign}
	credit := 1.0
	for i, g := range q.groups {
		holds := func(r reading) bool { return r.text.known[i] || r.context.known[i] }
		if !g.name || slices.ContainsFunc(readings[:min(len(readings), judged)], holds) {
			continue
		}
		e.Unknown = append(e.Unknown, g.Text)
		if g.Kind == analysis.Number {
			credit = min(credit, numberCredit)
		} else {
			credit = 0
		}
	}
	slices.Sort(e.Unknown)
	if len(passages) > 0 {
		e.Strength = beyondChance(credit*q.evenOut(passages[0].Score), paragraphs)
	}
	return e
}

// chance is how much the score of the best passage grows with every tenfold of
// the paragraphs it was found among, when none of them has anything to do with
// the question: as measured on a thousand questions of encyclopedias, asked of
// 10 to 100,000 paragraphs of novels.
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
