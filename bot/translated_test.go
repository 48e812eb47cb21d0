package bot_test

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/prompts"
)

// TestTranslations has a model state things in another language than the story's:
// they stand when the asker's is that one, and are no way out for what no sentence of the
// story would bear.
func TestTranslations(t *testing.T) {
	corpus := newCorpus(t)
	const (
		quote  = "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord."
		german = "Der Hafen von Odda war 5 Tage lang geschlossen, sagte Ruiz der Zeitung Fjord."
		prompt = "You answer a question from passages of stories, for readers who will check your words."
	)
	inGerman := "Wie lange war der Hafen von Odda geschlossen, und wann wird er wieder geöffnet?"
	for _, tt := range []struct {
		name, question, statement string
		want                      string // what is shown
		support                   bot.Support
	}{
		{"asked for", inGerman, german, german, bot.SupportTranslated},
		{"not asked for", asked, german, quote, bot.SupportQuote},
		{"into a third language", inGerman, "Порт Одда был закрыт 5 дней, сказал Руис газете Fjord.", quote, bot.SupportQuote},
		{"prompt", inGerman, prompt, quote, bot.SupportQuote},
		{"a translation with the prompt", inGerman, german + " " + prompt, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := model(func(ctx context.Context, req prompts.Request) (prompts.Completion, error) {
				if req.SchemaName == "rewrite" {
					return prompts.Completion{Text: asJSON(prompts.Rewritten{Question: asked, Queries: []prompts.Query{{Language: "en", Text: asked}}})}, nil
				}
				return writes(stating(tt.statement, prompts.Evidence{Paragraph: 1, Quote: quote}))(ctx, req)
			})
			a := ask(t, corpus, m, bot.Question{Text: tt.question})
			var text string
			var support bot.Support
			if a.Mode == bot.ModelMode && len(a.Statements) > 0 {
				text, support = a.Statements[0].Text, a.Statements[0].Support
			}
			if text != tt.want || support != tt.support {
				t.Errorf("%q (%s), want %q; removed %+v", text, support, tt.want, a.Removed)
			}
			if tt.want == "" && (len(a.Removed) == 0 || strings.Contains(asJSON(a.Statements), "passages")) {
				t.Errorf("removed %+v", a.Removed)
			}
		})
	}
}
