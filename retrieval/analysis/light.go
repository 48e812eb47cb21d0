package analysis

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lightList holds the endings of languages that Snowball has no good stemmer
// for, and what is written together with the word after it: a language and a
// kind a line. Light stemming takes off what grammar adds and leaves word
// formation alone (Savoy 2006). For Arabic it is close to light10 (Larkey,
// Ballesteros & Connell 2007), which found more than looking for roots.
//
//go:embed light.txt
var lightList string

// What is left of a word has at least so many characters.
const (
	leastAfterPrefix = 3
	leastStem        = 2
)

// lightStemmers are the stemmers of the list by language.
func lightStemmers() map[string]*stemmer {
	rules := make(map[string]*affixes)
	stemmers := make(map[string]*stemmer)
	for line := range strings.Lines(lightList) {
		head, list, _ := strings.Cut(line, ":")
		lang, kind, _ := strings.Cut(head, " ")
		parts := strings.Fields(fold(Normalize(list)))
		if rules[lang] == nil {
			first, _ := utf8.DecodeRuneInString(parts[0])
			rules[lang] = &affixes{}
			stemmers[lang] = &stemmer{script: scriptOf(first), stem: rules[lang].strip}
		}
		if kind == "prefixes" {
			rules[lang].prefixes = parts
		} else {
			rules[lang].suffixes = parts
		}
	}
	return stemmers
}

func scriptOf(r rune) *unicode.RangeTable {
	for _, script := range []*unicode.RangeTable{unicode.Arabic, unicode.Cyrillic, unicode.Devanagari, unicode.Greek, unicode.Hebrew} {
		if unicode.Is(script, r) {
			return script
		}
	}
	return unicode.Latin
}

// affixes are what a language adds to words, folded.
type affixes struct{ prefixes, suffixes []string }

// strip is the folded word without its prefixes and its longest suffix. As a
// word may itself begin like a prefix, all that look so are taken off: what is
// left is the same with and without one.
func (a *affixes) strip(word string) string {
	word = fold(word)
	for {
		n := longest(a.prefixes, word, leastAfterPrefix, strings.HasPrefix)
		if n == 0 {
			break
		}
		word = word[n:]
	}
	return word[:len(word)-longest(a.suffixes, word, leastStem, strings.HasSuffix)]
}

// longest is the length of the longest part that the word has and that leaves
// at least so many characters of it.
func longest(parts []string, word string, least int, has func(word, part string) bool) int {
	n := 0
	for _, part := range parts {
		if len(part) > n && has(word, part) && utf8.RuneCountInString(word)-utf8.RuneCountInString(part) >= least {
			n = len(part)
		}
	}
	return n
}
