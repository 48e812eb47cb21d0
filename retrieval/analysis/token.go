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
	Text    string // normal form: see Normalize; never empty
	Also    string // what else others may write for it, or ""; see join and unitless
	Kind    Kind
	Upper   bool // the text has it with a capital first letter
	Acronym bool // the text has it in capitals or with dots, unlike its other words: US, U.S., a.m.
}

// Tokens are the tokens of text in order. Punctuation, symbols and spaces are
// left out. One word of the text may give several tokens with the same span,
// as in the French l'homme or the Korean 8일; a possessive 's is dropped.
// Initials are one token, as J. R. R. is written J.R.R. as well.
func Tokens(text string) []Token {
	spaces := strings.Count(text, " ")
	return TokensIn(make([]Token, 0, spaces+spaces/8+4), text)
}

// TokensIn are the Tokens of text, in the place of what room holds.
func TokensIn(room []Token, text string) []Token {
	t := tokenizer{text: text, tokens: room[:0], plain: plainLetters()}
	it := words.FromString(text)
	for it.Next() {
		s := Span{max(it.Start(), t.open.End), it.End()} // initials end further on
		if s.Start < s.End {
			t.segment(s)
		}
	}
	t.close()
	t.calm()
	return t.tokens
}

// A tokenizer makes the tokens of a text from its segments by UAX 29.
type tokenizer struct {
	text   string
	tokens []Token
	open   Token // that the next segment may go on with: Han and Thai are cut anywhere
	size   int   // open's gram length, or 0
	plain  *letterTable
}

// Characters that UAX 29 sees within a word.
const (
	zwnj        = "\u200C" // between the parts of a Persian word, as a hyphen in others
	narrowSpace = "\u202F" // between thousands
)

// jointAfter is the character at which a segment is cut that begins with
// first, or "".
func jointAfter(first rune) string {
	switch {
	case unicode.IsDigit(first):
		return narrowSpace
	case first >= 0x0600 && unicode.Is(unicode.Arabic, first):
		return zwnj
	}
	return ""
}

// segment goes on with a segment of the text that is not empty.
func (t *tokenizer) segment(s Span) {
	part := s.Of(t.text)
	if b := part[0]; b < utf8.RuneSelf && b != '_' && !isASCIIWordy(b) {
		t.close()
		return
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(part, "_")) // _this_ is one segment
	if !isWordy(first) {
		t.close()
		return
	}
	n := 0
	if !unicode.IsDigit(first) {
		n = gramLength(first)
	}
	if n > 0 && n == t.size {
		t.open.End = s.End
		return
	}
	t.close()
	upper := unicode.IsUpper(first) || unicode.IsTitle(first)
	if upper {
		s.End = max(s.End, s.Start+initials(t.text[s.Start:]))
	}
	if joint := jointAfter(first); joint != "" {
		for cut := strings.Index(part, joint); cut >= 0; cut = strings.Index(part, joint) {
			t.open = Token{Span: Span{s.Start, s.Start + cut}}
			t.close()
			s.Start += cut + len(joint)
			part = s.Of(t.text)
		}
	}
	t.open, t.size = Token{Span: s, Upper: upper}, n
}

func isASCIIWordy(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9'
}

// isWordy says that a word may begin with r.
func isWordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// initials is the length of the initials that text begins with, or 0: two
// capital letters or more, each with a dot, with a space between.
func initials(text string) int {
	end := 0
	for i, n := 0, 1; ; n++ {
		letter, size := utf8.DecodeRuneInString(text[i:])
		rest, dotted := strings.CutPrefix(text[i+size:], ".")
		if !unicode.IsUpper(letter) || !dotted || rest != "" && rest[0] != ' ' {
			return end
		}
		i = len(text) - len(rest)
		if n > 1 {
			end = i
		}
		if rest == "" {
			return end
		}
		i += len(" ")
	}
}

// close adds the parts of the open token, if there is one, cut where a script
// without spaces begins and ends.
func (t *tokenizer) close() {
	open := t.open
	if open.End == 0 {
		return
	}
	t.open, t.size = Token{}, 0
	raw := open.Of(t.text)
	open.Acronym = open.Upper && isCapitals(raw)
	if word := t.plain.word(raw); word != "" {
		open.Text = word
		t.add(open)
		return
	}
	text := Normalize(strings.ReplaceAll(raw, " ", "")) // between initials
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
			open.Text, open.Kind = text[:end], Run
			t.add(open)
		} else {
			t.addWords(open, text[:end])
		}
		text = text[end:]
	}
}

// isCapitals says that a word has two letters or more, all of them capitals.
func isCapitals(word string) bool {
	n := 0
	for _, r := range word {
		switch {
		case unicode.IsUpper(r):
			n++
		case unicode.IsLetter(r):
			return false
		}
	}
	return n > 1
}

// calm takes back what capitals tell in a text that has nothing else: it is a
// headline, or loud.
func (t *tokenizer) calm() {
	for _, token := range t.tokens {
		if token.Kind == Word && !token.Acronym {
			return
		}
	}
	for i := range t.tokens {
		token := &t.tokens[i]
		token.Acronym = token.Acronym && strings.Contains(token.Of(t.text), ".")
	}
}

// add adds a token, joined with the one before.
func (t *tokenizer) add(token Token) {
	if n := len(t.tokens); n > 0 && token.Also == "" {
		before := t.tokens[n-1]
		if gap := token.Start - before.End; 0 < gap && gap <= utf8.UTFMax {
			token.Also = join(before, token, t.text[before.End:token.Start])
		}
	}
	t.tokens = append(t.tokens, token)
}

// join is what two tokens make together over the gap between them, or "":
// Spider-Man is also written Spiderman, F-16 F16, and 3 800 is 3800.
func join(a, b Token, gap string) string {
	switch {
	case a.Kind == Word && b.Kind != Run && isHyphen(gap):
		return a.Text + b.Text
	case a.Kind != Number || b.Kind != Number || gap != " " && gap != "\u00A0" && gap != "\u2009" && gap != narrowSpace:
		return ""
	case len(b.Text) != 3 || !isDigits(b.Text):
		return ""
	case len(a.Text) == 3 && isDigits(a.Also) && len(a.Also) < maxDigits: // 1 000 000
		return a.Also + b.Text
	case len(a.Text) <= 3 && isDigits(a.Text):
		return a.Text + b.Text
	}
	return ""
}

// maxDigits bounds the numbers that are put together over spaces, in digits: a
// table's row is no number.
const maxDigits = 15

// isHyphen says that s joins two words: a hyphen, or an en dash, which many
// type for it.
func isHyphen(s string) bool {
	switch s {
	case "-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2212", "\uFE63", "\uFF0D", zwnj:
		return true
	}
	return false
}

// isDigits says that s is digits alone, at least one.
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
