package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// minPhrase is how many characters a phrase of a script without sentence
// marks has at least, about a sentence of news: Thai puts a space between
// sentences, but also around clauses, names and numbers.
const minPhrase = 160

// Sentences are the sentences of a paragraph by Unicode's rules (UAX 29),
// without the space around them. Abbreviations and initials do not end one. In
// scripts that mark no sentences (Thai, Lao, Khmer, Burmese) the phrases
// between spaces stand in for them.
func Sentences(text string) []Span {
	var spans []Span
	open := -1 // where a sentence began that an abbreviation did not end
	it := sentences.FromString(text)
	for it.Next() {
		start := it.Start()
		if open >= 0 {
			start = open
		}
		open = -1
		span := trim(text, Span{start, it.End()})
		if span.Start == span.End {
			continue
		}
		if it.End() < len(text) && endsInAbbreviation(span.Of(text), text[it.End():]) {
			open = span.Start
			continue
		}
		spans = appendPhrases(spans, text, span)
	}
	if open >= 0 {
		spans = appendPhrases(spans, text, trim(text, Span{open, len(text)}))
	}
	return spans
}

func trim(text string, s Span) Span {
	part := s.Of(text)
	left := strings.TrimLeftFunc(part, unicode.IsSpace)
	s.Start += len(part) - len(left)
	s.End = s.Start + len(strings.TrimRightFunc(left, unicode.IsSpace))
	return s
}

// abbreviations are words that are written with a dot and followed by a name.
var abbreviations = wordSet(`mr mrs ms dr prof st gen col lt sen rep gov capt sgt rev hon jr sr vs ca approx
	bzw bspw sog ул тыс млн млрд руб гг`)

// countable are abbreviations that a number follows; before anything else they
// are words, as in "She said no."
var countable = wordSet(`no nr fig vol pp abs jan feb aug sept oct nov dec`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// endsInAbbreviation says that the dot at the end of a sentence belongs to its
// last word, given the rest of the text: Mr., J., U.S., z.B., No. before 5. A
// German ordinal (3.) cannot be told from a number that ends a sentence, and
// ends one.
func endsInAbbreviation(sentence, rest string) bool {
	body, dotted := strings.CutSuffix(sentence, ".")
	if !dotted {
		return false
	}
	word := lastWord(body)
	letter := word[strings.LastIndexByte(word, '.')+1:]
	if r, size := utf8.DecodeRuneInString(letter); size > 0 && size == len(letter) {
		return len(letter) < len(word) || unicode.IsUpper(r)
	}
	word = strings.ToLower(word)
	next, _ := utf8.DecodeRuneInString(rest)
	return abbreviations[word] || countable[word] && unicode.IsDigit(next)
}

// lastWord is the letters, and dots between them, that text ends in.
func lastWord(text string) string {
	start := len(text)
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if !unicode.IsLetter(r) && r != '.' {
			break
		}
		start -= size
	}
	return strings.TrimLeft(text[start:], ".")
}

// appendPhrases adds the span, cut at spaces when its script marks no
// sentences.
func appendPhrases(spans []Span, text string, span Span) []Span {
	start := span.Start
	length := 0 // characters since start
	previous := rune(0)
	for i, r := range span.Of(text) {
		at := span.Start + i
		if length >= minPhrase && unicode.IsSpace(previous) && gramLength(r) == 3 {
			spans = append(spans, trim(text, Span{start, at}))
			start, length = at, 0
		}
		length++
		previous = r
	}
	last := Span{start, span.End}
	if n := len(spans); length < minPhrase/2 && start > span.Start && n > 0 {
		spans[n-1].End = last.End
		return spans
	}
	return append(spans, last)
}
