package extract

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// glyphText is the letter that a glyph's name stands for, by the rules of the
// Adobe Glyph List, of which the names that texts in Latin and Cyrillic need
// are known here; "\uFFFD" for others.
func glyphText(name string) string {
	name, _, _ = strings.Cut(name, ".") // "a.sc": how it looks
	if strings.Contains(name, "_") {    // "f_f_i": several letters
		var text strings.Builder
		for part := range strings.SplitSeq(name, "_") {
			text.WriteString(glyphText(part))
		}
		return text.String()
	}
	if len(name) == 1 {
		return name
	}
	if m := glyphCode.FindStringSubmatch(name); m != nil {
		if n, err := strconv.ParseUint(m[1]+m[2], 16, 32); err == nil {
			return string(rune(n))
		}
	}
	if m := glyphAfii.FindStringSubmatch(name); m != nil {
		n, _ := strconv.Atoi(m[1]) // three digits
		if text := cyrillicGlyph(n); text != "" {
			return text
		}
	}
	if text := namedGlyphs[name]; text != "" {
		return text
	}
	// "eacute": a letter and its accent.
	if mark := accents[name[min(1, len(name)):]]; mark != "" {
		return norm.NFC.String(name[:1] + mark)
	}
	return "\uFFFD"
}

var (
	glyphCode = regexp.MustCompile(`^(?:uni([0-9A-F]{4})|u([0-9A-F]{4,6}))`)
	glyphAfii = regexp.MustCompile(`^afii10(\d{3})$`)
)

// cyrillicGlyph is the letter of Adobe's number 10000+n: the alphabet in its
// order with Ё in its place, capitals from 17, small letters from 65; the
// letters of other Slavic languages from 50, and from 98 and 193.
func cyrillicGlyph(n int) string {
	const alphabet = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
	const others = "ґђѓєѕіїјљњћќў"
	letter := func(letters string, i int) string {
		if runes := []rune(letters); i >= 0 && i < len(runes) {
			return string(runes[i])
		}
		return ""
	}
	switch {
	case n >= 17 && n <= 49:
		return strings.ToUpper(letter(alphabet, n-17))
	case n >= 50 && n <= 62:
		return strings.ToUpper(letter(others, n-50))
	case n >= 65 && n <= 97:
		return letter(alphabet, n-65)
	case n >= 98 && n <= 110:
		return letter(others, n-98)
	case n == 145:
		return "Џ"
	case n == 193:
		return "џ"
	}
	return ""
}

// accents are the combining marks of their names.
var accents = map[string]string{
	"acute": "\u0301", "grave": "\u0300", "circumflex": "\u0302", "dieresis": "\u0308", "tilde": "\u0303",
	"caron": "\u030C", "cedilla": "\u0327", "ring": "\u030A", "ogonek": "\u0328", "macron": "\u0304",
	"breve": "\u0306", "dotaccent": "\u0307", "hungarumlaut": "\u030B", "commaaccent": "\u0326",
}

// namedGlyphs are what stands between and beside letters, digits, and letters
// that are not one with an accent.
var namedGlyphs = map[string]string{
	"space": " ", "nbspace": " ", "nonbreakingspace": " ", "zero": "0", "one": "1", "two": "2",
	"three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
	"nine": "9", "exclam": "!", "quotedbl": `"`, "numbersign": "#", "dollar": "$", "percent": "%",
	"ampersand": "&", "quotesingle": "'", "parenleft": "(", "parenright": ")", "asterisk": "*", "plus": "+",
	"comma": ",", "hyphen": "-", "sfthyphen": "-", "hyphenchar": "-", "period": ".", "slash": "/",
	"colon": ":", "semicolon": ";", "less": "<", "equal": "=", "greater": ">", "question": "?",
	"at": "@", "bracketleft": "[", "backslash": `\`, "bracketright": "]", "underscore": "_", "braceleft": "{",
	"bar": "|", "braceright": "}", "asciitilde": "~", "asciicircum": "^", "quoteleft": "‘", "quoteright": "’",
	"quotesinglbase": "‚", "quotedblleft": "“", "quotedblright": "”", "quotedblbase": "„", "guillemotleft": "«", "guillemotright": "»",
	"guilsinglleft": "‹", "guilsinglright": "›", "endash": "–", "emdash": "—", "minus": "−", "ellipsis": "…",
	"bullet": "•", "periodcentered": "·", "middot": "·", "exclamdown": "¡", "questiondown": "¿", "section": "§",
	"paragraph": "¶", "degree": "°", "copyright": "©", "registered": "®", "trademark": "™", "Euro": "€",
	"euro": "€", "sterling": "£", "yen": "¥", "cent": "¢", "multiply": "×", "divide": "÷",
	"plusminus": "±", "dagger": "†", "daggerdbl": "‡", "afii61352": "№", "fi": "fi", "fl": "fl",
	"ff": "ff", "ffi": "ffi", "ffl": "ffl", "germandbls": "ß", "ae": "æ", "AE": "Æ",
	"oe": "œ", "OE": "Œ", "oslash": "ø", "Oslash": "Ø", "lslash": "ł", "Lslash": "Ł",
	"dotlessi": "ı", "eth": "ð", "Eth": "Ð", "thorn": "þ", "Thorn": "Þ", "dcroat": "đ",
	"Dcroat": "Đ",
}
