package prompts

import (
	"bytes"
	"embed"
	"encoding/json"
	"path"
	"strings"
	"text/template"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Bounds of what is sent. A longer text is shown from its beginning.
const (
	MaxText    = 4000 // characters; some 600 words, several times a long paragraph of news
	maxTurn    = 10   // statements of one turn of a conversation
	maxQueries = 3    // of a rewritten question
)

// Bounds of replies, in tokens.
const (
	maxAnswer  = 2048 // ten statements with their quotes take about a thousand
	maxShort   = 512
	maxSummary = 3072
)

var (
	//go:embed texts
	texts     embed.FS
	templates = template.Must(template.ParseFS(texts, "texts/*.tmpl"))

	//go:embed schemas
	schemas embed.FS
)

// Answer asks for a Reply to the question, in the language lang, from the
// passages alone. Statements are to be in that language, as ISO 639-1 names it; in
// that of their quotes when lang is "".
//
// Here as in all requests, what strangers wrote is shown as JSON strings, which
// their text cannot leave, and without the characters that a person would not see.
func Answer(question, lang string, passages []Passage) Request {
	return newRequest("answer", "answer", maxAnswer,
		map[string]any{"Wording": wording(lang), "MaxStatements": MaxStatements, "MaxEvidence": MaxEvidence},
		struct {
			Passages []shown   `json:"passages"`
			Question untrusted `json:"question"` // last, where models heed it best
		}{show(passages), untrusted(question)})
}

// Repair asks for a Reply that says anew what failed, from the passages alone.
func Repair(question, lang string, passages []Passage, failed []Failed) Request {
	type statement struct {
		Text untrusted `json:"text"`
		Why  untrusted `json:"why"` // names words of the text
	}
	statements := make([]statement, len(failed))
	for i, f := range failed {
		statements[i] = statement{untrusted(f.Text), untrusted(f.Why)}
	}
	return newRequest("repair", "answer", maxAnswer, map[string]any{"Wording": wording(lang)},
		struct {
			Passages []shown     `json:"passages"`
			Question untrusted   `json:"question"`
			Failed   []statement `json:"failed"`
		}{show(passages), untrusted(question), statements})
}

// Summary asks for a Reply that summarises the passages in a style, with about
// that many statements.
func Summary(style Style, statements int, passages []Passage) Request {
	return newRequest("summary", "answer", maxSummary,
		map[string]any{"Style": string(style), "Statements": statements, "Wording": wording("")},
		struct {
			Passages []shown `json:"passages"`
		}{show(passages)})
}

// Rewrite asks for a Rewritten question: one that stands alone, whatever of the
// conversation it leans on, and as it would be asked in the languages of the
// stories, ISO 639-1 codes.
func Rewrite(question string, conversation []Turn, languages []string) Request {
	type turn struct {
		Question   untrusted   `json:"question"`
		Statements []untrusted `json:"answer"`
	}
	turns := make([]turn, len(conversation))
	for i, t := range conversation {
		turns[i] = turn{untrusted(t.Question), untrust(t.Statements[:min(len(t.Statements), maxTurn)])}
	}
	return newRequest("rewrite", "rewrite", maxShort, map[string]any{"MaxQueries": maxQueries},
		struct {
			Conversation []turn      `json:"conversation"`
			Question     untrusted   `json:"question"`
			Languages    []untrusted `json:"languages"`
		}{turns, untrusted(question), untrust(languages)})
}

// Check asks for a Finding on the claim, by the passages alone. Before is the sentence
// that says whom the claim's "he" stands for; "" when it needs none.
func Check(claim, before string, passages []Passage) Request {
	return newRequest("verdict", "verdict", maxShort, nil,
		struct {
			Passages []shown   `json:"passages"`
			Before   untrusted `json:"before,omitempty"`
			Claim    untrusted `json:"claim"`
		}{show(passages), untrusted(before), untrusted(claim)})
}

// Judge asks which of the statements their quotes support.
func Judge(statements []Judged) Request {
	type judged struct {
		Text   untrusted   `json:"text"`
		Quotes []untrusted `json:"quotes"`
	}
	all := make([]judged, len(statements))
	for i, s := range statements {
		all[i] = judged{untrusted(s.Statement), untrust(s.Quotes)}
	}
	return newRequest("judge", "judge", maxShort, nil,
		struct {
			Statements []judged `json:"statements"`
		}{all})
}

// closing ends the user's message: models heed best what they read last.
const closing = "Reply to the object above as the system message says: one JSON object and nothing else."

// newRequest makes the request that the text of that name, with the values, asks
// for, over data.
func newRequest(text, schema string, maxTokens int, values map[string]any, data any) Request {
	var system strings.Builder
	if err := templates.ExecuteTemplate(&system, text+".tmpl", values); err != nil {
		panic(err) // unreachable: templates are embedded, and a Builder takes every write
	}
	form, err := schemas.ReadFile(path.Join("schemas", schema+".json"))
	if err != nil {
		panic(err) // unreachable: it is embedded
	}
	user, err := json.Marshal(data)
	if err != nil {
		panic(err) // unreachable: the data is made of strings and integers
	}
	return Request{
		System:     strings.TrimSpace(system.String()),
		User:       string(user) + "\n\n" + closing,
		SchemaName: schema,
		Schema:     form,
		MaxTokens:  maxTokens,
	}
}

// wording says how a statement is to be written in a language.
func wording(lang string) string {
	const close = "in the quote's own words and order wherever a sentence allows."
	tag, err := language.Parse(lang)
	if err != nil || lang == "" {
		return "in the language of its quote, " + close
	}
	return "in " + display.English.Languages().Name(tag) + ", " + close + " From a quote in another language it is a close translation."
}

type shown struct {
	Paragraph int       `json:"paragraph"`
	Story     untrusted `json:"story"`
	Date      untrusted `json:"date,omitempty"`
	Heading   untrusted `json:"heading,omitempty"`
	Text      untrusted `json:"text"`
}

func show(passages []Passage) []shown {
	all := make([]shown, len(passages))
	for i, p := range passages {
		all[i] = shown{p.Number, untrusted(p.Story), untrusted(p.Date), untrusted(p.Heading), untrusted(p.Text)}
	}
	return all
}

// untrusted is text that strangers wrote.
type untrusted string

func untrust(texts []string) []untrusted {
	all := make([]untrusted, len(texts))
	for i, t := range texts {
		all[i] = untrusted(t)
	}
	return all
}

// MarshalJSON bounds the text, drops what a person would not see in it, and
// escapes the brackets with which chat templates mark roles (<|im_start|>,
// [INST]): local servers read such marks wherever they stand in a message.
func (u untrusted) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(truncate(visible(string(u)), MaxText)) // escapes < and > itself
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
