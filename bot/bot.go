// Package bot answers questions about stories. Every statement it lets out
// cites a paragraph, with a quote that code has found there.
//
// A question takes one way, whoever asks: the passages that fit it are found; when they
// cannot hold an answer the bot says so; else a model, if there is one, writes
// statements with their evidence, and what passes the check is the answer. Without a
// model, or when it fails, the stories' own sentences are.
package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"storybot/prompts"
	"storybot/retrieval"
)

// Errors that a person can act on.
var (
	ErrEmptyQuestion = errors.New("bot: the question has no words")
	ErrLongQuestion  = fmt.Errorf("bot: the question has more than %d characters", MaxQuestion)
	ErrBadText       = errors.New("bot: the question is not valid UTF-8 text")
)

// MaxQuestion bounds a question, in characters: Discord's own limit of a
// message.
const MaxQuestion = 2000

// A Model writes replies. It is an untrusted writer: nothing it says is shown
// unchecked.
//
// Complete hands each piece of the reply's text to write, which may be nil, as it
// comes: in order, on the caller's goroutine, never after it has returned. The
// Completion holds all that came, also beside an error.
type Model interface {
	Complete(ctx context.Context, req prompts.Request, write func(text string)) (prompts.Completion, error)
}

// A Question is asked in a guild, over its stories and the shared ones.
type Question struct {
	Guild string // "" for the shared stories alone
	retrieval.Scope
	Text    string
	At      time.Time // when it is asked, for "yesterday"; may be zero: unknown
	Explain bool      // the answer is to say why it rests on its passages
}

// A Bot answers questions. It may be used by any number of goroutines.
type Bot struct {
	corpus *retrieval.Corpus
	model  Model
	log    *slog.Logger
}

// New is a bot over the corpus. Without a model (nil) it answers in quotes.
func New(corpus *retrieval.Corpus, model Model, log *slog.Logger) *Bot {
	return &Bot{corpus: corpus, model: model, log: log}
}

// passages is how many passages an answer is made from.
const passages = 10

// Ask answers the question. An honest 'not in the stories' is an answer, and
// so is the stories' own text in place of a model that failed; errors are one of
// this package's, the context's, or the corpus's.
func (b *Bot) Ask(ctx context.Context, q Question) (Answer, error) {
	start := time.Now()
	text, err := cleanQuestion(q.Text)
	if err != nil {
		return Answer{}, err
	}
	found, err := b.corpus.Search(ctx, retrieval.Query{Guild: q.Guild, Scope: q.Scope, Text: text, At: q.At, Limit: passages})
	if errors.Is(err, retrieval.ErrNoWords) {
		return Answer{}, ErrEmptyQuestion
	}
	if err != nil {
		return Answer{}, err
	}
	searched := time.Since(start)

	d := newDraft(text, found)
	switch {
	case b.model == nil:
		d.answerInQuotes(found)
	case mayAnswer(found):
		b.answerByModel(ctx, d, found)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) { // nobody waits for an answer any more
		return Answer{}, err
	}
	answer := d.finish()
	if q.Explain {
		answer.Explain = b.explain(found, answer.Fallback)
	}
	answer.Timings = Timings{Search: milliseconds(searched), Total: milliseconds(time.Since(start))}
	b.log.Debug("answered", "id", answer.ID, "guild", q.Guild, "status", answer.Status, "mode", answer.Mode,
		"fallback", answer.Fallback, "statements", len(answer.Statements), "removed", len(answer.Removed), "took", time.Since(start))
	return answer, nil
}

// cleanQuestion refuses what is no question, before anything is searched.
func cleanQuestion(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text):
		return "", ErrBadText
	case utf8.RuneCountInString(text) > MaxQuestion:
		return "", ErrLongQuestion
	}
	return text, nil
}

// newID names an answer.
func newID() string { return strings.ToLower(rand.Text()[:13]) }

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}
