package bot

import (
	"cmp"
	"slices"
	"strings"

	"storybot/bot/grounding"
	"storybot/retrieval"
)

// Versions are what several stories tell, so that what they tell otherwise is found: a
// reader who is told one version of two would take it for the only one.
type versions struct {
	gists      []retrieval.Gist
	points     []point
	paragraphs map[retrieval.Ref]int // places in gists
	several    bool                  // stories
	told       map[int]bool          // places of points that stand as another version
}

func newVersions(gists []retrieval.Gist) *versions {
	v := &versions{gists: gists, points: pointsOf(gists), paragraphs: make(map[retrieval.Ref]int), told: make(map[int]bool)}
	for i, g := range gists {
		v.paragraphs[g.Ref] = i
		v.several = v.several || g.Story != gists[0].Story
	}
	return v
}

// Bounds of other versions.
const (
	maxVersions = 2   // beside one
	maxCompared = 5   // sentences that are looked at more closely, the likest: that takes some time
	minLike     = 0.3 // of sentences that tell the same: another number halves their likeness
)

// others are the sentences of other stories that tell the point otherwise, one a
// story: nearly in the same words, but with another number or date, a negation, or the
// opposite. What is told in other words is not found.
func (v *versions) others(p point) []point {
	if !v.several {
		return nil
	}
	own := v.gists[p.passage]
	type candidate struct {
		point
		like float64
	}
	var like []candidate
	for _, other := range v.points {
		g := v.gists[other.passage]
		if g.Story == own.Story || g.Language != own.Language {
			continue
		}
		if l := p.Like(other.Point); l >= minLike && other.Of(g.Text) != p.Of(own.Text) {
			like = append(like, candidate{other, l})
		}
	}
	slices.SortStableFunc(like, func(a, b candidate) int { return cmp.Compare(b.like, a.like) })
	var found []point
	stories := make(map[string]bool)
	for _, c := range like[:min(len(like), maxCompared)] {
		if story := v.gists[c.passage].Story; len(found) < maxVersions && !stories[story] && v.differ(p, c.point) {
			stories[story] = true
			found = append(found, c.point)
		}
	}
	return found
}

// differ says that two sentences of two stories cannot both be so, as far as words
// can tell. Either may say more than the other.
func (v *versions) differ(a, b point) bool {
	contradicts := func(a, b point) bool {
		from, by := v.gists[a.passage], v.gists[b.passage]
		claim := claimed{text: a.Of(from.Text), at: from.PublishedAt}
		relation, _ := claim.relation(retrieval.Passage{Passage: by.Passage}, b.Span)
		return relation == grounding.Contradicts
	}
	return contradicts(a, b) || contradicts(b, a)
}

// cite is the citation of a point, with the time that the point tells, not the
// sentence it refers to.
func (v *versions) cite(p point) cited {
	c := cite(retrieval.Passage{Passage: v.gists[p.passage].Passage}, p.span)
	c.when, c.relative = p.When, p.Relative
	return c
}

// otherwise are what other stories tell otherwise than the sentences that a citation
// quotes, but for what has been told. Again says that those sentences have been told
// themselves, as other versions.
func (v *versions) otherwise(c Citation) (others []point, again bool) {
	i, ok := v.paragraphs[retrieval.Ref{Story: c.StoryID, Revision: c.Revision, Paragraph: c.Paragraph}]
	if !ok || !v.several {
		return nil, false
	}
	start := strings.Index(c.Text, c.Quote)
	end := start + len(c.Quote)
	again = true
	for _, p := range v.points {
		if p.passage != i || p.End <= start || end <= p.Start {
			continue
		}
		if v.told[p.place] {
			continue
		}
		again = false
		for _, other := range v.others(p) {
			if !v.told[other.place] {
				others = append(others, other)
			}
		}
	}
	return others, again
}
