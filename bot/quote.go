package bot

import (
	"cmp"
	"slices"

	"storybot/retrieval"
)

// Bounds of an answer in quotes.
const (
	maxQuotes  = 3
	quoteShare = 0.85 // of the best sentence's score: what fits less is not quoted beside it
)

// minCoverage is the share of the question that a passage must hold before it
// is quoted as an answer.
const minCoverage = 0.5

// A candidate is a sentence that may be quoted.
type candidate struct {
	passage  retrieval.Passage
	sentence retrieval.Sentence
	score    float64
}

// answerInQuotes states the sentences that fit the question best, unless the
// stories cannot hold an answer.
func (d *draft) answerInQuotes(found retrieval.Result) {
	if len(found.Evidence.Unknown) > 0 || found.Evidence.Coverage < minCoverage {
		return
	}
	for _, c := range bestSentences(found.Passages) {
		d.quote(c.passage, c.sentence.Of(c.passage.Text))
	}
}

// bestSentences are the sentences to quote, best first.
func bestSentences(passages []retrieval.Passage) []candidate {
	var all []candidate
	for _, p := range passages {
		for _, s := range p.Sentences {
			all = append(all, candidate{p, s, s.Score + p.Score})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	n := 0
	for n < len(all) && n < maxQuotes && all[n].score >= quoteShare*all[0].score {
		n++
	}
	return all[:n]
}
