package discord

import (
	"fmt"

	"storybot/bot"
)

// Discord's limits of a message, in characters where not said otherwise.
const (
	maxContent     = 2000
	maxDescription = 4096
)

// Our own, in characters.
const (
	maxEcho    = 200 // of the question
	maxStory   = 100 // of a story's title
	maxExcerpt = 250 // of a paragraph that comes near
	maxDate    = 32
)

// pages are the messages that show an answer or a summary, at least one: its statements, each
// with the numbers of what it cites, and below them a line for each citation. What is too
// long for one message goes on in the next; nothing is left out. With echo the question
// stands above. An answer without an id, which is not kept yet, has nothing to press.
func pages(p *phrases, a bot.Answer, echo bool) []message {
	b := newBook(p, a.Citations)
	head := quoted(a.Question)
	b.headroom = length(head)
	if echo {
		b.head = head
	}
	b.notes = notes(p, a)
	b.answer, b.opens = a.ID, "cite"
	b.opinions = []string{"good", "wrong"}
	if a.Style == "" {
		b.opinions = append(b.opinions, "missed")
	}
	if a.Status == bot.Answered {
		b.heading = summaryHeading(p, a)
		for _, st := range a.Statements {
			if group := b.statement(a.Style, st); group != nil {
				b.add(group...)
			}
		}
	}
	if len(b.sheets) > 0 {
		return b.bind()
	}
	b.heading = ""
	if a.Style != "" {
		b.answer = "" // there is nothing to think of it
		b.line(nothingToSummarise(p, a.Style))
		return b.bind()
	}
	b.opens, b.opinions = "near", []string{"missed", "tell"}
	sentence := p.say("answer_not_in_stories")
	if len(a.Nearest) > 0 {
		sentence += " " + p.say("answer_nearest")
	}
	b.line(sentence)
	for _, n := range a.Nearest {
		b.line(near(p, n.Citation), n.Citation)
	}
	return b.bind()
}

// factCheck are the messages that show what the stories say of each claim of a text, as pages
// show an answer.
func factCheck(p *phrases, f bot.FactCheck) []message {
	b := newBook(p, f.Citations)
	b.answer, b.opens, b.opinions = f.ID, "cite", []string{"good", "wrong"}
	b.notes = fallbackNote(p, f.Fallback)
	if f.Incomplete {
		b.notes += notePrefix + p.say("check_incomplete")
	}
	for _, c := range f.Claims {
		group := []block{
			{opening: verdict(p, c), text: escape(flat(c.Text)), marks: b.marks(c.Citations)},
			{opening: "-# ", text: reason(p, c.Reason)},
		}
		for _, cited := range b.cited(c.Citations) {
			if flat(cited.Quote) != flat(c.Text) {
				group = append(group, b.quote(cited))
			}
		}
		b.add(group...)
	}
	if len(b.sheets) == 0 {
		b.answer = ""
		b.line(p.say("check_no_claim"))
	}
	if len(f.Citations) == 0 {
		b.opinions = []string{"good"}
	}
	return b.bind()
}

// verdict begins a claim's line.
func verdict(p *phrases, c bot.Claim) string {
	switch c.Verdict {
	case bot.Supported:
		return "✅ **" + p.say("check_supported") + ":** "
	case bot.Contradicted:
		return "❌ **" + p.say("check_contradicted") + ":** "
	}
	if c.Reason == bot.NotTold || c.Reason == "" {
		return "❔ **" + p.say("check_not_in_stories") + ":** "
	}
	return "❔ **" + p.say("check_undecided") + ":** "
}

// reason is why a claim has its verdict, in the person's language.
func reason(p *phrases, r bot.Reason) string {
	switch r {
	case bot.SaysSo:
		return p.say("check_why_said")
	case bot.Disagreement:
		return p.say("check_why_disputed")
	case bot.Opposite:
		return p.say("check_why_opposite")
	case bot.Denial:
		return p.say("check_why_denied")
	case bot.AnotherNumber:
		return p.say("check_why_number")
	case bot.AnotherDate:
		return p.say("check_why_date")
	case bot.Undecided:
		return p.say("check_why_undecided")
	case bot.NoVerdict:
		return p.say("check_why_no_verdict")
	case bot.NoModel:
		return p.say("check_why_no_model")
	case bot.ModelUndecided:
		return p.say("check_why_model_unknown")
	case bot.ModelUnsound:
		return p.say("check_why_model_refused")
	case bot.ModelReads:
		return p.say("check_why_model")
	}
	return p.say("check_why_not_told")
}

