package bot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// A Replayed question is a kept one that was asked again, of the stories as they are now.
type Replayed struct {
	Answer Answer    // in quotes; it has no id, as it is not kept
	News   *Citation // one of the answer's, which makes it another than the kept one; nil: nothing does
}

// Replay asks a kept question again: of the same story, if it was asked of one, going on
// from the same answer, and as on its day. It costs nothing: no model has a part in it, and
// nothing is kept.
//
// Wrong is the number of a citation that somebody finds wrong: there is news when another
// is in its place. When it is 0 there is news when something is cited that was not. What a
// model did not answer from is no news when it had it before its eyes, or could have had.
// Errors are the context's, the ledger's, or the corpus's.
func (b *Bot) Replay(ctx context.Context, e ledger.Entry, wrong int) (Replayed, error) {
	var said Answer
	if err := json.Unmarshal(e.Answer, &said); err != nil {
		b.log.WarnContext(ctx, "an answer that is kept cannot be read", "answer", e.ID, "error", err)
		said = Answer{}
	}
	answer, err := b.askAgain(ctx, e)
	if err != nil || answer.Status != Answered {
		return Replayed{Answer: answer}, err
	}
	news, err := b.news(ctx, e, said, answer, wrong)
	return Replayed{answer, news}, err
}

// askAgain answers a kept question in quotes, as it was asked, or as a model has worded it
// so that it stands alone, or can be searched for in another language.
func (b *Bot) askAgain(ctx context.Context, e ledger.Entry) (Answer, error) {
	quoting := *b
	quoting.model, quoting.judge = nil, nil
	q := Question{Guild: e.Guild, Scope: retrieval.Scope{Story: e.Story}, Text: e.Question, After: e.After, At: e.AskedAt}
	turns, cited, err := b.turns(ctx, q)
	if errors.Is(err, ErrNoAnswer) { // what it went on from is forgotten
		q.After, err = "", nil
	}
	if err != nil {
		return Answer{}, err
	}
	j := &job{Bot: &quoting, guild: e.Guild, start: time.Now(), cited: cited}
	answer, err := j.answerOrNone(ctx, q, turns)
	if err == nil && answer.Status != Answered && !strings.HasSuffix(e.Standalone, e.Question) {
		q.Text, q.After, j.cited = e.Standalone, "", nil
		answer, err = j.answerOrNone(ctx, q, nil)
		answer.Question = e.Question
	}
	answer.ID = ""
	return answer, err
}

// answerOrNone is answer, of what may be no question any more too.
func (j *job) answerOrNone(ctx context.Context, q Question, turns []prompts.Turn) (Answer, error) {
	answer, _, err := j.answer(ctx, q, turns, nil)
	if errors.Is(err, ErrEmptyQuestion) {
		return silence(q), nil
	}
	return answer, err
}

// news is the first citation of an answer of now that makes it another than what was said.
func (b *Bot) news(ctx context.Context, e ledger.Entry, said, now Answer, wrong int) (*Citation, error) {
	if wrong > 0 {
		return b.instead(ctx, e, said, now, wrong)
	}
	known := said.Citations
	if said.Mode == ModelMode {
		for _, n := range said.Nearest {
			known = append(known, n.Citation)
		}
	}
	for _, c := range now.Citations {
		if slices.ContainsFunc(known, c.sameText) {
			continue
		}
		is, err := true, error(nil)
		if said.Mode == ModelMode {
			is, err = b.isSince(ctx, e, c)
		}
		if err != nil {
			return nil, err
		}
		if is {
			return &c, nil
		}
	}
	return nil, nil
}

// instead is what is cited first now, where a wrong citation is not cited any more. An
// answer of a model's cites otherwise than one in quotes: it has to be the stories that have
// changed.
func (b *Bot) instead(ctx context.Context, e ledger.Entry, said, now Answer, wrong int) (*Citation, error) {
	at := slices.IndexFunc(said.Citations, func(c Citation) bool { return c.N == wrong })
	if at < 0 || slices.ContainsFunc(now.Citations, said.Citations[at].sameText) {
		return nil, nil
	}
	first := now.Citations[0]
	if said.Mode != ModelMode {
		return &first, nil
	}
	was, err := b.corpus.Context(ctx, e.Guild, said.Citations[at].ref())
	if errors.Is(err, retrieval.ErrNotFound) || err == nil && was.Now == nil {
		return &first, nil
	}
	if err != nil {
		return nil, err
	}
	is, err := b.isSince(ctx, e, first)
	if !is {
		return nil, err
	}
	return &first, err
}

// isSince reports whether a citation is of a revision that was stored since a question was
// asked.
func (b *Bot) isSince(ctx context.Context, e ledger.Entry, c Citation) (bool, error) {
	now, err := b.corpus.Context(ctx, e.Guild, c.ref())
	if errors.Is(err, retrieval.ErrNotFound) { // it is gone again
		return false, nil
	}
	return err == nil && !now.RevisedAt.Before(e.AskedAt), err
}

func (c Citation) sameText(other Citation) bool { return c.Text == other.Text }

func (c Citation) ref() retrieval.Ref {
	return retrieval.Ref{Story: c.StoryID, Revision: c.Revision, Paragraph: c.Paragraph}
}
