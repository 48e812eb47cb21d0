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
	files      []*index.File
	paragraphs int
	langs      []string // sorted
}

func newCollection(ctx context.Context, files []*index.File) (collection, error) {
	c := collection{files: files}
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
func (c collection) frequencies(ctx context.Context, terms []string) ([]int, error) {
	counts := make([]int, len(terms))
	for _, file := range c.files {
		more, err := file.Frequencies(ctx, terms)
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
func (q *query) compound(ctx context.Context, c collection) error {
	if !analysis.Compounds(q.lang) {
		return nil
	}
	var failed error
	answers := make(map[string]bool)
	known := func(term string) bool {
		if answer, ok := answers[term]; ok {
			return answer
		}
		counts, err := c.frequencies(ctx, []string{term})
		if err != nil {
			failed = err
			return false
		}
		answers[term] = counts[0] > 0
		return answers[term]
	}
	for i := range q.groups {
		g := &q.groups[i]
		if g.Kind != analysis.Word || g.frequent || g.dated {
			continue
		}
		if g.paragraphs == 0 {
			g.compounds = analysis.Parts(g.Text, q.lang, known)
		}
		stem := analysis.Stem(g.Text, q.lang)
		for _, file := range c.files {
			longer, err := file.Extensions(ctx, stem, maxCompounds)
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
