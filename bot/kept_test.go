package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// TestKept keeps with each answer where it was asked for and what came of it, also when it
// is another's repeated.
func TestKept(t *testing.T) {
	corpus, book := newLibrary(t)
	id := put(t, corpus, bundled("ferry"), storyAt("", "The ferry", ferry...)).Added[0]
	calls := 0
	b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: counted(opens, &calls), Log: discard})
	ignored := cmpopts.IgnoreFields(ledger.Entry{}, "ID", "Answer", "Key", "AskedAt", "Standalone")
	check := func(answer string, want ledger.Entry) {
		t.Helper()
		got, err := book.Entry(t.Context(), answer)
		if diff := cmp.Diff(want, got, ignored); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	q := bot.Question{Guild: "1", User: "7", Channel: "5", Private: true, Text: asked}
	const topic = "closed harbour long odda open"
	for range 2 {
		a, err := b.Ask(t.Context(), q, nil)
		if err != nil {
			t.Fatal(err)
		}
		check(a.ID, ledger.Entry{Guild: "1", User: "7", Kind: ledger.Ask, Question: asked, Channel: "5", Private: true, Status: ledger.Answered, Topic: topic})
	}
	if calls != 1 {
		t.Errorf("%d calls: the second answer is not the first one's", calls)
	}
	a, err := b.Ask(t.Context(), bot.Question{Guild: "1", User: "7", Channel: "5", Scope: retrieval.Scope{Story: id}, Text: "Who wrote the opera?"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	check(a.ID, ledger.Entry{Guild: "1", User: "7", Kind: ledger.Ask, Question: "Who wrote the opera?", Channel: "5", Story: id, Status: ledger.NotInStories, Topic: "opera wrote"})
	s, err := b.Summarise(t.Context(), bot.SummaryRequest{Guild: "1", User: "7", Channel: "6", Private: true, Stories: []string{id}, Style: bot.Brief}, nil)
	if err != nil {
		t.Fatal(err)
	}
	check(s.ID, ledger.Entry{Guild: "1", User: "7", Kind: ledger.Summary, Channel: "6", Private: true, Story: id, Status: ledger.Answered})
	const claim = "The ferry Maren will stop sailing to Odda."
	f, err := b.Check(t.Context(), bot.CheckRequest{Guild: "1", User: "7", Channel: "6", Private: true, Scope: retrieval.Scope{Story: id}, Text: claim})
	if err != nil {
		t.Fatal(err)
	}
	check(f.ID, ledger.Entry{Guild: "1", User: "7", Kind: ledger.Check, Question: claim, Channel: "6", Private: true, Story: id})
}

// TestGapsAreGrouped asks for the same in other words: it is one gap.
func TestGapsAreGrouped(t *testing.T) {
	for _, tt := range []struct {
		name      string
		questions []string
		want      string
	}{
		{"order and case", []string{"Who won the chess cup?", "The chess cup: who WON?", "who won chess cup"}, "chess cup won"},
		{"numbers", []string{"Who won the cup in 1987?"}, "1987 cup won"},
		{"pairs of characters", []string{"오페라 작곡가는 누구?", "누가 오페라 작곡가는?"}, "가는 곡가 오페 작곡 페라"},
		{"function words alone", []string{"Who was it?"}, "it was who"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus, book := newLibrary(t)
			b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Log: discard})
			for _, q := range tt.questions {
				if _, err := b.Ask(t.Context(), bot.Question{Guild: "1", Text: q}, nil); err != nil {
					t.Fatal(err)
				}
			}
			gaps, total, err := book.Gaps(t.Context(), "1", 9, 0)
			if err != nil || total.All != 1 || gaps[0].Topic != tt.want || gaps[0].Count != len(tt.questions) {
				t.Errorf("%+v of %d, %v", gaps, total, err)
			}
		})
	}
}