// quoted is the question as it stands above an answer.
func quoted(question string) string {
	if line := oneLine(question, maxEcho); line != "" {
		return "> " + line + "\n"
	}
	return ""
}

// summaryHeading says what a summary is of; "" for an answer.
func summaryHeading(p *phrases, a bot.Answer) string {
	if a.Style == "" || len(a.Citations) == 0 {
		return ""
	}
	told := make(map[string]bool)
	for _, c := range a.Citations {
		told[c.StoryID] = true
	}
	switch n := max(len(told), a.Stories); {
	case n == 1:
		return "**" + p.say("summary_heading", "Title", oneLine(a.Citations[0].Story, maxStory)) + "**\n"
	case n == len(told):
		return "**" + p.count("summary_heading_all", n) + "**\n"
	default: // a summary is short, the stories may be many
		return "**" + p.count("summary_heading_all", n) + "**\n-# " + p.count("summary_told", len(told)) + "\n"
	}
}

func nothingToSummarise(p *phrases, s bot.Style) string {
	if s == bot.Timeline {
		return p.say("summary_nothing_timeline")
	}
	return p.say("summary_nothing")
}

// notes say, in small print, how the answer falls short of what was asked for.
func notes(p *phrases, a bot.Answer) string {
	text := fallbackNote(p, a.Fallback)
	if a.Incomplete {
		text += notePrefix + p.say("answer_incomplete")
	}
	return text
}

func fallbackNote(p *phrases, f bot.Fallback) string {
	switch f {
	case bot.NoFallback:
		return ""
	case bot.ModelFailed:
		return notePrefix + p.say("answer_model_failed")
	case bot.AllRemoved:
		return notePrefix + p.say("answer_all_removed")
	case bot.BudgetUsedUp:
		return notePrefix + p.say("answer_budget")
	}
	return notePrefix + p.say("answer_without_model")
}

// statement is the blocks of a statement: itself, and the quotes that have to be shown beside
// it. One that cites nothing has none, and is never shown.
func (b *book) statement(style bot.Style, st bot.Statement) []block {
	cites := b.cited(st.Citations)
	text := escape(flat(st.Text))
	if len(cites) == 0 || text == "" {
		return nil
	}
	if st.Support == bot.SupportQuote {
		text = "“" + text + "”"
	}
	own := block{text: text, marks: b.marks(st.Citations)}
	date := oneLine(st.Date, maxDate)
	switch {
	case style == bot.Timeline && date != "":
		own.opening = "- **" + date + "** "
	case style == bot.Bullets:
		own.opening = "- "
	case date != "":
		own.text += " (" + date + ")"
	}
	if others := b.cited(st.Otherwise); len(others) > 0 {
		own.marks = append(own.marks, reference{others, true})
	}
	if st.Support == bot.SupportTranslated {
		own.closing = " " + b.p.say("answer_translated")
	}
	group := []block{own}
	if st.Support == bot.SupportShownWithQuote || st.Support == bot.SupportTranslated {
		for _, c := range cites {
			group = append(group, b.quote(c))
		}
	}
	return group
}

// quote is a citation's quote as it stands beside a statement.
func (b *book) quote(c bot.Citation) block {
	return block{opening: "> ", again: "> ", text: "“" + escape(flat(c.Quote)) + "”", marks: b.marks([]int{c.N})}
}

// near shows a paragraph that comes near to what was asked: where it stands, and what it says.
func near(p *phrases, c bot.Citation) string {
	text := citationLine(p, c, maxStory)
	if says := excerpt(flat(c.Text), []string{flat(c.Quote)}, maxExcerpt); says != "" {
		text += "\n> " + says
	}
	return text
}

// numbered is how a citation is referred to.
func numbered(n int) string { return fmt.Sprintf("[%d]", n) }
