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
	if text := namedGlyph(name); text != "" {
		return text
	}
	// "eacute": a letter and its accent.
	if mark := accent(name[min(1, len(name)):]); mark != "" {
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

// accent is the combining mark of that name.
func accent(name string) string {
	switch name {
	case "acute":
		return "\u0301"
	case "grave":
		return "\u0300"
	case "circumflex":
		return "\u0302"
	case "dieresis":
		return "\u0308"
	case "tilde":
		return "\u0303"
	case "caron":
		return "\u030C"
	case "cedilla":
		return "\u0327"
	case "ring":
		return "\u030A"
	case "ogonek":
		return "\u0328"
	case "macron":
		return "\u0304"
	case "breve":
		return "\u0306"
	case "dotaccent":
		return "\u0307"
	case "hungarumlaut":
		return "\u030B"
	case "commaaccent":
		return "\u0326"
	}
	return ""
}

// namedGlyph is what stands between and beside letters, digits, and letters
// that are not one with an accent.
func namedGlyph(name string) string {
	switch name {
	case "space", "nbspace", "nonbreakingspace":
		return " "
	case "zero":
		return "0"
	case "one":
		return "1"
	case "two":
		return "2"
	case "three":
		return "3"
	case "four":
		return "4"
	case "five":
		return "5"
	case "six":
		return "6"
	case "seven":
		return "7"
	case "eight":
		return "8"
	case "nine":
		return "9"
	case "exclam":
		return "!"
	case "quotedbl":
		return `"`
	case "numbersign":
		return "#"
	case "dollar":
		return "$"
	case "percent":
		return "%"
	case "ampersand":
		return "&"
	case "quotesingle":
		return "'"
	case "parenleft":
		return "("
	case "parenright":
		return ")"
	case "asterisk":
		return "*"
	case "plus":
		return "+"
	case "comma":
		return ","
	case "hyphen", "sfthyphen", "hyphenchar":
		return "-"
	case "period":
		return "."
	case "slash":
		return "/"
	case "colon":
		return ":"
	case "semicolon":
		return ";"
	case "less":
		return "<"
	case "equal":
		return "="
	case "greater":
		return ">"
	case "question":
		return "?"
	case "at":
		return "@"
	case "bracketleft":
		return "["
	case "backslash":
		return `\`
	case "bracketright":
		return "]"
	case "underscore":
		return "_"
	case "braceleft":
		return "{"
	case "bar":
		return "|"
	case "braceright":
		return "}"
	case "asciitilde":
		return "~"
	case "asciicircum":
		return "^"
	case "quoteleft":
		return "‘"
	case "quoteright":
		return "’"
	case "quotesinglbase":
		return "‚"
	case "quotedblleft":
		return "“"
	case "quotedblright":
		return "”"
	case "quotedblbase":
		return "„"
	case "guillemotleft":
		return "«"
	case "guillemotright":
		return "»"
	case "guilsinglleft":
		return "‹"
	case "guilsinglright":
		return "›"
	case "endash":
		return "–"
	case "emdash":
		return "—"
	case "minus":
		return "−"
	case "ellipsis":
		return "…"
	case "bullet":
		return "•"
	case "periodcentered", "middot":
		return "·"
	case "exclamdown":
		return "¡"
	case "questiondown":
		return "¿"
	case "section":
		return "§"
	case "paragraph":
		return "¶"
	case "degree":
		return "°"
	case "copyright":
		return "©"
	case "registered":
		return "®"
	case "trademark":
		return "™"
	case "Euro", "euro":
		return "€"
	case "sterling":
		return "£"
	case "yen":
		return "¥"
	case "cent":
		return "¢"
	case "multiply":
		return "×"
	case "divide":
		return "÷"
	case "plusminus":
		return "±"
	case "dagger":
		return "†"
	case "daggerdbl":
		return "‡"
	case "afii61352":
		return "№"
	case "fi", "fl", "ff", "ffi", "ffl":
		return name
	case "germandbls":
		return "ß"
	case "ae":
		return "æ"
	case "AE":
		return "Æ"
	case "oe":
		return "œ"
	case "OE":
		return "Œ"
	case "oslash":
		return "ø"
	case "Oslash":
		return "Ø"
	case "lslash":
		return "ł"
	case "Lslash":
		return "Ł"
	case "dotlessi":
		return "ı"
	case "eth":
		return "ð"
	case "Eth":
		return "Ð"
	case "thorn":
		return "þ"
	case "Thorn":
		return "Þ"
	case "dcroat":
		return "đ"
	case "Dcroat":
		return "Đ"
	}
	return ""
}
