package grounding

import (
	"slices"
	"strings"
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
	var negations, hedges [2]int // of the statement, of the source
	for _, g := range gaps {
		for i, side := range [][]word{g.statement, g.source} {
			negations[i] += count(lex().negation, side)
			hedges[i] += count(lex().hedge, side)
		}
	}
	if negations[0] != negations[1] {
		v.limit(Replaced, "It has another negation than the passage.")
	}
	if hedges[0] < hedges[1] {
		v.limit(Replaced, "It is surer than the passage.")
	}
}

// limitOrder finds numbers and names that stand where the source has others:
// the statement may turn round who did what to whom, or how much of what.
func limitOrder(v *Verdict, gaps []gap) {
	var added, dropped []string // numbers
	for i, g := range gaps {
		added, dropped = appendNumbers(added, g.statement), appendNumbers(dropped, g.source)
		if has(g.statement, isName) && has(g.source, isName) && !share(g.statement, g.source, isName) {
			v.limit(Replaced, "It has another name than the passage in the same place.")
		}
		for j, other := range gaps {
			if i != j && share(g.statement, other.source, isName) {
				v.limit(Replaced, "It has names in another order than the passage.")
			}
		}
	}
	slices.Sort(added)
	slices.Sort(dropped)
	if len(added) > 0 && len(dropped) > 0 && !slices.Equal(added, dropped) {
		v.limit(Replaced, "It has another number than the passage in the same place.")
	}
}

func isName(w word) bool { return w.Kind == analysis.Word && w.capital && (w.acronym || !w.common) }

func has(words []word, class func(word) bool) bool { return slices.ContainsFunc(words, class) }

// share says that both have a word of the class.
func share(a, b []word, class func(word) bool) bool {
	return has(a, func(w word) bool {
		return class(w) && has(b, func(other word) bool { return class(other) && w.key == other.key })
	})
}

func appendNumbers(keys []string, words []word) []string {
	for _, w := range words {
		if w.Kind == analysis.Number || lex().number[w.Text] != nil && w.key != "1" {
			keys = append(keys, w.key)
		}
	}
	return keys
}

// count is how many of the words, or of the stretches of up to three
// characters, are in the set.
func count(set map[string]bool, words []word) int {
	n := 0
	for i, w := range words {
		if w.Kind != analysis.Run {
			if set[w.Text] && (w.initial || !w.capital) { // not the month of May
				n++
			}
			continue
		}
		stretch := ""
		for _, next := range words[i:min(i+3, len(words))] {
			stretch += next.key
			if set[stretch] {
				n++
				break
			}
		}
	}
	return n
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
	case added > 0 && has(g.source, isName):
		v.limit(Replaced, "It has another word than the passage in the place of a name.")
	}
	k.limitUncased(v, g)
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
	var b strings.Builder
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w.key); w.Kind != analysis.Number && !w.common && isUncased(r) {
			b.WriteString(w.key)
		}
	}
	return b.String()
}
