package bot

import (
	"cmp"
	"slices"

	"storybot/retrieval"
)

// Bounds of an answer in quotes.
const (
	maxQuotes  = 3
	quoteShare = 0.9  // of the best sentence's score: what fits less is not quoted beside it
	spread     = 0.33 // of its paragraph, that a quote may grow to: a reader is to find the words at a glance
)

// minStrength is how strong the evidence must be before the stories' words
// are given as an answer.
const minStrength = 0.34

// A candidate is a sentence that may be quoted.
type candidate struct {
	passage  retrieval.Passage
	sentence int // in the passage
	score    float64
}

// answerInQuotes states the sentences that fit the question best, unless the
// stories cannot hold an answer.
func (d *draft) answerInQuotes(found retrieval.Result) {
	if len(found.Evidence.Unknown) > 0 || found.Evidence.Strength < minStrength {
		return
	}
	quoted := make(map[retrieval.Ref][]retrieval.Span)
	for _, c := range bestSentences(found.Passages) {
		span, earlier := c.span(), quoted[c.passage.Ref]
		overlaps := func(s retrieval.Span) bool { return s.Start < span.End && span.Start < s.End }
		if !slices.ContainsFunc(earlier, overlaps) {
			d.quote(c.passage, span)
			quoted[c.passage.Ref] = append(earlier, span)
		}
	}
}

// bestSentences are the sentences to quote, best first.
func bestSentences(passages []retrieval.Passage) []candidate {
	var all []candidate
	for _, p := range passages {
		for i, s := range p.Sentences {
			all = append(all, candidate{p, i, s.Score + p.Score})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	n := 0
	for n < len(all) && n < maxQuotes && all[n].score >= quoteShare*all[0].score {
		n++
	}
	return all[:n]
}

// span is the sentence with those around it that make it stand by itself, as
// far as they fit in the quote's share of the paragraph: the one after first, as
// it goes on about the same thing, unless the one before says more of what is asked.
func (c candidate) span() retrieval.Span {
	sentences := c.passage.Sentences
	first, last := c.sentence, c.sentence
	fits := func(first, last int) bool {
		return float64(sentences[last].End-sentences[first].Start) <= spread*float64(len(c.passage.Text))
	}
	for {
		after := last+1 < len(sentences) && fits(first, last+1)
		before := first > 0 && fits(first-1, last)
		switch {
		case after && (!before || sentences[last+1].Score >= sentences[first-1].Score):
			last++
		case before:
			first--
		default:
			return retrieval.Span{Start: sentences[first].Start, End: sentences[last].End}
		}
	}
}
