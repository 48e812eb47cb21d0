package grounding

import (
	"regexp"
	"slices"
	"strings"

	"storybot/retrieval/analysis"
)

// known is what a statement may speak of: the words and numbers of texts that
// it cites.
type known struct {
	lang   string
	text   string                     // all of it, without spaces, in analysis's normal form
	words  map[string]bool            // by key
	names  map[string]bool            // keys that can be names: with a capital, or not function words
	proper map[string]bool            // keys that are names: with a capital within a sentence
	values map[string]map[string]bool // a number's value to its units, "" for none
	units  map[string]bool
	dates  []analysis.Date
	beside map[string]map[string]bool // a word to the numbers right before or after it
}

func newKnown(lang string) *known {
	return &known{lang: lang, words: make(map[string]bool), names: make(map[string]bool), proper: make(map[string]bool),
		values: make(map[string]map[string]bool), units: make(map[string]bool), beside: make(map[string]map[string]bool)}
}

// knownFrom is what whole paragraphs tell.
func knownFrom(evidence []Evidence, lang string) *known {
	k := newKnown(lang)
	for _, e := range evidence {
		k.add(e.Paragraph)
		k.add(e.Context)
	}
	return k
}

func (k *known) add(text string) {
	var joined strings.Builder
	for _, w := range wordsOf(text, k.lang) {
		joined.WriteString(w.key)
		k.words[w.key] = true
		if w.capital || !w.common {
			k.names[w.key] = true
		}
		if mayBeName(w) && !w.initial {
			k.proper[w.key] = true
		}
	}
	k.text += joined.String()
	k.dates = append(k.dates, analysis.Dates(text, k.lang, someday)...)
	k.addNumbers(text)
}

func (k *known) addNumbers(text string) {
	numbers := quantities(text)
	if loose := loosely(text); loose != text {
		numbers = append(numbers, quantities(loose)...)
	}
	for _, q := range numbers {
		for _, r := range q.readings {
			k.units[r.unit] = true
			put(k.values, r.value, r.unit)
			put(k.beside, q.before, r.value)
			put(k.beside, q.after, r.value)
		}
	}
}

func put(sets map[string]map[string]bool, key, member string) {
	if sets[key] == nil {
		sets[key] = make(map[string]bool)
	}
	sets[key][member] = true
}

// loosely is a text in which digits with a space between them stay apart: in "on
// May 12, 300 people" they are two numbers, whatever the normal form makes of
// them.
func loosely(text string) string { return spacedDigits.ReplaceAllString(text, "$1 / $2") }

var spacedDigits = regexp.MustCompile(`(\d),?[\s\p{Zs}]+(\d)`)

// unknownNumber finds a number that is not known, or not with that unit.
func (k *known) unknownNumber(numbers []quantity) (string, bool) {
	for _, q := range numbers {
		has := func(r reading) bool {
			units := k.values[r.value]
			return units[r.unit] || r.unit == "" && units != nil || units[""] && k.units[r.unit]
		}
		if !q.isOne() && !slices.ContainsFunc(q.readings, has) {
			return q.text, true
		}
	}
	return "", false
}

// displacedNumber finds a number that has lost its unit, or stands beside a word
// that is known beside other numbers only.
func (k *known) displacedNumber(numbers []quantity) (string, bool) {
	for _, q := range numbers {
		bare := func(r reading) bool { return r.unit == "" && !k.values[r.value][""] }
		if !q.isOne() && (slices.ContainsFunc(q.readings, bare) || k.conflict(q, q.before) || k.conflict(q, q.after)) {
			return q.text, true
		}
	}
	return "", false
}

// conflict says that the word is known beside numbers, but not beside this one.
func (k *known) conflict(q quantity, word string) bool {
	numbers := k.beside[word]
	return word != "" && len(numbers) > 0 && !analysis.IsCommon(analysis.Token{Text: word}, k.lang) &&
		!slices.ContainsFunc(q.readings, func(r reading) bool { return numbers[r.value] })
}

// isUnknownName says that a word must be a name, and is not known.
func (k *known) isUnknownName(w word) bool {
	return w.Kind == analysis.Word && w.capital && !k.names[w.key] && (w.acronym || !w.initial && k.lang != "de")
}

// mayBeUnknownName says that a word may be a name, and is not known: where a sentence
// starts, and in German, any word has a capital.
func (k *known) mayBeUnknownName(w word) bool {
	return k.isUnknownName(w) || w.Kind == analysis.Word && w.capital && !k.names[w.key] && !w.common && w.marks == 0
}
