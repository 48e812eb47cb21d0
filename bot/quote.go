package bot

import (
	"cmp"
	"slices"

	"storybot/retrieval"
)

// Bounds of an answer in quotes.
const (
	maxQuotes  = 3
	quoteShare = 0.9 // of the best sentence's score: what fits less is not quoted beside it
)

// minStrength is how strong the evidence must be before the stories' words
// are given as an answer.
const minStrength = 0.24

// A candidate is a sentence that may be quoted.
type candidate struct {
	passage  retrieval.Passage
	sentence int // in the passage
	score    float64
}

// passageShare is the weight of the passage's score beside the sentence's.
const passageShare = 2

// answerInQuotes states the sentences that fit the question best, unless the
// stories cannot hold an answer.
func (d *draft) answerInQuotes(found retrieval.Result) {
	if found.Evidence.Strength < minStrength {
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
			all = append(all, candidate{p, i, s.Score + passageShare*p.Score})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	n := 0
	for n < len(all) && n < maxQuotes && all[n].score >= quoteShare*all[0].score {
		n++
	}
	return all[:n]
}

// How far a quote grows around its sentence, as shares of the paragraph: a
// reader is to find the words at a glance.
const (
	freeSpread = 0.25 // by whatever stands beside it
	backSpread = 0.5  // by the sentence that its first word refers to
	bestSpread = 0.6  // by one that fits nearly as well, or that it leads on to
)

// nearlyBest is the share of the best sentence's score that one beside it has
// when it may well hold the answer.
const nearlyBest = 0.82

// span is the sentence with those around it that it needs to stand by itself,
// or that may hold the answer in its place: the one after first, as it goes on
// about the same thing, unless the one before fits better.
func (c candidate) span() retrieval.Span {
	p := c.passage
	q := quote{p, c.sentence, c.sentence}
	for q.share(-1, 0) <= backSpread && p.Sentences[q.first].RefersBack {
		q.first--
	}
	if p.Sentences[q.last].LeadsOn && q.share(0, 1) <= bestSpread {
		q.last++
	}
	least := nearlyBest * p.Sentences[c.sentence].Score
	for {
		after, before := q.beside(0, 1, least), q.beside(-1, 0, least)
		switch {
		case after >= 0 && after >= before:
			q.last++
		case before >= 0:
			q.first--
		default:
			return retrieval.Span{Start: p.Sentences[q.first].Start, End: p.Sentences[q.last].End}
		}
	}
}

// A quote is a row of sentences of a passage.
type quote struct {
	passage     retrieval.Passage
	first, last int
}

// share is the quote's share of its paragraph with so many sentences more
// before and after; above 1 when there are none.
func (q quote) share(before, after int) float64 {
	sentences := q.passage.Sentences
	first, last := q.first+before, q.last+after
	if first < 0 || last >= len(sentences) {
		return 2
	}
	return float64(sentences[last].End-sentences[first].Start) / float64(len(q.passage.Text))
}

// beside is the score of the sentence before or after the quote, or -1 when
// the quote does not grow by it.
func (q quote) beside(before, after int, least float64) float64 {
	share := q.share(before, after)
	if share > bestSpread {
		return -1
	}
	at := q.last + after
	if before < 0 {
		at = q.first + before
	}
	score := q.passage.Sentences[at].Score
	if score < least && share > freeSpread {
		return -1
	}
	return score
}
