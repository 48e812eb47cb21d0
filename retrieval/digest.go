package retrieval

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"storybot/retrieval/analysis"
	"storybot/retrieval/record"
)

// A Gist is a passage of a story with what a summary of it takes.
type Gist struct {
	record.Passage
	Language  string // ISO 639-1; "" when it cannot be told
	Sentences []Point
}

// A Point is a sentence as it may stand in a summary. Its score says how central it
// is to the stories.
type Point struct {
	Sentence
	When     string             // the first time that it tells, as Passage.When has it
	Relative bool               // its words alone do not tell it
	weights  map[string]float64 // of its terms; the squares sum to 1
	numbers  []string
}

// alone is what a term of one sentence alone counts for in the centroid, which a
// story without any repetition has to be weighed by.
const alone = 0.1

// Digest gives the paragraphs of stories that a guild sees, in the order of their
// publication, with the sentences weighed against each other: of those stories
// that are named, or of all; only what has come since a time, unless that is zero.
//
// Central is a sentence that shares words with many others (the centroid of Radev
// et al. 2004, over sentences).
func (c *Corpus) Digest(ctx context.Context, guild string, since time.Time, stories ...string) ([]Gist, error) {
	passages, err := c.record.Contents(ctx, guild, since, stories...)
	if err != nil {
		return nil, err
	}
	gists := make([]Gist, len(passages))
	langs := languages(passages)
	centroid := make(map[string]float64)
	for i, p := range passages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		gists[i] = newGist(p, langs[p.Story])
		for _, s := range gists[i].Sentences {
			for term := range s.weights {
				centroid[term]++
			}
		}
	}
	for term := range centroid {
		centroid[term] -= 1 - alone
	}
	most := 0.0
	each := func(do func(*Point)) {
		for i := range gists {
			for j := range gists[i].Sentences {
				do(&gists[i].Sentences[j])
			}
		}
	}
	each(func(p *Point) {
		for _, term := range slices.Sorted(maps.Keys(p.weights)) { // the sum depends on the order, by a little
			p.Score += p.weights[term] * centroid[term]
		}
		most = max(most, p.Score)
	})
	each(func(p *Point) {
		if most > 0 {
			p.Score /= most
		}
	})
	return gists, nil
}

// languages are those of the stories, each by its whole text: a short paragraph of
// one has too few words to tell.
func languages(passages []record.Passage) map[string]string {
	langs := make(map[string]string)
	for len(passages) > 0 {
		n := 1
		for n < len(passages) && passages[n].Story == passages[0].Story {
			n++
		}
		var text strings.Builder
		for _, p := range passages[:n] {
			text.WriteString(p.Text + "\n")
		}
		langs[passages[0].Story] = analysis.Language(text.String())
		passages = passages[n:]
	}
	return langs
}

// newGist takes a passage of a story in a language apart.
func newGist(p record.Passage, lang string) Gist {
	tokens := analysis.Tokens(p.Text)
	g := Gist{Passage: p, Language: cmp.Or(analysis.LanguageOf(tokens), lang)}
	for _, span := range analysis.Sentences(p.Text) {
		n := 0
		for n < len(tokens) && tokens[n].Start < span.End {
			n++
		}
		s := Point{
			Sentence: Sentence{Span: span, RefersBack: analysis.RefersBack(tokens[:n], g.Language)},
			weights:  make(map[string]float64),
		}
		for _, t := range tokens[:n] {
			if t.Kind == analysis.Number {
				s.numbers = append(s.numbers, t.Text)
			}
			if !analysis.IsCommon(t, g.Language) {
				for _, term := range t.AppendTerms(nil, g.Language) {
					s.weights[term] = 1
				}
			}
		}
		normalize(s.weights)
		slices.Sort(s.numbers)
		s.When, s.Relative = when(span.Of(p.Text), g.Language, p.PublishedAt)
		g.Sentences = append(g.Sentences, s)
		tokens = tokens[n:]
	}
	return g
}

// Like says how much of the same the two sentences tell, from 0 to 1. Different
// numbers are different news.
func (p Point) Like(other Point) float64 {
	alike := 0.0
	for term, w := range p.weights {
		alike += w * other.weights[term] // the same for each: in any order
	}
	if !slices.Equal(p.numbers, other.numbers) {
		alike /= 2
	}
	return alike
}

func normalize(weights map[string]float64) {
	sum := 0.0
	for _, w := range weights {
		sum += w * w
	}
	for term, w := range weights {
		weights[term] = w / math.Sqrt(sum)
	}
}
