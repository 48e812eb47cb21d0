package grounding

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// limitNumbers holds a statement to the numbers and dates beside its quote. That
// the story is of a day does not say that what it tells happened then.
func (c citation) limitNumbers(v *Verdict, s claim) {
	if n, found := c.known.unknownNumber(s.numbers); found {
		v.limit(Replaced, "The number "+n+" is not beside the quote.")
	} else if n, found := c.told.unknownNumber(s.numbers); found {
		v.limit(ShownWithQuote, "The number "+n+" is the title's or the story's date's.")
	}
	if n, found := c.known.displacedNumber(s.numbers); found {
		v.limit(Replaced, "The number "+n+" stands elsewhere in the passage.")
	}
	if d, found := c.known.unknownDate(s.dates); found {
		v.limit(Replaced, "The date "+d.Of(s.text)+" is not beside the quote.")
	}
}

// limitMarks compares what the gaps hold of the words that turn a sentence
// round or weaken it.
func limitMarks(v *Verdict, a alignment) {
	var negations, hedges int // more in the statement than in the source
	var more, fewer []gap     // by negations
	for _, g := range a.gaps {
		n := 0
		for _, w := range g.statement {
			n += isMarked(w, negation)
			hedges += isMarked(w, hedge)
		}
		for i, w := range g.source {
			if g.bears(i) {
				n -= isMarked(w, negation)
				hedges -= isMarked(w, hedge)
			}
		}
		switch negations += n; {
		case n > 0:
			more = append(more, g)
		case n < 0:
			fewer = append(fewer, g)
		}
	}
	// What the one denies may be negative by itself in the other: does not like, is
	// hostile to.
	reworded := func(g gap) bool {
		return negations > 0 && has(g.source, isNegative) || negations < 0 && has(g.statement, isNegative)
	}
	const another = "It has another negation than the passage."
	switch {
	case negations != 0 && !slices.ContainsFunc(a.gaps, reworded):
		v.limit(Replaced, another)
	case negations != 0:
		v.limit(ShownWithQuote, another)
	case len(more) > 0 && has(a.between(more[0], fewer[0]), word.isContent):
		v.limit(ShownWithQuote, "Its negation stands elsewhere than the passage's.")
	}
	if hedges < 0 {
		v.limit(Replaced, "It is surer than the passage.")
	}
}

