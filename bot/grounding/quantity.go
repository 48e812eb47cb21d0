package grounding

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// A quantity is a number of a text, with what stands beside it.
type quantity struct {
	text     string // in the normal form
	readings []reading
	before   string // the word before the number, or ""
	after    string // the word after it and its scale, or ""
}

// A reading is what a number can mean: 3.800 is 3800 in some languages, and
// 10m may be metres.
type reading struct {
	value string // exact, in lowest terms
	unit  string // see words.txt, or ""
}

// isOne says that the number is an article as often as a number: one, first.
func (q quantity) isOne() bool {
	return q.readings[0].value == "1" && !strings.ContainsAny(q.text, "0123456789")
}

// quantities are the numbers of a text, in digits or in words, in order.
func quantities(text string) []quantity {
	var found []quantity
	lexemes := lexemesOf(text)
	for i := 0; i < len(lexemes); {
		values, n := readNumber(lexemes[i:])
		if n == 0 {
			i++
			continue
		}
		q := quantity{text: strings.Join(lexemes[i:i+n], " ")}
		if i > 0 && !isMark(lexemes[i-1]) {
			q.before = lexemes[i-1]
		}
		if i+n < len(lexemes) && !isMark(lexemes[i+n]) {
			q.after = lexemes[i+n]
		}
		q.readings = q.read(values, readUnit(lexemes[i+n:]))
		found = append(found, q)
		i += n
	}
	return found
}

// read gives the values the unit that stands before or after them.
func (q quantity) read(values []*big.Rat, unit string) []reading {
	money := q.before != "" && strings.Contains(currencies, q.before)
	if money {
		unit = q.before
	}
	if values == nil { // 12:30
		return []reading{{q.text, unit}}
	}
	var readings []reading
	for _, v := range values {
		million := reading{scaled(v, big.NewRat(1e6, 1)).RatString(), ""}
		switch {
		case q.after == "m" && money:
			readings = append(readings, reading{million.value, unit})
		case q.after == "m":
			readings = append(readings, reading{v.RatString(), unit}, million)
		default:
			readings = append(readings, reading{v.RatString(), unit})
		}
	}
	return readings
}

const (
	currencies = "$€£¥₩₽"
	numerals   = "〇零一二两兩三四五六七八九十百千万萬亿億"
	unspaced   = `\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}`
)

// A lexeme is a number in digits, a Chinese numeral, a character of a script
// whose words cannot be told apart, a word, a sign that is a unit, or a mark
// that keeps a number apart from the next word.
var lexeme = regexp.MustCompile(`-?\d+(?:[.,:]\d+)*|[` + numerals + `]+|[` + unspaced + `]|[^\P{L}` + unspaced + `]\pM*(?:[^\P{L}` +
	unspaced + `]\pM*)*|[%` + currencies + `]|[.,;:!?](?: |$)`)

var (
	ordinal = regexp.MustCompile(`(\d)(?:st|nd|rd|th)\b`)
	percent = regexp.MustCompile(`百分之([` + numerals + `]+|\d+(?:\.\d+)?)`)
)

func isMark(lexeme string) bool { return strings.ContainsAny(lexeme[:1], ".,;:!?") }

// lexemesOf are the lexemes of a text in normal form and lower case.
func lexemesOf(text string) []string {
	text = ordinal.ReplaceAllString(analysis.Normalize(normalize(text).text), "$1")
	text = percent.ReplaceAllString(text, "$1%")
	var lexemes []string
	for _, at := range lexeme.FindAllStringIndex(text, -1) {
		if before, _ := utf8.DecodeLastRuneInString(text[:at[0]]); text[at[0]] == '-' && at[0] > 0 && !unicode.IsSpace(before) {
			at[0]++ // 10-12 has no minus
		}
		lexemes = append(lexemes, text[at[0]:at[1]])
	}
	return lexemes
}

