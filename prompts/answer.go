package prompts

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"strings"
	"text/template"
	"unicode"
)

// Bounds of what is sent. A longer passage is shown from its beginning.
const (
	maxPassage = 4000 // characters; some 600 words, several times a long paragraph of news
	maxTokens  = 2048 // of the reply; ten statements with their quotes take about a thousand
)

var (
	//go:embed answer.tmpl
	answerText     string
	answerTemplate = template.Must(template.New("answer").Parse(answerText))

	//go:embed answer_schema.json
	answerSchema []byte
)

// Answer asks for a Reply to the question from the passages alone.
//
// Passages and question are shown as JSON strings, which their text cannot
// leave, and without the characters that a person would not see.
func Answer(question string, passages []Passage) Request {
	shown := data{Passages: make([]shownPassage, len(passages)), Question: untrusted(question)}
	for i, p := range passages {
		shown.Passages[i] = shownPassage{
			Paragraph: p.Number,
			Story:     untrusted(p.Story),
			Date:      untrusted(p.Date),
			Heading:   untrusted(p.Heading),
			Text:      untrusted(p.Text),
		}
	}
	return Request{
		System:     render("system", map[string]int{"MaxStatements": MaxStatements, "MaxEvidence": MaxEvidence}),
		User:       render("user", shown),
		SchemaName: "answer",
		Schema:     answerSchema,
		MaxTokens:  maxTokens,
	}
}

func render(name string, values any) string {
	var b strings.Builder
	if err := answerTemplate.ExecuteTemplate(&b, name, values); err != nil {
		panic(err) // unreachable: the template is embedded, a Builder takes every write, and data marshals
	}
	return b.String()
}

// data is what the model is given to read. The question comes last, where
// models heed it best.
type data struct {
	Passages []shownPassage `json:"passages"`
	Question untrusted      `json:"question"`
}

type shownPassage struct {
	Paragraph int       `json:"paragraph"`
	Story     untrusted `json:"story"`
	Date      untrusted `json:"date,omitempty"`
	Heading   untrusted `json:"heading,omitempty"`
	Text      untrusted `json:"text"`
}

// String is the data as indented JSON.
func (d data) String() string {
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		panic(err) // unreachable: the data is made of strings and integers
	}
	return string(b)
}

// untrusted is text that strangers wrote.
type untrusted string

// MarshalJSON bounds the text, drops what a person would not see in it, and
// escapes the brackets with which chat templates mark roles (<|im_start|>,
// [INST]): local servers read such marks wherever they stand in a message.
func (u untrusted) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(truncate(visible(string(u)), maxPassage)) // escapes < and > itself
	return bytes.ReplaceAll(b, []byte("["), []byte(`\u005b`)), err
}

// visible drops control characters and those that Unicode lets a font ignore
// (zero width, bidi, tags, variation selectors): they can hide instructions from
// the people who read a story, or break up the words of a quote.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		}
		return r
	}, text)
}

// truncate returns the first n characters of text.
func truncate(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
