package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"storybot/bot/grounding"
	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// Bounds of a text to check: of a long message, and of what a reader reads.
const (
	MaxCheck  = 4000 // characters
	maxClaims = 20
)

// ErrLongText is a text that is too long to check.
var ErrLongText = fmt.Errorf("bot: the text has more than %d characters", MaxCheck)

// A FactCheck says of each claim of a text what the stories say of it. Its JSON is
// the program's contract.
type FactCheck struct {
	ID         string     `json:"id"`
	Mode       Mode       `json:"mode"`
	Fallback   Fallback   `json:"fallback"`
	Incomplete bool       `json:"incomplete"` // the text has more sentences than are checked at once
	Claims     []Claim    `json:"claims"`
	Citations  []Citation `json:"citations"`
	Usage      Usage      `json:"usage"`
	Timings    Timings    `json:"timings_ms"`
}

// A Claim is a sentence that was checked. Citations are the numbers N of the
// check's citations; there is at least one unless the verdict is not_in_stories.
type Claim struct {
	Text      string  `json:"text"`
	Verdict   Verdict `json:"verdict"`
	Why       string  `json:"why"` // what decided, or why nothing could, a sentence for people
	Citations []int   `json:"citations"`
}

// A Verdict on a claim.
type Verdict = prompts.Verdict

// Verdicts.
const (
	Supported    = prompts.Supported
	Contradicted = prompts.Contradicted
	Unknown      = prompts.NotInStories
)

// A CheckRequest asks for a fact-check in a guild.
type CheckRequest struct {
	Guild string
	User  string
	retrieval.Scope
	Text string
	At   time.Time // when it is asked, for "yesterday"; may be zero
}

// Check checks the sentences of a text against the stories. Where their words
// decide, code does; a model, if there is one, is asked about the others, and its
// verdict stands only with a quote that code has found, from which the claim does
// not differ in a number or name.
func (b *Bot) Check(ctx context.Context, r CheckRequest) (FactCheck, error) {
	start := time.Now()
	text := strings.TrimSpace(r.Text)
	claims := grounding.Claims(text)
	switch {
	case !utf8.ValidString(text):
		return FactCheck{}, ErrBadText
	case utf8.RuneCountInString(text) > MaxCheck:
		return FactCheck{}, ErrLongText
	case len(claims) == 0:
		return FactCheck{}, ErrEmptyQuestion
	}
	j, err := b.newJob(ctx, r.Guild, r.User, start)
	if err != nil {
		return FactCheck{}, err
	}
	defer j.account(ctx)
	d := newDraft("", retrieval.Result{}, nil)
	f := FactCheck{ID: d.answer.ID, Mode: QuoteMode, Fallback: j.fallback, Incomplete: len(claims) > maxClaims, Claims: []Claim{}}
	if j.model != nil {
		f.Mode = ModelMode
	}
	for _, text := range claims[:min(len(claims), maxClaims)] {
		claim, err := j.checkClaim(ctx, d, r, text)
		if err != nil {
			return FactCheck{}, err
		}
		f.Claims = append(f.Claims, claim)
	}
	f.Citations, f.Usage = d.answer.Citations, j.usage()
	f.Timings.Total = milliseconds(time.Since(start))
	j.enter(ctx, ledger.Entry{ID: f.ID, Kind: ledger.Check, Question: text, Standalone: text}, f)
	return f, nil
}

// checkClaim finds what the stories say of one claim.
func (j *job) checkClaim(ctx context.Context, d *draft, r CheckRequest, text string) (Claim, error) {
	claim := Claim{Text: text, Verdict: Unknown, Why: "The stories do not tell of it.", Citations: []int{}}
	found, err := j.corpus.Search(ctx, retrieval.Query{Guild: r.Guild, Scope: r.Scope, Text: text, At: r.At, Limit: passages})
	if errors.Is(err, retrieval.ErrNoWords) {
		return claim, nil
	}
	if err != nil {
		return Claim{}, err
	}
	if !mayAnswer(found) {
		return claim, nil
	}
	claim.Why = "The stories tell of such things, but their words do not decide it."
	if verdict, why, quote := compare(text, found.Passages); verdict != Unknown {
		claim.Verdict, claim.Why, claim.Citations = verdict, why, []int{d.number(quote.Citation)}
		return claim, nil
	}
	if j.model == nil {
		return claim, nil
	}
	verdict, quotes, err := j.askVerdict(ctx, text, found.Passages)
	if errors.Is(ctx.Err(), context.Canceled) {
		return Claim{}, ctx.Err()
	}
	if err != nil {
		j.log.Warn("model failed", "check", d.answer.ID, "error", err)
		claim.Why = "Their words do not decide it, and the model did not answer."
		return claim, nil
	}
	if verdict == Unknown {
		claim.Why = "The stories do not say, as the model reads them."
		return claim, nil
	}
	claim.Verdict, claim.Why = verdict, "So the model reads the quote."
	for _, q := range quotes {
		claim.Citations = append(claim.Citations, d.number(q.Citation))
	}
	return claim, nil
}

// compare has the words of the best passages decide on a claim. What supports it
// anywhere goes before what contradicts it.
func compare(claim string, found []retrieval.Passage) (Verdict, string, cited) {
	verdict, because, by := Unknown, "", cited{}
	for _, p := range found {
		for _, s := range p.Sentences {
			relation, why := grounding.Compare(claim, evidence(p, s.Of(p.Text)))
			switch {
			case relation == grounding.Supports:
				return Supported, "The story says so.", cite(p, s.Span)
			case relation == grounding.Contradicts && verdict == Unknown:
				verdict, because, by = Contradicted, why, cite(p, s.Span)
			}
		}
	}
	return verdict, because, by
}

// askVerdict has the model decide on a claim. A verdict without sound evidence is
// none, and so is support for a claim with a number or name that the evidence has
// not.
func (j *job) askVerdict(ctx context.Context, claim string, found []retrieval.Passage) (Verdict, []cited, error) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	completion, err := j.complete(ctx, j.model, prompts.Check(claim, excerpts(found)), nil)
	if err != nil {
		return "", nil, err
	}
	if completion.Truncated {
		return "", nil, errCutOff
	}
	finding, err := prompts.ParseFinding(completion.Text)
	if err != nil {
		return "", nil, err
	}
	var quotes []cited
	var all []grounding.Evidence
	for _, e := range finding.Evidence {
		if e.Paragraph < 1 || e.Paragraph > len(found) {
			return Unknown, nil, nil
		}
		p := found[e.Paragraph-1]
		span, ok := grounding.Locate(p.Text, e.Quote)
		if !ok {
			return Unknown, nil, nil
		}
		quotes = append(quotes, cite(p, span))
		all = append(all, evidence(p, e.Quote))
	}
	if len(quotes) == 0 || finding.Verdict == Supported && grounding.Check(claim, all, grounding.Normal).Decision == grounding.Removed {
		return Unknown, nil, nil
	}
	return finding.Verdict, quotes, nil
}

// evidence is a quote of a passage, for the check.
func evidence(p retrieval.Passage, quote string) grounding.Evidence {
	return grounding.Evidence{Paragraph: p.Text, Quote: quote, Context: p.Title + "\n" + p.Heading + "\n" + date(p)}
}
