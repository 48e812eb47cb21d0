package bot

import (
	"cmp"
	"slices"

	"storybot/retrieval"
)

// minStrength is how strong the evidence must be before the stories' words
// are given as an answer.
const minStrength = 0.22

// Bounds of an answer in quotes.
const (
	maxQuotes    = 3
	quoteShare   = 0.9 // of the best sentence's score: what fits less is not quoted beside it
	passageShare = 2   // weight of the passage's score in it, beside the sentence's
)

// How far a quote grows around its sentence, as shares of the paragraph: a
// reader is to find the words at a glance.
const (
	freeSpread = 0.25 // by whatever stands beside it
	backSpread = 0.5  // by the sentence that its first word refers to
	bestSpread = 0.6  // by one that it leads on to, or that fits nearly as well
	nearlyBest = 0.85 // of the best sentence's score: it may well be this one that holds the answer
)

// answerInQuotes states the sentences that fit the question best, unless the
// stories cannot hold an answer.
func (d *draft) answerInQuotes(found retrieval.Result) {
	if found.Evidence.Strength < minStrength {
		return
	}
	quoted := make(map[retrieval.Ref][]retrieval.Span)
	for _, q := range bestSentences(found.Passages) {
		span, earlier := q.grow().span(), quoted[q.passage.Ref]
		overlaps := func(s retrieval.Span) bool { return s.Start < span.End && span.Start < s.End }
		if !slices.ContainsFunc(earlier, overlaps) {
			d.quote(q.passage, span)
			quoted[q.passage.Ref] = append(earlier, span)
		}
	}
}

// A quote is a row of sentences of a passage.
type quote struct {
	passage     retrieval.Passage
	first, last int
}

// bestSentences are the sentences to quote, best first.
func bestSentences(passages []retrieval.Passage) []quote {
	var all []quote
	for _, p := range passages {
		for i := range p.Sentences {
			all = append(all, quote{p, i, i})
		}
	}
	score := func(q quote) float64 { return q.passage.Sentences[q.first].Score + passageShare*q.passage.Score }
	slices.SortStableFunc(all, func(a, b quote) int { return cmp.Compare(score(b), score(a)) })
	n := 0
	for n < len(all) && n < maxQuotes && score(all[n]) >= quoteShare*score(all[0]) {
		n++
	}
	return all[:n]
}

// grow takes along the sentences that the quoted one needs to stand by itself,
// or that may hold the answer in its place: the one after first, as it goes on
// about the same thing, unless the one before fits better.
func (q quote) grow() quote {
	sentences := q.passage.Sentences
	least := nearlyBest * sentences[q.first].Score
	leadsOn := sentences[q.last].LeadsOn
	for q.first > 0 && sentences[q.first].RefersBack && q.before().share() <= backSpread {
		q = q.before()
	}
	if leadsOn && q.last+1 < len(sentences) && q.after().share() <= bestSpread {
		q = q.after()
	}
	for {
		before, after := -1.0, -1.0 // scores of the sentences that may be taken along
		if q.first > 0 && fits(q.before().share(), sentences[q.first-1].Score, least) {
			before = sentences[q.first-1].Score
		}
		if q.last+1 < len(sentences) && fits(q.after().share(), sentences[q.last+1].Score, least) {
			after = sentences[q.last+1].Score
		}
		switch {
		case after >= 0 && after >= before:
			q = q.after()
		case before >= 0:
			q = q.before()
		default:
			return q
		}
	}
}

// fits says that a quote may grow to the share of its paragraph by a sentence of
// the score.
func fits(share, score, least float64) bool {
	return share <= freeSpread || share <= bestSpread && score >= least
}

func (q quote) before() quote { return quote{q.passage, q.first - 1, q.last} }
func (q quote) after() quote  { return quote{q.passage, q.first, q.last + 1} }

func (q quote) span() retrieval.Span {
	return retrieval.Span{Start: q.passage.Sentences[q.first].Start, End: q.passage.Sentences[q.last].End}
}

// share is the quote's share of its paragraph.
func (q quote) share() float64 {
	span := q.span()
	return float64(span.End-span.Start) / float64(len(q.passage.Text))
}