func isNegative(w word) bool { return w.marks&negative != 0 }

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
func (k *known) limitOrder(v *Verdict, a alignment) {
	var added, dropped []string // numbers
	var turned, moved, passive, made bool
	for i, g := range a.gaps {
		added, dropped = appendNumbers(added, g.statement), appendNumbers(dropped, g.source)
		passive = passive || has(g.statement, isAgent) != has(g.source, isAgent)
		made = made || g.makesAgent()
		if has(g.statement, k.isName) && has(g.source, mayBeName) && !share(g.statement, g.source, mayBeName) {
			v.limit(Replaced, "It has another name than the passage in the same place.")
		}
		for j, other := range a.gaps {
			passed := a.between(g, other)
			if i != j && share(g.statement, other.source, mayBeName) && !g.resolves() && has(passed, isNoNumber) {
				moved = true
				turned = turned || has(g.source, word.isContent) || has(passed, mayBeName) || share(g.statement, other.source, isPlain)
			}
			moved = moved || i != j && (movesRun(g, other) || movesNumber(g, other, passed))
			turned = turned || i < j && exchange(g, other)
		}
	}
	switch {
	case turned && !passive || !turned && made:
		v.limit(Replaced, "It may turn round who did what.")
	case moved: // by itself, to where nothing else has gone
		v.limit(ShownWithQuote, "It puts a name or number elsewhere than the passage.")
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

// stitches says that the gap cuts out the end of one clause and the beginning of
// another, with what that is about: of "A did this, and B did that" it leaves "A did
// that".
func (g gap) stitches() bool {
	if len(g.source) == 0 || has(g.statement, word.isContent) || g.before.clause < 0 || g.after.clause < 0 || g.before.sentence != g.after.sentence {
		return false
	}
	first := g.source[0]
	return first.clause == g.before.clause && g.after.clause != first.clause &&
		has(g.source, func(w word) bool { return w.clause == g.after.clause && w.isContent() })
}

// resolves says that the gap puts a name in the place of a pronoun.
func (g gap) resolves() bool {
	return !has(g.source, word.isContent) && has(g.source, func(w word) bool { return w.marks&pronoun != 0 })
}

// resolved says that the word stands in the place of a pronoun.
func (a alignment) resolved(w word) bool {
	return slices.ContainsFunc(a.gaps, func(g gap) bool {
		return g.resolves() && has(g.statement, func(other word) bool { return other.Token == w.Token })
	})
}

// exchange says that each of the two gaps has a word that the other leaves out.
func exchange(a, b gap) bool {
	return share(a.statement, b.source, word.isContent) && share(b.statement, a.source, word.isContent)
}

// mayBeName says that the word looks like a name; many that start a sentence do.
func mayBeName(w word) bool {
	return w.Kind == analysis.Word && w.capital && (w.acronym || !w.common && (!w.initial || w.marks&noun == 0))
}

// isPlain says that the word is one of content, or says something, and cannot be
// a name.
func isPlain(w word) bool { return (w.isContent() || w.marks&speech != 0) && !mayBeName(w) }

func isNoNumber(w word) bool { return !w.isNumber() }

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
	added, clause := 0, 0
	for _, w := range g.statement {
		if w.clause != clause && added < tooMuch {
			added, clause = 0, w.clause
		}
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
	if g.stitches() {
		v.limit(ShownWithQuote, "It may join the parts of two clauses.")
	}
	if has(g.statement, word.isUnit) && has(g.source, word.isUnit) && !share(g.statement, g.source, word.isUnit) {
		v.limit(Replaced, "It has another unit than the passage in the same place.")
	}
	k.limitUncased(v, g)
}

// shortGap is how many characters a gap has at most in which a single one, as in
// 多 and 少, is surely a word.
const shortGap = 4

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
				if strings.Contains(source, opposite) && (len(stretch) > len(next.key) || len(g.statement)+len(g.source) <= shortGap) {
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

// How long a stretch is that does not stand by chance in another sentence as it
// is: in words of content, and in characters of a script without spaces.
const (
	fusedWords = 2
	fusedRun   = 6
)

// fuses says that the gap has a stretch of words from another sentence of the
// passage, which the cited one does not have.
func (g gap) fuses(cited, rest string) bool {
	for i := range g.statement {
		words, characters := 0, 0
		for n, w := range g.statement[i:] {
			stretch := keys(g.statement[i : i+n+1])
			if !strings.Contains(rest, stretch) {
				break
			}
			if w.isContent() && !strings.Contains(cited, keys([]word{w})) {
				words++
			}
			if w.Kind == analysis.Run {
				characters++
				words = 0
			}
			if n > 0 && words >= fusedWords || characters >= fusedRun && !strings.Contains(cited, stretch) {
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
	case uncased(g.source) != "" && letters(g.statement) > 1:
		v.limit(Replaced, "It changes "+changed+", which may be a name.")
	case !strings.Contains(k.text, changed):
		v.limit(ShownWithQuote, "It adds "+changed+".")
	case uncased(g.source) != "":
		v.limit(ShownWithQuote, "It changes "+changed+".")
	}
}

// letters is how many characters of scripts without capitals the words have, with
// those of function words: a name may have one.
func letters(words []word) int {
	n := 0
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w.key); unicode.IsLetter(r) && isUncased(r) {
			n += utf8.RuneCountInString(w.key)
		}
	}
	return n
}

// movesNumber says that the one gap has a number that the other leaves out, and that
// it has passed another one.
func movesNumber(g, other gap, passed []word) bool {
	return share(g.statement, other.source, word.isNumber) && has(passed, word.isNumber)
}

// movesRun says that the one gap has characters in a row, of a script without
// capitals, that the other leaves out: they may be a name, and turn round who did
// what. A Korean word that is the same to its last syllable has kept its role.
func movesRun(g, other gap) bool {
	dropped := joined(other.source)
	for i, w := range g.statement {
		stretch := g.statement[i:min(i+2, len(g.statement))]
		kept := func(other word) bool { return unicode.Is(unicode.Hangul, []rune(w.key)[0]) && other.Text == w.Text }
		if w.Kind == analysis.Run && letters(stretch) > 1 && has(stretch, word.isContent) &&
			strings.Contains(dropped, joined(stretch)) && !has(other.source, kept) {
			return true
		}
	}
	return false
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
