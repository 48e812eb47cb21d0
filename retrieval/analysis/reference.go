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

// A reference is a word of a language that points back.
type reference struct{ lang, text string }

// references are the words of the list, read once; of scripts without spaces
// those that a run begins with.
var references = sync.OnceValue(func() map[reference]bool {
	words := make(map[reference]bool)
	for line := range strings.Lines(referenceList) {
		lang, list, _ := strings.Cut(line, ":")
		for _, t := range Tokens(list) {
			words[reference{lang, t.Text}] = true
		}
	}
	return words
})

// longestReference is how many characters of a run may be a reference.
const longestReference = 4

// RefersBack says that a sentence of these tokens, in the language lang, begins
// with a pronoun or another word that points back (he, this, there, ihre, его,
// 他): without the sentence before it a reader does not know whom or what it
// tells of.
func RefersBack(sentence []Token, lang string) bool {
	return len(sentence) > 0 && (refers(sentence[0], lang) || sentence[0].Kind == Run && startsReference(sentence[0].Text, lang))
}

// Refers says that a word anywhere among the tokens points back: what a
// question asks about may have been named by the one before it.
func Refers(tokens []Token, lang string) bool {
	for _, t := range tokens {
		if refers(t, lang) {
			return true
		}
		for i := range t.Text {
			if t.Kind == Run && startsReference(t.Text[i:], lang) {
				return true
			}
		}
	}
	return false
}

func refers(t Token, lang string) bool { return t.Kind != Run && references()[reference{lang, t.Text}] }

// startsReference says that a run begins with a word that points back.
func startsReference(run, lang string) bool {
	for end, n := 0, 0; end < len(run) && n < longestReference; n++ {
		_, size := utf8.DecodeRuneInString(run[end:])
		end += size
		if references()[reference{lang, run[:end]}] {
			return true
		}
	}
	return false
}
