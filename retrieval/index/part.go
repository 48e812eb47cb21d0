package index

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"storybot/retrieval/analysis"
)

// partSize is how many bytes of a story are analysed at once: large enough
// that the tallies of a book's parts hold few terms twice, small enough to
// hold several in memory.
const partSize = 256 << 10

// A part is a stretch of a story, analysed while those before it are written.
type part struct {
	story    *Story
	from, to int // of the story's paragraphs
	size     int // in bytes

	// What the analysis makes.
	done        chan struct{} // closed when it has ended
	err         error
	rows        []row
	languages   []string
	frequencies []frequency
	encoded     []byte // the frequencies
}

// A row holds the terms of a paragraph's fields, joined by spaces.
type row struct{ title, heading, text string }

// cut is the story in parts, at least one.
func cut(s *Story) (parts []*part) {
	last := &part{story: s, done: make(chan struct{})}
	for i, p := range s.Paragraphs {
		if last.size > partSize {
			parts = append(parts, last)
			last = &part{story: s, from: i, done: make(chan struct{})}
		}
		last.to = i + 1
		last.size += len(p.Heading) + len(p.Text)
	}
	return append(parts, last)
}

// analyse makes the part ready to be written. It runs in a goroutine of its
// own, where a panic would end the program.
func (p *part) analyse() {
	defer close(p.done)
	defer func() {
		if cause := recover(); cause != nil {
			p.err = fmt.Errorf("index: analysis of story %s: %v", p.story.ID, cause)
		}
	}()
	main := storyLanguage(p.story)
	p.languages = []string{main}
	title := analysis.Terms(p.story.Title, main)
	joined := strings.Join(title, " ")
	counted := newTally()
	p.rows = make([]row, 0, p.to-p.from)
	var tokens []analysis.Token
	var text []string
	for i, paragraph := range p.story.Paragraphs[p.from:p.to] {
		tokens = analysis.TokensIn(tokens, paragraph.Text)
		language := cmp.Or(analysis.LanguageOf(tokens), main)
		if !slices.Contains(p.languages, language) {
			p.languages = append(p.languages, language)
		}
		heading := analysis.Terms(paragraph.Heading, main)
		text = text[:0]
		for _, t := range tokens {
			text = t.AppendTerms(text, language)
		}
		for _, terms := range [][]string{title, heading, text} {
			counted.add(i, terms)
		}
		p.rows = append(p.rows, row{joined, strings.Join(heading, " "), strings.Join(text, " ")})
	}
	p.frequencies = counted.frequencies()
	p.encoded = encode(p.frequencies)
}

// storyLanguage is the language of the story's beginning, for what is too
// short to tell its own: titles, headings, brief paragraphs.
func storyLanguage(s *Story) string {
	const enough = 2000 // bytes; more would not change the answer
	var b strings.Builder
	for _, p := range s.Paragraphs {
		b.WriteString(p.Text)
		b.WriteByte('\n')
		if b.Len() > enough {
			break
		}
	}
	return analysis.Language(b.String())
}
