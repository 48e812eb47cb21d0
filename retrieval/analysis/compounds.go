package analysis

import (
	"strings"
	"unicode/utf8"
)

// leastPart is how many characters a part of a compound has at least: shorter
// ones are found in most words by chance.
const leastPart = 3

// Compounds says that the language writes words together to make new ones.
func Compounds(lang string) bool {
	switch lang {
	case "da", "de", "fi", "hu", "nb", "nl", "sv":
		return true
	}
	return false
}

// links are the letters that may stand between the parts of a compound of the
// language.
func links(lang string) []string {
	switch lang {
	case "da", "nb":
		return []string{"", "s", "e"}
	case "de":
		return []string{"", "s", "es", "n", "en", "er", "e", "ens", "ns"}
	case "nl":
		return []string{"", "s", "e", "en", "er"}
	case "sv":
		return []string{"", "s", "e", "o", "u", "a"}
	}
	return []string{""}
}

// Parts are the terms of the parts of a compound word (a Token's Text) of the
// language lang, or nil when it is none: each part is a word that the
// collection knows by its term, with linking letters allowed between (Koehn &
// Knight 2003). Of several ways it takes the one with the fewest parts, of
// these the one whose shortest part is longest. It is meant for words that the
// collection does not hold, as a word may look like a compound by chance.
func Parts(word, lang string, known func(term string) bool) []string {
	if len(word) > maxStem {
		return nil
	}
	c := compounds{lang, remember(known)}
	if parts := c.split(word, c.whole); parts != nil {
		return parts
	}
	return c.split(word, func(tail string) []string { return c.split(tail, c.whole) })
}

// remember asks known about a term only once.
func remember(known func(term string) bool) func(term string) bool {
	answers := make(map[string]bool)
	return func(term string) bool {
		answer, ok := answers[term]
		if !ok {
			answer = known(term)
			answers[term] = answer
		}
		return answer
	}
}

// InCompound says that a term of the index that begins or ends with another,
// is a compound of it: what is left is the term of a known word, but for
// linking letters.
func InCompound(part, term, lang string, known func(term string) bool) bool {
	c := compounds{lang, known}
	if rest, ok := strings.CutPrefix(term, part); ok {
		for _, link := range links(lang) {
			if tail, ok := strings.CutPrefix(rest, link); ok && c.whole(tail) != nil {
				return true
			}
		}
	}
	rest, ok := strings.CutSuffix(term, part)
	return ok && c.head(rest) != ""
}

// compounds looks for compounds of a collection's words.
type compounds struct {
	lang  string
	known func(term string) bool
}

// split is the best split of the word into a head and what rest makes of its
// tail, or nil.
func (c compounds) split(word string, rest func(tail string) []string) []string {
	var best []string
	for i := range word {
		tail := rest(word[i:])
		if tail == nil {
			continue
		}
		if head := c.head(word[:i]); head != "" {
			if parts := append([]string{head}, tail...); best == nil || shortest(parts) > shortest(best) {
				best = parts
			}
		}
	}
	return best
}

func shortest(parts []string) int {
	n := maxStem
	for _, part := range parts {
		n = min(n, utf8.RuneCountInString(part))
	}
	return n
}

// head is the term of the word that a compound begins with, with or without
// its linking letters, or "".
func (c compounds) head(word string) string {
	for _, link := range links(c.lang) {
		if bare, ok := strings.CutSuffix(word, link); ok {
			if terms := c.whole(bare); terms != nil {
				return terms[0]
			}
		}
	}
	return ""
}

// whole is the term of a word alone, or nil when it is not known, too short,
// or a function word.
func (c compounds) whole(word string) []string {
	if utf8.RuneCountInString(word) < leastPart || IsCommon(Token{Text: word}, c.lang) {
		return nil
	}
	if term := Stem(word, c.lang); c.known(term) {
		return []string{term}
	}
	return nil
}
