package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"storybot/bot/grounding"
	"storybot/bot/ledger"
	"storybot/prompts"
)

// Prices are what a model's tokens cost, in any currency, per million.
type Prices struct{ Prompt, Completion float64 }

// A Budget bounds what models may read and write, in tokens a day (UTC); 0 is no
// bound. What is used up is answered in quotes.
type Budget struct {
	Guild int64
	User  int64 // in all guilds
}

// A Usage is what an answer took of models.
type Usage struct {
	prompts.Usage
	Cost float64 `json:"cost,omitempty"` // by the configured prices
}

// A job is one thing that a person wants of the bot, with what it may use and
// what it has.
type job struct {
	*Bot
	guild, user string
	start       time.Time
	mode        grounding.Mode
	model       Model    // nil: there is none, or the budget is used up
	fallback    Fallback // why there is none
	spent       prompts.Usage
}

// newJob reads the guild's settings and what is left of the budgets.
func (b *Bot) newJob(ctx context.Context, guild, user string, start time.Time) (*job, error) {
	j := &job{Bot: b, guild: guild, user: user, start: start, mode: grounding.Strict, model: b.model}
	if b.ledger == nil {
		return j, nil
	}
	settings, err := b.ledger.Settings(ctx, guild)
	if err != nil {
		return nil, err
	}
	j.mode = grounding.Mode(settings.Check)
	if b.model == nil || b.budget == (Budget{}) {
		return j, nil
	}
	ofGuild, ofUser, err := b.ledger.Spent(ctx, guild, user, start)
	if err != nil {
		return nil, err
	}
	usedUp := func(spent ledger.Spending, budget int64) bool {
		return budget > 0 && spent.PromptTokens+spent.CompletionTokens >= budget
	}
	if usedUp(ofGuild, b.budget.Guild) || user != "" && usedUp(ofUser, b.budget.User) {
		j.model, j.fallback = nil, BudgetUsedUp
	}
	return j, nil
}

// complete asks a model, and counts what that takes.
func (j *job) complete(ctx context.Context, m Model, req prompts.Request, write func(text string)) (prompts.Completion, error) {
	completion, err := m.Complete(ctx, req, write)
	used := completion.Usage
	if used == (prompts.Usage{}) && completion.Text != "" { // servers need not tell
		used = prompts.Usage{PromptTokens: req.Tokens(), CompletionTokens: prompts.Tokens(completion.Text)}
	}
	j.spent.PromptTokens += used.PromptTokens
	j.spent.CompletionTokens += used.CompletionTokens
	return completion, err
}

func (j *job) usage() Usage {
	cost := float64(j.spent.PromptTokens)*j.prices.Prompt + float64(j.spent.CompletionTokens)*j.prices.Completion
	return Usage{j.spent, cost / 1e6}
}

// key names what an answer depends on, so that the same question to the same
// stories is not paid for twice; "" for what is quickly made anew, or may not be
// repeated.
func (j *job) key(ctx context.Context, q Question) (string, error) {
	if j.model == nil || j.ledger == nil || q.Explain {
		return "", nil
	}
	version, err := j.corpus.Version(ctx, q.Guild)
	if err != nil {
		return "", err
	}
	day := q.At.UTC().Format(time.DateOnly) // "yesterday"
	parts, err := json.Marshal([]any{version, q.Scope, q.Text, q.After, day, j.mode, j.writer})
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(parts)
	return hex.EncodeToString(hash[:]), nil
}

// repeat gives the answer that was kept under the key, under a new id, with the
// question that it answers.
func (j *job) repeat(ctx context.Context, key string) (answer Answer, standalone string, ok bool) {
	if key == "" {
		return Answer{}, "", false
	}
	entry, err := j.ledger.Cached(ctx, j.guild, key)
	if err == nil {
		err = json.Unmarshal(entry.Answer, &answer)
	}
	if err != nil {
		if !errors.Is(err, ledger.ErrNotFound) {
			j.log.Warn("an answer cannot be repeated", "error", err)
		}
		return Answer{}, "", false
	}
	answer.ID, answer.Usage, answer.Timings = newID(), Usage{}, Timings{}
	return answer, entry.Standalone, true
}

// keepTimeout bounds what a person waits for the ledger, however long the answer
// took.
const keepTimeout = time.Second

// keep enters an answer in the ledger, and lets it be repeated when it is a good one.
func (j *job) keep(ctx context.Context, e ledger.Entry, key string, a Answer) {
	if j.spent != (prompts.Usage{}) && a.Mode == ModelMode && !a.Incomplete {
		e.Key = key
	}
	e.ID = a.ID
	j.enter(ctx, e, a)
}

// enter enters in the ledger what was said. A person who has waited for it gets it
// all the same when that fails.
func (j *job) enter(ctx context.Context, e ledger.Entry, said any) {
	if j.ledger == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout)
	defer cancel()
	var err error
	if e.Answer, err = json.Marshal(said); err == nil {
		e.Guild, e.User, e.AskedAt = j.guild, j.user, j.start
		err = j.ledger.Keep(ctx, e)
	}
	if err != nil {
		j.log.Error("an answer is not kept", "id", e.ID, "error", err)
	}
}

// account enters in the ledger what models took, also when nobody waits for the
// answer any more.
func (j *job) account(ctx context.Context) {
	if j.ledger == nil || j.spent == (prompts.Usage{}) {
		return
	}
	err := j.ledger.Spend(context.WithoutCancel(ctx), j.guild, j.user, j.start, ledger.Spending{
		PromptTokens:     int64(j.spent.PromptTokens),
		CompletionTokens: int64(j.spent.CompletionTokens),
		Cost:             int64(j.usage().Cost * 1e6),
	})
	if err != nil {
		j.log.Error("what a model took is not counted", "guild", j.guild, "error", err)
	}
}
