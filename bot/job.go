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

// A job is one thing that a person wants of the bot, with what it may use and
// what it has.
type job struct {
	*Bot
	guild, user string
	start       time.Time
	mode        grounding.Mode
	model       Model    // nil: there is none, or the budget is used up
	fallback    Fallback // why there is none
	limits      []limit  // of what it may take
	cited       []string // the stories that the answer before cites
	spent       prompts.Usage
	unjudged    bool // the judge had no say on something
}

// newJob reads the guild's settings and what is left of the budgets, which are a model's.
func (b *Bot) newJob(ctx context.Context, guild, user string, start time.Time) (*job, error) {
	j := &job{Bot: b, guild: guild, user: user, start: start, mode: grounding.Strict, model: b.model}
	if b.ledger == nil || b.model == nil {
		return j, nil
	}
	settings, err := b.ledger.Settings(ctx, guild)
	if err != nil {
		return nil, err
	}
	j.mode = grounding.Mode(settings.Check)
	j.limits = b.limits(user, settings)
	err = j.afford(ctx)
	if errors.Is(err, errBudget) {
		j.model, j.fallback, err = nil, BudgetUsedUp, nil
	}
	return j, err
}

// ask asks the writer, whose server tells how long requests are.
func (j *job) ask(ctx context.Context, req prompts.Request, write func(text string)) (prompts.Completion, error) {
	completion, err := j.complete(ctx, j.model, req, write)
	if n := completion.Usage.PromptTokens; n > 0 {
		j.window.learn(req.Tokens(), n)
	}
	return completion, err
}

// key names what an answer depends on, beside the stories, so that the same question to
// the same stories is not paid for twice; "" when it is quickly made anew.
func (j *job) key(ctx context.Context, on ...any) (string, error) {
	if j.Bot.model == nil || j.ledger == nil { // a used-up budget keeps nobody from what costs nothing
		return "", nil
	}
	version, err := j.corpus.Version(ctx, j.guild)
	if err != nil {
		return "", err
	}
	parts, err := json.Marshal(append(on, version, j.mode, j.writer))
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(parts)
	return hex.EncodeToString(hash[:]), nil
}

// asked is what the answer to a question depends on. What was "yesterday" is another
// day tomorrow.
func (q Question) asked() []any {
	return []any{ledger.Ask, q.Scope, q.Text, q.After, q.At.UTC().Format(time.DateOnly), q.Threshold}
}

// repeat gives the answer that was kept under the key, under a new id, with the
// question that it answers.
func (j *job) repeat(ctx context.Context, key string) (answer Answer, as wording, ok bool) {
	if key == "" {
		return Answer{}, wording{}, false
	}
	entry, err := j.ledger.Cached(ctx, j.guild, key)
	if err == nil {
		err = json.Unmarshal(entry.Answer, &answer)
	}
	if err != nil {
		if !errors.Is(err, ledger.ErrNotFound) {
			j.log.WarnContext(ctx, "an answer cannot be repeated", "error", err)
		}
		return Answer{}, wording{}, false
	}
	answer.ID, answer.Usage, answer.Timings = newID(), Usage{}, Timings{}
	return answer, wording{entry.Standalone, entry.Topic}, true
}

// keepTimeout bounds what a person waits for the ledger, however long the answer
// took. Without it nothing of the answer can be opened, so a busy database is waited for.
const keepTimeout = 5 * time.Second

// keep enters an answer in the ledger, and lets it be repeated when it is a good one.
func (j *job) keep(ctx context.Context, e ledger.Entry, key string, a Answer) {
	if j.spent != (prompts.Usage{}) && a.Mode == ModelMode && !a.Incomplete && !j.unjudged {
		e.Key = key
	}
	e.ID, e.Status, e.Cites = a.ID, string(a.Status), a.cites()
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
		j.log.ErrorContext(ctx, "an answer is not kept", "answer", e.ID, "error", err)
	}
}
