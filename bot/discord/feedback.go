package discord

import (
	"context"

	"storybot/bot/ledger"
)

// feedbackCommandPlan shows what people think of the answers.
func (s *Server) feedbackCommandPlan(_ context.Context, v *visit, _ *interaction) (plan, error) {
	return s.feedbackPlan(v, 1, privately), nil
}

func (s *Server) feedbackPlan(v *visit, page int, place placing) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		list, total, err := s.ledger.Feedback(ctx, v.Guild, maxLines, (page-1)*maxLines)
		if err != nil {
			return response{}, err
		}
		if total == 0 {
			return place(message{content: v.say.say("feedback_empty")}), nil
		}
		if last := pagesOf(total); page > last { // there was more
			return s.feedbackPlan(v, last, place).atOnce(ctx)
		}
		l := listing{heading: v.say.count("feedback_heading", total), page: page, pages: pagesOf(total), turn: control{name: feedbackControl}}
		for _, o := range list {
			l.lines = append(l.lines, "- "+feedbackLine(v.say, o))
		}
		return place(l.message(v.say)), nil
	})
}

// feedbackLine is what a moderator goes by of an opinion.
func feedbackLine(say *phrases, o ledger.Opinion) string {
	return say.say("feedback_line", "Kind", kindOfFeedback(say, o.Feedback),
		"Question", oneLine(o.Asked.Question, maxGapQuestion), "When", relative(o.At)) + about(say, o)
}

// about is the citation that somebody finds wrong, on a line of its own, and another below it
// for what is cited now, if that is something else; "" for anything else.
func about(say *phrases, o ledger.Opinion) string {
	asked, err := openEntry(o.Asked)
	if err != nil || o.Kind != ledger.WrongCitation {
		return ""
	}
	c, ok := asked.citation(o.Citation)
	if !ok {
		return ""
	}
	if o.Now == nil {
		return notePrefix + say.say("feedback_about", "Story", oneLine(c.Story, maxGapQuestion), "Paragraph", c.Paragraph, "Quote", oneLine(c.Quote, maxGapQuestion))
	}
	return notePrefix + say.say("feedback_about", "Story", oneLine(c.Story, maxNowTitle), "Paragraph", c.Paragraph, "Quote", oneLine(c.Quote, maxNowQuote)) +
		notePrefix + "✅ " + say.say("feedback_now", "Story", oneLine(o.Now.Title, maxNowTitle), "Paragraph", o.Now.Paragraph, "Quote", oneLine(o.Now.Quote, maxNowQuote))
}

func kindOfFeedback(say *phrases, f ledger.Feedback) string {
	switch {
	case f.Kind == ledger.Good:
		return say.say("feedback_good")
	case f.Kind == ledger.Missed:
		return say.say("feedback_missed")
	case f.Citation > 0:
		return say.say("feedback_wrong_citation", "N", f.Citation)
	}
	return say.say("feedback_wrong")
}
