package bot

import (
	"errors"
	"iter"
	"sync"

	"storybot/prompts"
	"storybot/retrieval"
)

// Bounds of what a model is sent at once, in tokens. A server whose context is
// smaller than a request drops its beginning, the rules, without a word.
const (
	DefaultPromptTokens = 3000 // of the 4096 that local servers have by default; the rest is for the reply
	MinPromptTokens     = 1000 // the rules take half of it
)

// errTooLong is a request that cannot be made small enough.
var errTooLong = errors.New("bot: the request is too long for the model")

// A window is how much a model is sent at once: by the estimate, and by what its
// server has said that earlier requests took.
type window struct {
	tokens int
	mu     sync.Mutex
	factor float64 // of a token as estimated, in the server's
}

// maxFactor is how much more than estimated a request may take. A server that
// claims more counts something else; the worst tokenizers need that much for
// scripts that they hardly know.
const maxFactor = 2

func newWindow(tokens int) *window {
	if tokens == 0 {
		tokens = DefaultPromptTokens
	}
	return &window{tokens: tokens, factor: 1}
}

// learn takes in what a request took. The factor rises at once and falls slowly:
// too long a request loses the rules, too short a one a lesser passage. It does not
// fall below 1, as a server that has dropped a part of the request, or remembers
// it from the last time, may count the rest alone.
func (w *window) learn(estimated, reported int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	const fall = 1. / 8
	now := float64(reported) / float64(max(estimated, 1))
	w.factor = min(max(now, w.factor+fall*(now-w.factor), 1), maxFactor)
}

// room is how many tokens, as estimated, a request may have. However a server
// counts, it is enough for one: else it would never be asked again, and never be
// believed less.
func (w *window) room() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(int(float64(w.tokens)/w.factor), MinPromptTokens)
}

// fit gives the first of ever smaller requests that there is room for.
func (w *window) fit(requests iter.Seq[prompts.Request]) (prompts.Request, error) {
	room := w.room()
	for req := range requests {
		if req.Tokens() <= room {
			return req, nil
		}
	}
	return prompts.Request{}, errTooLong
}

// A Reading is what a model is given to read for a question.
type Reading struct {
	Shown  []prompts.Passage // Number is their place among those found, from 1
	Tokens int               // of the request, as estimated
	Whole  int               // of the same with all passages whole
}

// Reading is what a model would read of the passages that were found for a question;
// nothing when the question leaves no room for it.
func (b *Bot) Reading(question string, found retrieval.Result) Reading {
	extents := make([]extent, len(found.Passages))
	for i := range extents {
		extents[i] = whole
	}
	r := Reading{Whole: prompts.Answer(question, found.Language, shown(found.Passages, extents)).Tokens()}
	if req, some, err := b.toAnswer(question, found); err == nil {
		r.Shown, r.Tokens = some, req.Tokens()
	}
	return r
}

// each makes a request of each.
func each[T any](all iter.Seq[T], request func(T) prompts.Request) iter.Seq[prompts.Request] {
	return func(yield func(prompts.Request) bool) {
		for t := range all {
			if !yield(request(t)) {
				return
			}
		}
	}
}

// fewer gives all, then ever fewer of them, from the last, down to one.
func fewer[T any](all []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for n := len(all); n > 0 && yield(all[:n]); n-- {
		}
	}
}
