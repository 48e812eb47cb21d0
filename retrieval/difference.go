package retrieval

import (
	"slices"
	"strings"

	segment "github.com/clipperhouse/uax29/v2/words"

	"storybot/retrieval/analysis"
)

// An Edit is what has become of a paragraph from one revision to another.
type Edit struct {
	Kind   EditKind
	Before *Paragraph // nil when it is Added
	After  *Paragraph // nil when it is Removed
}

// An EditKind says how a paragraph differs.
type EditKind string

const (
	Same    EditKind = "same"
	Moved   EditKind = "moved"   // the same text, elsewhere among those that stay
	Changed EditKind = "changed" // a text that is like the other
	Added   EditKind = "added"
	Removed EditKind = "removed"
)

// How like each other two paragraphs have to be for one to be the other, changed:
// so much of their words is the same, by Dice's coefficient; and how many places
// apart they are compared at most, counted among those that have no equal.
const (
	changedShare = 0.5
	changedApart = 50
)

// Difference tells what became of each paragraph, in the order of the later
// revision; what was removed stands where it stood among those that stay. A heading
// counts with its paragraphs' texts.
func Difference(before, after []Paragraph) []Edit {
	origin := matches(before, after)
	stay := increasing(origin)
	edits := make([]Edit, len(after))
	used := make([]bool, len(before))
	for j := range after {
		edits[j] = Edit{Kind: Added, After: &after[j]}
		if i := origin[j]; i >= 0 {
			used[i] = true
			edits[j].Kind, edits[j].Before = Moved, &before[i]
			if stay[j] {
				edits[j].Kind = Same
			}
		}
	}
	pair(before, used, edits)
	var all []Edit
	next := 0 // of before
	removed := func(to int) {
		for ; next < to; next++ {
			if !used[next] {
				all = append(all, Edit{Kind: Removed, Before: &before[next]})
			}
		}
	}
	for j, e := range edits {
		if e.Kind == Same {
			removed(origin[j])
		}
		all = append(all, e)
	}
	removed(len(before))
	return all
}

// pair makes what was added a change of an unused paragraph that is like it: of the
// one that is most.
func pair(before []Paragraph, used []bool, edits []Edit) {
	var left []int
	var counts []wordCount
	for i := range before {
		if !used[i] {
			left, counts = append(left, i), append(counts, countWords(before[i].Text))
		}
	}
	place := 0
	for j := range edits {
		e := &edits[j]
		if e.Kind != Added {
			continue
		}
		best, most := -1, 0.0
		count := countWords(e.After.Text)
		for k := max(0, place-changedApart); k < min(len(left), place+changedApart); k++ {
			if share := counts[k].shared(count); !used[left[k]] && share >= changedShare && share > most {
				best, most = left[k], share
			}
		}
		if best >= 0 {
			used[best] = true
			e.Kind, e.Before = Changed, &before[best]
		}
		place++
	}
}

// matches gives for each paragraph of after that of before with the same text and
// heading, or -1: of several the first that is not taken.
func matches(before, after []Paragraph) []int {
	at := make(map[[2]string][]int, len(before))
	for i, p := range before {
		key := [2]string{p.Heading, p.Text}
		at[key] = append(at[key], i)
	}
	origin := make([]int, len(after))
	for j, p := range after {
		key := [2]string{p.Heading, p.Text}
		origin[j] = -1
		if list := at[key]; len(list) > 0 {
			origin[j], at[key] = list[0], list[1:]
		}
	}
	return origin
}

// increasing marks a longest series of matches in which the order is the same.
// https://en.wikipedia.org/wiki/Longest_increasing_subsequence
func increasing(origin []int) []bool {
	var tails []int // places in origin; the best end of a series of each length
	before := make([]int, len(origin))
	for j, i := range origin {
		if i < 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(tails, i, func(t, i int) int { return origin[t] - i })
		before[j] = -1
		if at > 0 {
			before[j] = tails[at-1]
		}
		if at == len(tails) {
			tails = append(tails, j)
		} else {
			tails[at] = j
		}
	}
	in := make([]bool, len(origin))
	if len(tails) > 0 {
		for j := tails[len(tails)-1]; j >= 0; j = before[j] {
			in[j] = true
		}
	}
	return in
}

// A wordCount is how often a text has each word; in a script that puts no spaces
// between them, each term of the index.
type wordCount map[string]int

func countWords(text string) wordCount {
	count := make(wordCount)
	for _, t := range analysis.Tokens(text) {
		if t.Kind != analysis.Run {
			count[t.Text]++
			continue
		}
		for _, term := range t.AppendTerms(nil, "") {
			count[term]++
		}
	}
	return count
}

// shared is how much of two texts' words is the same, from 0 to 1.
func (c wordCount) shared(other wordCount) float64 {
	all, same := 0, 0
	for word, n := range c {
		all += n
		same += min(n, other[word])
	}
	for _, n := range other {
		all += n
	}
	if all == 0 {
		return 0
	}
	return 2 * float64(same) / float64(all)
}

// A Stretch of a text that was changed: of the one before, of the one after, or of
// both when it is Same.
type Stretch struct {
	Kind EditKind // Same, Added or Removed
	Text string
}

// maxCompared bounds the table of a comparison, in cells of two bytes.
const maxCompared = 4 << 20

// Words tells how a text was changed into another, by whole words.
func Words(before, after string) []Stretch {
	a, b := cut(before), cut(after)
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var all []Stretch
	add := func(kind EditKind, pieces ...string) {
		text := strings.Join(pieces, "")
		switch {
		case text == "":
		case len(all) > 0 && all[len(all)-1].Kind == kind:
			all[len(all)-1].Text += text
		default:
			all = append(all, Stretch{kind, text})
		}
	}
	add(Same, a[:start]...)
	middle(a[start:len(a)-end], b[start:len(b)-end], add)
	add(Same, a[len(a)-end:]...)
	return all
}

// cut cuts a text into words and what stands between them.
func cut(text string) (pieces []string) {
	for w := segment.FromString(text); w.Next(); {
		pieces = append(pieces, w.Value())
	}
	return pieces
}

// middle compares what has neither its beginning nor its end in common, by its
// longest common subsequence. What is too long for that was replaced.
func middle(a, b []string, add func(EditKind, ...string)) {
	if (len(a)+1)*(len(b)+1) > maxCompared {
		add(Removed, a...)
		add(Added, b...)
		return
	}
	width := len(b) + 1
	common := make([]uint16, (len(a)+1)*width) // of a[i:] and b[j:]; at most 2,047, as maxCompared lets the shorter be
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			add(Same, a[i])
			i, j = i+1, j+1
		case common[(i+1)*width+j] >= common[i*width+j+1]:
			add(Removed, a[i])
			i++
		default:
			add(Added, b[j])
			j++
		}
	}
	add(Removed, a[i:]...)
	add(Added, b[j:]...)
}