// TestGapInAnotherLanguage has a model say a question in the stories' language each time
// in other words: it is one gap all the same.
func TestGapInAnotherLanguage(t *testing.T) {
	corpus, book := newLibrary(t)
	rewordings := []string{"Who composed the opera?", "Whose work is that opera of the penguins?"}
	m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		text := `{"answerable": false, "statements": []}`
		if req.SchemaName == "rewrite" {
			said, _ := json.Marshal(rewordings[0])
			text, rewordings = `{"question": `+string(said)+`, "queries": []}`, rewordings[1:]
		}
		return prompts.Completion{Text: text, Usage: usage}, nil
	})
	b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: m, Log: discard})
	for day := range 2 { // on the same one the answer is repeated
		q := bot.Question{Text: "누가 그 오페라를 썼나요?", At: time.Date(2024, 5, 7+day, 9, 0, 0, 0, time.UTC)}
		if a, err := b.Ask(t.Context(), q, nil); err != nil || a.Status != bot.NotInStories {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	gaps, total, err := book.Gaps(t.Context(), "", 9, 0)
	if err != nil || total.All != 1 || gaps[0].Count != 2 || len(rewordings) != 0 {
		t.Errorf("%+v of %d, %v", gaps, total, err)
	}
}

// TestThreshold has messages that nobody put to the bot: it answers what the stories
// certainly tell, and of the rest no model is asked and nothing is kept.
func TestThreshold(t *testing.T) {
	refuses := says(`{"answerable": false, "statements": []}`)
	for _, tt := range []struct {
		name      string
		text      string
		threshold float64
		model     model
		status    bot.Status
		calls     int
	}{
		{"sure", asked, 0.5, opens, bot.Answered, 1},
		{"sure, in quotes", asked, 0.5, nil, bot.Answered, 0},
		{"not sure enough", asked, 1, opens, bot.NotInStories, 0},
		{"about something else", "Who wrote the opera?", 0.1, opens, bot.NotInStories, 0},
		{"in another language", "누가 그 오페라를 썼나요?", 0.1, opens, bot.NotInStories, 0},
		{"no words", "?!", 0.1, opens, bot.NotInStories, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus, book := newLibrary(t)
			calls := 0
			c := bot.Config{Corpus: corpus, Ledger: book, Log: discard}
			if tt.model != nil {
				c.Model = counted(tt.model, &calls)
			}
			q := bot.Question{User: "7", Channel: "5", Text: tt.text, Threshold: tt.threshold}
			a, err := bot.New(c).Ask(t.Context(), q, func(so bot.Answer) {
				if tt.status != bot.Answered {
					t.Errorf("shows %+v", so)
				}
			})
			if err != nil || a.Status != tt.status || calls != tt.calls {
				t.Errorf("%+v, %v, %d calls", a, err, calls)
			}
			last, err := book.Last(t.Context(), "", "7")
			if kept := err == nil && last.ID == a.ID; kept != (tt.status == bot.Answered) || err != nil && !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("kept %+v, %v", last, err)
			}
			if tt.status != bot.Answered && a.ID != "" {
				t.Errorf("what is not kept has the id %s", a.ID)
			}
		})
	}
	t.Run("the model finds nothing", func(t *testing.T) {
		corpus, book := newLibrary(t)
		const question = "How many boats sank in the harbour of Odda when the storm came?"
		b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: refuses, Log: discard})
		a, err := b.Ask(t.Context(), bot.Question{User: "7", Text: question, Threshold: 0.3}, nil)
		if err != nil || a.Status != bot.NotInStories || a.ID != "" || len(a.Nearest) > 0 {
			t.Errorf("%+v, %v", a, err)
		}
		if _, total, err := book.Gaps(t.Context(), "", 9, 0); total.All != 0 || err != nil {
			t.Errorf("%+v gaps, %v", total, err)
		}
		// Put to the bot, it is a gap.
		if a, err := b.Ask(t.Context(), bot.Question{User: "7", Text: question}, nil); err != nil || a.ID == "" {
			t.Errorf("%+v, %v", a, err)
		}
		if _, total, err := book.Gaps(t.Context(), "", 9, 0); total.All != 1 || err != nil {
			t.Errorf("%+v gaps, %v", total, err)
		}
	})
}

// TestGuildBudget has a guild allow less, and more, than the operator: the lower holds. What
// a person spends elsewhere is nothing to the guild.
func TestGuildBudget(t *testing.T) {
	for _, tt := range []struct {
		name     string
		operator bot.Budget
		guild    bot.Budget
		fallback bot.Fallback // of the second question, each takes 730 tokens
		other    bot.Fallback // of another person's after that
	}{
		{"none", bot.Budget{}, bot.Budget{}, "", ""},
		{"the guild's is lower", bot.Budget{Guild: 9000, User: 9000}, bot.Budget{Guild: 700}, bot.BudgetUsedUp, bot.BudgetUsedUp},
		{"the operator's is lower", bot.Budget{Guild: 700}, bot.Budget{Guild: 9000}, bot.BudgetUsedUp, bot.BudgetUsedUp},
		{"the guild alone has one", bot.Budget{}, bot.Budget{Guild: 700}, bot.BudgetUsedUp, bot.BudgetUsedUp},
		{"for a person", bot.Budget{User: 9000}, bot.Budget{User: 700}, bot.BudgetUsedUp, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus, book := newLibrary(t)
			_, _, err := book.Change(t.Context(), "1", "9", func(s *ledger.Settings) { s.GuildBudget, s.UserBudget = tt.guild.Guild, tt.guild.User })
			if err != nil {
				t.Fatal(err)
			}
			if err := book.Spend(t.Context(), "2", "7", time.Now(), ledger.Spending{PromptTokens: 1000}); err != nil {
				t.Fatal(err)
			}
			b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: opens, Log: discard, Budget: tt.operator})
			for i, want := range []struct {
				user     string
				fallback bot.Fallback
			}{{"7", ""}, {"7", tt.fallback}, {"8", tt.other}} {
				a, err := b.Ask(t.Context(), bot.Question{Guild: "1", User: want.user, Text: asked, Explain: true}, nil)
				if err != nil || a.Fallback != want.fallback {
					t.Errorf("%d: fallback %q, want %q, %v", i, a.Fallback, want.fallback, err)
				}
			}
		})
	}
}
