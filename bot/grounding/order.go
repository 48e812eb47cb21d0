package grounding

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

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
		turned = turned || g.usurps(a.source, func(w word) bool { return has(a.source, func(other word) bool { return other.key == w.key }) })
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

// usurps says that the statement begins with a word in the place of another, which the
// passage has elsewhere: "thieves stole the bell, the priest told the police" does not say
// that the priest stole it. Source is what the gap is in.
func (g gap) usurps(source []word, elsewhere func(word) bool) bool {
	other := func(w word) bool { return w.isContent() && w.Kind == analysis.Word && w.marks&speech == 0 }
	return !has(source[:g.at], word.isContent) && has(g.source, other) && !share(g.statement, g.source, other) &&
		has(g.statement, func(w word) bool { return other(w) && elsewhere(w) })
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

func appendNumbers(keys []string, words []word) []string {
	for _, w := range words {
		if w.isNumber() {
			keys = append(keys, w.key)
		}
	}
	return keys
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
