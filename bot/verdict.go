package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"storybot/bot/grounding"
	"storybot/prompts"
	"storybot/retrieval"
)

// A finding is what was found on a claim: a verdict, what decided it, and the
// quotes that it rests on.
type finding struct {
	verdict Verdict
	reason  Reason
	detail  string // of the reason, in words
	quotes  []cited
}

// byWords has the words of the best passages decide on a claim. What supports it
// anywhere goes before what contradicts it, which is told all the same when another
// story does.
func (c claimed) byWords(found []retrieval.Passage) finding {
	var said, denied *retrieval.Passage
	var saying, denying cited
	var because Reason
	for i, p := range found {
		if !c.isAbout(p) {
			continue
		}
		for _, s := range p.Sentences {
			relation, reason := c.relation(p, s.Span)
			switch {
			case relation == grounding.Supports && said == nil:
				said, saying = &found[i], cite(p, s.Span)
			case relation == grounding.Contradicts && denied == nil:
				denied, denying, because = &found[i], cite(p, s.Span), reason
			}
		}
	}
	switch {
	case said != nil && denied != nil && said.Story != denied.Story:
		return finding{verdict: Supported, reason: Disagreement, quotes: []cited{saying, denying}}
	case said != nil:
		return finding{verdict: Supported, reason: SaysSo, quotes: []cited{saying}}
	case denied != nil:
		return finding{verdict: Contradicted, reason: because, quotes: []cited{denying}}
	}
	return finding{verdict: Unknown}
}

// leastAbout is the share of a sentence's words that a passage has when both are
// about the same.
const leastAbout = 1. / 3

// isAbout says that a passage may be about whom the claim's "he" stands for: words
// alone would have any mayor's "he resigned" support any other's.
func (c claimed) isAbout(p retrieval.Passage) bool {
	if c.before == "" {
		return true
	}
	text := p.Title + "\n" + p.Heading + "\n" + p.Text
	shared, all := retrieval.SharedWords(c.before, text)
	return float64(shared) >= leastAbout*float64(all) || retrieval.ShareName(c.before, text)
}

// relation is what a sentence of a passage has to say to the claim, and for a
// contradiction, why. Times are compared as what they mean, each by when it was
// written.
func (c claimed) relation(p retrieval.Passage, sentence retrieval.Span) (grounding.Relation, Reason) {
	text := sentence.Of(p.Text)
	e := evidence(p, text)
	relation, difference := grounding.Compare(c.text, e)
	why := reasonFor(difference)
	if relation == grounding.Supports && !saysAll(c.text, e) {
		relation = grounding.Undecided
	}
	times, rest := retrieval.Times(c.text, c.at)
	theirs, theirRest := retrieval.Times(text, p.PublishedAt)
	if len(times) == 0 || len(theirs) == 0 {
		return relation, why
	}
	meets := func(t retrieval.Time) bool { return slices.ContainsFunc(theirs, t.Meets) }
	missed := slices.IndexFunc(times, func(t retrieval.Time) bool { return !meets(t) }) >= 0
	if missed && relation == grounding.Supports {
		relation = grounding.Undecided
	}
	if relation != grounding.Undecided || len(times) > 1 || len(theirs) > 1 { // no telling which time belongs to what
		return relation, why
	}
	timeless := grounding.Evidence{Paragraph: theirRest, Quote: theirRest, Context: e.Context}
	if same, _ := grounding.Compare(rest, timeless); same != grounding.Supports || !saysAll(rest, timeless) {
		return relation, why
	}
	if missed {
		return grounding.Contradicts, AnotherDate
	}
	return grounding.Supports, SaysSo
}

// saysAll says that the quote has every content word of a claim that it is close to: with
// one word for another ("gold" for "copper") the closest of claims is another claim.
func saysAll(claim string, e grounding.Evidence) bool {
	if grounding.Check(claim, []grounding.Evidence{e}, grounding.Strict).Closeness >= 1 {
		return true
	}
	shared, all := retrieval.SharedWords(claim, e.Quote+"\n"+e.Context)
	return shared == all
}

