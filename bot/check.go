package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// Bounds of a text to check: of a long message, and of what a reader reads.
const (
	MaxCheck  = 4000 // characters
	maxClaims = 20
)

// Errors of a text to check.
var (
	ErrLongText = fmt.Errorf("bot: the text has more than %d characters", MaxCheck)
	ErrNoClaim  = errors.New("bot: the text claims nothing")
)

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
	Reason    Reason  `json:"reason"` // what decided, or why nothing could
	Why       string  `json:"why"`    // the same as a sentence for people, in English
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
	Guild   string
	User    string
	Channel string // where it is asked for; "" in the terminal
	Private bool   // only who asks sees it
	retrieval.Scope
	Text string
	At   time.Time // when it is asked, for "yesterday"; may be zero
}

// Check checks the sentences of a text against the stories. Where their words
// decide, code does; a model, if there is one, is asked about the others, and its
// verdict stands only with a quote that code has found, and that bears it as far as code
// can tell. Questions claim nothing, and are left out.
func (b *Bot) Check(ctx context.Context, r CheckRequest) (FactCheck, error) {
	start := time.Now()
	text := strings.TrimSpace(r.Text)
	switch {
	case utf8.RuneCountInString(text) > MaxCheck: // first: a reader may have cut it within a character
		return FactCheck{}, ErrLongText
	case !utf8.ValidString(text):
		return FactCheck{}, ErrBadText
	}
	claims := claimsOf(text, r.At)
	if len(claims) == 0 {
		return FactCheck{}, ErrNoClaim
	}
	j, err := b.newJob(ctx, r.Guild, r.User, start)
	if err != nil {
		return FactCheck{}, err
	}
	k := checker{job: j, d: newDraft("", retrieval.Result{}, nil), r: r}
	f := FactCheck{ID: k.d.answer.ID, Mode: QuoteMode, Fallback: j.fallback, Incomplete: len(claims) > maxClaims, Claims: []Claim{}}
	if j.model != nil {
		f.Mode = ModelMode
	}
	for _, c := range claims[:min(len(claims), maxClaims)] {
		claim, err := k.check(ctx, c)
		if err != nil {
			return FactCheck{}, err
		}
		f.Claims = append(f.Claims, claim)
	}
	if k.ended != nil {
		j.log.WarnContext(ctx, "model failed", "check", f.ID, "error", k.ended)
		f.Fallback = fallbackFor(k.ended)
	}
	f.Citations, f.Usage = k.d.answer.Citations, j.usage()
	f.Timings.Total = milliseconds(time.Since(start))
	j.enter(ctx, ledger.Entry{
		ID: f.ID, Kind: ledger.Check, Channel: r.Channel, Private: r.Private, Story: r.Story, Question: text, Standalone: text,
		Cites: headsOf(f.Citations),
	}, f)
	return f, nil
}

// A checker checks the claims of one text.
type checker struct {
	*job
	d     *draft // holds the citations
	r     CheckRequest
	ended error // why the model is asked no more; nil while it is
}

// check finds what the stories say of one claim.
func (k *checker) check(ctx context.Context, c claimed) (Claim, error) {
	claim := Claim{Text: c.text, Verdict: Unknown, Reason: NotTold, Why: reasons[NotTold], Citations: []int{}}
	found, err := k.corpus.Search(ctx, retrieval.Query{Guild: k.r.Guild, Scope: k.r.Scope, Text: c.text, After: c.before, At: k.r.At, Limit: passages})
	if errors.Is(err, retrieval.ErrNoWords) {
		return claim, nil
	}
	if err != nil {
		return Claim{}, err
	}
	f := c.byWords(found.Passages)
	if f.verdict == Unknown {
		if !mayAnswer(found) {
			return claim, nil
		}
		f.reason = Undecided
		if k.model != nil && k.ended == nil {
			if f, err = k.byModel(ctx, c, found.Passages); errors.Is(ctx.Err(), context.Canceled) {
				return Claim{}, ctx.Err()
			}
			switch {
			case mayFareBetter(err):
				k.log.WarnContext(ctx, "model failed", "check", k.d.answer.ID, "error", err)
				f = finding{verdict: Unknown, reason: NoVerdict}
			case err != nil:
				k.ended = err
			}
		}
		if k.ended != nil {
			f = finding{verdict: Unknown, reason: NoModel}
		}
	}
	claim.Verdict, claim.Reason, claim.Why = f.verdict, f.reason, reasons[f.reason]+f.detail
	for _, q := range f.quotes {
		if n := k.d.number(q.Citation); !slices.Contains(claim.Citations, n) {
			claim.Citations = append(claim.Citations, n)
		}
	}
	return claim, nil
}
