package retrieval

import (
	"context"
	"errors"
	"slices"

	"storybot/retrieval/analysis"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// A Scope narrows a search to one story, or to all but one, by their ids.
type Scope = index.Scope

// A Query is a question to a guild's stories and the shared ones.
type Query struct {
	Guild string // Shared: the shared stories alone
	Scope
	Text  string
	Limit int // of passages
}

// A Passage is a paragraph as a search hit, with what citing it takes.
type Passage struct {
	record.Passage
	Score     float64    // 0 to 1, comparable between questions, guilds and indexes
	Features  Features   // what the score is made of
	Sentences []Sentence // of the text, in order
}

// A Sentence is a stretch of a passage's text. Its score, from 0 to 1, is the
// share of the question, by weight, that it holds.
type Sentence struct {
	Span
	Score float64
}

// A Span is a stretch of a text, in bytes.
type Span = analysis.Span

// A Result is what a search found.
type Result struct {
	Language string    // of the question, ISO 639-1; "" when it cannot be told
	Passages []Passage // best first
	Evidence Evidence
}

// ErrNoWords is a query without a letter or digit.
var ErrNoWords = errors.New("retrieval: the query has no words")

// candidates is how many paragraphs the first stage takes from each index: the
// right one is nearly always among them, and ranking them takes milliseconds.
const candidates = 50

// Search finds the passages that fit the question best: first FTS5 by
// BM25, then a closer look at the best of each index, ranked together with
// statistics over both.
func (c *Corpus) Search(ctx context.Context, q Query) (Result, error) {
	guilds := []string{q.Guild}
	if q.Guild != Shared {
		guilds = append(guilds, Shared)
	}
	if len(analysis.Tokens(q.Text)) == 0 {
		return Result{}, ErrNoWords
	}
	var analysed *query
	var refs []Ref
	err := c.use(ctx, guilds, func(files []*index.File) (err error) {
		analysed, err = analyse(ctx, q.Text, files)
		if err != nil {
			return err
		}
		refs = refs[:0]
		for _, file := range files {
			hits, err := firstStage(ctx, file, analysed, q.Scope)
			if err != nil {
				return err
			}
			for _, hit := range hits {
				refs = append(refs, Ref{Story: hit.Story, Revision: hit.Revision, Paragraph: hit.Paragraph})
			}
		}
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	found, err := c.record.Paragraphs(ctx, q.Guild, refs)
	if err != nil {
		return Result{}, err
	}
	passages := make([]Passage, len(found))
	for i, p := range found {
		passages[i] = Passage{Passage: p}
	}
	rank(analysed, passages)
	return Result{analysed.lang, passages[:min(len(passages), q.Limit)], weigh(analysed, passages)}, nil
}

// firstStage takes the candidates from an index: all there are when they are
// few, so that a question in other words than the story's finds it too.
func firstStage(ctx context.Context, file *index.File, q *query, scope Scope) ([]index.Hit, error) {
	all, err := file.All(ctx, scope, candidates)
	if err != nil || all != nil {
		return all, err
	}
	return file.Search(ctx, q.searchTerms(), scope, candidates)
}

// analyse prepares the question for the files, with statistics summed over
// them.
func analyse(ctx context.Context, question string, files []*index.File) (*query, error) {
	var paragraphs int
	var langs []string
	for _, file := range files {
		stats, err := file.Stats(ctx)
		if err != nil {
			return nil, err
		}
		paragraphs += stats.Paragraphs
		langs = append(langs, stats.Languages...)
	}
	slices.Sort(langs)
	langs = slices.Compact(langs)
	return newQuery(question, langs, paragraphs, func(terms []string) ([]int, error) {
		counts := make([]int, len(terms))
		for _, file := range files {
			more, err := file.Frequencies(ctx, terms)
			if err != nil {
				return nil, err
			}
			for i, n := range more {
				counts[i] += n
			}
		}
		return counts, nil
	})
}
