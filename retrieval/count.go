package retrieval

import (
	"strings"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// counts are how often a text holds what a question asks for.
type counts struct {
	groups []int  // occurrences of each group's terms
	grams  []int  // occurrences of each gram of its words
	known  []bool // for groups that are names: the text holds it or a word that shares its beginning
	pairs  []bool // for each group: its next one follows it closely
	length int    // terms in the text

	last, lastAt         int // group found last, and its place in the text
	newNames, newNumbers int // that the question does not hold itself
}

func (q *query) newCounts() counts {
	return counts{groups: make([]int, len(q.groups)), grams: make([]int, len(q.grams)), known: make([]bool, len(q.groups)), pairs: make([]bool, len(q.groups)), last: -1}
}

// count looks for the question's terms and grams in a text of the language
// lang. Nothing is kept of words that the question does not ask for.
func (q *query) count(text, lang string) counts {
	c := q.newCounts()
	for _, t := range analysis.Tokens(text) {
		c.length += q.countToken(t, lang, &c)
	}
	return c
}

// near is how many words apart two words of the question are a pair: "the
// Kremlin's spokesperson", "spokesperson of the Kremlin".
const near = 3

// countToken returns how many terms the token makes.
func (q *query) countToken(t analysis.Token, lang string, c *counts) int {
	terms := t.Terms(lang)
	asked := false
	for _, term := range terms {
		if i, ok := q.terms[term]; ok {
			if c.last >= 0 && q.groups[c.last].next == i && c.length-c.lastAt <= near {
				c.pairs[c.last] = true
			}
			if !q.groups[i].common {
				c.last, c.lastAt = i, c.length
			}
			c.groups[i]++
			c.known[i] = true
			asked = true
		}
	}
	switch {
	case asked:
	case t.Kind == analysis.Number:
		c.newNumbers++
	case t.Upper && t.Start > 0 && !analysis.IsCommon(t, lang):
		c.newNames++
	}
	if t.Kind == analysis.Word {
		q.countGrams(analysis.Stem(t.Text, ""), c)
	}
	return len(terms)
}

// countGrams counts the grams of a word, and notes names that it may be a form
// of.
func (q *query) countGrams(word string, c *counts) {
	hit := false
	for i := 0; i < len(word); {
		end := i
		for n := 0; n < gramSize && end < len(word); n++ {
			_, size := utf8.DecodeRuneInString(word[end:])
			end += size
		}
		if place, ok := q.grams[word[i:end]]; ok {
			c.grams[place]++
			hit = true
		}
		if end == len(word) {
			break
		}
		_, size := utf8.DecodeRuneInString(word[i:])
		i += size
	}
	if !hit {
		return
	}
	for i, g := range q.groups {
		if g.name && !c.known[i] && related(analysis.Stem(g.Text, ""), word) {
			c.known[i] = true
		}
	}
}

// related says that two words share their beginning: half of the name, at
// least a gram. So China and Chinese, Korea and Koreans are related.
func related(name, word string) bool {
	runes := []rune(name)
	n := max(gramSize, (len(runes)+1)/2)
	return len(runes) >= n && strings.HasPrefix(word, string(runes[:n]))
}

// add adds another text's counts.
func (c *counts) add(d counts) {
	for i, n := range d.groups {
		c.groups[i] += n
	}
	for i, n := range d.grams {
		c.grams[i] += n
	}
	for i, k := range d.known {
		c.known[i] = c.known[i] || k
	}
	c.length += d.length
	for i, p := range d.pairs {
		c.pairs[i] = c.pairs[i] || p
	}
	c.newNames += d.newNames
	c.newNumbers += d.newNumbers
}

// formCredit is what a group counts for at most when only grams of its word are
// found: the word may be another one.
const formCredit = 0.8

// share is how much of the group the text holds, from 0 to 1.
func (q *query) share(i int, c counts) float64 {
	g := q.groups[i]
	if c.groups[i] > 0 {
		return 1
	}
	if len(g.grams) < 2 {
		return 0
	}
	held := 0
	for _, gram := range g.grams {
		if c.grams[gram] > 0 {
			held++
		}
	}
	return formCredit * float64(held) / float64(len(g.grams))
}

// cover is the share of the question's weight that the text holds, from 0 to
// 1.
func (q *query) cover(c counts) float64 {
	if q.total == 0 {
		return 0
	}
	var sum float64
	for i, g := range q.groups {
		sum += g.weight * q.share(i, c)
	}
	return sum / q.total
}

// answers says that the text holds the kind of thing that the question asks
// for.
func (q *query) answers(c counts) bool {
	switch q.ask {
	case askPerson:
		return c.newNames > 0
	case askTime, askQuantity:
		return c.newNumbers > 0
	}
	return false
}

// pairs is the share of the question's pairs, by weight, that the text holds.
func (q *query) pairs(c counts) float64 {
	var sum, total float64
	for i, g := range q.groups {
		if g.next < 0 {
			continue
		}
		weight := g.weight + q.groups[g.next].weight
		total += weight
		if c.pairs[i] {
			sum += weight
		}
	}
	if total == 0 {
		return 0
	}
	return sum / total
}
