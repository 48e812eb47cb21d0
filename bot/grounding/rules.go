package grounding

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// limitNumbers holds a statement to the numbers beside its quote.
func (k *known) limitNumbers(v *Verdict, numbers []quantity) {
	if n, found := k.unknownNumber(numbers); found {
		v.limit(Replaced, "The number "+n+" is not beside the quote.")
	}
	if n, found := k.displacedNumber(numbers); found {
		v.limit(Replaced, "The number "+n+" stands elsewhere in the passage.")
	}
}

// limitMarks compares what the gaps hold of the words that turn a sentence
// round or weaken it.
func limitMarks(v *Verdict, gaps []gap) {
	var negations, hedges int // more in the statement than in the source
	for _, g := range gaps {
		for _, w := range g.statement {
			negations += isMarked(w, negation)
			hedges += isMarked(w, hedge)
		}
		for i, w := range g.source {
			if g.bears(i) {
				negations -= isMarked(w, negation)
				hedges -= isMarked(w, hedge)
			}
		}
	}
	if negations != 0 {
		v.limit(Replaced, "It has another negation than the passage.")
	}
	if hedges < 0 {
		v.limit(Replaced, "It is surer than the passage.")
	}
}

// isMarked is 1 for a word with the mark.
func isMarked(w word, m mark) int {
	if w.marks&m != 0 {
		return 1
	}
	return 0
}

// bears says that a word of the source that the statement leaves out bore on
// something that the statement keeps, or puts otherwise. A function word bears on what
// follows it in its clause, else on what is before it (kam nicht); a verb, as in
// "denied", on all of its clause.
func (g gap) bears(i int) bool {
	if has(g.statement, word.isContent) {
		return true
	}
	w := g.source[i]
	if w.Kind == analysis.Run { // no telling where its word ends
		return w.clause == g.before.clause || w.clause == g.after.clause
	}
	follows := func(next word) bool { return next.clause == w.clause && next.isContent() }
	if has(g.source[i+1:], follows) {
		return !w.common && g.after.clause == w.clause
	}
	return g.after.clause == w.clause || g.before.clause == w.clause && !has(g.source[:i], follows)
}

// limitOrder finds numbers and names that stand where the source has others:
// the statement may turn round who did what to whom, or how much of what.
func (k *known) limitOrder(v *Verdict, gaps []gap) {
	var added, dropped []string // numbers
	var turned, passive, made bool
	for i, g := range gaps {
		added, dropped = appendNumbers(added, g.statement), appendNumbers(dropped, g.source)
		passive = passive || has(g.statement, isAgent) != has(g.source, isAgent)
		made = made || g.makesAgent()
		if has(g.statement, k.isName) && has(g.source, mayBeName) && !share(g.statement, g.source, mayBeName) {
			v.limit(Replaced, "It has another name than the passage in the same place.")
		}
		for j, other := range gaps {
			if i != j && share(g.statement, other.source, mayBeName) && !g.resolves() || i < j && exchange(g, other) {
				turned = true
			}
		}
	}
	if turned && !passive || !turned && made {
		v.limit(Replaced, "It may turn round who did what.")
	}
	slices.Sort(added)
	slices.Sort(dropped)
	if len(added) > 0 && len(dropped) > 0 && !slices.Equal(added, dropped) {
		v.limit(Replaced, "It has another number than the passage in the same place.")
	}
}

// isAgent says that the word tells who did it: by.
func isAgent(w word) bool { return w.marks&agent != 0 }

// makesAgent says that a word which both texts have is who did it, by the words
// before it, in one of them only: hit by a car, hit a car.
func (g gap) makesAgent() bool {
	ends := func(words []word) bool {
		last := len(words) - 1
		for last > 0 && words[last].common && words[last].marks&agent == 0 {
			last--
		}
		return last >= 0 && words[last].marks&agent != 0
	}
	return g.after.Kind == analysis.Word && ends(g.statement) != ends(g.source) &&
		!has(g.statement, word.isContent) && !has(g.source, word.isContent)
}

// resolves says that the gap puts a name in the place of a pronoun.
func (g gap) resolves() bool {
	return !has(g.source, word.isContent) && has(g.source, func(w word) bool { return w.marks&pronoun != 0 })
}

// exchange says that each of the two gaps has a word that the other leaves out.
func exchange(a, b gap) bool {
	return share(a.statement, b.source, word.isContent) && share(b.statement, a.source, word.isContent)
}

// mayBeName says that the word looks like a name; many that start a sentence do.
func mayBeName(w word) bool { return w.Kind == analysis.Word && w.capital && (w.acronym || !w.common) }

