package main

import (
	"context"
	"strings"
	"sync"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/prompts"
)

// A witness is a bot that remembers how its last answers came to be, for the demo's page.
// It answers as the bot does, but nothing is repeated from the ledger: an explanation is of
// the search.
type witness struct {
	*bot.Bot
	mu    sync.Mutex
	known map[string]account // by the answer's id
	order []string           // of them, oldest first
}

// maxAccounts bounds what a witness remembers, in answers.
const maxAccounts = 200

// An account is how an answer came to be.
type account struct {
	Answer bot.Answer `json:"answer"`
	Sent   []sent     `json:"sent"` // to the model; empty without one
}

// A sent is a request to a model, and its reply.
type sent struct {
	System string `json:"system"`
	User   string `json:"user"`
	Reply  string `json:"reply"`
	Error  string `json:"error,omitempty"`
}

func newWitness(c bot.Config) *witness {
	if c.Model != nil {
		c.Model = &heardModel{c.Model}
	}
	if c.Judge != nil {
		c.Judge = &heardModel{c.Judge}
	}
	return &witness{Bot: bot.New(c), known: map[string]account{}}
}

// hearing is the key of a context's *hearings.
type hearing struct{}

// hearings are the requests that were made for one answer.
type hearings struct {
	mu   sync.Mutex
	list []sent
}

// A heardModel is a model whose requests are remembered with the answer that they are for.
type heardModel struct{ bot.Model }

func (m *heardModel) Complete(ctx context.Context, req prompts.Request, write func(string)) (prompts.Completion, error) {
	done, err := m.Model.Complete(ctx, req, write)
	if h, ok := ctx.Value(hearing{}).(*hearings); ok {
		s := sent{System: req.System, User: req.User, Reply: done.Text}
		if err != nil {
			s.Error = withoutSecrets(err.Error())
		}
		h.mu.Lock()
		h.list = append(h.list, s)
		h.mu.Unlock()
	}
	return done, err
}

func (w *witness) Ask(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
	q.Explain = true
	return w.hear(ctx, func(ctx context.Context) (bot.Answer, error) { return w.Bot.Ask(ctx, q, show) })
}

func (w *witness) Summarise(ctx context.Context, r bot.SummaryRequest, show func(bot.Answer)) (bot.Answer, error) {
	return w.hear(ctx, func(ctx context.Context) (bot.Answer, error) { return w.Bot.Summarise(ctx, r, show) })
}

func (w *witness) hear(ctx context.Context, answer func(context.Context) (bot.Answer, error)) (bot.Answer, error) {
	heard := &hearings{}
	a, err := answer(context.WithValue(ctx, hearing{}, heard))
	if err != nil || a.ID == "" {
		return a, err
	}
	heard.mu.Lock()
	defer heard.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[a.ID] = account{a, append([]sent{}, heard.list...)}
	if w.order = append(w.order, a.ID); len(w.order) > maxAccounts {
		delete(w.known, w.order[0])
		w.order = w.order[1:]
	}
	return a, nil
}

// explain is how a message came to be: its answer's id stands in what can be pressed
// below it. It is nil when that is not known.
func (w *witness) explain(m local.Message) any {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, row := range m.Components {
		for field := range strings.FieldsFuncSeq(string(row), func(r rune) bool { return r == ':' || r == '"' }) {
			if a, known := w.known[field]; known {
				return a
			}
		}
	}
	return nil
}
