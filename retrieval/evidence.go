package retrieval

import (
	"math"
	"slices"

	"storybot/retrieval/analysis"
)

// Evidence says how much of a question the best passages hold: whether the
// stories can have an answer at all.
type Evidence struct {
	Coverage float64  // share of the question, by weight, that one passage holds, from 0 to 1
	Unknown  []string // names and numbers of the question that none of the best passages holds
	Foreign  bool     // the question is in a language that the stories are not: its words cannot tell
}

// judged is how many passages are looked at: an answer is in one of the
// first three, or is not found.
const judged = 3

// evidence weighs the ranked passages against the question. What stands in a
// passage's title, heading and date counts as if it stood in its text.
func evidence(q *query, passages []Passage) Evidence {
	e := Evidence{Foreign: q.foreign}
	known := make([]bool, len(q.groups))
	for _, p := range passages[:min(len(passages), judged)] {
		c := countPassage(q, &p)
		lang := analysis.Language(p.Text)
		for _, context := range []string{p.Title, p.Heading, date(p)} {
			c.add(q.count(context, lang))
		}
		e.Coverage = max(e.Coverage, q.evidenceIn(c))
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

// evidenceIn is the coverage of the question, with grams of scripts without
// spaces taken for what they say of their characters: a gram across two words is seldom
// found, but a character counts when one of the n grams around it is.
func (q *query) evidenceIn(c counts) float64 {
	var words, wordsTotal, grams, gramsTotal float64
	size := 1.0
	for i, g := range q.groups {
		if g.Kind == analysis.Run {
			grams += g.weight * q.share(i, c)
			gramsTotal += g.weight
			size = float64(len([]rune(g.Text)))
		} else {
			words += g.weight * q.share(i, c)
			wordsTotal += g.weight
		}
	}
	if gramsTotal > 0 {
		grams = gramsTotal * (1 - math.Pow(1-grams/gramsTotal, size))
	}
	return (words + grams) / (wordsTotal + gramsTotal)
}

// date is the passage's date in words that a question may hold.
func date(p Passage) string {
	if p.PublishedAt.IsZero() {
		return ""
	}
	return p.PublishedAt.Format("2 January 2006")
}
