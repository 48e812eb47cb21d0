package bot

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"storybot/bot/grounding"
	"storybot/prompts"
	"storybot/retrieval"
)

// minModelStrength is how strong the evidence must be before a model is asked: it
// knows other words for the same thing, and judges for itself.
const minModelStrength = 0.08

// errCutOff is a reply that a model did not finish.
var errCutOff = errors.New("bot: the model's reply was cut off")

// mayFareBetter says that a model may do well with another request than the one that gave
// the error: it has answered, if not in the form asked for, or that request was too long.
func mayFareBetter(err error) bool {
	return errors.Is(err, errCutOff) || errors.Is(err, errTooLong) ||
		errors.Is(err, prompts.ErrNoReply) || errors.Is(err, prompts.ErrBadReply) || errors.Is(err, prompts.ErrLongReply)
}

// mayAnswer says that a model is worth asking.
func mayAnswer(found retrieval.Result) bool {
	return len(found.Passages) > 0 && (found.Evidence.Foreign || found.Evidence.Strength >= minModelStrength)
}

// answerByModel has the model write the answer. What it states unsupported is removed;
// when it fails, or nothing is left, the answer is in quotes, and says why.
func (j *job) answerByModel(ctx context.Context, d *draft, question string, found retrieval.Result) {
	d.answer.Mode = ModelMode
	var reply prompts.Reply
	req, shown, err := j.toAnswer(question, found)
	if err == nil {
		reply, err = j.write(ctx, d, req)
	}
	if err == nil && len(d.failed) > 0 {
		j.repair(ctx, d, question, found.Language, shown)
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled): // nobody waits for an answer any more
	case err != nil:
		j.log.WarnContext(ctx, "model failed", "answer", d.answer.ID, "error", err)
		if d.answer.Incomplete = len(d.answer.Statements) > 0; !d.answer.Incomplete {
			d.answer.Mode, d.answer.Fallback = QuoteMode, fallbackFor(err)
			d.answerInQuotes(found)
		}
	case reply.Answerable && len(d.answer.Statements) == 0:
		d.answer.Mode, d.answer.Fallback = QuoteMode, AllRemoved
		d.answerInQuotes(found)
	}
}

// toAnswer is the request for an answer from the passages, with what it shows of
// them.
func (b *Bot) toAnswer(question string, found retrieval.Result) (req prompts.Request, shown []prompts.Passage, err error) {
	req, err = b.window.fit(each(excerpts(found.Passages), func(some []prompts.Passage) prompts.Request {
		shown = some
		return prompts.Answer(question, found.Language, some)
	}))
	return req, shown, err
}

// write has the model write statements into the draft. Each is checked, and
// stands, as soon as it is complete: before the model has written the next.
func (j *job) write(ctx context.Context, d *draft, req prompts.Request) (prompts.Reply, error) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	var reader prompts.Reader
	given := 0
	completion, err := j.ask(ctx, req, func(text string) {
		for _, s := range reader.Write(text) {
			given++
			j.check(ctx, d, s)
		}
	})
	reply, malformed := reader.Close()
	switch {
	case err != nil:
		return prompts.Reply{}, err
	case completion.Truncated:
		return prompts.Reply{}, errCutOff
	case malformed != nil:
		return prompts.Reply{}, malformed
	case reply.Answerable:
		for _, s := range reply.Statements[given:] { // after prose, which might have been thoughts
			j.check(ctx, d, s)
		}
	}
	return reply, nil
}

// repair gives the statements that failed back to the model, once, with the
// reasons. What fails again stays removed.
func (j *job) repair(ctx context.Context, d *draft, question, lang string, shown []prompts.Passage) {
	req, err := j.window.fit(repairs(question, lang, shown, d.failed))
	if err == nil {
		_, err = j.write(ctx, d, req)
	}
	if err != nil {
		j.log.WarnContext(ctx, "model failed to repair", "answer", d.answer.ID, "error", err)
	}
}

// repairs ask for the statements that failed, then for ever fewer, and for the
// first with ever fewer passages.
func repairs(question, lang string, shown []prompts.Passage, failed []prompts.Failed) iter.Seq[prompts.Request] {
	return func(yield func(prompts.Request) bool) {
		for ; len(failed) > 1; failed = failed[:len(failed)-1] {
			if !yield(prompts.Repair(question, lang, named(failed, shown), failed)) {
				return
			}
		}
		for some := range fewer(named(failed, shown)) {
			if !yield(prompts.Repair(question, lang, some, failed)) {
				return
			}
		}
	}
}

