// Package analysis turns text into what can be compared: paragraphs,
// sentences, tokens, index terms and dates, in every language and without
// configuration.
//
// A document and a question go through the same steps, so that they meet:
// segmentation by Unicode's rules (UAX 29), one normal form, stemming by the
// language of the text, overlapping character n-grams for scripts that put no
// spaces between words, and beside a term the form in which others may write
// it. Nothing here reads a file, a clock or a network.
package analysis

// Version names the terms that this package makes. It changes whenever any
// text would get other terms, and an index built with another version is
// built again.
const Version = 2

// A Span is a stretch of a text, in bytes: text[Start:End].
type Span struct {
	Start, End int
}

// Of is the stretch of text that the span names.
func (s Span) Of(text string) string { return text[s.Start:s.End] }
