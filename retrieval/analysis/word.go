package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// addWords adds tokens, made like the given one, for the words and numbers of a
// normalised text without spaces, cut at apostrophes and dots where a reader
// would cut it.
func (t *tokenizer) addWords(like Token, text string) {
	text = strings.ReplaceAll(text, `"`, "") // in Hebrew acronyms only
	for _, part := range strings.FieldsFunc(text, isPunctuation) {
		part = strings.TrimLeftFunc(strings.Trim(part, "'.,"), unicode.IsMark)
		if hasDigit(part) {
			t.addNumbers(like, strings.ReplaceAll(part, "'", ""))
			continue
		}
		words, joined := splitDots(part)
		like.Acronym = like.Acronym || joined
		for _, word := range words {
			t.addElided(like, word)
		}
	}
}

// isPunctuation says that r ends a word, even where UAX 29 sees one: the
// underscore and what compatibility forms turn into, as ⑴ into (1).
func isPunctuation(r rune) bool {
	return !isWordy(r) && !unicode.IsMark(r) && r != '\'' && r != '.' && r != ','
}

// addWord adds a token, made like the given one, for a word or a part of one.
func (t *tokenizer) addWord(like Token, word string) {
	word = strings.TrimLeftFunc(strings.Trim(word, "'"), unicode.IsMark)
	if word != "" {
		like.Text, like.Kind = word, Word
		t.add(like)
	}
}

// splitDots cuts words that a missing space has joined, and joins acronyms and
// degrees: "end.start" is two words, "u.s.a" and "ph.d" are one.
func splitDots(text string) (words []string, joined bool) {
	words = strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ',' })
	letters, most := 0, 0 // words of one letter; the most letters in a word
	for _, word := range words {
		n := utf8.RuneCountInString(word)
		most = max(most, n)
		if n == 1 {
			letters++
		}
	}
	if len(words) < 2 || letters == 0 || most > 2 {
		return words, false
	}
	return []string{strings.Join(words, "")}, true
}

// addElided adds the parts of a word around its apostrophes. Words are elided
// before vowels in Latin script only: in others (об'єкт) it is a letter.
func (t *tokenizer) addElided(like Token, word string) {
	word = strings.TrimSuffix(word, "'s")
	head, tail, found := strings.Cut(word, "'")
	first, _ := utf8.DecodeRuneInString(word)
	switch {
	case !found:
		t.addWord(like, word)
	case !hasLetters(tail, 3) || head == "o" || !unicode.Is(unicode.Latin, first): // don't, they're, o'neill
		t.addWord(like, strings.ReplaceAll(word, "'", ""))
	default:
		elided := !hasLetters(head, 3) // l'homme, qu'il; but dell'arte
		if !elided {
			t.addWord(like, head)
		}
		if (!elided || t.isName(like)) && !strings.Contains(tail, "'") {
			like.Also = head + tail
		}
		t.addElided(like, tail)
	}
}

// isName says that a word with an apostrophe is written like a name: D'Angelo,
// but not d'Angers.
func (t *tokenizer) isName(word Token) bool {
	raw := word.Of(t.text)
	at := strings.IndexAny(raw, "'’")
	if at < 0 || !word.Upper {
		return false
	}
	_, size := utf8.DecodeRuneInString(raw[at:])
	next, _ := utf8.DecodeRuneInString(raw[at+size:])
	return unicode.IsUpper(next)
}

// hasLetters says that s has n characters or more, without going through all
// of it.
func hasLetters(s string, n int) bool {
	return utf8.RuneCountInString(s[:min(len(s), n*utf8.UTFMax)]) >= n
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// addNumbers adds the numbers of a part with digits: one, but for a date
// (24.12.2023) or a list (1,2,3).
func (t *tokenizer) addNumbers(like Token, part string) {
	like.Kind = Number
	end := strings.LastIndexAny(part, "0123456789") + 1
	digits, unit := part[:end], part[end:]
	if ordinals[unit] {
		unit = ""
	}
	groups := strings.FieldsFunc(digits, func(r rune) bool { return r == ',' || r == '.' })
	if number := joinGroups(digits, groups); number != "" {
		groups = []string{number}
	}
	for i, group := range groups {
		if len(group) == 2 {
			group = strings.TrimPrefix(group, "0") // 08.03.2023 is 8 March
		}
		like.Text, like.Also = group, ""
		if i == len(groups)-1 && unit != "" {
			like.Text, like.Also = group+unit, unitless(group, unit)
		}
		t.add(like)
	}
}

// ordinals are what is written after a number to make it an ordinal, in normal
// form: 8th, 1er, 2ème, 3º.
var ordinals = wordSet(`st nd rd th er re ème eme e ste o`)

// unitless is the number without its unit, as others may put a space between
// or leave it out: 1000km, 5bn. A decade (1990s) is no year.
func unitless(number, unit string) string {
	if unit == "s" || !isDigits(number[:1]) {
		return ""
	}
	return number
}

// joinGroups is the one form of a number's variants, given its digits and the
// groups of them between dots and commas: thousands separators are dropped, a
// decimal comma becomes a dot. A lone separator before three digits (3,800 or
// 3.800) is read as thousands in every language, so that question and text
// agree. It is "" when the groups are no number together.
func joinGroups(digits string, groups []string) string {
	n := len(groups)
	last := groups[n-1]
	if n == 1 {
		return last
	}
	thousands := len(groups[0]) <= 3 && groups[0] != "0"
	for _, group := range groups[1 : n-1] {
		thousands = thousands && (len(group) == 3 || len(group) == 2) // 12,34,567 in India
	}
	switch {
	case thousands && len(last) == 3:
		return strings.Join(groups, "")
	case n == 2, thousands && strings.Contains(digits, ".") && strings.Contains(digits, ","):
		return strings.Join(groups[:n-1], "") + "." + last
	}
	return ""
}
