package bot

// An Answer is what the bot says to a question, in both modes. Its JSON is the
// program's contract.
type Answer struct {
	ID         string       `json:"id"`
	Status     Status       `json:"status"`
	Mode       Mode         `json:"mode"`
	Question   string       `json:"question"`
	Language   string       `json:"language"` // of the question, BCP 47; "und" when it cannot be told
	Fallback   Fallback     `json:"fallback"`
	Incomplete bool         `json:"incomplete"`
	Style      Style        `json:"style,omitempty"`   // of a summary
	Stories    int          `json:"stories,omitempty"` // that a summary is of
	Statements []Statement  `json:"statements"`
	Citations  []Citation   `json:"citations"`
	Nearest    []Nearest    `json:"nearest"`
	Removed    []Removed    `json:"removed"`
	Usage      Usage        `json:"usage"`
	Timings    Timings      `json:"timings_ms"`
	Explain    *Explanation `json:"explain,omitempty"` // when the question asks for it
}

// Status says whether the stories hold an answer.
type Status string

const (
	Answered     Status = "answered"
	NotInStories Status = "not_in_stories"
)

// Mode says who wrote the statements: the stories themselves, or a model.
type Mode string

const (
	QuoteMode Mode = "quote"
	ModelMode Mode = "model"
)

// Fallback says why quote mode stood in for a model; empty when it did not.
type Fallback string

const (
	NoFallback   Fallback = ""
	ModelFailed  Fallback = "model_failed"
	AllRemoved   Fallback = "all_removed"
	BudgetUsedUp Fallback = "budget"
)

// Support says how a statement rests on its quote.
type Support string

const (
	SupportQuote          Support = "quote"            // the statement is the quote
	SupportClose          Support = "close"            // close to the quote in word order
	SupportShownWithQuote Support = "shown_with_quote" // strays; the quote must be shown beside it
	SupportTranslated     Support = "translated"       // in another language than the quote, which must be shown beside it
)

// A Statement is one sentence of an answer. Citations are the numbers N of
// the answer's citations, never empty.
type Statement struct {
	Text      string  `json:"text"`
	Citations []int   `json:"citations"`
	Otherwise []int   `json:"otherwise,omitempty"` // in a summary: the citations by which another story tells it otherwise
	Support   Support `json:"support"`
	Date      string  `json:"date,omitempty"` // of its quote, as ISO 8601: in a timeline, and where only code that knows the story's date can tell
}

// A Citation names the paragraph, and the words in it, that a statement
// rests on. Quote is a verbatim stretch of Text, the whole paragraph.
type Citation struct {
	N         int    `json:"n"`
	Source    string `json:"source"` // URL, or a file's base name
	StoryID   string `json:"story_id"`
	Story     string `json:"story"`     // title
	Published string `json:"published"` // the day of the story, YYYY-MM-DD; "" when it is not known
	Modified  string `json:"modified"`  // the day on which its publisher changed it last, so written; "" when it is not known
	AsOf      string `json:"as_of"`     // the day on which the text was last found to be so on the web, so written; "" for what is not from there
	Revision  int    `json:"revision"`
	Paragraph int    `json:"paragraph"`
	Quote     string `json:"quote"`
	Text      string `json:"text"`
	URL       string `json:"url"` // opens at the quote; "" when the story is not on the web
}

// A Nearest is a passage shown when the stories do not hold an answer.
type Nearest struct {
	Citation
	Score float64 `json:"score"` // 0 to 1
}

// A Removed is a statement of the model that did not pass the check.
type Removed struct {
	Text string `json:"text"`
	Why  string `json:"why"`
}

// Timings are in milliseconds.
type Timings struct {
	Search float64 `json:"search"`
	Total  float64 `json:"total"`
}
