package analysis

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normalize is the form in which words are compared before stemming:
// compatibility-composed (NFKC), lower case, one apostrophe, ASCII digits, no
// invisible characters, and no marks that a language treats as optional
// (Arabic and Hebrew vowel points, Russian ё).
func Normalize(s string) string {
	if isPlain(s) {
		return s
	}
	s = norm.NFKC.String(s)
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '’' || r == '‘' || r == 'ʼ' || r == '´' || r == '`':
			r = '\''
		case r == 'ё' || r == 'Ё':
			r = 'е'
		case r == 'ـ' || unicode.Is(unicode.Cf, r): // Arabic tatweel; joiners, directions, soft hyphen
			continue
		case unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Inherited) && !latinMark(r):
			continue
		case unicode.IsDigit(r):
			r = digit(r)
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// isPlain says that s is its own normal form already: ASCII without capitals.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] >= 'A' && s[i] <= 'Z' || s[i] == '`' {
			return false
		}
	}
	return true
}

// latinMark says that r is a combining mark of Latin, Greek or Cyrillic, which Fold
// deals with after stemming.
func latinMark(r rune) bool { return r >= 0x0300 && r <= 0x036F }

// digit is the ASCII digit with the value of r. Unicode keeps decimal digits
// in runs of ten that start at zero.
func digit(r rune) rune {
	if r < 0x80 {
		return r
	}
	for _, t := range unicode.Digit.R16 {
		if lo, hi := rune(t.Lo), rune(t.Hi); r >= lo && r <= hi {
			return '0' + (r-lo)%10
		}
	}
	for _, t := range unicode.Digit.R32 {
		if lo, hi := rune(t.Lo), rune(t.Hi); r >= lo && r <= hi {
			return '0' + (r-lo)%10
		}
	}
	return r
}

// unmarked maps letters that have no decomposition to what people type for
// them.
var unmarked = strings.NewReplacer("ß", "ss", "ø", "o", "æ", "ae", "œ", "oe", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// fold drops the diacritics of Latin and Greek letters: people leave them out
// when they ask. Marks of other scripts are letters in their own right and stay.
func fold(s string) string {
	if isPlain(s) {
		return s
	}
	s = unmarked.Replace(s)
	var b strings.Builder
	b.Grow(len(s))
	optional := false // the base letter before is Latin or Greek
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			if optional {
				continue
			}
		} else {
			optional = unicode.In(r, unicode.Latin, unicode.Greek)
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// gramLength is how many characters of r's script make an index term, or 0
// for scripts that put spaces between words. A Hangul word carries its particles, and
// is cut like Han; letters of South-East Asian scripts are smaller units, so
// that three are needed.
func gramLength(r rune) int {
	if r < 0x0E00 {
		return 0
	}
	switch {
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r == 'ー', r == '々':
		return 2
	case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return 3
	}
	return 0
}
