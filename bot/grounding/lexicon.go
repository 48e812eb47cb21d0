package grounding

import (
	_ "embed"
	"math/big"
	"strings"
	"sync"

	"storybot/retrieval/analysis"
)

// wordList holds the words whose meaning the rules know, a class a line, with
// the language where it matters. Where it does not, all languages are together: a
// word that means nothing special in the one at hand stands on both sides of a
// comparison and does no harm.
//
//go:embed words.txt
var wordList string

// A mark is what the rules know a word as; it may be several.
type mark uint16

const (
	negation mark = 1 << iota // not, denied
	negative                  // hostile, lack: may be put as a negation of something else
	hedge                     // may, allegedly
	about                     // a hedge before a number: around, nearly, at least
	speech                    // said, according
	agent                     // by: who does it follows, in the passive
	pronoun                   // he, its
	joint                     // and, because: a clause may begin here
	article                   // the, this: what follows may be who did it
	noun                      // people, officials: no name, though a sentence may begin with it
)

var markNames = map[string]mark{
	"negation": negation, "negative": negative, "hedge": hedge, "about": about, "speech": speech, "agent": agent, "pronoun": pronoun, "joint": joint,
	"article": article, "noun": noun,
}

// A lexicon says what words in analysis's normal form mean.
type lexicon struct {
	marks    map[string]mark
	number   map[string][]*big.Rat        // several for a third
	scale    map[string]*big.Rat          // what the number before it is multiplied by
	unit     map[string]string            // to one name for all its spellings
	same     map[string]string            // words of the same meaning, as local keys, to one key
	place    map[string]string            // countries and what is of them, as local keys of any language, to one key
	unspaced map[string]*strings.Replacer // words of the same meaning, in a language that puts no spaces between words
	opposite map[string][]string          // a key, or such a word, to those of the opposite meaning
}

var lex = sync.OnceValue(readWords)

func readWords() lexicon {
	l := lexicon{
		marks: make(map[string]mark), number: make(map[string][]*big.Rat), scale: make(map[string]*big.Rat),
		unit: make(map[string]string), same: make(map[string]string), place: make(map[string]string),
		unspaced: make(map[string]*strings.Replacer), opposite: make(map[string][]string),
	}
	like := make(map[string][]string) // by language, in pairs
	for line := range strings.Lines(wordList) {
		head, list, _ := strings.Cut(line, ":")
		class, lang, _ := strings.Cut(head, " ")
		for entry := range strings.FieldsSeq(list) {
			word, meaning, _ := strings.Cut(entry, "=")
			words := strings.Split(analysis.Normalize(word), "/")
			value, _ := new(big.Rat).SetString(meaning)
			switch class {
			case "same":
				for _, w := range words[1:] {
					l.same[localKey(w, lang)] = localKey(words[0], lang)
					like[lang] = append(like[lang], w, words[0])
				}
			case "place":
				l.addPlace(words)
			case "antonym":
				a, b := l.key(words[0], lang), l.key(words[1], lang)
				l.opposite[a], l.opposite[b] = append(l.opposite[a], b), append(l.opposite[b], a)
			case "number":
				l.number[words[0]] = append(l.number[words[0]], value)
			case "scale":
				l.scale[words[0]] = value
			case "unit":
				l.unit[words[0]] = meaning
			default:
				l.marks[words[0]] |= markNames[class]
			}
		}
	}
	for lang, pairs := range like {
		l.unspaced[lang] = strings.NewReplacer(pairs...)
	}
	return l
}

// addPlace adds the names of a country and of what is of it. Which languages
// they are of is not told: most are alike in several.
func (l lexicon) addPlace(words []string) {
	for _, w := range words {
		for _, lang := range []string{"", "de", "en", "es", "fr", "it", "nl", "pt", "ru"} {
			l.place[localKey(w, lang)] = words[0]
		}
	}
}

// key is equal for the words of a language that say the same: forms of one
// word, a number in letters and in digits, the spellings of a unit.
func (l lexicon) key(word, lang string) string {
	if values := l.number[word]; values != nil {
		return values[0].RatString()
	}
	if unit := l.unit[word]; unit != "" {
		return unit
	}
	key := localKey(word, lang)
	if same, ok := l.same[key]; ok {
		return same
	}
	return key
}

// placeKey is equal for a country's name and what is of it, in any language, and ""
// for other words.
func (l lexicon) placeKey(word, lang string) string {
	if key, ok := l.place[localKey(word, lang)]; ok {
		return key
	}
	return l.place[localKey(word, "")]
}

// localKey is equal for the forms of a word in a language. The word is stemmed
// twice, because a Slavic name may end like an ending: Песков, Пескова.
func localKey(word, lang string) string {
	return lang + " " + analysis.Stem(analysis.Stem(word, lang), lang)
}
