package grounding

import (
	"slices"
	"strings"
	"sync"

	"storybot/retrieval/analysis"
)

// Closeness at which a statement is shown, and shown beside its quote. Measured
// on people's rewrites and models' summaries of news in English.
const (
	closeEnough = 0.75
	nearEnough  = 0.6
	farthest    = 0.2 // that any mode shows of the same language
)

// longer is how many times as long as its source a statement is at most: people who
// explain it need less.
const longer = 2

// maxSource bounds the sentences that a statement is compared with, in bytes:
// text without sentence marks has sentences of any length.
const maxSource = 4 * MaxQuote

// A claim is a statement taken apart.
type claim struct {
	text       string
	own        string // its language; that of what it cites where it cannot be told
	lang       string // of what it cites
	translated bool   // they differ
	words      []word
	numbers    []quantity
	dates      []analysis.Date
}

func newClaim(statement string, evidence []Evidence) claim {
	lang, own := analysis.Language(evidence[0].Paragraph), analysis.Language(statement)
	if own == "" || lang == "" || own != lang && speaksAlike(statement, evidence) {
		own = lang
	}
	return claim{
		text: statement, own: own, lang: lang, translated: own != lang,
		words: wordsOf(statement, own), numbers: quantities(statement), dates: analysis.Dates(statement, own, someday),
	}
}

// alike is one in how many words a text has of what it translates, at most.
const alike = 3

// speaksAlike says that a statement has so many words of its evidence that it cannot be
// a translation, whatever their languages seem to be: those of short texts are guesses.
// Names, which translations share, do not count.
func speaksAlike(statement string, evidence []Evidence) bool {
	known := make(map[string]bool)
	for _, e := range evidence {
		for _, t := range analysis.Tokens(e.Paragraph) {
			known[t.Text] = true
		}
	}
	words, shared := 0, 0
	for _, t := range analysis.Tokens(statement) {
		if t.Kind != analysis.Number && !t.Upper {
			words++
			if known[t.Text] {
				shared++
			}
		}
	}
	return alike*shared >= words
}

// invented says which number, date or name of the claim none of the paragraphs has,
// or "". Another language has other names for things, and is let off the
// latter.
func (c claim) invented(evidence []Evidence) string {
	k := knownFrom(evidence, c.lang)
	if number, found := k.unknownNumber(c.numbers); found {
		return "The passage does not have the number " + number + "."
	}
	if date, found := k.unknownDate(c.dates); found {
		return "The passage does not have the date " + date.Of(c.text) + "."
	}
	if i := slices.IndexFunc(c.words, k.isUnknownName); i >= 0 && !c.translated {
		return "The passage does not have the name " + c.words[i].written + "."
	}
	return ""
}

// A citation is evidence whose quote has been found.
type citation struct {
	paragraph string
	quote     analysis.Span
	sentences analysis.Span // that the quote stands in
	source    []word        // of the sentences
	told      *known        // by them and the sentences beside them

	// What few statements need, made when one does.
	known  func() *known // what the context tells as well
	before func() string // the keys of the sentence before, with spaces around
	rest   func() string // of all the paragraph's other words
}

func cite(e Evidence, lang string) (citation, bool) {
	quote, ok := Locate(e.Paragraph, e.Quote)
	if !ok {
		return citation{}, false
	}
	sentences := analysis.Sentences(e.Paragraph)
	first := slices.IndexFunc(sentences, func(s analysis.Span) bool { return s.End > quote.Start })
	last := first
	for last+1 < len(sentences) && sentences[last+1].Start < quote.End {
		last++
	}
	cited := analysis.Span{Start: min(quote.Start, sentences[first].Start), End: max(quote.End, sentences[last].End)}
	if cited.End-cited.Start > maxSource {
		cited = quote
	}
	beside := analysis.Span{Start: sentences[max(first-1, 0)].Start, End: sentences[min(last+1, len(sentences)-1)].End}
	told := newKnown(lang)
	told.add(beside.Of(e.Paragraph))
	return citation{
		paragraph: e.Paragraph, quote: quote, sentences: cited, source: wordsOf(cited.Of(e.Paragraph), lang), told: told,
		known: sync.OnceValue(func() *known {
			return knownFrom([]Evidence{{Paragraph: beside.Of(e.Paragraph), Context: e.Context}}, lang)
		}),
		before: sync.OnceValue(func() string {
			if first == 0 {
				return ""
			}
			return keys(wordsOf(sentences[first-1].Of(e.Paragraph), lang))
		}),
		rest: sync.OnceValue(func() string {
			return keys(wordsOf(e.Paragraph[:cited.Start], lang)) + keys(wordsOf(e.Paragraph[cited.End:], lang))
		}),
	}, true
}

