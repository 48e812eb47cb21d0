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

	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// Errors that a person can act on.
var (
	ErrEmptyQuestion = errors.New("bot: the question has no words")
	ErrLongQuestion  = fmt.Errorf("bot: the question has more than %d characters", MaxQuestion)
	ErrBadText       = errors.New("bot: the text is not valid UTF-8")
	ErrNoAnswer      = errors.New("bot: there is no such answer to follow")
)

// MaxQuestion bounds a question, in characters: Discord's own limit of a
// message.
const MaxQuestion = 2000

// A Model writes replies. It is an untrusted writer: nothing it says is shown
// unchecked.
type Model interface {
	// Complete hands each piece of the reply's text to write, unless that is nil, as
	// it comes and before it returns. The Completion holds what came, also beside an
	// error.
	Complete(ctx context.Context, req prompts.Request, write func(text string)) (prompts.Completion, error)
}

// A Config is what a bot is made of. Only the corpus and the log are needed.
type Config struct {
	Corpus *retrieval.Corpus
	Log    *slog.Logger
	Ledger *ledger.Ledger // nil: nothing is kept, so nothing can be followed, spent or repeated
	Model  Model          // nil: answers are in quotes
	Judge  Model          // asked for each statement whether its quotes support it; nil: code alone decides
	Writer string         // names Model and Judge: another writer's answers are not repeated as theirs
	Prices Prices
	Budget Budget

	// Spent is told, at once, what each request to a model took; nil: nobody wants to know.
	Spent func(Usage)

	// PromptTokens bounds what Model is sent at once; 0 stands for
	// DefaultPromptTokens. It has to be less than the server's context by what a
	// reply takes.
	PromptTokens int
}

// A Bot answers questions. It may be used by any number of goroutines.
type Bot struct {
	corpus *retrieval.Corpus
	log    *slog.Logger
	ledger *ledger.Ledger
	model  Model
	judge  Model
	writer string
	prices Prices
	budget Budget
	took   func(Usage)
	window *window
}

// New is a bot made of what c names.
func New(c Config) *Bot {
	if c.Spent == nil {
		c.Spent = func(Usage) {}
	}
	return &Bot{c.Corpus, c.Log, c.Ledger, c.Model, c.Judge, c.Writer, c.Prices, c.Budget, c.Spent, newWindow(c.PromptTokens)}
}

// A Question is asked in a guild, over its stories and the shared ones.
type Question struct {
	Guild   string // "" for the shared stories alone
	User    string // who asks, for budgets; "" in the terminal
	Channel string // where; "" in the terminal
	Private bool   // only who asks sees the answer
	retrieval.Scope
	Text    string
	After   string    // id of the answer that it follows, or ""
	At      time.Time // when it is asked, for "yesterday"; may be zero: unknown
	Explain bool      // the answer is to say why it rests on its passages

	// Threshold is not zero for what nobody has put to the bot. It is answered only
	// when the evidence for an answer is at least that strong: see
	// retrieval.Evidence. Else the answer is 'not in the stories', without more and
	// without an id, and nothing is kept of it.
	Threshold float64
}

// Ask answers the question. An honest 'not in the stories' is an answer, and
// so is the stories' own text in place of a model that failed; errors are one of
// this package's, the context's, the ledger's, or the corpus's.
//
// Each time that a statement has passed the check the answer so far is handed to
// show, unless that is nil. What has been shown stands, unchanged, in the answer.
func (b *Bot) Ask(ctx context.Context, q Question, show func(Answer)) (Answer, error) {
	start := time.Now()
	text, err := cleanQuestion(q.Text)
	if err != nil {
		return Answer{}, err
	}
	q.Text = text
	turns, cited, err := b.turns(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	j, err := b.newJob(ctx, q.Guild, q.User, start)
	if err != nil {
		return Answer{}, err
	}
	j.cited = cited
	if q.Threshold > 0 {
		sure, err := j.isSure(ctx, q, turns)
		if err != nil {
			return Answer{}, err
		}
		if !sure {
			return silence(q), nil
		}
	}
	var key string
	if !q.Explain { // an explanation is of the search
		if key, err = j.key(ctx, q.asked()...); err != nil {
			return Answer{}, err
		}
	}
	answer, as, repeated := j.repeat(ctx, key)
	if !repeated {
		if answer, as, err = j.answer(ctx, q, turns, show); err != nil {
			return Answer{}, err
		}
	}
	if q.Threshold > 0 && answer.Status == NotInStories {
		return silence(q), nil
	}
	answer.Timings.Total = milliseconds(time.Since(start))
	j.keep(ctx, ledger.Entry{
		Kind: ledger.Ask, Channel: q.Channel, Private: q.Private, Story: q.Story, After: q.After,
		Question: q.Text, Standalone: as.question, Topic: as.topic,
	}, key, answer)
	b.log.DebugContext(ctx, "answered", "answer", answer.ID, "guild", q.Guild, "status", answer.Status, "mode", answer.Mode, "fallback", answer.Fallback,
		"repeated", repeated, "statements", len(answer.Statements), "removed", len(answer.Removed), "took", time.Since(start))
	return answer, nil
}

// Forget deletes what is kept about a person in all guilds: see ledger.Ledger. A bot without
// a ledger keeps nothing.
func (b *Bot) Forget(ctx context.Context, user string) (ledger.Forgotten, error) {
	if b.ledger == nil {
		return ledger.Forgotten{}, nil
	}
	return b.ledger.Forget(ctx, user)
}

// isSure says that the evidence is strong enough to answer what nobody has put to the bot.
// No model has a say in that: most of what is written in a channel is not for the bot.
func (j *job) isSure(ctx context.Context, q Question, turns []prompts.Turn) (bool, error) {
	found, err := j.corpus.Search(ctx, q.query(turns))
	if errors.Is(err, retrieval.ErrNoWords) {
		return false, nil
	}
	return found.Evidence.Strength >= q.Threshold, err
}

// silence stands for the answer to what nobody has put to the bot.
func silence(q Question) Answer {
	a := newDraft(q.Text, retrieval.Result{}, nil).answer
	a.ID = ""
	return a
}

// answer finds the passages and answers from them. It also gives the question as it
// was answered.
func (j *job) answer(ctx context.Context, q Question, turns []prompts.Turn, show func(Answer)) (Answer, wording, error) {
	start := time.Now()
	as, found, err := j.search(ctx, q, turns)
	if errors.Is(err, retrieval.ErrNoWords) {
		return Answer{}, wording{}, ErrEmptyQuestion
	}
	if err != nil {
		return Answer{}, wording{}, err
	}
	searched := time.Since(start)

	d := newDraft(q.Text, found, show)
	switch {
	case j.model == nil:
		d.answer.Fallback = j.fallback
		d.answerInQuotes(found)
	case mayAnswer(found):
		j.answerByModel(ctx, d, as.question, found)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) { // nobody waits for an answer any more
		return Answer{}, wording{}, err
	}
	answer := d.finish()
	answer.Usage = j.usage()
	if q.Explain {
		answer.Explain = j.explain(found, answer.Fallback)
	}
	answer.Timings.Search = milliseconds(searched)
	return answer, as, nil
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
