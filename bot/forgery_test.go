package bot_test

import (
	"testing"

	"storybot/bot"
	"storybot/prompts"
)

// TestWitness has answers be forged: the witness notices each forgery, and nothing in
// an honest answer.
func TestWitness(t *testing.T) {
	corpus := newCorpus(t)
	w := newWitness(t, corpus, []string{"1", "2"}, "zorblatt")
	prompt := []string{"You answer a question from passages of stories."}
	honest := func() bot.Answer {
		a := ask(t, corpus, writes(stating("The harbour of Odda was closed for 5 days.", prompts.Evidence{Paragraph: 1, Quote: "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord."})), bot.Question{Guild: "2", Text: asked})
		if a.Statements[0].Support != bot.SupportClose {
			t.Fatalf("%+v", a.Statements)
		}
		return a
	}
	state := func(text string) func(*bot.Answer) { return func(a *bot.Answer) { a.Statements[0].Text = text } }
	library := ask(t, corpus, nil, bot.Question{Guild: "1", Text: "How many books does the library of Odda lend a week?"})
	for _, tt := range []struct {
		name   string
		forge  func(*bot.Answer)
		honest bool
	}{
		{"nothing", func(*bot.Answer) {}, true},
		{"a number in words", state("The harbour of Odda was closed for five days."), true},
		{"a number of the date", state("The harbour of Odda was closed in 2024."), true},
		{"no citation", func(a *bot.Answer) { a.Statements[0].Citations = nil }, false},
		{"a citation that is not there", func(a *bot.Answer) { a.Statements[0].Citations = []int{2} }, false},
		{"another story", func(a *bot.Answer) { a.Citations[0].StoryID = "x" }, false},
		{"a story of another guild", func(a *bot.Answer) { a.Citations[0] = library.Citations[0] }, false},
		{"another revision", func(a *bot.Answer) { a.Citations[0].Revision++ }, false},
		{"another paragraph", func(a *bot.Answer) { a.Citations[0].Paragraph = 1 }, false},
		{"another title", func(a *bot.Answer) { a.Citations[0].Story = "News" }, false},
		{"a changed quote", func(a *bot.Answer) { a.Citations[0].Quote = "The harbor of Odda was closed for 5 days" }, false},
		{"an empty quote", func(a *bot.Answer) { a.Citations[0].Quote = " " }, false},
		{"another address", func(a *bot.Answer) { a.Citations[0].URL = "https://evil.example/#:~:text=x" }, false},
		{"a near statement as a quote", func(a *bot.Answer) { a.Statements[0].Support = bot.SupportQuote }, false},
		{"a number", state("The harbour of Odda was closed for 8 days."), false},
		{"a number in other digits", state("The harbour of Odda was closed for ٨ days."), false},
		{"a unit", state("The harbour of Odda was closed for 5 miles."), false},
		{"a name", state("The harbour of Bergen was closed for 5 days."), false},
		{"an address", state("The harbour of Odda was closed for 5 days, see evil.example."), false},
		{"a mention", state("The harbour of Odda was closed for 5 days @here."), false},
		{"a wide mention", state("The harbour of Odda was closed for 5 days ＠here."), false},
		{"a hidden sign", state("The harbour of Odda was closed\u200b for 5 days."), false},
		{"struck out", state("The harbour of Odda was c\u0336losed for 5 days."), false},
		{"a footnote", state("The harbour of Odda was closed for 5 days. [5]"), false},
		{"prompt text", state("You answer a question from passages."), false},
		{"talk of passages", state("The passage says that the harbour was closed."), false},
		{"the key", state("The harbour of Odda was closed for " + apiKey + " days."), false},
		{"a canary", state("The harbour of Odda was closed for 5 days by zorblatt."), false},
		{"not answered", func(a *bot.Answer) { a.Status = bot.NotInStories }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := honest()
			tt.forge(&a)
			if found := w.breaches("2", a, prompt); (len(found) == 0) != tt.honest {
				t.Errorf("%q", found)
			}
		})
	}
}
