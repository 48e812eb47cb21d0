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
const minPhrase = 120

// Sentences are the sentences of a paragraph by Unicode's rules (UAX 29), without the
// space around them. Abbreviations and initials do not end one. In scripts that
// mark no sentences (Thai, Lao, Khmer, Burmese) the phrases between spaces stand in for
// them.
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
		if it.End() < len(text) && endsInAbbreviation(span.Of(text)) {
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

// abbreviations are words that are written with a dot and followed by a name or number.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "gen": true, "col": true, "lt": true,
	"sen": true, "rep": true, "gov": true, "capt": true, "sgt": true, "rev": true, "hon": true, "jr": true, "sr": true,
	"no": true, "vs": true, "fig": true, "vol": true, "pp": true, "ca": true, "approx": true, "jan": true,
	"feb": true, "aug": true, "sept": true, "oct": true, "nov": true, "dec": true, "bzw": true, "nr": true, "abs": true,
	"bspw": true, "sog": true, "им": true, "ул": true, "тыс": true, "млн": true, "млрд": true, "руб": true, "гг": true,
}

// endsInAbbreviation says that the dot at the end of a sentence belongs to its last
// word: Mr., J., U.S., z.B., 3. (a German ordinal cannot be told from a number
// that ends a sentence, and ends one).
func endsInAbbreviation(sentence string) bool {
	body, dotted := strings.CutSuffix(sentence, ".")
	if !dotted {
		return false
	}
	word := body[strings.LastIndexFunc(body, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' })+1:]
	for len(word) > 0 { // LastIndexFunc gives the first byte of a wider character
		if r, size := utf8.DecodeRuneInString(word); !unicode.IsLetter(r) {
			word = word[size:]
			continue
		}
		break
	}
	if last := word[strings.LastIndexByte(word, '.')+1:]; utf8.RuneCountInString(last) == 1 {
		r, _ := utf8.DecodeRuneInString(last)
		return strings.Contains(word, ".") || unicode.IsUpper(r)
	}
	return abbreviations[strings.ToLower(word)]
}

// appendPhrases adds the span, cut at spaces when its script marks no sentences.
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
