// Package grounding answers one question: does this paragraph support this
// statement?
//
// Code cannot judge a free paraphrase, so statements are written quote-first: a
// verbatim quote, and a sentence close to it. Locate finds the quote in its
// paragraph. Check compares the sentence with the paragraph by rules, each of
// which names the most that may be shown; the strictest decides:
//
//   - what no statement may hold: links, mentions, talk to or about a model,
//     disguised characters (form.go);
//   - numbers and dates by value, with their units, and names (quantity.go,
//     dates.go, known.go);
//   - negations, hedges and opposites (marks.go);
//   - names and numbers that have changed places (order.go);
//   - what is added, or joined from several sentences or clauses (rules.go);
//   - a translation, of which words cannot be compared (translate.go);
//   - closeness: how much of the statement is in the cited sentence, in order
//     (align.go), wherever it says who said it (attribution.go).
//
// All functions are pure, and take every language; rules that need to know words
// have them from words.txt. The check says that a statement is close to what it
// cites, never that it is true.
package grounding

import "storybot/retrieval/analysis"

// Evidence is what a statement is said to rest on: a quote in a paragraph.
type Evidence struct {
	Paragraph string // as stored
	Quote     string // as the writer gave it
	Context   string // the story's title, heading and date: their names and numbers count as known
}

// A Mode is how much a statement may differ from its quote. An unknown one is
// Strict.
type Mode string

const (
	Strict   Mode = "strict"   // close to its quote, which stands beside it when it is less close
	Normal   Mode = "normal"   // what the rules bear, always with its quote beside it
	Verbatim Mode = "verbatim" // quotes only
)

// A Decision says what may be shown of a statement.
type Decision uint8

// Decisions, from the strictest.
const (
	Removed        Decision = iota // nothing
	Replaced                       // its quotes, in its place
	ShownWithQuote                 // the statement, with its quotes beside it
	Shown                          // the statement
)

// A Verdict is the outcome of a check.
type Verdict struct {
	Decision   Decision
	Verbatim   bool            // the statement is Shown, and is one of the quotes word for word
	Translated bool            // the statement is in another language than its paragraph
	Closeness  float64         // share of the statement's words that the cited sentences have in that order, 0 to 1
	Quotes     []analysis.Span // what to quote of each paragraph, in the order of the evidence; nil when Removed
	Why        string          // why it is not simply shown, a sentence for people; "" when Shown
}

// Check says what may be shown of a statement that is said to rest on the
// evidence. Every quote must be found in its paragraph, and every number and
// name of the statement in one of the paragraphs; beyond that it is compared
// with each piece of evidence by itself, since two sentences fused say what
// neither says, and the best one counts.
//
// Quotes are spans of the paragraphs as stored. A quote is widened to its
// sentences where the statement rests on more of them than the quote, or is
// replaced.
func Check(statement string, evidence []Evidence, mode Mode) Verdict {
	if len(evidence) == 0 {
		return Verdict{Why: "It has no quote."}
	}
	if why := improper(statement, evidence); why != "" {
		return Verdict{Why: why}
	}
	s := newClaim(statement, evidence)
	citations := make([]citation, len(evidence))
	for i, e := range evidence {
		var ok bool
		if citations[i], ok = cite(e, s.lang); !ok {
			return Verdict{Why: "Its quote is not in the passage."}
		}
	}
	judge := citation.judge
	if s.translated {
		judge = citation.judgeTranslation
		s.numbers = quantities(knownFrom(evidence, s.lang).withoutDates(s.text, s.dates))
	}
	var best Verdict
	closest := 0
	for i, cited := range citations {
		if v := judge(cited, s, mode); i == 0 || v.better(best) {
			best, closest = v, i
		}
	}
	if best.Decision == Replaced { // anything better has nothing unknown even beside its quote
		if why := s.invented(evidence); why != "" {
			return Verdict{Why: why, Closeness: best.Closeness}
		}
	}
	for i, cited := range citations {
		quote := cited.quote
		if best.Decision == Replaced || i == closest && cited.exceeded(s) {
			quote = cited.sentences
		}
		best.Quotes = append(best.Quotes, quote)
	}
	return best
}
