// Package prompts holds what is said to a model, and the shape of what it
// must say back.
package prompts

import "encoding/json"

// A Request is one call to a model.
type Request struct {
	System     string
	User       string
	SchemaName string
	Schema     json.RawMessage // JSON Schema of the reply
	MaxTokens  int             // bound of the reply
}

// A Completion is a model's whole reply to a Request. Truncated is set when the
// model did not finish (finish_reason other than "stop").
type Completion struct {
	Text      string
	Truncated bool
	Usage     Usage
}

// Usage counts tokens as the server reports them.
type Usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
}

// A Passage is a paragraph shown to a model under a number of its own,
// which the model cites: it never sees ids, addresses or paths.
type Passage struct {
	Number  int // from 1
	Story   string
	Date    string // YYYY-MM-DD or ""
	Heading string
	Text    string
}

// A Reply is what a model must say back to an Answer request.
type Reply struct {
	Answerable bool        `json:"answerable"`
	Statements []Statement `json:"statements"`
}

// A Statement is one sentence with its evidence; the evidence comes first so
// that the model writes from the quote.
type Statement struct {
	Evidence []Evidence `json:"evidence"`
	Text     string     `json:"text"`
}

// Evidence is a verbatim stretch of the passage with that number.
type Evidence struct {
	Paragraph int    `json:"paragraph"`
	Quote     string `json:"quote"`
}
