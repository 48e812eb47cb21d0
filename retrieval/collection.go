package retrieval

import (
	"context"
	"slices"

	"storybot/retrieval/analysis"
	"storybot/retrieval/index"
)

// A collection is the index files that a question is asked of, with statistics
// summed over them.
type collection struct {
	ctx        context.Context
	files      []*index.File
	paragraphs int
	langs      []string // sorted
}

func newCollection(ctx context.Context, files []*index.File) (collection, error) {
	c := collection{ctx: ctx, files: files}
	for _, file := range files {
		stats, err := file.Stats(ctx)
		if err != nil {
			return collection{}, err
		}
		c.paragraphs += stats.Paragraphs
		c.langs = append(c.langs, stats.Languages...)
	}
	slices.Sort(c.langs)
	c.langs = slices.Compact(c.langs)
	return c, nil
}

// frequencies are the numbers of paragraphs that hold each term.
func (c collection) frequencies(terms []string) ([]int, error) {
	counts := make([]int, len(terms))
	for _, file := range c.files {
		more, err := file.Frequencies(c.ctx, terms)
		if err != nil {
			return nil, err
		}
		for i, n := range more {
			counts[i] += n
		}
	}
	return counts, nil
}

// maxCompounds bounds the compounds that a word of a question is searched for
// as a part of.
const maxCompounds = 5

// compound finds what the collection has in place of the question's words, in a
// language that writes words together: compounds of them, and the parts of
// those it does not hold.
func (q *query) compound(c collection) error {
	if !analysis.Compounds(q.lang) {
		return nil
	}
	var failed error
	known := func(term string) bool {
		counts, err := c.frequencies([]string{term})
		if err != nil {
			failed = err
			return false
		}
		return counts[0] > 0
	}
	for i := range q.groups {
		g := &q.groups[i]
		if g.Kind != analysis.Word || g.frequent || g.dated {
			continue
		}
		if g.paragraphs == 0 {
			g.compounds = analysis.Parts(g.Text, q.lang, known)
		}
		for _, file := range c.files {
			stem := analysis.Stem(g.Text, q.lang)
			longer, err := file.Extensions(c.ctx, stem, maxCompounds)
			if err != nil {
				return err
			}
			for _, term := range longer {
				if analysis.InCompound(stem, term, q.lang, known) {
					g.compounds = append(g.compounds, term)
				}
			}
		}
	}
	return failed
}