// judge compares a claim with one citation.
func (c citation) judge(s claim, mode Mode) Verdict {
	aligned, cited := align(s.words, c.source), keys(c.source)
	v := Verdict{Decision: Shown, Closeness: aligned.closeness, Verbatim: c.verbatim(s.text)}
	if v.Verbatim {
		v.Closeness = 1
	}
	c.limitNumbers(&v, s)
	for _, w := range s.words {
		switch {
		case !c.told.mayBeUnknownName(w):
		case c.known().mayBeUnknownName(w) && !(aligned.resolved(w) && strings.Contains(c.rest(), keys([]word{w}))):
			v.limit(Replaced, "The word "+w.written+" is not in the passage beside the quote, and may be a name.")
		default:
			v.limit(ShownWithQuote, "The word "+w.written+" is not in the passage beside the quote.")
		}
	}
	limitMarks(&v, aligned)
	c.told.limitOrder(&v, aligned)
	for _, g := range aligned.gaps {
		c.told.limitGap(&v, g)
		far := func(w word) bool { return mayBeName(w) && !strings.Contains(c.before()+cited, keys([]word{w})) }
		switch fuses := g.fuses(cited, c.rest); {
		case g.resolves() && (fuses || has(g.statement, far)):
			v.limit(ShownWithQuote, "It names what the passage calls by a pronoun.")
		case fuses:
			v.limit(Replaced, "It joins words of several sentences.")
		case g.usurps(aligned.source, func(w word) bool { return strings.Contains(c.rest(), keys([]word{w})) }):
			v.limit(ShownWithQuote, "It begins with a word of another sentence.")
		}
	}
	if stutters(s.words, c.source) {
		v.limit(Replaced, "It says a word twice.")
	}
	if aligned.addsSentence() || len(s.words) > longer*len(c.source) {
		v.limit(Replaced, "It says more than the passage.")
	}
	if c.asks() && !isQuestion(s.text) {
		v.limit(Replaced, "It states what the passage asks.")
	}
	v.Verbatim = v.Verbatim && v.Decision == Shown
	v.limitMode(mode)
	return v
}

// limitMode limits what the rules leave to what the mode shows.
func (v *Verdict) limitMode(mode Mode) {
	switch {
	case v.Verbatim:
	case mode == Verbatim:
		v.limit(Replaced, "It is not a quote.")
	case v.Closeness < farthest && !v.Translated:
		v.limit(Replaced, "It has hardly a word of the quote.")
	case mode == Normal:
		v.limit(ShownWithQuote, "It is not a quote.")
	case v.Translated:
	case v.Closeness < nearEnough:
		v.limit(Replaced, "It is far from the words of the quote.")
	case v.Closeness < closeEnough:
		v.limit(ShownWithQuote, "It is near the words of the quote, but not close.")
	}
}

// asks says that the cited sentences end in a question.
func (c citation) asks() bool { return isQuestion(c.sentences.Of(c.paragraph)) }

func isQuestion(text string) bool { return strings.HasSuffix(trimAdded(normalize(text).text), "?") }

// limit lowers the decision to at most this one.
func (v *Verdict) limit(most Decision, why string) {
	if most < v.Decision {
		v.Decision, v.Why = most, why
	}
}

func (v Verdict) better(than Verdict) bool {
	return v.Decision > than.Decision || v.Decision == than.Decision && v.Closeness > than.Closeness
}

// verbatim says that the statement is the quote or its sentences, but for the
// marks around it.
func (c citation) verbatim(statement string) bool {
	bare := func(text string) string { return strings.TrimRight(trimAdded(normalize(text).text), ".,;:!。' ") }
	s := bare(statement)
	return s == bare(c.quote.Of(c.paragraph)) || s == bare(c.sentences.Of(c.paragraph))
}

// exceeded says that the claim has words from the sentences around the quote
// that the quote has not.
func (c citation) exceeded(s claim) bool {
	shared := func(source []word) int {
		n := 0
		for _, place := range match(s.words, source) {
			if place >= 0 {
				n++
			}
		}
		return n
	}
	return shared(wordsOf(c.quote.Of(c.paragraph), c.told.lang)) < shared(c.source)
}
