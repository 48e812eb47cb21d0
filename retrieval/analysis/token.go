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
// left out. One word of the text may give several tokens with the same span,
// as in the French l'homme or the Korean 8일; a possessive 's is dropped.
func Tokens(text string) []Token {
	tokens := make([]Token, 0, len(text)/6+1)
	var open Token // that the next segment may go on with: Han and Thai are cut anywhere
	var size int   // open's gram length, or 0
	it := words.FromString(text)
	for it.Next() {
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(it.Value(), "_")) // _this_ is one segment
		n := 0
		if isWordy(first) && !unicode.IsDigit(first) {
			n = gramLength(first)
		}
		if n > 0 && n == size {
			open.End = it.End()
			continue
		}
		tokens = open.appendParts(tokens, text)
		open, size = Token{}, n
		if isWordy(first) {
			open.Span = Span{it.Start(), it.End()}
			open.Upper = unicode.IsUpper(first) || unicode.IsTitle(first)
		}
	}
	return open.appendParts(tokens, text)
}

// isWordy says that a word may begin with r.
func isWordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// appendParts adds tokens like t for its stretch of text, cut where a script
// without spaces begins and ends.
func (t Token) appendParts(tokens []Token, text string) []Token {
	text = Normalize(t.Of(text))
	for text != "" {
		first, end := utf8.DecodeRuneInString(text)
		n := gramLength(first)
		for i, r := range text {
			if gramLength(r) != n {
				break
			}
			end = i + utf8.RuneLen(r)
		}
		if n > 0 {
			t.Text, t.Kind = text[:end], Run
			tokens = append(tokens, t)
		} else {
			tokens = t.appendWords(tokens, text[:end])
		}
		text = text[end:]
	}
	return tokens
}

// runLength is the gram length of a run's script.
func runLength(run string) int {
	first, _ := utf8.DecodeRuneInString(run)
	return gramLength(first)
}

// appendWords adds the words and numbers of a text without spaces, cut at
// apostrophes and dots where a reader would cut it.
func (t Token) appendWords(tokens []Token, text string) []Token {
	add := func(part string) {
		if part = strings.TrimLeftFunc(strings.Trim(part, "'.,"), unicode.IsMark); part == "" {
			return
		}
		t.Text, t.Kind = part, Word
		if hasDigit(part) {
			t.Text, t.Kind = number(part), Number
		}
		tokens = append(tokens, t)
	}
	if strings.IndexFunc(text, isPunctuation) < 0 && !strings.ContainsAny(text, ".,'") {
		add(text)
		return tokens
	}
	text = strings.ReplaceAll(text, `"`, "") // in Hebrew acronyms only
	for _, part := range strings.FieldsFunc(text, isPunctuation) {
		if hasDigit(part) {
			add(strings.ReplaceAll(part, "'", ""))
			continue
		}
		for _, word := range splitDots(part) {
			splitApostrophes(word, add)
		}
	}
	return tokens
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// isPunctuation says that r ends a word, even where UAX 29 sees one: the
// underscore and what compatibility forms turn into, as ⑴ into (1).
func isPunctuation(r rune) bool {
	return !isWordy(r) && !unicode.IsMark(r) && r != '\'' && r != '.' && r != ','
}

// splitDots cuts words that a missing space has joined, and joins acronyms:
// "end.start" is two words, "u.s.a" is one.
func splitDots(text string) []string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ',' })
	for _, p := range parts {
		if utf8.RuneCountInString(p) > 1 {
			return parts
		}
	}
	return []string{strings.Join(parts, "")}
}

// splitApostrophes adds the parts of a word around its apostrophes. Words are
// elided before vowels in Latin script only: in others (об'єкт) it is a letter.
func splitApostrophes(word string, add func(string)) {
	word = strings.TrimSuffix(word, "'s")
	head, tail, found := strings.Cut(word, "'")
	first, _ := utf8.DecodeRuneInString(word)
	switch {
	case !found:
		add(word)
	case utf8.RuneCountInString(tail) < 3 || head == "o" || !unicode.Is(unicode.Latin, first): // don't, they're, o'neill
		add(strings.ReplaceAll(word, "'", ""))
	case utf8.RuneCountInString(head) <= 2: // l'homme, qu'il
		splitApostrophes(tail, add)
	default: // dell'arte
		add(head)
		splitApostrophes(tail, add)
	}
}

// number is the one form of a number's variants: thousands separators are
// dropped, a decimal comma becomes a dot, and an English ordinal is its
// number. A lone separator before three digits (3,800 or 3.800) is read as
// thousands in every language, so that question and text agree.
func number(s string) string {
	end := strings.LastIndexAny(s, "0123456789") + 1
	s, unit := s[:end], s[end:]
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '.' })
	last := parts[len(parts)-1]
	switch {
	case len(parts) == 1:
		if unit == "st" || unit == "nd" || unit == "rd" || unit == "th" {
			return s
		}
		return s + unit
	case len(last) == 3, len(parts) > 2 && !strings.Contains(s, "."):
		return strings.Join(parts, "") + unit
	}
	return strings.Join(parts[:len(parts)-1], "") + "." + last + unit
}
