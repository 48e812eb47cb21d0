package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalize is the form in which words are compared before stemming:
// compatibility-composed (NFKC), lower case, one apostrophe, ASCII digits, no
// invisible characters, and no marks that a language treats as optional
// (Arabic and Hebrew vowel points, Russian ё).
func Normalize(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	// Seldom more than once: a small letter may compose with a mark where its
	// capital does not (J̌), or a character dropped between them was in the way.
	for {
		s = norm.NFKC.String(s)
		mapped := strings.Map(normalRune, s)
		if mapped == s || norm.NFKC.IsNormalString(mapped) {
			return mapped
		}
		s = mapped
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// normalRune is the normal form of a composed character, or -1 to drop it.
func normalRune(r rune) rune {
	switch r {
	case '’', '‘', 'ʼ':
		return '\''
	case 'ё', 'Ё':
		return 'е'
	case 'ـ', 0xAD, 0x115F, 0x1160, '״', '׳': // tatweel, soft hyphen, Hangul fillers, Hebrew acronym marks
		return -1
	}
	switch {
	case r < 0x0483 || unicode.IsLetter(r): // marks before U+0483 are left to fold
		return unicode.ToLower(r)
	case unicode.In(r, unicode.Cf, unicode.Me): // joiners, directions; keycaps
		return -1
	case unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Inherited):
		return -1
	case unicode.IsDigit(r):
		return digit(r)
	}
	return unicode.ToLower(r) // Ⓐ and Ⅷ are no letters
}

// digit is the ASCII digit with the value of r. Unicode keeps decimal digits
// in runs of ten that start at zero.
func digit(r rune) rune {
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
var unmarked = strings.NewReplacer(
	"ß", "ss", "ø", "o", "æ", "ae", "œ", "oe", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// fold drops the diacritics of Latin and Greek letters: people leave them out
// when they ask. Marks of other scripts are letters in their own right and
// stay.
func fold(s string) string {
	if strings.IndexFunc(s, isFoldable) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	optional := false // the base letter before is Latin or Greek
	for _, r := range norm.NFD.String(unmarked.Replace(s)) {
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

// isFoldable says that fold may change a word that holds r: a letter with a
// mark, or a mark, of Latin or Greek. They have the blocks up to U+03FF, and
// some from U+1D00.
func isFoldable(r rune) bool {
	return r >= utf8.RuneSelf && r < 0x0400 || r >= 0x1D00 && unicode.In(r, unicode.Latin, unicode.Greek)
}

// gramLength is how many characters of r's script make an index term, or 0
// for scripts that put spaces between words. A Hangul word carries its
// particles, and is cut like Han; letters of South-East Asian scripts are
// smaller units, so that three are needed.
func gramLength(r rune) int {
	switch { // by whole blocks where that will do, as it is asked for each character
	case r < 0x0E00:
		return 0
	case r >= 0x3041 && r <= 0x30FF, r >= 0x3400 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3:
		return 2
	case r < 0x0F00, r >= 0x1000 && r < 0x10A0:
		return 3
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return 2
	case unicode.In(r, unicode.Khmer, unicode.Myanmar):
		return 3
	}
	return 0
}
