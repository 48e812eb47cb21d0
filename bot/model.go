package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storybot/bot/grounding"
	"storybot/prompts"
	"storybot/retrieval"
)

// minModelStrength is how strong the evidence must be before a model is asked: it
// knows other words for the same thing, and judges for itself.
const minModelStrength = 0.08

// mayAnswer says that a model is worth asking.
func mayAnswer(found retrieval.Result) bool {
	return len(found.Passages) > 0 && (found.Evidence.Foreign || found.Evidence.Strength >= minModelStrength)
}

// answerByModel has the model write the answer. What it states unsupported is removed;
// when it fails, or nothing is left, the answer is in quotes, and says why.
func (b *Bot) answerByModel(ctx context.Context, d *draft, found retrieval.Result) {
	reply, err := b.complete(ctx, d)
	if err != nil {
		b.log.Warn("model failed", "answer", d.answer.ID, "error", err)
		d.answer.Fallback = ModelFailed
		d.answerInQuotes(found)
		return
	}
	if !reply.Answerable {
		d.answer.Mode = ModelMode
		return
	}
	for _, s := range reply.Statements {
		d.check(s)
	}
	if len(d.answer.Statements) == 0 {
		d.answer.Fallback = AllRemoved
		d.answerInQuotes(found)
		return
	}
	d.answer.Mode = ModelMode
}

// complete asks the model and reads its reply.
func (b *Bot) complete(ctx context.Context, d *draft) (prompts.Reply, error) {
	shown := make([]prompts.Passage, len(d.passages))
	for i, p := range d.passages {
		shown[i] = prompts.Passage{Number: i + 1, Story: p.Title, Date: date(p), Heading: p.Heading, Text: p.Text}
	}
	ctx, cancel := withReserve(ctx)
	defer cancel()
	completion, err := b.model.Complete(ctx, prompts.Answer(d.answer.Question, shown), nil)
	if err != nil {
		return prompts.Reply{}, err
	}
	d.answer.Usage = completion.Usage
	if completion.Truncated {
		return prompts.Reply{}, fmt.Errorf("bot: the model's reply was cut off after %d tokens", completion.Usage.CompletionTokens)
	}
	return prompts.ParseReply(completion.Text)
}

// check adds the model's statement in the form that its evidence bears, or
// notes why it is removed.
func (d *draft) check(s prompts.Statement) {
	var evidence []grounding.Evidence
	var cited []retrieval.Passage
	for _, e := range s.Evidence {
		if e.Paragraph < 1 || e.Paragraph > len(d.passages) {
			d.remove(s, fmt.Sprintf("It cites paragraph %d, which was not shown.", e.Paragraph))
			return
		}
		p := d.passages[e.Paragraph-1]
		cited = append(cited, p)
		evidence = append(evidence, grounding.Evidence{Paragraph: p.Text, Quote: e.Quote, Context: p.Title + "\n" + p.Heading + "\n" + date(p)})
	}
	verdict := grounding.Check(s.Text, evidence)
	if verdict.Decision == grounding.Removed {
		d.remove(s, verdict.Why)
		return
	}
	var citations []Citation
	for i, span := range verdict.Quotes {
		citations = append(citations, cite(cited[i], span))
	}
	switch {
	case verdict.Decision == grounding.Replaced:
		for _, c := range citations {
			d.state(c.Quote, SupportQuote, []Citation{c})
		}
	case verdict.Decision == grounding.ShownWithQuote:
		d.state(s.Text, SupportShownWithQuote, citations)
	case verdict.Verbatim && len(citations) == 1:
		d.state(citations[0].Quote, SupportQuote, citations) // the story's own characters
	case verdict.Verbatim && slices.ContainsFunc(citations, func(c Citation) bool { return c.Quote == s.Text }):
		d.state(s.Text, SupportQuote, citations)
	default:
		d.state(s.Text, SupportClose, citations)
	}
}

// withReserve keeps a tenth of the time that is left from the model: an answer
// in quotes, when it hangs, has to be ready within it.
func withReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)*9/10)
}

// date is the day of the passage's story, or "".
func date(p retrieval.Passage) string {
	if p.PublishedAt.IsZero() {
		return ""
	}
	return p.PublishedAt.Format(time.DateOnly)
}
