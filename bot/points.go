package bot

import (
	"cmp"
	"slices"
	"strings"

	"storybot/retrieval"
)

// summariseInQuotes states the sentences that together say most, in the order of
// the stories; a timeline, those that tell a time, in its order. What another story
// tells otherwise stands beside it.
func (d *draft) summariseInQuotes(style Style) {
	v := d.versions
	points := slices.Clone(v.points)
	switch style {
	case Timeline:
		points = slices.DeleteFunc(points, func(p point) bool { return p.When == "" })
	case Brief: // three sentences are no more than three
		alone := slices.DeleteFunc(slices.Clone(points), func(p point) bool { return p.RefersBack })
		if len(alone) >= length(Brief) {
			points = alone
		}
	}
	chosen := choose(points, length(style), v.others)
	slices.SortStableFunc(chosen, func(a, b point) int {
		if c := strings.Compare(a.When, b.When); style == Timeline && c != 0 { // as ISO 8601 dates sort
			return c
		}
		return cmp.Or(cmp.Compare(a.beside, b.beside), cmp.Compare(a.place, b.place))
	})
	for _, p := range chosen {
		var others []cited
		for _, o := range chosen {
			if o.place != p.place && o.beside == p.beside {
				others = append(others, v.cite(o))
			}
		}
		c := v.cite(p)
		d.add(c.Quote, SupportQuote, []cited{c}, others)
	}
}

// A point is a sentence that may be stated.
type point struct {
	retrieval.Point
	passage int
	place   int            // in the stories
	beside  int            // the place of the first of the versions that it stands beside: its own for most
	span    retrieval.Span // with the sentence that it refers to
	worth   float64
}

// What a sentence is worth beside its centrality.
const (
	opening   = 1.15 // the first of a paragraph: it often says what the rest is about
	leaning   = 0.6  // cannot be understood alone, nor with the sentence before
	shortRest = 0.5  // says less than a clause
	minPoint  = 30   // bytes of a clause

	disputed      = 1.5 // another story tells it otherwise
	leastDisputed = 0.5 // of the most that any is worth, before that: where stories differ is news
)

func pointsOf(gists []retrieval.Gist) []point {
	var points []point
	for i, g := range gists {
		for k, s := range g.Sentences {
			p := point{Point: s, passage: i, place: len(points), beside: len(points), span: s.Span, worth: s.Score}
			switch {
			case k == 0:
				p.worth *= opening
			case s.RefersBack && !g.Sentences[k-1].RefersBack:
				p.span.Start = g.Sentences[k-1].Start
			}
			if s.RefersBack && p.span == s.Span {
				p.worth *= leaning
			}
			if s.End-s.Start < minPoint {
				p.worth *= shortRest
			}
			points = append(points, p)
		}
	}
	return points
}

const (
	crowded     = 0.3  // what a point is worth once its paragraph is represented: a summary is of the whole
	crowdedPart = 0.3  // and once its part of the stories is, of which there are as many as points are chosen
	aside       = 0.25 // of the most that any is worth: what is worth less is about something else
	maxWeighed  = 40   // points, of those worth most, that are compared with what other stories tell
)

// choose takes the n points that are worth most, each for what those taken before
// have not said (maximal marginal relevance, Carbonell & Goldstein 1998). One that others
// tell otherwise comes with them, or not at all: one version alone would take a side.
func choose(points []point, n int, others func(point) []point) []point {
	var chosen []point
	left := make([]float64, len(points)) // what each is still worth
	most := 0.0
	for i, p := range points {
		left[i] = p.worth
		most = max(most, p.worth)
	}
	versions := make(map[int][]point) // by the place in points
	for _, i := range weightiest(points) {
		if versions[i] = others(points[i]); len(versions[i]) > 0 {
			points[i].worth = disputed * max(points[i].worth, leastDisputed*most)
			left[i] = points[i].worth
		}
	}
	part := partsOf(points, n)
	take := func(taken point) {
		chosen = append(chosen, taken)
		for i, p := range points {
			keep := 1 - p.Like(taken.Point)
			switch {
			case p.passage == taken.passage && p.span.Start < taken.span.End && taken.span.Start < p.span.End:
				keep = 0
			case p.passage == taken.passage:
				keep = min(keep, crowded)
			case part(p) == part(taken):
				keep = min(keep, crowdedPart)
			}
			left[i] = min(left[i], keep*p.worth)
		}
	}
	for len(chosen) < n {
		best := -1
		for i, p := range points {
			if p.worth >= aside*most && left[i] > 0 && (best < 0 || left[i] > left[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		taken := points[best]
		with := slices.DeleteFunc(slices.Clone(versions[best]), func(p point) bool {
			return slices.ContainsFunc(chosen, func(c point) bool { return c.place == p.place })
		})
		left[best] = 0
		room := n - len(chosen) - 1
		if room == 0 && len(with) > 0 {
			continue
		}
		with = with[:min(len(with), room)]
		group := append([]point{taken}, with...)
		first := slices.MinFunc(group, func(a, b point) int { return cmp.Compare(a.place, b.place) })
		for _, p := range group {
			p.beside = first.place
			take(p)
		}
	}
	return chosen
}

// weightiest are the places of the points that are worth most.
func weightiest(points []point) []int {
	places := make([]int, len(points))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(points[b].worth, points[a].worth) })
	return places[:min(len(places), maxWeighed)]
}

// partsOf says which of n parts of the stories a point stands in. Of few paragraphs each
// is a part of its own.
func partsOf(points []point, n int) func(point) int {
	if len(points) == 0 {
		return nil // unreachable: there is nothing to take
	}
	first, last := points[0].passage, points[len(points)-1].passage
	paragraphs := last - first + 1
	return func(p point) int {
		if paragraphs < 2*n {
			return p.passage
		}
		return (p.passage - first) * n / paragraphs
	}
}
