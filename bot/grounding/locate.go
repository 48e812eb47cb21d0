package grounding

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// MaxQuote bounds a quote, in characters: longer than any paragraph that
// reads well, and what keeps the comparison quick.
const MaxQuote = 2000

// A quote must say enough to stand in one place only: five words, or ten characters
// where words have no spaces. A whole clause may be shorter.
const (
	wordSize      = 2 // what a word counts for, in characters of a script without spaces
	minQuote      = 5 * wordSize
	minWholeQuote = 2 * wordSize
)

// Locate finds a quote in its paragraph and says where it stands there, in
// bytes: what is shown is always the paragraph's own text. Quote and paragraph are compared
// in one normal form, character for character, so that a quote with a gap, a changed
// word or torn digits is not found.
//
// Quotation marks, spaces and an ellipsis that a writer put around the quote
// are forgiven.
func Locate(paragraph, quote string) (analysis.Span, bool) {
	return locate(normalize(paragraph), quote)
}

func locate(paragraph normalText, quote string) (analysis.Span, bool) {
	if utf8.RuneCountInString(quote) > MaxQuote {
		return analysis.Span{}, false
	}
	form := normalize(quote).text
	for _, q := range []string{form, trimAdded(form)} {
		if span, ok := paragraph.find(q); ok {
			return span, true
		}
	}
	return analysis.Span{}, false
}

// trimAdded is the quote without quotation marks and ellipses around it.
func trimAdded(quote string) string {
	for {
		trimmed := strings.Trim(quote, "' ")
		for _, ellipsis := range []string{"[...]", "(...)", "..."} {
			trimmed = strings.TrimSuffix(strings.TrimPrefix(trimmed, ellipsis), ellipsis)
		}
		if trimmed == quote {
			return quote
		}
		quote = trimmed
	}
}

// find is where the text has the quote as whole words.
func (t normalText) find(quote string) (analysis.Span, bool) {
	size := quoteSize(quote)
	if size == 0 {
		return analysis.Span{}, false
	}
	for from := 0; ; {
		i := strings.Index(t.text[from:], quote)
		if i < 0 {
			return analysis.Span{}, false
		}
		start := from + i
		end := start + len(quote)
		long := size >= minQuote || size >= minWholeQuote && t.endsClause(start) && t.endsClause(end)
		if long && t.divides(start) && t.divides(end) {
			return analysis.Span{Start: t.spans[start].Start, End: t.spans[end-1].End}, true
		}
		from = start + 1
	}
}

// quoteSize is the length of a quote in characters of scripts without spaces; a
// word of the others counts for two.
func quoteSize(quote string) int {
	size := 0
	for _, t := range analysis.Tokens(quote) {
		if t.Kind == analysis.Run {
			size += utf8.RuneCountInString(t.Text)
		} else {
			size += wordSize
		}
	}
	return size
}

// endsClause says that a clause ends or starts at byte i: only space is between
// it and a mark of punctuation or an end of the text.
func (t normalText) endsClause(i int) bool {
	before, _ := utf8.DecodeLastRuneInString(strings.TrimRight(t.text[:i], " "))
	after, _ := utf8.DecodeRuneInString(strings.TrimLeft(t.text[i:], " "))
	return i == 0 || i == len(t.text) || unicode.IsPunct(before) || unicode.IsPunct(after)
}

// divides says that byte i does not stand inside a word, a number, or a
// character of the original text that the normal form has taken apart.
func (t normalText) divides(i int) bool {
	if i == 0 || i == len(t.text) {
		return true
	}
	if t.spans[i-1] == t.spans[i] {
		return false
	}
	left, right := t.text[:i], t.text[i:]
	a, size := utf8.DecodeLastRuneInString(left)
	beforeA, _ := utf8.DecodeLastRuneInString(left[:len(left)-size])
	b, size := utf8.DecodeRuneInString(right)
	afterB, _ := utf8.DecodeRuneInString(right[size:])
	switch {
	case unicode.IsMark(b):
		return false
	case a == '-' && unicode.IsDigit(b) && !isWordy(beforeA): // a minus
		return false
	case joins(a, beforeA, b), joins(b, a, afterB):
		return false
	}
	return !isWordy(a) || !isWordy(b) || isUnspaced(a) || isUnspaced(b)
}

// joins says that the mark between two characters makes one word or number of
// them: don't, 3.5, 12:30.
func joins(mark, before, after rune) bool {
	switch mark {
	case '.', ',', ':':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	case '\'':
		return isWordy(before) && isWordy(after) && !isUncased(before) && !isUncased(after) // not 「言葉」と
	}
	return false
}

func isWordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// isUnspaced says that r's script puts no spaces between words. Hangul does.
func isUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer,
		unicode.Myanmar) || r == 'ー'
}
