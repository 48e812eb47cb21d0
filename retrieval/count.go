package retrieval

import (
	"storybot/retrieval/analysis"
)

// A likeness is how much a text has of a name.
type likeness uint8

const (
	unlike likeness = iota
	alike           // a word that may be the name misspelt
	same            // the name, or a form of it
)

// counts are how often a text holds what a question asks for.
type counts struct {
	groups []int      // occurrences of each group's terms
	grams  []int      // occurrences of each gram
	known  []likeness // for groups that are names: what the text holds of it
	pairs  []bool     // for each group: its next one follows it closely
	length int        // terms in the text
	asked  int        // of these, the question's

	newNames, newNumbers int // that the question does not hold itself
}

func (q *query) newCounts() counts {
	n := len(q.groups)
	numbers := make([]int, n+len(q.grams))
	return counts{groups: numbers[:n], grams: numbers[n:], known: make([]likeness, n), pairs: make([]bool, n)}
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
		c.known[i] = max(c.known[i], k)
	}
	for i, p := range d.pairs {
		c.pairs[i] = c.pairs[i] || p
	}
	c.length += d.length
	c.asked += d.asked
	c.newNames += d.newNames
	c.newNumbers += d.newNumbers
}

// A counter looks for a question's terms and grams in a text. Nothing is kept
// of words that the question does not ask for.
type counter struct {
	*query
	counts
	lang   string // of the text
	at     int    // where the last content word of the question was found, in terms
	last   []int  // its groups
	terms  []string
	buffer []byte
}

// count counts in a text of the language lang, or a part of one.
func (q *query) count(tokens []analysis.Token, lang string) counts {
	c := counter{query: q, counts: q.newCounts(), lang: lang}
	for i, t := range tokens {
		c.token(t, i == 0)
	}
	return c.counts
}

// token counts a token, which may be the first of a sentence: that has a
// capital anyway.
func (c *counter) token(t analysis.Token, first bool) {
	c.terms = t.AppendTerms(c.terms[:0], c.lang)
	asked := false
	for _, term := range c.terms {
		if groups := c.query.terms[term]; len(groups) > 0 {
			asked = true
			c.asked++
			c.found(groups)
		}
		c.length++
	}
	switch {
	case asked:
	case analysis.IsCount(t, c.lang):
		c.newNumbers++
	case t.Upper && !first && !analysis.IsCommon(t, c.lang):
		c.newNames++
	}
	switch t.Kind {
	case analysis.Word:
		if word := analysis.Stem(t.Text, ""); c.countWord(word, &c.counts, &c.buffer) {
			c.likeNames(word)
		}
	case analysis.Run:
		c.countRun(t.Text, &c.counts)
	}
}

// near is how many words apart two words of the question are a pair: "the
// Kremlin's spokesperson", "spokesperson of the Kremlin".
const near = 3

// found notes a term of the groups.
func (c *counter) found(groups []int) {
	content := false
	for _, i := range groups {
		for _, before := range c.last {
			if c.query.groups[before].next == i && c.length-c.at <= near {
				c.pairs[before] = true
			}
		}
		c.counts.groups[i]++
		c.known[i] = same
		content = content || !c.query.groups[i].frequent
	}
	if content {
		c.last, c.at = groups, c.length
	}
}

// likeNames notes the names that a word of the text may stand for. A name that
// the collection has as it is written is not misspelt.
func (c *counter) likeNames(word string) {
	var runes []rune
	for i, g := range c.query.groups {
		if !g.name || c.known[i] == same {
			continue
		}
		if runes == nil {
			runes = []rune(word)
		}
		switch {
		case related(g.stem, runes):
			c.known[i] = same
		case g.paragraphs == 0 && slips(g.stem, runes) <= len(g.stem)/5:
			c.known[i] = alike
		}
	}
}

// related says that one word may be a form of the other: they share half of
// the name, at least a gram, and differ in endings: China and Chinese, Korea and
// Koreans; not Slovakia and Slovenia, Austria and Australia.
func related(name, word []rune) bool {
	shared := 0
	for shared < min(len(name), len(word)) && name[shared] == word[shared] {
		shared++
	}
	ending, other := len(name)-shared, len(word)-shared
	return shared >= gramSize && 2*shared >= len(name) && (ending <= 1 || ending <= 3 && other <= 3)
}

// slips is how many letters must be added, left out, exchanged or swapped with
// the next one to turn a into b (optimal string alignment distance).
func slips(a, b []rune) int {
	if d := len(a) - len(b); d > maxSlips || d < -maxSlips {
		return maxSlips + 1
	}
	rows := make([]int, 3*(len(b)+1))
	before, row, next := rows[:len(b)+1], rows[len(b)+1:2*(len(b)+1)], rows[2*(len(b)+1):]
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

// maxSlips is more than a misspelt name has.
const maxSlips = 3

// formCredit is what a group counts for at most when only grams of it are
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

// answers says that the text holds the kind of thing that the question asks
// for.
func (q *query) answers(c counts) bool {
	switch q.ask {
	case askPerson:
		return c.newNames > 0
	case askNumber:
		return c.newNumbers > 0
	}
	return false
}

// pairShare is the share of the question's pairs, by weight, that the text
// holds.
func (q *query) pairShare(c counts) float64 {
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
