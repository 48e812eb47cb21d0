package grounding

import "slices"

// An alignment sets the words of a statement beside those of its source.
type alignment struct {
	closeness float64 // see closeness
	statement []word  // what of it has not moved as it is
	places    []int   // of its words in the source, or -1
	gaps      []gap
	source    []word // what of it has not moved as it is
}

// A gap is where a statement and its source differ: the one's words in the
// place of the other's. Either may be empty.
type gap struct {
	statement, source []word
	before, after     word // the source's words around it that the statement has; of no clause (-1) where there is none
	at                int  // where it stands in the alignment's source
}

// align finds what the statement has from its source in the same order, and what
// differs. Phrases that have moved as they are, as "in 2011" to the end of
// the sentence, do not differ.
func align(statement, source []word) alignment {
	a := alignment{}
	statement, source, moved := cutAttribution(statement, source)
	places := match(statement, source)
	for {
		s, t, n := movedPhrase(statement, source, places)
		if n == 0 {
			break
		}
		moved += weigh(statement[s : s+n])
		statement, source, places = cutPhrase(statement, source, places, s, t, n)
	}
	a.closeness = closeness(statement, source, places, moved)
	a.gaps, a.statement, a.places, a.source = gapsOf(statement, source, places), statement, places, source
	return a
}

// match is the heaviest common subsequence of two texts' words: for each word
// of the statement its place in the source, or -1. Its time and space are the
// product of the two lengths, which MaxStatement and maxSource bound.
func match(statement, source []word) []int {
	width := len(source) + 1
	weights := make([]uint16, (len(statement)+1)*width) // of the subsequence of what follows i and j
	for i := len(statement) - 1; i >= 0; i-- {
		weight := uint16(statement[i].weight())
		for j := len(source) - 1; j >= 0; j-- {
			if statement[i].key == source[j].key {
				weights[i*width+j] = weights[(i+1)*width+j+1] + weight
			} else {
				weights[i*width+j] = max(weights[(i+1)*width+j], weights[i*width+j+1])
			}
		}
	}
	places := make([]int, len(statement))
	for i, j := 0, 0; i < len(statement); {
		switch {
		case j < len(source) && statement[i].key == source[j].key:
			places[i] = j
			i, j = i+1, j+1
		case j == len(source) || weights[(i+1)*width+j] >= weights[i*width+j+1]:
			places[i] = -1
			i++
		default:
			j++
		}
	}
	return places
}

// between is what the source has after the one gap and before the other.
func (a alignment) between(g, other gap) []word {
	if other.at < g.at {
		g, other = other, g
	}
	return a.source[g.at+len(g.source) : max(g.at+len(g.source), other.at)]
}

// addsSentence says that a sentence of the statement has no word of content from
// the source.
func (a alignment) addsSentence() bool {
	has := make(map[int]bool)
	for i, w := range a.statement {
		has[w.sentence] = has[w.sentence] || a.places[i] >= 0 && w.isContent()
	}
	for _, shares := range has {
		if !shares && len(has) > 1 {
			return true
		}
	}
	return false
}

// movedPhrase finds the longest phrase of the statement that stands as it is
// in another place of its source: from s and from t, n words, 0 when there is
// none. It starts with a function word, which tells what it has to do with the rest
// wherever it stands: "in 2011", "like her father".
func movedPhrase(statement, source []word, places []int) (s, t, n int) {
	taken := make([]bool, len(source))
	for _, j := range places {
		if j >= 0 {
			taken[j] = true
		}
	}
	for i, w := range statement {
		if places[i] >= 0 || !w.common || w.marks&(agent|negation|article) != 0 {
			continue
		}
		for j := range source {
			k := 0
			for i+k < len(statement) && j+k < len(source) && statement[i+k].key == source[j+k].key && places[i+k] < 0 && !taken[j+k] &&
				statement[i+k].clause == w.clause && source[j+k].clause == source[j].clause {
				k++
			}
			if k > n && has(statement[i:i+k], word.isContent) {
				s, t, n = i, j, k
			}
		}
	}
	return s, t, n
}

// cutPhrase leaves a phrase of n words out of both texts.
func cutPhrase(statement, source []word, places []int, s, t, n int) ([]word, []word, []int) {
	places = slices.Concat(places[:s], places[s+n:])
	for i, j := range places {
		if j >= t {
			places[i] = j - n
		}
	}
	return slices.Concat(statement[:s], statement[s+n:]), slices.Concat(source[:t], source[t+n:]), places
}

// closeness is the share of the statement that it has from the source in the
// same order, by weight, with what has moved. Each sentence of it counts the words of one
// sentence of the source, the one that gives it the most: two sentences fused are
// close to neither. Function words that the statement adds count nothing: turning a sentence
// needs them. A place where the source's words were cut out counts
// as a content word: what is shortened by many cuts says less and less the same.
func closeness(statement, source []word, places []int, moved int) float64 {
	shared := make(map[[2]int]int) // weight by sentence of the statement and of the source
	most := make(map[int]int)      // by sentence of the statement
	kept, total, last := moved, moved, -1
	for i, w := range statement {
		j := places[i]
		if j < 0 {
			if w.isContent() || i > 0 && places[i-1] < 0 && statement[i-1].common {
				total += w.weight()
			}
			last = -1 // replaced, not cut
			continue
		}
		total += w.weight()
		if last >= 0 && has(source[last+1:j], word.isContent) {
			total += contentWeight
		}
		last = j
		pair := [2]int{w.sentence, source[j].sentence}
		shared[pair] += w.weight()
		most[pair[0]] = max(most[pair[0]], shared[pair])
	}
	for _, weight := range most {
		kept += weight
	}
	return float64(kept) / float64(max(total, 1))
}

// margin is how many words before the first that a statement shares with its
// source, and after the last, can still bear on it: "he denied that", and verbs
// at the end.
const margin = 4

// gapsOf are the differences between two texts whose words are matched.
func gapsOf(statement, source []word, places []int) []gap {
	var found []gap
	none := word{clause: -1}
	add := func(g gap) {
		if len(g.statement)+len(g.source) > 0 {
			found = append(found, g)
		}
	}
	begin, next := 0, -1 // of the gap in the statement, and in the source: unknown before the first match
	before := none
	for i, j := range places {
		if j < 0 {
			continue
		}
		if next < 0 {
			next = j
			for next > max(0, j-margin-i) && source[next-1].sentence == source[j].sentence {
				next--
			}
		}
		add(gap{statement[begin:i], source[next:j], before, source[j], next})
		begin, next, before = i+1, j+1, source[j]
	}
	if next < 0 {
		return []gap{{statement, source, none, none, 0}}
	}
	rest, end := statement[begin:], next
	for end < min(len(source), next+margin+len(rest)) && source[end].sentence == before.sentence {
		end++
	}
	add(gap{rest, source[next:end], before, none, next})
	return found
}
