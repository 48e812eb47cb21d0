package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// Kind says what a token is made of.
type Kind uint8

const (
	Word   Kind = iota // letters of a script that puts spaces between words
	Number             // digits, perhaps with letters: 1990s, 3.5, f16
	Run                // a run of a script without spaces: 日本語, ภาษาไทย, 한국어
)

// A Token is a word, a number, or a run of a script without spaces.
type Token struct {
	Span
	Text  string // normal form: see Normalize; never empty
	Kind  Kind
	Upper bool // the text has it with a capital first letter
}

// Tokens are the tokens of text in order. Punctuation, symbols and spaces are
// left out. One word of the text may give two tokens with the same span, as in the
// French l'homme; a possessive 's is dropped.
func Tokens(text string) []Token {
	tokens := make([]Token, 0, len(text)/6+1)
	it := words.FromString(text)
	for it.Next() {
		value := it.Value()
		first, _ := utf8.DecodeRuneInString(value)
		if !unicode.IsLetter(first) && !unicode.IsNumber(first) && !unicode.IsMark(first) {
			continue
		}
		span := Span{it.Start(), it.End()}
		if gramLength(first) > 0 {
			tokens = appendRun(tokens, span, value)
			continue
		}
		tokens = appendWord(tokens, span, value, unicode.IsUpper(first) || unicode.IsTitle(first))
	}
	return tokens
}

// appendRun adds a piece of a script without spaces, joining it to a piece of the same
// kind that it touches: the segmentation cuts Han and Thai anywhere.
func appendRun(tokens []Token, span Span, value string) []Token {
	text := Normalize(value)
	if text == "" {
		return tokens
	}
	if n := len(tokens) - 1; n >= 0 && tokens[n].Kind == Run && tokens[n].End == span.Start &&
		runLength(tokens[n].Text) == runLength(text) {
		tokens[n].End = span.End
		tokens[n].Text += text
		return tokens
	}
	return append(tokens, Token{Span: span, Text: text, Kind: Run})
}

// runLength is the gram length of a run's script.
func runLength(run string) int {
	first, _ := utf8.DecodeRuneInString(run)
	return gramLength(first)
}

// appendWord adds a word or number, cut at apostrophes and dots where a
// reader would cut it.
func appendWord(tokens []Token, span Span, value string, upper bool) []Token {
	text := Normalize(value)
	add := func(part string) {
		part = strings.Trim(part, "'._:")
		if part == "" {
			return
		}
		kind := Word
		if strings.IndexFunc(part, unicode.IsDigit) >= 0 {
			kind, part = Number, number(part)
		}
		tokens = append(tokens, Token{Span: span, Text: part, Kind: kind, Upper: upper})
	}
	if strings.IndexFunc(text, unicode.IsDigit) >= 0 {
		add(strings.ReplaceAll(text, "'", ""))
		return tokens
	}
	for _, part := range splitDots(text) {
		head, tail, found := strings.Cut(part, "'")
		switch {
		case !found || tail == "s" || tail == "":
			add(head)
		case utf8.RuneCountInString(tail) < 3 || head == "o": // don't, they're, o'neill
			add(strings.ReplaceAll(part, "'", ""))
		case utf8.RuneCountInString(head) <= 2: // l'homme, qu'il
			add(tail)
		default: // dell'arte
			add(head)
			add(tail)
		}
	}
	return tokens
}

// splitDots cuts words that a missing space has joined, and joins acronyms:
// "end.start" is two words, "u.s.a" is one.
func splitDots(text string) []string {
	if !strings.ContainsAny(text, ".:_") {
		return []string{text}
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ':' || r == '_' })
	for _, p := range parts {
		if utf8.RuneCountInString(p) > 1 {
			return parts
		}
	}
	return []string{strings.Join(parts, "")}
}

// number is the one form of a number's variants: thousands separators are
// dropped, a decimal comma becomes a dot, and an English ordinal is its number. A
// lone separator before three digits (3,800 or 3.800) is read as thousands in
// every language, so that question and text agree.
func number(s string) string {
	if ordinal := strings.TrimRight(s, "stndrh"); len(s)-len(ordinal) == 2 && isDigits(ordinal) {
		return ordinal
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '.' })
	if len(parts) < 2 {
		return s
	}
	last := parts[len(parts)-1]
	if len(last) == 3 || len(parts) > 2 && !strings.Contains(s, ".") {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], "") + "." + last
}

func isDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
