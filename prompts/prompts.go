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

// A Passage is a paragraph, or an excerpt of it with "…" for what is left out, shown
// to a model under a number of its own, which the model cites: it never sees ids,
// addresses or paths.
type Passage struct {
	Number  int // from 1
	Story   string
	Date    string // YYYY-MM-DD or ""
	Heading string
	Text    string
}

// A Turn is a question of a conversation, with the statements that answered it.
// They help to understand the next question, and are evidence of nothing.
type Turn struct {
	Question   string
	Statements []string
}

// A Reply is what a model must say back to an Answer, Repair or Summary request.
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

// A Failed is a statement that did not pass the check, with the reason.
type Failed struct {
	Statement
	Why string
}

// A Rewritten is what a model must say back to a Rewrite request.
type Rewritten struct {
	Question string  `json:"question"` // so that it stands alone
	Queries  []Query `json:"queries"`
}

// A Query is the question in a language of the stories, an ISO 639-1 code.
type Query struct {
	Language string `json:"language"`
	Text     string `json:"text"`
}

// A Finding is what a model must say back to a Check request.
type Finding struct {
	Verdict  Verdict    `json:"verdict"`
	Evidence []Evidence `json:"evidence"`
}

// A Verdict on a claim.
type Verdict string

// Verdicts.
const (
	Supported    Verdict = "supported"
	Contradicted Verdict = "contradicted"
	NotInStories Verdict = "not_in_stories"
)

// A Judged is a statement that is to be judged by its quotes.
type Judged struct {
	Statement string
	Quotes    []string
}

// A Style of a summary.
type Style string

// Styles.
const (
	Brief    Style = "brief"    // three sentences
	Bullets  Style = "bullets"  // the main things
	Timeline Style = "timeline" // what is dated, in order
)
