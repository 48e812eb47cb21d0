package grounding

import (
	_ "embed"
	"math/big"
	"strings"
	"sync"

	"storybot/retrieval/analysis"
)

// wordList holds the words whose meaning the rules know, of all languages
// together: a word that means nothing special in the language at hand stands on both
// sides of a comparison and does no harm.
//
//go:embed words.txt
var wordList string

// A lexicon maps words in analysis's normal form to what they mean.
type lexicon struct {
	negation map[string]bool
	hedge    map[string]bool
	number   map[string]*big.Rat
	scale    map[string]*big.Rat // what the number before it is multiplied by
	unit     map[string]string   // to one name for all its spellings
}

var lex = sync.OnceValue(readWords)

func readWords() lexicon {
	l := lexicon{make(map[string]bool), make(map[string]bool), make(map[string]*big.Rat), make(map[string]*big.Rat),
		make(map[string]string)}
	for line := range strings.Lines(wordList) {
		class, list, _ := strings.Cut(line, ":")
		for entry := range strings.FieldsSeq(list) {
			word, meaning, _ := strings.Cut(entry, "=")
			word = analysis.Normalize(word)
			switch class {
			case "negation":
				l.negation[word] = true
			case "hedge":
				l.hedge[word] = true
			case "number":
				l.number[word], _ = new(big.Rat).SetString(meaning)
			case "scale":
				l.scale[word], _ = new(big.Rat).SetString(meaning)
			case "unit":
				l.unit[word] = meaning
			}
		}
	}
	return l
}
