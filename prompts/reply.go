package prompts

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of a Reply. They are several times what a good one needs; past them a
// model repeats itself.
const (
	MaxStatements = 20
	MaxEvidence   = 5        // of one statement
	maxReply      = 64 << 10 // bytes, without the reasoning before it
)

// Errors of ParseReply. None of them is the reader's to mend: the model has
// not kept to the form.
var (
	ErrNoReply   = errors.New("prompts: the model's reply holds no JSON object")
	ErrBadReply  = errors.New("prompts: the model's reply is not of the form asked for")
	ErrLongReply = errors.New("prompts: the model's reply is too long")
)

// ParseReply reads the Reply in a Completion's text.
//
// Around the one JSON object it forgives what models add: reasoning that ends in
// </think>, a code fence, a sentence before or after. Fields that it does not know
// are ignored. The object itself has to say whether the question is answerable,
// and everything it does say must be of the right type. What a Reply claims is
// not checked here.
func ParseReply(text string) (Reply, error) {
	text = afterReasoning(text)
	switch {
	case len(text) > maxReply:
		return Reply{}, fmt.Errorf("%w: %d bytes", ErrLongReply, len(text))
	case !utf8.ValidString(text):
		return Reply{}, fmt.Errorf("%w: invalid UTF-8", ErrBadReply)
	}
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if start < 0 || end < start {
		return Reply{}, ErrNoReply
	}
	var reply struct {
		Answerable *bool       `json:"answerable"`
		Statements []Statement `json:"statements"`
	}
	if err := json.Unmarshal([]byte(text[start:end+1]), &reply); err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrBadReply, err)
	}
	if reply.Answerable == nil {
		return Reply{}, fmt.Errorf("%w: it does not say whether the question is answerable", ErrBadReply)
	}
	if err := checkBounds(reply.Statements); err != nil {
		return Reply{}, err
	}
	return Reply{Answerable: *reply.Answerable, Statements: reply.Statements}, nil
}

// afterReasoning drops what a reasoning model thinks aloud. The opening tag is
// often part of the chat template, and then missing here; a text that begins as
// an object is left alone, as a quote in it may hold the closing tag.
func afterReasoning(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text
	}
	if _, after, ok := strings.Cut(text, "</think>"); ok {
		return after
	}
	return text
}

func checkBounds(statements []Statement) error {
	if n := len(statements); n > MaxStatements {
		return fmt.Errorf("%w: %d statements", ErrLongReply, n)
	}
	for _, s := range statements {
		if n := len(s.Evidence); n > MaxEvidence {
			return fmt.Errorf("%w: %d pieces of evidence for one statement", ErrLongReply, n)
		}
	}
	return nil
}