// readNumber reads the number that lexemes start with, and says how many it
// took: 0 when there is none. There are no values for digits that are not a
// number, as in 12:30.
func readNumber(lexemes []string) (values []*big.Rat, n int) {
	first := lexemes[0]
	last, _ := utf8.DecodeLastRuneInString(first)
	switch {
	case unicode.IsDigit(last):
		values, n = parseDigits(first), 1
	case strings.ContainsRune(numerals, last):
		values, n = parseNumeral(first)
	case lex().number[first] != nil:
		values, n = readWord(lexemes)
	case lex().scale[first] != nil && lex().scale[first].IsInt() && utf8.RuneCountInString(first) > 2: // a million
		values, n = []*big.Rat{lex().scale[first]}, 1
	}
	if n == 0 || values == nil {
		return nil, n
	}
	if n+1 < len(lexemes) && lexemes[n] == "a" && !values[0].IsInt() && scaleOf(lexemes[n+1]) != nil { // half a million
		n++
	}
	for ; n < len(lexemes); n++ {
		factor := scaleOf(lexemes[n])
		if factor == nil {
			break
		}
		for i, v := range values {
			values[i] = scaled(v, factor)
		}
	}
	return values, n
}

// scaleOf is what a lexeme multiplies the number before it by, or nil.
func scaleOf(lexeme string) *big.Rat {
	if factor := lex().scale[lexeme]; factor != nil {
		return factor
	}
	if first, _ := utf8.DecodeRuneInString(lexeme); !strings.ContainsRune(numerals, first) {
		return nil
	}
	product := big.NewRat(1, 1)
	for _, r := range lexeme { // 万亿
		factor := lex().scale[string(r)]
		if factor == nil {
			return nil
		}
		product.Mul(product, factor)
	}
	return product
}

func scaled(value, factor *big.Rat) *big.Rat { return new(big.Rat).Mul(value, factor) }

// readWord reads a number word, or two as in twenty-five.
func readWord(lexemes []string) ([]*big.Rat, int) {
	values := slices.Clone(lex().number[lexemes[0]])
	if len(lexemes) > 1 && values[0].Cmp(big.NewRat(20, 1)) >= 0 {
		if unit := lex().number[lexemes[1]]; unit != nil && unit[0].Cmp(big.NewRat(10, 1)) < 0 && unit[0].IsInt() {
			return []*big.Rat{new(big.Rat).Add(values[0], unit[0])}, 2
		}
	}
	return values, 1
}

var grouped = regexp.MustCompile(`^-?[1-9]\d{0,2}(\.\d{3})+$`)

// parseDigits reads digits with dots and commas, nil when they make no number.
// A dot before three digits separates thousands in some languages, decimals
// in others.
func parseDigits(s string) []*big.Rat {
	var values []*big.Rat
	if grouped.MatchString(s) {
		thousands, _ := new(big.Rat).SetString(strings.ReplaceAll(s, ".", ""))
		values = append(values, thousands)
	}
	if decimal, ok := new(big.Rat).SetString(strings.Replace(s, ",", ".", 1)); ok {
		values = append(values, decimal)
	}
	return values
}

// parseNumeral reads a Chinese numeral. A lone 一 is an article as often as a
// number, and none here.
func parseNumeral(s string) ([]*big.Rat, int) {
	var total, section, digit int64
	for _, r := range s {
		i := int64(strings.Index("〇一二三四五六七八九", string(r)) / 3)
		switch unit := lex().scale[string(r)]; {
		case r == '两' || r == '兩':
			digit = 2
		case r == '零':
			digit = 0
		case r == '十':
			section, digit = section+max(digit, 1)*10, 0
		case unit == nil:
			digit = digit*10 + i
		case unit.Num().Int64() >= 10000:
			total, section, digit = (total+max(section+digit, 1))*unit.Num().Int64(), 0, 0
		default:
			section, digit = section+max(digit, 1)*unit.Num().Int64(), 0
		}
	}
	if s == "一" || utf8.RuneCountInString(s) > 15 { // more may not fit
		return nil, 0
	}
	return []*big.Rat{big.NewRat(total+section+digit, 1)}, 1
}

// longestUnit is how many lexemes a unit has at most: the characters of キロメートル.
const longestUnit = 6

// readUnit is the unit that lexemes start with, or "": a word, two as in per
// cent, or some characters of a script without spaces.
func readUnit(lexemes []string) string {
	unit, joined := "", ""
	for i, l := range lexemes[:min(longestUnit, len(lexemes))] {
		if first, _ := utf8.DecodeRuneInString(l); i > 0 && !isUncased(first) {
			joined += "_"
		}
		joined += l
		if u := lex().unit[joined]; u != "" {
			unit = u
		}
	}
	return unit
}
