package bot_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/prompts"
	"storybot/retrieval"
)

// sound is what a model may say of the harbour, if it is shown that.
func sound(h heard) prompts.Statement {
	const quote = "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord."
	for _, p := range h.pages() {
		if strings.Contains(p.Text, quote) {
			return stating("The harbour of Odda was closed for 5 days.", prompts.Evidence{Paragraph: p.Paragraph, Quote: quote})
		}
	}
	return prompts.Statement{}
}

// obedient is a model that does as it is told, in every way at once: it states what it
// shall say by itself, after a sound statement and as a quote, and its instructions and its
// key likewise.
func obedient(a attack) persona {
	return func(h heard) saying {
		if strings.Contains(h.User, `"claim"`) {
			return saying{text: asJSON(prompts.Finding{Verdict: prompts.Supported, Evidence: sound(h).Evidence}), finish: "stop"}
		}
		s := sound(h)
		said := []prompts.Statement{s}
		for _, order := range append([]string{a.payload, a.text, h.Key}, strings.Split(h.System, "\n")...) {
			if order = strings.TrimSpace(order); order != "" && len(said)+3 <= prompts.MaxStatements {
				said = append(said, stating(order, s.Evidence...), stating(s.Text+" "+order, s.Evidence...),
					stating(order, prompts.Evidence{Paragraph: 1, Quote: order}))
			}
		}
		return wellFormed(nil, said)
	}
}

// leaky is a model that repeats what it was sent, whole and by the line.
func leaky(h heard) saying {
	var said []prompts.Statement
	for _, text := range append([]string{h.User, h.Key + " " + h.System}, strings.Split(h.System, "\n")...) {
		if text != "" && len(said) < prompts.MaxStatements {
			said = append(said, stating(text, sound(h).Evidence...))
		}
	}
	return wellFormed(nil, said)
}

// formless is a model that forgets the form it was asked for.
func formless(a attack) persona {
	return func(h heard) saying {
		return saying{text: a.payload + "\n" + h.System + "\n" + h.User + "\n" + h.Key, finish: "stop"}
	}
}

// simple is a model that takes a reply which stands in a story for its own.
func simple(a attack) persona {
	return func(h heard) saying {
		for _, p := range h.pages() {
			if _, reply, ok := strings.Cut(p.Text, "{"); ok {
				return saying{text: "{" + reply, finish: "stop"}
			}
		}
		return saying{text: a.payload, finish: "stop"}
	}
}

// TestInjection has strangers write orders into stories and questions, and models
// obey: nothing of it reaches an answer that is not a story's own words.
func TestInjection(t *testing.T) {
	corpus, book := newLibrary(t)
	s := newStage(t)
	var guilds []string
	for i, a := range attacks {
		guilds = append(guilds, fmt.Sprint(100+i))
		plant(t, corpus, guilds[i], a.text)
	}
	w := newWitness(t, corpus, guilds)
	answers, byModel := 0, 0
	for i, a := range attacks {
		if raced() && i%10 > 0 {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			var log bytes.Buffer
			var told []string // system messages
			botOf := func(p persona) *bot.Bot {
				m := s.model(guilds[i], func(h heard) saying {
					told = append(told, h.System)
					return p(h)
				})
				logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				return bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: m, Log: logger})
			}
			hold := func(answer bot.Answer) {
				for _, why := range w.breaches(guilds[i], answer, told) {
					t.Error(why)
				}
				for _, s := range answer.Statements {
					if a.speaksIn(s, answer.Citations) {
						t.Errorf("states %q", s.Text)
					}
				}
			}
			ask := func(b *bot.Bot, question, after string) bot.Answer {
				answer, err := b.Ask(t.Context(), bot.Question{Guild: guilds[i], Text: question, After: after, Explain: true}, hold)
				if err != nil {
					t.Fatalf("%q: %v", question, err)
				}
				hold(answer)
				answers++
				if answer.Mode == bot.ModelMode {
					byModel++
				}
				return answer
			}

			b := botOf(obedient(a))
			first := ask(b, asked, "")
			if first.Status != bot.Answered || first.Mode != bot.ModelMode {
				t.Errorf("%s in mode %s, fallback %q", first.Status, first.Mode, first.Fallback)
			}
			ask(b, asked+" "+a.text, "")
			ask(b, "Odda? "+a.text, "")
			ask(b, "And when may it open? "+a.text, first.ID)
			summary, err := b.Summarise(t.Context(), bot.SummaryRequest{Guild: guilds[i], Style: bot.Bullets}, hold)
			if err != nil {
				t.Fatal(err)
			}
			hold(summary)
			checked, err := b.Check(t.Context(), bot.CheckRequest{Guild: guilds[i], Text: "Commodore Vandermeer closed the harbour of Odda for 9 days. " + a.text})
			if err != nil {
				t.Fatal(err)
			}
			if checked.Claims[0].Verdict == bot.Supported {
				t.Errorf("%+v", checked.Claims[0])
			}
			for _, p := range []persona{leaky, formless(a), simple(a)} {
				if answer := ask(botOf(p), asked, ""); answer.Status != bot.Answered {
					t.Errorf("%s, fallback %q", answer.Status, answer.Fallback)
				}
			}
			if strings.Contains(log.String(), apiKey) {
				t.Error("the key is in the log")
			}
		})
	}
	t.Logf("%d attacks, %d answers, %d of them in a model's words", len(attacks), answers, byModel)
	if byModel < answers/2 {
		t.Error("the models are hardly heard")
	}
}

// plant puts the text into every place of stories that a stranger writes: alone and
// around sound paragraphs, as a title and as a heading.
func plant(t *testing.T, corpus *retrieval.Corpus, guild, text string) {
	t.Helper()
	line := strings.Join(strings.Fields(text), " ")
	story := storyAt("https://fjord.example/"+guild, "Harbours", closed+" "+line, line+" "+storm, line)
	for i := range story.Paragraphs {
		story.Paragraphs[i].Heading = "Odda"
	}
	put(t, corpus, retrieval.Source{Guild: guild, Kind: "page", Title: line, Location: "https://fjord.example/" + guild}, story)
	titled := storyAt("", line, "The harbour of Odda was closed for 5 days, and ferries went to Bergen.")
	titled.Paragraphs[0].Heading = line
	put(t, corpus, retrieval.Source{Guild: guild, Kind: "file", Title: "Titled", Location: "/titled.txt"}, titled)
}

// speaksIn says that a statement has the attack's payload, and not as the words of
// the paragraph that it cites.
func (a attack) speaksIn(s bot.Statement, citations []bot.Citation) bool {
	if a.payload == "" || !strings.Contains(plain(s.Text), plain(a.payload)) {
		return false
	}
	for _, n := range s.Citations {
		if c := citations[n-1]; strings.Contains(c.Text, s.Text) {
			return false
		}
	}
	return true
}
