package bot

import (
	"context"
	"errors"
	"math"
	"slices"

	"storybot/bot/ledger"
	"storybot/prompts"
)

// Prices are what a model's tokens cost, in any currency, per million.
type Prices struct{ Prompt, Completion float64 }

// A Budget bounds what models may read and write, in tokens a day (UTC); 0 is no
// bound. What is used up is answered in quotes. A guild's settings may have lower ones.
//
// It is looked at before each request to a model, and counted after each. So it is
// exceeded by the requests that are under way at the moment, each at most what a prompt and
// a reply may be, however many a single answer takes.
type Budget struct {
	Guild int64
	User  int64 // in all guilds
}

// A Usage is what an answer took of models.
type Usage struct {
	prompts.Usage
	Cost float64 `json:"cost,omitempty"` // by the configured prices
}

// errBudget is a request to a model that the budget has nothing left for.
var errBudget = errors.New("bot: the budget is used up")

// fallbackFor says why quote mode stands in for a model that gave the error.
func fallbackFor(err error) Fallback {
	if errors.Is(err, errBudget) {
		return BudgetUsedUp
	}
	return ModelFailed
}

// afford is errBudget when nothing is left.
func (j *job) afford(ctx context.Context) error {
	if len(j.limits) == 0 {
		return nil
	}
	spent, err := j.ledger.Spent(ctx, j.guild, j.user, j.start)
	if err != nil {
		return err
	}
	for _, l := range j.limits {
		if of := l.of(spent); of.PromptTokens+of.CompletionTokens >= l.tokens {
			return errBudget
		}
	}
	return nil
}

// A limit is how many tokens some of what is spent in a day may be.
type limit struct {
	tokens int64
	of     func(ledger.Spent) ledger.Spending
}

// limits are the operator's budgets and the guild's own: the lower one holds. What a
// guild allows a person is what they spend there; elsewhere they are not its guest.
func (b *Bot) limits(user string, guild ledger.Settings) []limit {
	all := []limit{
		{b.budget.Guild, func(s ledger.Spent) ledger.Spending { return s.Guild }},
		{guild.GuildBudget, func(s ledger.Spent) ledger.Spending { return s.Guild }},
	}
	if user != "" {
		all = append(all,
			limit{b.budget.User, func(s ledger.Spent) ledger.Spending { return s.User }},
			limit{guild.UserBudget, func(s ledger.Spent) ledger.Spending { return s.UserHere }})
	}
	return slices.DeleteFunc(all, func(l limit) bool { return l.tokens <= 0 })
}

// complete asks a model, if the budget has something left, and counts what that takes.
func (j *job) complete(ctx context.Context, m Model, req prompts.Request, write func(text string)) (prompts.Completion, error) {
	if err := j.afford(ctx); err != nil {
		return prompts.Completion{}, err
	}
	completion, err := m.Complete(ctx, req, write)
	used := prompts.Usage{ // servers may say anything
		PromptTokens:     max(0, completion.Usage.PromptTokens),
		CompletionTokens: max(0, completion.Usage.CompletionTokens),
	}
	if used == (prompts.Usage{}) && completion.Text != "" { // or nothing
		used = prompts.Usage{PromptTokens: req.Tokens(), CompletionTokens: prompts.Tokens(completion.Text)}
	}
	j.spent.PromptTokens += used.PromptTokens
	j.spent.CompletionTokens += used.CompletionTokens
	j.took(Usage{used, j.prices.of(used)})
	j.account(ctx, used)
	return completion, err
}

func (j *job) usage() Usage { return Usage{j.spent, j.prices.of(j.spent)} }

func (p Prices) of(used prompts.Usage) float64 {
	return (float64(used.PromptTokens)*p.Prompt + float64(used.CompletionTokens)*p.Completion) / 1e6
}

// account enters in the ledger what a model took, also when nobody waits for the
// answer any more.
func (j *job) account(ctx context.Context, used prompts.Usage) {
	if j.ledger == nil || used == (prompts.Usage{}) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout)
	defer cancel()
	err := j.ledger.Spend(ctx, j.guild, j.user, j.start, ledger.Spending{
		PromptTokens:     int64(used.PromptTokens),
		CompletionTokens: int64(used.CompletionTokens),
		Cost:             int64(math.Round(j.prices.of(used) * 1e6)),
	})
	if err != nil {
		j.log.ErrorContext(ctx, "what a model took is not counted", "guild", j.guild, "error", err)
	}
}