// isName says that the word is a name: in the passage it has a capital within a sentence.
func (k *known) isName(w word) bool {
	return mayBeName(w) && (w.acronym || !w.initial || k.proper[w.key])
}

func has(words []word, class func(word) bool) bool { return slices.ContainsFunc(words, class) }

// share says that both have a word of the class.
func share(a, b []word, class func(word) bool) bool {
	return has(a, func(w word) bool {
		return class(w) && has(b, func(other word) bool { return class(other) && w.key == other.key })
	})
}

func appendNumbers(keys []string, words []word) []string {
	for _, w := range words {
		if w.isNumber() {
			keys = append(keys, w.key)
		}
	}
	return keys
}

// tooMuch is how many words that the passage does not have say something anew,
// rather than the same in other words.
const tooMuch = 3

// limitGap limits what a statement may put into one place in words that the
// passage does not have.
func (k *known) limitGap(v *Verdict, g gap) {
	added := 0
	for _, w := range g.statement {
		if w.Kind == analysis.Word && !w.common && !k.words[w.key] {
			added++
		}
	}
	switch {
	case added >= tooMuch:
		v.limit(Replaced, "It adds to what the passage says.")
	case added > 0 && has(g.source, k.isName):
		v.limit(Replaced, "It has another word than the passage in the place of a name.")
	}
	if g.opposes() {
		v.limit(Replaced, "It says the opposite of the passage.")
	}
	k.limitUncased(v, g)
}

// opposes says that the statement has a word in the place of one with the
// opposite meaning.
func (g gap) opposes() bool {
	source := joined(g.source)
	for i, w := range g.statement {
		if w.Kind != analysis.Run {
			if share([]word{w}, g.source, func(word) bool { return true }) {
				continue
			}
			for _, opposite := range lex().opposite[w.key] {
				if has(g.source, func(other word) bool { return other.key == opposite }) {
					return true
				}
			}
			continue
		}
		stretch := ""
		for _, next := range g.statement[i:min(i+longestMark, len(g.statement))] {
			stretch += next.key
			for _, opposite := range lex().opposite[stretch] {
				if strings.Contains(source, opposite) {
					return true
				}
			}
		}
	}
	return false
}

// keys are the keys of words, with spaces around each.
func keys(words []word) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, w := range words {
		b.WriteString(w.key)
		b.WriteByte(' ')
	}
	return b.String()
}

// fused is how heavy a stretch of words is that does not stand by chance in
// another sentence as it is.
const fused = 2 * contentWeight

// fuses says that the gap has a stretch of words from another sentence of the passage.
func (g gap) fuses(rest string) bool {
	for i := range g.statement {
		weight := 0
		for n, w := range g.statement[i:] {
			if !strings.Contains(rest, keys(g.statement[i:i+n+1])) {
				break
			}
			if w.isContent() {
				weight += w.weight()
			}
			if n > 0 && weight >= fused {
				return true
			}
		}
	}
	return false
}

// nearBy is how few words lie between a word and the same one again when a
// sentence has been pieced together, or its writer repeats itself.
const nearBy = 2

// stutters says that the statement has a word twice close together and its
// source has not.
func stutters(statement, source []word) bool {
	twice := func(words []word) map[string]bool {
		found := make(map[string]bool)
		for i, w := range words {
			for _, next := range words[i+1 : min(i+2+nearBy, len(words))] {
				if next.key == w.key && next.Kind == analysis.Word && w.isContent() {
					found[w.key] = true
				}
			}
		}
		return found
	}
	known := twice(source)
	for key := range twice(statement) {
		if !known[key] {
			return true
		}
	}
	return false
}

// limitUncased limits what a statement changes in scripts without capitals,
// where a name looks like any word.
func (k *known) limitUncased(v *Verdict, g gap) {
	changed := uncased(g.statement)
	switch {
	case changed == "":
	case strings.Contains(k.text, changed):
		if uncased(g.source) != "" {
			v.limit(ShownWithQuote, "It changes "+changed+".")
		}
	case uncased(g.source) != "" && utf8.RuneCountInString(changed) > 1:
		v.limit(Replaced, "It changes "+changed+", which may be a name.")
	default:
		v.limit(ShownWithQuote, "It adds "+changed+".")
	}
}

// uncased joins the words of scripts without capitals, but for function words.
func uncased(words []word) string {
	return joined(slices.DeleteFunc(slices.Clone(words), func(w word) bool {
		r, _ := utf8.DecodeRuneInString(w.key)
		return w.Kind == analysis.Number || w.common || !unicode.IsLetter(r) || !isUncased(r)
	}))
}

func joined(words []word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.key)
	}
	return b.String()
}
