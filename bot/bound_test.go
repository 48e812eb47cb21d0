package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/prompts"
)

// talk makes long stories, questions and statements in a language.
type talk struct {
	name     string
	sentence string // with a place for a number
	question string
	claim    string // that the story does not decide
}

var talks = []talk{
	{"en", "On day %d the ferry Maren brought forty cars to the harbour of Odda before noon. ", "When did the ferry Maren bring cars to the harbour of Odda?", "The crew of the ferry Maren slept in the harbour of Odda."},
	{"zh", "第%d天中午之前，马伦号渡轮把四十辆汽车运到了奥达港。", "马伦号渡轮什么时候把汽车运到奥达港？", "马伦号渡轮的船员在奥达港睡觉。"},
}

// paragraph is such that ten are too long for a model.
func (l talk) paragraph(i int) string {
	var text strings.Builder
	for n := 0; text.Len() < 1500; n++ {
		fmt.Fprintf(&text, l.sentence, 100*i+n)
	}
	return text.String()
}

// TestPromptsAreBounded asks everything that a model is asked, over stories, conversations
// and replies that are too long for it: no request is longer than is allowed.
func TestPromptsAreBounded(t *testing.T) {
	for _, l := range talks {
		for _, most := range []int{bot.MinPromptTokens, 2000} {
			t.Run(fmt.Sprint(l.name, most), func(t *testing.T) {
				corpus, book := newLibrary(t)
				var long []string
				for i := range 12 {
					long = append(long, l.paragraph(i))
				}
				id := put(t, corpus, bundled("long"), storyAt("", "Long", long...)).Added[0]
				asked := make(map[string]int)
				m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
					kind := req.SchemaName
					if strings.Contains(req.User, `"failed"`) {
						kind = "repair"
					}
					asked[kind]++
					if n := req.Tokens(); n > most {
						t.Errorf("%s: %d tokens", kind, n)
					}
					switch kind {
					case "answer", "repair":
						return prompts.Completion{Text: l.reply(t, req), Usage: prompts.Usage{PromptTokens: req.Tokens()}}, nil
					case "rewrite":
						return prompts.Completion{Text: `{"question": "` + l.question + `", "queries": []}`}, nil
					}
					return prompts.Completion{Text: `{"verdict": "not_in_stories", "evidence": []}`}, nil
				})
				b := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: m, Judge: m, Log: discard, PromptTokens: most})
				first, err := b.Ask(t.Context(), bot.Question{Text: l.question}, nil)
				if err != nil {
					t.Fatal(err)
				}
				checkPromise(t, corpus, "", first)
				if _, err := b.Ask(t.Context(), bot.Question{Text: l.question, After: first.ID}, nil); err != nil {
					t.Fatal(err)
				}
				for _, style := range []bot.Style{bot.Brief, bot.Bullets, bot.Timeline} {
					if _, err := b.Summarise(t.Context(), bot.SummaryRequest{Stories: []string{id}, Style: style}, nil); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := b.Check(t.Context(), bot.CheckRequest{Text: l.claim}); err != nil {
					t.Fatal(err)
				}
				for _, kind := range []string{"answer", "repair", "rewrite", "verdict"} {
					if asked[kind] == 0 && (kind != "repair" || most > bot.MinPromptTokens) { // for that there may be no room
						t.Errorf("the model is never asked for: %s (%v)", kind, asked)
					}
				}
			})
		}
	}
}

// reply states one long thing that stands and several that do not.
func (l talk) reply(t *testing.T, req prompts.Request) string {
	var data struct {
		Passages []struct {
			Paragraph int
			Text      string
		}
	}
	if err := json.NewDecoder(strings.NewReader(req.User)).Decode(&data); err != nil {
		t.Fatal(err)
	}
	reply := prompts.Reply{Answerable: true}
	for n := range 4 {
		p := data.Passages[n%len(data.Passages)]
		quote, _, _ := strings.Cut(strings.Trim(p.Text, "… "), " … ")
		quote = string([]rune(quote)[:min(200, len([]rune(quote)))])
		statement := quote
		if n > 0 {
			statement += " 9999"
		}
		reply.Statements = append(reply.Statements, stating(statement, prompts.Evidence{Paragraph: p.Paragraph, Quote: quote}))
	}
	text, err := json.Marshal(reply)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestBestPassageIsKept has little room: the best passage is shown, and what may hold
// the answer in it.
func TestBestPassageIsKept(t *testing.T) {
	corpus := newCorpus(t)
	var lesser []string
	for i := range 9 {
		lesser = append(lesser, fmt.Sprintf("Ferry %d came to the harbour with cars. %s", i, strings.Repeat("Nothing of note happened on the way there. ", 20)))
	}
	put(t, corpus, bundled("ferries"), storyAt("", "Ferries", append(lesser,
		"The town is small. The ferry Maren brought forty cars to the harbour of Odda. That was on Friday. "+strings.Repeat("Nobody saw it from the shore. ", 60))...))
	var shown string
	m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		shown = req.User
		return prompts.Completion{Text: `{"answerable": false, "statements": []}`, Usage: usage}, nil
	})
	b := bot.New(bot.Config{Corpus: corpus, Model: m, Log: discard, PromptTokens: bot.MinPromptTokens})
	if _, err := b.Ask(t.Context(), bot.Question{Text: "When did the ferry Maren bring cars to the harbour of Odda?"}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(shown, "to the harbour of Odda. That was on Friday.") {
		t.Errorf("the best passage's sentences are left out: %s", shown)
	}
}

// TestServerCountsMore has a server say that a request took twice what was
// estimated: the next is half as long.
func TestServerCountsMore(t *testing.T) {
	corpus := newCorpus(t)
	l := talks[0]
	var long []string
	for i := range 12 {
		long = append(long, l.paragraph(i))
	}
	put(t, corpus, bundled("long"), storyAt("", "Long", long...))
	var tokens []int
	m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		tokens = append(tokens, req.Tokens())
		return prompts.Completion{Text: `{"answerable": false, "statements": []}`, Usage: prompts.Usage{PromptTokens: 2 * req.Tokens()}}, nil
	})
	b := newBot(corpus, m)
	for range 2 {
		if _, err := b.Ask(t.Context(), bot.Question{Text: l.question}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if half := bot.DefaultPromptTokens / 2; len(tokens) != 2 || tokens[0] <= half || tokens[1] > half {
		t.Errorf("requests of %d tokens", tokens)
	}
}

// TestQuestionTooLongForModel asks what leaves no room for a passage: the stories'
// own words answer, and the model is not asked.
func TestQuestionTooLongForModel(t *testing.T) {
	corpus := newCorpus(t)
	m := model(func(context.Context, prompts.Request) (prompts.Completion, error) {
		t.Error("the model is asked")
		return prompts.Completion{}, nil
	})
	b := bot.New(bot.Config{Corpus: corpus, Model: m, Log: discard, PromptTokens: bot.MinPromptTokens})
	a, err := b.Ask(t.Context(), bot.Question{Text: asked + strings.Repeat("多长时间？", 300)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkPromise(t, corpus, "", a)
	if a.Mode != bot.QuoteMode || a.Fallback != bot.ModelFailed {
		t.Errorf("%s in mode %s, fallback %q", a.Status, a.Mode, a.Fallback)
	}
}
