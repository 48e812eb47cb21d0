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
	k := c.told
	_, number := k.unknownNumber(s.numbers)
	_, date := k.unknownDate(s.dates)
	if number || date {
		k = c.known()
		v.limit(ShownWithQuote, "It has a number or date of the title, or the story's date.")
	}
	if n, found := k.unknownNumber(s.numbers); found {
		v.limit(Replaced, "The number "+n+" is not beside the quote.")
	}
	if d, found := k.unknownDate(s.dates); found {
		v.limit(Replaced, "The date "+d.Of(s.text)+" is not beside the quote.")
	}
	if s.translated { // the words beside a number are others
		return
	}
	if n, found := k.displacedNumber(s.numbers); found {
		v.limit(Replaced, "The number "+n+" stands elsewhere in the passage.")
	}
	if n, found := c.foreignNumber(s.numbers); found {
		v.limit(Replaced, "The number "+n+" is another sentence's.")
	}
}

// foreignNumber finds a number that the cited sentences do not have, and that has lost
// the words which stand around it in the sentence beside them.
func (c citation) foreignNumber(numbers []quantity) (string, bool) {
	cited := newKnown(c.told.lang)
	cited.addNumbers(c.sentences.Of(c.paragraph))
	for _, q := range numbers {
		cites := func(r reading) bool { return cited.values[r.value] != nil }
		keeps := func(r reading) bool { return c.known().beside[q.before][r.value] || c.known().beside[q.after][r.value] }
		if !q.isOne() && !slices.ContainsFunc(q.readings, cites) && !slices.ContainsFunc(q.readings, keeps) {
			return q.text, true
		}
	}
	return "", false
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
	case added > 1 && !has(g.source, word.isContent):
		v.limit(ShownWithQuote, "It adds words to what the passage says.")
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

// How long a stretch is that does not stand by chance in another sentence as it
// is: in words of content, and in characters of a script without spaces.
const (
	fusedWords = 2
	fusedRun   = 6
)

// fuses says that the gap has a stretch of words from another sentence of the
// passage, which the cited one does not have.
func (g gap) fuses(cited string, rest func() string) bool {
	if !has(g.statement, word.isContent) {
		return false
	}
	for i := range g.statement {
		words, characters := 0, 0
		for n, w := range g.statement[i:] {
			stretch := keys(g.statement[i : i+n+1])
			if !strings.Contains(rest(), stretch) {
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

// uncased joins the words of scripts without capitals, but for function words.
func uncased(words []word) string {
	return joined(slices.DeleteFunc(slices.Clone(words), func(w word) bool {
		r, _ := utf8.DecodeRuneInString(w.key)
		return w.Kind == analysis.Number || w.common || !unicode.IsLetter(r) || !isUncased(r)
	}))
}

func has(words []word, class func(word) bool) bool { return slices.ContainsFunc(words, class) }

// share says that both have a word of the class.
func share(a, b []word, class func(word) bool) bool {
	return has(a, func(w word) bool {
		return class(w) && has(b, func(other word) bool { return class(other) && w.key == other.key })
	})
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

func joined(words []word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.key)
	}
	return b.String()
}
