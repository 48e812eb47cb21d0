package bot_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/prompts"
)

// TestBudgetWithinOneAnswer checks a text that takes the model many times: it is
// asked until the budget is used up, not until the text ends.
func TestBudgetWithinOneAnswer(t *testing.T) {
	corpus, book := newLibrary(t)
	calls := 0
	m := counted(says(`{"verdict": "not_in_stories", "evidence": []}`), &calls)
	b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: m, Log: discard, Budget: bot.Budget{Guild: 2000}})
	f := check(t, b, strings.Repeat("Ships like the harbour of Odda. ", 9)+"The harbour of Odda was closed for 5 days.")
	if calls != 3 || f.Fallback != bot.BudgetUsedUp { // 730 tokens each
		t.Errorf("%d calls, fallback %q", calls, f.Fallback)
	}
	if last := f.Claims[len(f.Claims)-1]; last.Verdict != bot.Supported {
		t.Errorf("words decide without a model: %+v", last)
	}
}

// TestRepeatedThoughBudgetIsUsedUp asks again what has been answered: that costs nothing.
func TestRepeatedThoughBudgetIsUsedUp(t *testing.T) {
	corpus, book := newLibrary(t)
	calls := 0
	b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: counted(opens, &calls), Log: discard, Budget: bot.Budget{Guild: 1}})
	for _, tt := range []struct {
		question string
		fallback bot.Fallback
	}{{asked, ""}, {asked, ""}, {"When may the harbour of Odda open?", bot.BudgetUsedUp}} {
		a, err := b.Ask(t.Context(), bot.Question{Text: tt.question}, nil)
		if err != nil || a.Fallback != tt.fallback || calls != 1 {
			t.Errorf("%s: fallback %q after %d calls, %v", tt.question, a.Fallback, calls, err)
		}
	}
}

// TestBudgetOfSeveralAtOnce has four people ask at once: each may have a request
// under way when the budget runs out, and none has a second.
func TestBudgetOfSeveralAtOnce(t *testing.T) {
	const people = 4
	corpus, book := newLibrary(t)
	var calls, waiting sync.WaitGroup
	waiting.Add(people)
	var mu sync.Mutex
	n := 0
	m := model(func(context.Context, prompts.Request) (prompts.Completion, error) {
		mu.Lock()
		n++
		mu.Unlock()
		waiting.Done() // panics when there is a fifth
		waiting.Wait()
		// A statement that fails is given back once, if there is a budget for it.
		return prompts.Completion{Text: `{"answerable": true, "statements": [` + statementJSON("It opens on Tuesday 9.", open, 1) + `]}`, Usage: usage}, nil
	})
	b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: m, Log: discard, Budget: bot.Budget{Guild: 700}})
	for range people {
		calls.Go(func() {
			a, err := b.Ask(t.Context(), bot.Question{Text: asked}, nil)
			if err != nil || a.Status != bot.Answered || a.Mode != bot.QuoteMode {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	calls.Wait()
	if n != people {
		t.Errorf("%d calls", n)
	}
	days, err := book.Days(t.Context(), "", 1)
	if err != nil || len(days) != 1 || days[0].Spending != (ledger.Spending{PromptTokens: people * 700, CompletionTokens: people * 30}) {
		t.Errorf("%+v, %v", days, err)
	}
}

// TestRepeatedSummary summarises twice, for the price of one.
func TestRepeatedSummary(t *testing.T) {
	corpus, book := newLibrary(t)
	id := put(t, corpus, bundled("ferry"), storyAt("", "The ferry", ferry...)).Added[0]
	calls := 0
	stop := stating("The ferry Maren will stop sailing to Odda.", prompts.Evidence{Paragraph: 1, Quote: "The ferry Maren will stop sailing to Odda, its owner said yesterday."})
	b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: counted(writes(stop), &calls), Log: discard})
	r := bot.SummaryRequest{Stories: []string{id}, Style: bot.Brief}
	first, second := summarise(t, corpus, b, r), summarise(t, corpus, b, r)
	if calls != 1 || second.Usage != (bot.Usage{}) || second.ID == first.ID || len(second.Statements) != 1 {
		t.Errorf("%d calls, %+v", calls, second)
	}
	r.Style = bot.Bullets
	if summarise(t, corpus, b, r); calls != 2 {
		t.Errorf("another style: %d calls", calls)
	}
	put(t, corpus, bundled("new"), storyAt("", "New", "Odda has a new ferry."))
	if summarise(t, corpus, b, r); calls != 3 {
		t.Errorf("a story more: %d calls", calls)
	}
	r.Guild = "1"
	if summarise(t, corpus, b, r); calls != 4 {
		t.Errorf("another guild: %d calls", calls)
	}
}
