package main

import (
	"context"
	"strings"
	"sync"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/prompts"
)

// A witness is a bot that remembers how its last answers and checks came to be, for the
// demo's page. It answers as the bot does, but nothing is repeated from the ledger: an
// explanation is of the search.
type witness struct {
	*bot.Bot
	mu    sync.Mutex
	known map[string]account // by the id of the answer or check
	order []string           // of them, oldest first
}

// maxAccounts bounds what a witness remembers, in answers and checks.
const maxAccounts = 200

// An account is how an answer, or a check, came to be.
type account struct {
	Answer *bot.Answer    `json:"answer,omitempty"`
	Check  *bot.FactCheck `json:"check,omitempty"`
	Sent   []sent         `json:"sent"` // to the model; empty without one
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
	ctx, heard := hearingIn(ctx)
	a, err := w.Bot.Ask(ctx, q, show)
	w.remember(a.ID, account{Answer: &a}, heard)
	return a, err
}

func (w *witness) Summarise(ctx context.Context, r bot.SummaryRequest, show func(bot.Answer)) (bot.Answer, error) {
	ctx, heard := hearingIn(ctx)
	a, err := w.Bot.Summarise(ctx, r, show)
	w.remember(a.ID, account{Answer: &a}, heard)
	return a, err
}

func (w *witness) Check(ctx context.Context, r bot.CheckRequest) (bot.FactCheck, error) {
	ctx, heard := hearingIn(ctx)
	f, err := w.Bot.Check(ctx, r)
	w.remember(f.ID, account{Check: &f}, heard)
	return f, err
}

// Forget forgets all accounts, not that person's alone: what was asked after an answer of
// theirs was sent to the model with their words.
func (w *witness) Forget(ctx context.Context, user string) (ledger.Forgotten, error) {
	w.mu.Lock()
	clear(w.known)
	w.order = nil
	w.mu.Unlock()
	return w.Bot.Forget(ctx, user)
}

// hearingIn is a context in which the requests to models are remembered.
func hearingIn(ctx context.Context) (context.Context, *hearings) {
	heard := &hearings{}
	return context.WithValue(ctx, hearing{}, heard), heard
}

// remember keeps an account by its id, "" when there is nothing to account for.
func (w *witness) remember(id string, a account, heard *hearings) {
	if id == "" {
		return
	}
	heard.mu.Lock()
	a.Sent = append([]sent{}, heard.list...)
	heard.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[id] = a
	if w.order = append(w.order, id); len(w.order) > maxAccounts {
		delete(w.known, w.order[0])
		w.order = w.order[1:]
	}
}

// explain is how a message came to be: the id of its answer or check stands in what can be
// pressed below it. It is nil when that is not known.
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