// named are the passages that the statements name; all when they name none.
func named(failed []prompts.Failed, shown []prompts.Passage) []prompts.Passage {
	var some []prompts.Passage
	for _, p := range shown {
		names := func(e prompts.Evidence) bool { return e.Paragraph == p.Number }
		if slices.ContainsFunc(failed, func(f prompts.Failed) bool { return slices.ContainsFunc(f.Evidence, names) }) {
			some = append(some, p)
		}
	}
	if len(some) == 0 {
		return shown
	}
	return some
}

// check adds the model's statement in the form that its evidence bears, or
// notes why it is removed.
func (j *job) check(ctx context.Context, d *draft, s prompts.Statement) {
	var all []grounding.Evidence
	var sources []retrieval.Passage
	var paragraphs string
	for _, e := range s.Evidence {
		if e.Paragraph < 1 || e.Paragraph > len(d.passages) {
			d.remove(s, fmt.Sprintf("It cites paragraph %d, which was not shown.", e.Paragraph))
			return
		}
		p := d.passages[e.Paragraph-1]
		sources = append(sources, p)
		paragraphs += p.Text + "\n"
		all = append(all, evidence(p, e.Quote))
	}
	verdict := grounding.Check(s.Text, all, j.mode)
	if verdict.Decision == grounding.Removed {
		d.remove(s, verdict.Why)
		return
	}
	var citations []cited
	for i, span := range verdict.Quotes {
		citations = append(citations, cite(sources[i], span))
	}
	support := SupportClose
	switch {
	case verdict.Decision == grounding.Replaced, verdict.Translated && !d.wants(retrieval.Language(s.Text)):
		for _, c := range citations {
			d.state(c.Quote, SupportQuote, []cited{c})
		}
		return
	case verdict.Verbatim && len(citations) == 1:
		d.state(citations[0].Quote, SupportQuote, citations) // the story's own characters
		return
	case verdict.Verbatim && slices.ContainsFunc(citations, func(c cited) bool { return c.Quote == s.Text }):
		d.state(s.Text, SupportQuote, citations)
		return
	case verdict.Translated:
		support = SupportTranslated
	case verdict.Decision == grounding.ShownWithQuote:
		support = SupportShownWithQuote
	}
	if prompts.Leaks(s.Text, paragraphs) {
		d.remove(s, "It repeats what the model was told.")
		return
	}
	why, err := j.judged(ctx, s.Text, citations)
	switch {
	case err != nil:
		j.log.WarnContext(ctx, "the judge failed", "error", err)
		j.unjudged = true
		if support == SupportClose { // the reader has to judge
			support = SupportShownWithQuote
		}
	case why != "":
		d.remove(s, why)
		return
	}
	d.state(s.Text, support, citations)
}

// wants says that a statement may be a translation into the language: it is the
// asker's. In any other it would be checked by little, for nobody's good. A summary is in
// the languages of its stories.
func (d *draft) wants(lang string) bool { return d.answer.Style == "" && lang == d.answer.Language }

// judged is why the judge, if there is one, does not let a statement pass; "" when
// it does.
func (j *job) judged(ctx context.Context, statement string, citations []cited) (why string, err error) {
	if j.judge == nil {
		return "", nil
	}
	judged := prompts.Judged{Statement: statement}
	for _, c := range citations {
		judged.Quotes = append(judged.Quotes, c.Quote)
	}
	req, err := j.window.fit(slices.Values([]prompts.Request{prompts.Judge([]prompts.Judged{judged})}))
	if err != nil {
		return "", err
	}
	completion, err := j.complete(ctx, j.judge, req, nil)
	if err != nil {
		return "", err
	}
	supported, err := prompts.ParseJudgement(completion.Text, 1)
	if err == nil && !supported[0] {
		why = "The judge finds it unsupported by its quote."
	}
	return why, err
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
func date(p retrieval.Passage) string { return day(p.PublishedAt) }

// day is a time's, YYYY-MM-DD; "" for the zero time.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