// byModel has the model decide on a claim. A verdict without sound evidence is none.
func (j *job) byModel(ctx context.Context, c claimed, found []retrieval.Passage) (finding, error) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	req, err := j.window.fit(each(excerpts(found), func(shown []prompts.Passage) prompts.Request { return prompts.Check(c.text, c.before, shown) }))
	if err != nil {
		return finding{}, err
	}
	completion, err := j.ask(ctx, req, nil)
	if err != nil {
		return finding{}, err
	}
	if completion.Truncated {
		return finding{}, errCutOff
	}
	reply, err := prompts.ParseFinding(completion.Text)
	if err != nil {
		return finding{}, err
	}
	if reply.Verdict == Unknown {
		return finding{verdict: Unknown, reason: ModelUndecided}, nil
	}
	return c.sound(reply, found), nil
}

// sound is the model's verdict as far as code lets it stand: with quotes that are
// there, and that have to do with the claim. Support also takes what a statement has
// to have: the same numbers and names, no other negation, no more certainty.
func (c claimed) sound(reply prompts.Finding, found []retrieval.Passage) finding {
	refused := func(why string) finding {
		return finding{verdict: Unknown, reason: ModelUnsound, detail: why}
	}
	if len(reply.Evidence) == 0 {
		return refused("it gives no quote.")
	}
	f := finding{verdict: reply.Verdict, reason: ModelReads}
	var all []grounding.Evidence
	related := false
	for _, e := range reply.Evidence {
		if e.Paragraph < 1 || e.Paragraph > len(found) {
			return refused("it cites a paragraph that it was not shown.")
		}
		p := found[e.Paragraph-1]
		span, ok := grounding.Locate(p.Text, e.Quote)
		if !ok {
			return refused("its quote is not in the passage.")
		}
		f.quotes = append(f.quotes, cite(p, span))
		all = append(all, evidence(p, e.Quote))
		related = related || c.isAbout(p) && c.concerns(p, span)
	}
	if !related {
		return refused("its quote is about something else.")
	}
	if verdict := grounding.Check(c.text, all, grounding.Normal); f.verdict == Supported && verdict.Decision < grounding.ShownWithQuote {
		return refused(lowerFirst(verdict.Why))
	}
	return f
}

// concerns says that the quote, with the sentences that it stands in, shares words with the
// claim. In another language it cannot, and the passage was found for it.
func (c claimed) concerns(p retrieval.Passage, quote retrieval.Span) bool {
	for _, s := range p.Sentences {
		if s.Start < quote.End && quote.Start < s.End {
			quote.Start, quote.End = min(quote.Start, s.Start), max(quote.End, s.End)
		}
	}
	text := p.Title + "\n" + p.Heading + "\n" + quote.Of(p.Text)
	if shared, all := retrieval.SharedWords(c.text, text); float64(shared) >= leastAbout*float64(all) {
		own, _ := retrieval.SharedWords(c.text, quote.Of(p.Text)) // the title alone is about all of the story
		return own > 0 || all == 0
	}
	ours, theirs := retrieval.Language(c.text), retrieval.Language(p.Text)
	return ours != theirs && ours != "" && theirs != ""
}

// lowerFirst begins a sentence in the middle of another.
func lowerFirst(sentence string) string {
	if sentence == "" {
		return sentence
	}
	return strings.ToLower(sentence[:1]) + sentence[1:]
}

// evidence is a quote of a passage, for the check.
func evidence(p retrieval.Passage, quote string) grounding.Evidence {
	return grounding.Evidence{Paragraph: p.Text, Quote: quote, Context: p.Title + "\n" + p.Heading + "\n" + date(p)}
}

// claimed is a sentence to check.
type claimed struct {
	text   string
	before string    // the sentence before it that says whom "he" stands for; "" when it needs none
	at     time.Time // when it was said; may be zero
}

// claimsOf are the sentences of a text that claim something, in order: a question does
// not.
func claimsOf(text string, at time.Time) []claimed {
	var claims []claimed
	before := ""
	for _, s := range grounding.Claims(text) {
		c := claimed{text: s, at: at}
		if retrieval.PointsBack(s) {
			c.before = before
		} else {
			before = s
		}
		if !asks(s) {
			claims = append(claims, c)
		}
	}
	return claims
}

// asks says that a sentence ends in a question mark of any script.
func asks(sentence string) bool {
	sentence = strings.TrimRight(sentence, "\"'”’»›)]」』 ")
	return slices.ContainsFunc([]string{"?", "？", "؟", "\u037e", "⁇", "⁈", "՞", "፧"}, func(mark string) bool { return strings.HasSuffix(sentence, mark) })
}
