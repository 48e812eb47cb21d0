package retrieval

import (
	"context"
	"errors"
	"slices"
	"time"

	"storybot/retrieval/analysis"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// A Scope narrows a search by story and date.
type Scope = index.Scope

// A Query is a question to a guild's stories and the shared ones.
type Query struct {
	Guild string // Shared: the shared stories alone
	Scope
	Text  string
	After string    // the question that this one follows; its words are searched for too when this one cannot be understood alone
	At    time.Time // when it is asked, for "yesterday"; may be zero
	Limit int       // of passages
}

// A Passage is a paragraph as a search hit, with what citing it takes.
type Passage struct {
	record.Passage
	Score     float64    // 0 to 1, comparable between questions, guilds and indexes
	Features  Features   // what the score is made of
	Sentences []Sentence // of the text, in order
}

// A Sentence is a stretch of a passage's text. Its score, from 0 to 1, says how
// well it fits the question.
type Sentence struct {
	Span
	Score      float64
	RefersBack bool // it begins with a word that stands for something said before: see analysis.RefersBack
	LeadsOn    bool // it says little that the question does not: what it leads to follows
}

// A Span is a stretch of a text, in bytes.
type Span = analysis.Span

// A Result is what a search found.
type Result struct {
	Language  string    // of the question, ISO 639-1; "" when it cannot be told
	Languages []string  // of the stories, sorted; "" among them for what cannot be told
	Passages  []Passage // best first
	Evidence  Evidence
	Carried   bool   // the question could not be understood alone: the words of Query.After were searched for too
	Terms     []Term // of the question, heaviest first
}

// A Term is a word of the question as it was searched for.
type Term struct {
	Text       string   `json:"text"`       // in normal form
	Variants   []string `json:"variants"`   // index terms, any of which will do
	Paragraphs int      `json:"paragraphs"` // that hold it
	Weight     float64  `json:"weight"`     // inverse document frequency
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
	var langs []string
	var refs []Ref
	var searched int // paragraphs
	var found []record.Passage
	search := func(files []*index.File) error {
		all, err := newCollection(ctx, files)
		if err != nil {
			return err
		}
		if analysed, err = newQuery(ctx, q, all); err != nil {
			return err
		}
		langs, refs, searched = all.langs, refs[:0], 0
		for _, file := range files {
			hits, n, err := firstStage(ctx, file, analysed, q)
			if err != nil {
				return err
			}
			searched += n
			for _, hit := range hits {
				refs = append(refs, Ref{Story: hit.Story, Revision: hit.Revision, Paragraph: hit.Paragraph})
			}
		}
		return nil
	}
	err := c.use(ctx, guilds, search, func() (versions map[string]int64, err error) {
		found, versions, err = c.record.Paragraphs(ctx, q.Guild, refs)
		return versions, err
	})
	if err != nil {
		return Result{}, err
	}
	passages, err := rank(ctx, analysed, found)
	if err != nil {
		return Result{}, err
	}
	result := Result{Language: analysed.lang, Languages: langs, Evidence: weigh(analysed, passages, searched), Carried: analysed.carries, Terms: analysed.explain()}
	for _, p := range passages[:min(len(passages), q.Limit)] {
		result.Passages = append(result.Passages, p.Passage)
	}
	return result, nil
}

// firstStage takes the candidates from an index, and tells among how many
// paragraphs they were found. When the question names a time, the stories
// published then have as many again.
func firstStage(ctx context.Context, file *index.File, q *query, asked Query) (hits []index.Hit, paragraphs int, err error) {
	hits, paragraphs, err = best(ctx, file, q, asked.Scope)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range q.dates {
		scope, ok := d.narrow(asked.Scope, asked.At)
		if !ok {
			continue
		}
		then, _, err := best(ctx, file, q, scope)
		if err != nil {
			return nil, 0, err
		}
		for _, hit := range then {
			same := func(h index.Hit) bool { return h.Story == hit.Story && h.Paragraph == hit.Paragraph }
			if !slices.ContainsFunc(hits, same) {
				hits = append(hits, hit)
			}
		}
	}
	return hits, paragraphs, nil
}

// best is all paragraphs of the scope when they are few, so that a question in
// other words than the story's finds it too; else the best by BM25, or the
// newest when none of a period's has the question's words.
func best(ctx context.Context, file *index.File, q *query, scope Scope) (hits []index.Hit, paragraphs int, err error) {
	paragraphs, err = file.Count(ctx, scope)
	if err != nil {
		return nil, 0, err
	}
	if paragraphs > candidates {
		hits, err = file.Search(ctx, q.searchTerms(), scope, candidates)
	}
	if err == nil && len(hits) == 0 && (paragraphs <= candidates || !scope.Since.IsZero()) {
		hits, err = file.Newest(ctx, scope, candidates)
	}
	return hits, paragraphs, err
}

// explain is what was searched for.
func (q *query) explain() []Term {
	terms := make([]Term, len(q.groups))
	for i, g := range q.groups {
		terms[i] = Term{Text: g.Text, Variants: append(slices.Clip(g.Terms), g.compounds...), Paragraphs: g.paragraphs, Weight: g.weight}
	}
	return terms
}
