package retrieval

import (
	"cmp"
	"slices"

	"storybot/retrieval/analysis"
)

// BM25's usual constants (Robertson & Zaragoza 2009).
const (
	k1 = 1.2
	b  = 0.75
)

// Weights of the second stage's features. Each feature is between 0 and 1 for
// every question and index, and so is their sum.
const (
	wordsWeight    = 0.3
	gramsWeight    = 0.4
	sentenceWeight = 0.3
)

// Features say why a passage stands where it does.
type Features struct {
	Words    float64 // stems and numbers, by BM25
	Grams    float64 // character n-grams, by BM25: forms and compounds that no stemmer knows
	Sentence float64 // the best sentence: words that stand together answer together
}

func (f Features) score() float64 {
	return wordsWeight*f.Words + gramsWeight*f.Grams + sentenceWeight*f.Sentence
}

// rank scores the passages with their sentences, and sorts them, best first.
func rank(q *query, passages []Passage) {
	if q.total == 0 {
		return
	}
	counted := make([]counts, len(passages))
	var mean float64 // length
	for i := range passages {
		counted[i] = countPassage(q, &passages[i])
		mean += float64(counted[i].length) / float64(len(passages))
	}
	for i := range passages {
		p := &passages[i]
		for _, s := range p.Sentences {
			p.Features.Sentence = max(p.Features.Sentence, s.Score)
		}
		p.Features.Words = q.words(counted[i], mean)
		p.Features.Grams = q.forms(counted[i], mean)
		p.Score = p.Features.score()
	}
	slices.SortStableFunc(passages, func(a, b Passage) int { return cmp.Compare(b.Score, a.Score) })
}

// countPassage counts in the passage's text and scores its sentences.
func countPassage(q *query, p *Passage) counts {
	lang := analysis.Language(p.Text)
	sum := q.newCounts()
	for _, span := range analysis.Sentences(p.Text) {
		c := q.count(span.Of(p.Text), lang)
		p.Sentences = append(p.Sentences, Sentence{Span: span, Score: q.fit(c)})
		sum.add(c)
	}
	return sum
}

// Weights of what makes a sentence fit.
const (
	askWeight  = 0.15 // it holds the kind of thing that the question asks for
	pairWeight = 0.1  // words that stand together in the question do so in it
	lengthCost = 0.1  // it is long, and holds the words for that reason
)

// longSentence is the length, in terms, that costs half of lengthCost.
const longSentence = 25

// fit is how well a sentence answers the question, up to 1.
func (q *query) fit(c counts) float64 {
	score := (1 - askWeight - pairWeight) * q.cover(c)
	score += pairWeight * q.pairs(c)
	if q.answers(c) {
		score += askWeight
	}
	return score * (1 - lengthCost*float64(c.length)/float64(c.length+longSentence))
}

// words is the share of BM25's greatest possible score that the text reaches.
func (q *query) words(c counts, mean float64) float64 {
	var sum float64
	for i, g := range q.groups {
		sum += g.weight * saturate(c.groups[i], c.length, mean)
	}
	return sum / q.total
}

// forms is the same over grams; a word's weight is spread over its grams.
func (q *query) forms(c counts, mean float64) float64 {
	var sum float64
	for i, g := range q.groups {
		if len(g.grams) == 0 {
			sum += g.weight * saturate(c.groups[i], c.length, mean)
		}
		for _, gram := range g.grams {
			sum += g.weight / float64(len(g.grams)) * saturate(c.grams[gram], c.length, mean)
		}
	}
	return sum / q.total
}

// saturate is BM25's growth with a term's count n, from 0 to 1.
func saturate(n, length int, mean float64) float64 {
	if n == 0 {
		return 0
	}
	return float64(n) / (float64(n) + k1*(1-b+b*float64(length)/mean))
}
