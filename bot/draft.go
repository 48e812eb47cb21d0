package bot

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"storybot/prompts"
	"storybot/retrieval"
)

// A draft is an answer being made. It is the only way into an Answer's
// statements, and takes none without a citation.
type draft struct {
	answer   Answer
	passages []retrieval.Passage
	failed   []prompts.Failed // statements of the model that did not pass
	show     func(Answer)     // is given the answer so far after each statement; may be nil
	most     int              // statements; 0: any number
	versions *versions        // of a summary; else nil
}

// nearest is how many passages are shown in place of an answer.
const nearest = 3

func newDraft(question string, found retrieval.Result, show func(Answer)) *draft {
	return &draft{
		passages: found.Passages,
		show:     show,
		answer: Answer{
			ID: newID(), Status: NotInStories, Mode: QuoteMode, Question: question, Language: cmp.Or(found.Language, "und"),
			Statements: []Statement{}, Citations: []Citation{}, Nearest: []Nearest{}, Removed: []Removed{},
		},
	}
}

// quote adds a statement that is a stretch of a passage: verbatim, as it is
// cut out of it.
func (d *draft) quote(p retrieval.Passage, span retrieval.Span) {
	d.state(span.Of(p.Text), SupportQuote, []cited{cite(p, span)})
}

// state adds a statement with its citations, at least one, and what other stories
// of a summary tell otherwise. When there is no room for all of that, none of it is added.
func (d *draft) state(text string, support Support, citations []cited) {
	var others []point
	if d.versions != nil {
		all := true
		for _, c := range citations {
			more, again := d.versions.otherwise(c.Citation)
			others, all = append(others, more...), all && again
		}
		if all {
			return
		}
	}
	if d.most > 0 && len(d.answer.Statements)+1+len(others) > d.most {
		return
	}
	var quotes []cited
	for _, other := range others {
		d.versions.told[other.place] = true
		quotes = append(quotes, d.versions.cite(other))
	}
	d.add(text, support, citations, quotes)
	for _, quote := range quotes {
		d.add(quote.Quote, SupportQuote, []cited{quote}, citations)
	}
}

// add adds a statement with its citations, at least one, and those of what is told otherwise.
// The same words are stated once, whatever cites them: two sources may have the same text. A
// timeline has no place for what tells no time.
func (d *draft) add(text string, support Support, citations, otherwise []cited) {
	if slices.ContainsFunc(d.answer.Statements, func(s Statement) bool { return s.Text == text }) {
		return
	}
	s := Statement{Text: text, Support: support}
	for _, c := range citations {
		if s.Date == "" && (c.relative || d.answer.Style == Timeline) {
			s.Date = c.when
		}
	}
	if s.Date == "" && d.answer.Style == Timeline {
		return
	}
	for _, c := range citations {
		s.Citations = append(s.Citations, d.number(c.Citation))
	}
	for _, c := range otherwise {
		s.Otherwise = append(s.Otherwise, d.number(c.Citation))
	}
	d.answer.Statements = append(d.answer.Statements, s)
	if d.show != nil {
		so := d.answer
		so.Status, so.Incomplete = Answered, true
		d.show(so)
	}
}

// number is the citation's number in the answer, where the same one stands once.
func (d *draft) number(c Citation) int {
	for _, have := range d.answer.Citations {
		c.N = have.N
		if c == have {
			return c.N
		}
	}
	c.N = len(d.answer.Citations) + 1
	d.answer.Citations = append(d.answer.Citations, c)
	return c.N
}

// remove notes a statement that did not pass, once however often it is made.
func (d *draft) remove(s prompts.Statement, why string) {
	if removed := (Removed{Text: s.Text, Why: why}); !slices.Contains(d.answer.Removed, removed) {
		d.answer.Removed = append(d.answer.Removed, removed)
	}
	d.failed = append(d.failed, prompts.Failed{Statement: s, Why: why})
}

// finish is the answer: 'not in the stories' with the nearest passages when no
// statement came to stand.
func (d *draft) finish() Answer {
	if len(d.answer.Statements) > 0 {
		d.answer.Status = Answered
		return d.answer
	}
	for i, p := range d.passages[:min(nearest, len(d.passages))] {
		c := cite(p, bestSentence(p)).Citation
		c.N = i + 1
		d.answer.Nearest = append(d.answer.Nearest, Nearest{Citation: c, Score: p.Score})
	}
	return d.answer
}

// bestSentence is the passage's sentence that fits the question best.
func bestSentence(p retrieval.Passage) retrieval.Span {
	best := retrieval.Sentence{Span: retrieval.Span{End: len(p.Text)}, Score: -1}
	for _, s := range p.Sentences {
		if s.Score > best.Score {
			best = s
		}
	}
	return best.Span
}

// cited is a citation with the time that its quote tells: see
// retrieval.Passage.When.
type cited struct {
	Citation
	when     string
	relative bool
}

// cite is the citation of a stretch of the passage.
func cite(p retrieval.Passage, quote retrieval.Span) cited {
	when, relative := p.When(quote)
	return cited{Citation{
		Source: sourceName(p), StoryID: p.Story, Story: p.Title, Revision: p.Revision, Paragraph: p.Paragraph,
		Published: date(p), Modified: day(p.ModifiedAt), AsOf: asOf(p),
		Quote: quote.Of(p.Text), Text: p.Text, URL: textFragment(p.URL, quote.Of(p.Text)),
	}, when, relative}
}

// asOf is the day on which the passage was last found to be so on the web; "" for what is not
// from there.
func asOf(p retrieval.Passage) string {
	if p.Kind == "page" || p.Kind == "feed" {
		return day(p.AsOf)
	}
	return ""
}

// sourceName is how a source is named to people: an address as it is, a file
// without the folders that hold it.
func sourceName(p retrieval.Passage) string {
	if isWeb(p.Location) {
		return p.Location
	}
	return filepath.Base(p.Location)
}

func isWeb(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// fragmentWords is how many words at each end of a quote name it in a link.
const fragmentWords = 4

// textFragment is the page's address with the quote marked in it, for
// browsers that scroll to it (https://wicg.github.io/scroll-to-text-fragment/).
func textFragment(page, quote string) string {
	if !isWeb(page) {
		return ""
	}
	// The cells of a table's row stand apart on the page: the longest names it.
	quote = slices.MaxFunc(strings.Split(quote, " | "), func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	words := strings.Fields(quote)
	text := escapeFragment(strings.Join(words, " "))
	if len(words) > 2*fragmentWords {
		text = escapeFragment(strings.Join(words[:fragmentWords], " ")) + "," +
			escapeFragment(strings.Join(words[len(words)-fragmentWords:], " "))
	}
	page, _, _ = strings.Cut(page, "#")
	return page + "#:~:text=" + text
}

// escapeFragment escapes a text directive's own signs too: '-', ',' and '&'.
func escapeFragment(s string) string {
	return strings.NewReplacer("+", "%20", "-", "%2D").Replace(url.QueryEscape(s))
}
