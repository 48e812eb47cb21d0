package retrieval

import (
	"cmp"
	"context"
	"slices"

	"storybot/retrieval/analysis"
	"storybot/retrieval/record"
)

// BM25's usual constants (Robertson & Zaragoza 2009).
const (
	k1 = 1.2
	b  = 0.75
)

// Weights of the second stage's features. Each feature is between 0 and 1 for
// every question and index, and so is their sum.
const (
	wordsWeight    = 0.25
	gramsWeight    = 0.3
	pairsWeight    = 0.1
	coverageWeight = 0.1
	sentenceWeight = 0.25
)

// Features say why a passage stands where it does.
type Features struct {
	Words    float64 `json:"words"`    // stems and numbers, by BM25
	Grams    float64 `json:"grams"`    // character n-grams, by BM25: forms, compounds and misspellings that no stemmer knows
	Pairs    float64 `json:"pairs"`    // share of the question's neighbouring words that stand near one another, in its order
	Coverage float64 `json:"coverage"` // share of the question, by weight, that is there at all
	Sentence float64 `json:"sentence"` // the best sentence: words that stand together answer together
	Language float64 `json:"language"` // a factor for all of them: 1, or foreignCredit for another language than the question's
}

// foreignCredit is what a passage in another language than the question's counts
// for, where there are stories in its own: names and borrowed words meet in
// all.
const foreignCredit = 0.8

func (f Features) score() float64 {
	return f.Language * (wordsWeight*f.Words + gramsWeight*f.Grams + pairsWeight*f.Pairs + coverageWeight*f.Coverage + sentenceWeight*f.Sentence)
}

// A ranked passage is one with what it holds of a question: in its text, and
// in the title and heading that it stands under.
type ranked struct {
	Passage
	lang          string
	text, context counts
}

// rank scores the passages with their sentences, and sorts them, best first.
func rank(ctx context.Context, q *query, passages []record.Passage) ([]ranked, error) {
	all := make([]ranked, len(passages))
	var mean float64 // length
	for i, p := range passages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all[i] = q.read(p)
		mean += float64(all[i].text.length) / float64(len(passages))
	}
	for i := range all {
		r := &all[i]
		r.Features = q.features(*r, mean)
		r.Score = r.Features.score()
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.PublishedAt.Compare(a.PublishedAt)) // of two that tell the same, the news
	})
	return all, nil
}

// read counts in the passage and scores its sentences.
func (q *query) read(p record.Passage) ranked {
	tokens := analysis.Tokens(p.Text)
	r := ranked{Passage: Passage{Passage: p}, lang: analysis.LanguageOf(tokens), text: q.newCounts(), context: q.newCounts()}
	for _, line := range []string{p.Title, p.Heading} {
		r.context.add(q.count(analysis.Tokens(line), r.lang))
		q.countDates(line, r.lang, p.PublishedAt, &r.context)
	}
	before := r.context
	for _, span := range analysis.Sentences(p.Text) {
		n := 0
		for n < len(tokens) && tokens[n].Start < span.End {
			n++
		}
		c := q.count(tokens[:n], r.lang)
		q.countDates(span.Of(p.Text), r.lang, p.PublishedAt, &c)
		s := Sentence{Span: span, RefersBack: analysis.RefersBack(tokens[:n], r.lang), LeadsOn: c.length-c.asked < leastNews}
		credit := carry
		if s.RefersBack {
			credit = carryReferred
		}
		s.Score = q.fit(c, before, credit)
		r.Sentences = append(r.Sentences, s)
		r.text.add(c)
		before, tokens = c, tokens[n:]
	}
	return r
}

// features are the passage's; mean is the length of the passages that it is
// compared with.
func (q *query) features(r ranked, mean float64) Features {
	if q.total == 0 {
		return Features{}
	}
	f := Features{Language: 1}
	if !q.foreign && q.lang != "" && r.lang != "" && r.lang != q.lang {
		f.Language = foreignCredit
	}
	for _, s := range r.Sentences {
		f.Sentence = max(f.Sentence, s.Score)
	}
	for i, g := range q.groups {
		words := q.saturate(r, r.text.groups[i], r.context.groups[i], mean)
		f.Words += g.weight * words
		f.Coverage += g.weight * max(q.share(i, r.text), q.share(i, r.context))
		if len(g.grams) == 0 {
			f.Grams += g.weight * words
		}
		for _, gram := range g.grams { // a word's weight is spread over its grams
			f.Grams += g.weight / float64(len(g.grams)) * q.saturate(r, r.text.grams[gram], r.context.grams[gram], mean)
		}
	}
	f.Words /= q.total
	f.Grams /= q.total
	f.Coverage /= q.total
	f.Pairs = q.pairShare(r.text)
	return f
}

// contextCredit is what a term counts for, of 1, that stands in the passage's
// title or heading only.
const contextCredit = 0.3

// saturate is BM25's growth with a term's count n in the text, from 0 to 1; at
// least contextCredit for one that the context holds.
func (q *query) saturate(r ranked, n, context int, mean float64) float64 {
	var credit float64
	if context > 0 {
		credit = contextCredit
	}
	if n == 0 {
		return credit
	}
	return max(credit, float64(n)/(float64(n)+k1*(1-b+b*float64(r.text.length)/mean)))
}

// What makes a sentence fit.
const (
	askWeight  = 0.1 // it holds the kind of thing that the question asks for
	lengthCost = 0.1 // it is long, and holds the words for that reason
)

// What the sentence before holds counts for so much: it goes on about the same
// thing, and surely does when it refers back to it.
const (
	carry         = 0.5
	carryReferred = 0.7
)

// leastNews is how many terms a sentence has beside the question's when it may
// answer it alone: "Peskov also said what Russia would prefer." does not.
const leastNews = 5

// longSentence is the length, in terms, that costs half of lengthCost.
const longSentence = 25

// fit is how well a sentence answers the question, up to 1, given what stands
// before it and the credit for that.
func (q *query) fit(c, before counts, credit float64) float64 {
	if q.total == 0 {
		return 0
	}
	var cover float64
	for i, g := range q.groups {
		cover += g.weight * max(q.share(i, c), credit*q.share(i, before))
	}
	score := (1 - askWeight) * cover / q.total
	if q.answers(c) {
		score += askWeight
	}
	return score * (1 - lengthCost*float64(c.length)/float64(c.length+longSentence))
}
