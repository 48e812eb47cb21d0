package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

const open = "It may open on Monday."

// counted is a model that counts its calls.
func counted(m model, calls *int) model {
	return func(ctx context.Context, req prompts.Request) (prompts.Completion, error) {
		*calls++
		return m(ctx, req)
	}
}

// opens is a model that knows when the harbour opens.
var opens = writes(stating(open, prompts.Evidence{Paragraph: 1, Quote: open}))

// TestRepeat asks twice: the second answer is the first one's, for nothing, for
// as long as all stands that it depends on.
func TestRepeat(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *retrieval.Corpus, *ledger.Ledger, *bot.Config, *bot.Question)
		calls  int
	}{
		{"nothing changes", func(*testing.T, *retrieval.Corpus, *ledger.Ledger, *bot.Config, *bot.Question) {}, 1},
		{"another question", func(_ *testing.T, _ *retrieval.Corpus, _ *ledger.Ledger, _ *bot.Config, q *bot.Question) {
			q.Text = "When may the harbour of Odda open?"
		}, 2},
		{"another day", func(_ *testing.T, _ *retrieval.Corpus, _ *ledger.Ledger, _ *bot.Config, q *bot.Question) {
			q.At = q.At.AddDate(0, 0, 1)
		}, 2},
		{"another guild", func(_ *testing.T, _ *retrieval.Corpus, _ *ledger.Ledger, _ *bot.Config, q *bot.Question) {
			q.Guild = "1"
		}, 2},
		{"another model", func(_ *testing.T, _ *retrieval.Corpus, _ *ledger.Ledger, c *bot.Config, _ *bot.Question) {
			c.Writer = "other"
		}, 2},
		{"an explanation is wanted", func(_ *testing.T, _ *retrieval.Corpus, _ *ledger.Ledger, _ *bot.Config, q *bot.Question) {
			q.Explain = true
		}, 2},
		{"a story changes", func(t *testing.T, c *retrieval.Corpus, _ *ledger.Ledger, _ *bot.Config, _ *bot.Question) {
			put(t, c, bundled("new"), storyAt("", "New", "The harbour of Odda opened on Sunday."))
		}, 2},
		{"a setting changes", func(t *testing.T, _ *retrieval.Corpus, l *ledger.Ledger, _ *bot.Config, _ *bot.Question) {
			if _, _, err := l.Change(t.Context(), "", "", func(s *ledger.Settings) { s.Check = ledger.Verbatim }); err != nil {
				t.Fatal(err)
			}
		}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus, book := newLibrary(t)
			calls := 0
			c := bot.Config{Corpus: corpus, Ledger: book, Model: counted(opens, &calls), Log: discard}
			q := bot.Question{Text: asked, At: time.Date(2024, 5, 7, 9, 0, 0, 0, time.UTC)}
			first, err := bot.New(c).Ask(t.Context(), q, nil)
			if err != nil {
				t.Fatal(err)
			}
			tt.change(t, corpus, book, &c, &q)
			second, err := bot.New(c).Ask(t.Context(), q, nil)
			if err != nil {
				t.Fatal(err)
			}
			if calls != tt.calls {
				t.Errorf("%d calls, want %d", calls, tt.calls)
			}
			if first.ID == second.ID {
				t.Error("two answers have one id")
			}
			if tt.calls == 1 {
				if diff := cmp.Diff(first.Statements, second.Statements); diff != "" || second.Usage != (bot.Usage{}) {
					t.Errorf("usage %+v, statements (-first +second):\n%s", second.Usage, diff)
				}
				checkPromise(t, corpus, q.Guild, second)
			}
		})
	}
}

