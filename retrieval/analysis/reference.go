package analysis

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// referenceList holds the words at which a sentence begins that points back to
// the one before it, in many languages, a language a line.
//
//go:embed references.txt
var referenceList string

// references are the words of the list, read once; of scripts without spaces
// those that a run begins with.
var references = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for line := range strings.Lines(referenceList) {
		_, list, _ := strings.Cut(line, ":")
		for _, t := range Tokens(list) {
			words[t.Text] = true
		}
	}
	return words
})

// longestReference is how many characters of a run may be a reference.
const longestReference = 4

// RefersBack says that the sentence begins with a pronoun or another word that
// points back (he, this, there, ihre, его, 他): without the sentence before it
// a reader does not know whom or what it tells of.
func RefersBack(sentence string) bool {
	const start = 64 // bytes that hold the first word, whatever the language
	tokens := Tokens(strings.ToValidUTF8(sentence[:min(len(sentence), start)], ""))
	if len(tokens) == 0 {
		return false
	}
	first := tokens[0].Text
	if tokens[0].Kind != Run {
		return references()[first]
	}
	for end, n := 0, 0; end < len(first) && n < longestReference; n++ {
		_, size := utf8.DecodeRuneInString(first[end:])
		end += size
		if references()[first[:end]] {
			return true
		}
	}
	return false
}