// TestOnlyGoodAnswersAreRepeated fails once: the next one who asks gets an answer.
func TestOnlyGoodAnswersAreRepeated(t *testing.T) {
	corpus, book := newLibrary(t)
	calls := 0
	c := bot.Config{Corpus: corpus, Ledger: book, Log: discard}
	for _, m := range []bot.Model{
		counted(func(context.Context, prompts.Request) (prompts.Completion, error) {
			return prompts.Completion{}, errors.New("away")
		}, &calls),
		script{pieces: []string{`{"answerable": true, "statements": [` + statementJSON(open, open, 1)}, err: errors.New("cut")},
		counted(writes(stating("It opens on Tuesday 9.", prompts.Evidence{Paragraph: 1, Quote: open})), &calls),
		counted(opens, &calls),
	} {
		c.Model = m
		if _, err := bot.New(c).Ask(t.Context(), bot.Question{Text: asked}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 4 { // the third is asked to mend, too
		t.Errorf("%d calls", calls)
	}
}

// TestUnjudgedIsNotRepeated has a judge that fails once: the next one who asks gets its
// judgement.
func TestUnjudgedIsNotRepeated(t *testing.T) {
	corpus, book := newLibrary(t)
	const quote = "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord."
	near := stating("The harbour of Odda was closed for 5 days.", prompts.Evidence{Paragraph: 1, Quote: quote})
	for _, tt := range []struct {
		judge model
		mode  bot.Mode
	}{{says(`yes`), bot.ModelMode}, {says(`{"supported": [false]}`), bot.QuoteMode}} {
		b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: writes(near), Judge: tt.judge, Log: discard})
		if a, err := b.Ask(t.Context(), bot.Question{Text: asked}, nil); err != nil || a.Mode != tt.mode {
			t.Errorf("mode %s, want %s: %+v, %v", a.Mode, tt.mode, a.Statements, err)
		}
	}
}

// TestBudget spends what there is; from there on answers are in quotes, and say
// so.
func TestBudget(t *testing.T) {
	corpus, book := newLibrary(t)
	calls := 0
	b := bot.New(bot.Config{
		Corpus: corpus, Ledger: book, Model: counted(opens, &calls), Log: discard,
		Budget: bot.Budget{Guild: 2000, User: 1000}, Prices: bot.Prices{Prompt: 1, Completion: 10},
	})
	for i, tt := range []struct {
		guild, user string
		fallback    bot.Fallback
	}{
		{"1", "7", ""},               // 730 tokens
		{"1", "7", ""},               // 1460: over the user's, from now on
		{"1", "7", bot.BudgetUsedUp}, //
		{"2", "7", bot.BudgetUsedUp}, // in any guild
		{"1", "8", ""},               // 2190 in guild 1: over the guild's
		{"1", "9", bot.BudgetUsedUp}, //
		{"", "", ""},                 // the terminal is no user, and another guild
		{"", "", ""},
		{"", "", ""}, // 2190
		{"", "", bot.BudgetUsedUp},
	} {
		// Explained answers are never repeated.
		a, err := b.Ask(t.Context(), bot.Question{Guild: tt.guild, User: tt.user, Text: asked, Explain: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkPromise(t, corpus, tt.guild, a)
		if a.Fallback != tt.fallback || a.Status != bot.Answered || (a.Mode == bot.ModelMode) != (tt.fallback == "") {
			t.Errorf("%d: %s in mode %s, fallback %q, want %q", i, a.Status, a.Mode, a.Fallback, tt.fallback)
		}
		if cost := (700*1 + 30*10) / 1e6; tt.fallback == "" && a.Usage.Cost != cost {
			t.Errorf("%d: costs %v, want %v", i, a.Usage.Cost, cost)
		}
	}
	if calls != 6 {
		t.Errorf("%d calls", calls)
	}
	days, err := book.Days(t.Context(), "1", 3)
	if err != nil || len(days) != 1 || days[0].Spending != (ledger.Spending{PromptTokens: 2100, CompletionTokens: 90, Cost: 3000}) {
		t.Errorf("%+v, %v", days, err)
	}
}

// TestSpentThoughNobodyWaits has whoever asked go away: what the model took is
// counted all the same. A server that does not tell is estimated.
func TestSpentThoughNobodyWaits(t *testing.T) {
	corpus, book := newLibrary(t)
	ctx, cancel := context.WithCancel(t.Context())
	m := model(func(ctx context.Context, _ prompts.Request) (prompts.Completion, error) {
		cancel()
		return prompts.Completion{Text: "{"}, ctx.Err()
	})
	_, err := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: m, Log: discard}).Ask(ctx, bot.Question{Text: asked}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if days, err := book.Days(t.Context(), "", 1); err != nil || len(days) != 1 || days[0].PromptTokens < 300 || days[0].CompletionTokens != 1 {
		t.Errorf("%+v, %v", days, err)
	}
}
