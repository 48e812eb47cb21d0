package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/prompts"
)

func check(t *testing.T, b *bot.Bot, text string) bot.FactCheck {
	t.Helper()
	f, err := b.Check(t.Context(), bot.CheckRequest{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Claims {
		if (c.Verdict == bot.Unknown) != (len(c.Citations) == 0) || c.Why == "" {
			t.Errorf("%+v", c)
		}
		for _, n := range c.Citations {
			if cited := f.Citations[n-1]; cited.N != n || !strings.Contains(cited.Text, cited.Quote) || cited.Quote == "" {
				t.Errorf("%+v cites %+v", c, cited)
			}
		}
	}
	return f
}

func verdicts(f bot.FactCheck) []bot.Verdict {
	var all []bot.Verdict
	for _, c := range f.Claims {
		all = append(all, c.Verdict)
	}
	return all
}

// TestCheck checks a text without a model.
func TestCheck(t *testing.T) {
	f := check(t, newBot(newCorpus(t), nil), "The harbour of Odda was closed for 5 days. It was closed for 9 days. "+
		"The harbour of Odda was closed for 9 days. The moon is made of cheese. Ana Ruiz plays the harp in Odda.")
	want := []bot.Verdict{bot.Supported, bot.Contradicted, bot.Contradicted, bot.Unknown, bot.Unknown}
	if diff := cmp.Diff(want, verdicts(f)); diff != "" {
		t.Errorf("(-want +got):\n%s\n%+v", diff, f.Claims)
	}
	if len(f.Citations) != 1 || f.Citations[0].Paragraph != 2 {
		t.Errorf("%+v", f.Citations)
	}
}

// TestCheckWords has words decide, and leave undecided, what a reader would.
func TestCheckWords(t *testing.T) {
	corpus := newCorpus(t)
	put(t, corpus, bundled("mine"),
		storyAt("", "The mine", "The mine of Varda has produced copper since 1931. Some 420 miners struck yesterday.",
			"The owner, Karel Dostal, called the strike illegal. He said on 4 May 2024 that there was no money for a raise."),
		storyAt("", "The mine, later", "Some 380 miners struck yesterday."))
	put(t, corpus, bundled("мост"), storyAt("", "Мост", "Сомов заявил, что мост через Велю откроют в сентябре."))
	for _, tt := range []struct {
		name, text string
		want       []bot.Verdict
		citations  int
	}{
		{"one word for another", "The mine of Varda has produced gold since 1931.", []bot.Verdict{bot.Unknown}, 0},
		{"another month", "Сомов заявил, что мост через Велю откроют в октябре.", []bot.Verdict{bot.Contradicted}, 1},
		{"the same month", "Мост через Велю откроют в сентябре.", []bot.Verdict{bot.Supported}, 1},
		{"a relative date of the story", "Some 420 miners struck on 5 May 2024.", []bot.Verdict{bot.Supported}, 1},
		{"another date than that", "Some 420 miners struck on 3 May 2024.", []bot.Verdict{bot.Contradicted}, 1},
		{"stories that disagree", "Some 420 miners struck yesterday.", []bot.Verdict{bot.Supported}, 2},
		{"questions claim nothing", "Who owns the mine? Karel Dostal called the strike illegal. “Did he?”", []bot.Verdict{bot.Supported}, 1},
		{"he is who was named", "Karel Dostal spoke in Lunde. He said that there was no money for a raise.", []bot.Verdict{bot.Unknown, bot.Supported}, 1},
		{"he is someone else", "Petra Hahn plays golf. He said that there was no money for a raise.", []bot.Verdict{bot.Unknown, bot.Unknown}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := newBot(corpus, nil).Check(t.Context(), bot.CheckRequest{Text: tt.text, At: time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, verdicts(f)); diff != "" || len(f.Citations) != tt.citations {
				t.Errorf("%d citations (-want +got):\n%s\n%+v", len(f.Citations), diff, f.Claims)
			}
		})
	}
}

// TestCheckByModel has a model decide what words do not. Its verdict stands only
// with a quote that is there.
func TestCheckByModel(t *testing.T) {
	const quote = `{"paragraph": 1, "quote": "The harbour of Odda was closed for 5 days"}`
	for _, tt := range []struct {
		name, claim, finding string
		want                 bot.Verdict
	}{
		{"supported", "Ships were kept out of the harbour of Odda.", `{"verdict": "supported", "evidence": [` + quote + `]}`, bot.Supported},
		{"supported in another language", "오다 항구는 5일간 폐쇄되었다.", `{"verdict": "supported", "evidence": [` + quote + `]}`, bot.Supported},
		{"a negation supported", "Ships had no way out of the harbour of Odda.", `{"verdict": "supported", "evidence": [` + quote + `]}`, bot.Unknown},
		{"contradicted by what has nothing to do with it", "Olaf Berg of Odda runs its library.", `{"verdict": "contradicted", "evidence": [{"paragraph": 1, "quote": "It may open on Monday."}]}`, bot.Unknown},
		{"contradicted by an invented quote", "Ships could use the harbour of Odda all the time.", `{"verdict": "contradicted", "evidence": [{"paragraph": 1, "quote": "No ship could use the harbour"}]}`, bot.Unknown},
		{"contradicted by nothing", "Ships could use the harbour of Odda all the time.", `{"verdict": "contradicted", "evidence": []}`, bot.Unknown},
		{"no such verdict", "Ships could use the harbour of Odda all the time.", `{"verdict": "true", "evidence": [` + quote + `]}`, bot.Unknown},
		{"contradicted", "Ships could use the harbour of Odda all the time.", `{"verdict": "contradicted", "evidence": [` + quote + `]}`, bot.Contradicted},
		{"not told", "Ships like the harbour of Odda.", `{"verdict": "not_in_stories", "evidence": []}`, bot.Unknown},
		{"without evidence", "Ships like the harbour of Odda.", `{"verdict": "supported", "evidence": []}`, bot.Unknown},
		{"with an invented quote", "Ships like the harbour of Odda.", `{"verdict": "supported", "evidence": [{"paragraph": 1, "quote": "Ships like the harbour of Odda so much"}]}`, bot.Unknown},
		{"with a paragraph that was not shown", "Ships like the harbour of Odda.", `{"verdict": "supported", "evidence": [{"paragraph": 9, "quote": "The harbour of Odda was closed for 5 days"}]}`, bot.Unknown},
		{"an invented number supported", "Over 400 ships like the harbour of Odda.", `{"verdict": "supported", "evidence": [` + quote + `]}`, bot.Unknown},
		{"nonsense", "Ships like the harbour of Odda.", `true`, bot.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := check(t, newBot(newCorpus(t), says(tt.finding)), tt.claim)
			if diff := cmp.Diff([]bot.Verdict{tt.want}, verdicts(f)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%+v", diff, f.Claims)
			}
		})
	}
	t.Run("away", func(t *testing.T) {
		m := model(func(context.Context, prompts.Request) (prompts.Completion, error) {
			return prompts.Completion{}, errors.New("away")
		})
		f := check(t, newBot(newCorpus(t), m), "Ships like the harbour of Odda. The harbour of Odda was closed for 5 days.")
		if diff := cmp.Diff([]bot.Verdict{bot.Unknown, bot.Supported}, verdicts(f)); diff != "" || f.Fallback != bot.ModelFailed {
			t.Errorf("fallback %q (-want +got):\n%s", f.Fallback, diff)
		}
	})
}

// TestCheckTellsTheModelWhomItIsAbout has a claim lean on the sentence before it, and
// one that the model takes for another's.
func TestCheckTellsTheModelWhomItIsAbout(t *testing.T) {
	var asked []string
	m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		asked = append(asked, req.User)
		return prompts.Completion{Text: `{"verdict": "supported", "evidence": [{"paragraph": 1, "quote": "The mayor, Ana Ruiz, said that nobody was hurt."}]}`}, nil
	})
	f := check(t, newBot(newCorpus(t), m), "Ana Ruiz came to Odda. She said that nobody there was hurt. Petra Hahn came to Bergen. She said that nobody there was hurt.")
	if len(asked) == 0 || !strings.Contains(strings.Join(asked, "\n"), `"before":"Petra Hahn came to Bergen.","claim":"She said`) {
		t.Errorf("asked %q", asked)
	}
	if f.Claims[1].Verdict != bot.Supported || f.Claims[3].Verdict != bot.Unknown {
		t.Errorf("%+v", f.Claims)
	}
}

func TestCheckBadText(t *testing.T) {
	b := newBot(newCorpus(t), nil)
	for text, want := range map[string]error{
		"": bot.ErrNoClaim, " ?! ": bot.ErrNoClaim, "\xff is a byte.": bot.ErrBadText,
		strings.Repeat("Odda. ", bot.MaxCheck/5):           bot.ErrLongText,
		strings.Repeat("항구 ", bot.MaxCheck/2) + "\xed\x95": bot.ErrLongText, // cut within a character
	} {
		if _, err := b.Check(t.Context(), bot.CheckRequest{Text: text}); !errors.Is(err, want) {
			t.Errorf("%.10q: %v, want %v", text, err, want)
		}
	}
	if _, err := b.Check(t.Context(), bot.CheckRequest{Text: "Who closed the harbour of Odda?"}); !errors.Is(err, bot.ErrNoClaim) {
		t.Errorf("a question: %v", err)
	}
	if f := check(t, b, strings.Repeat("Odda has a harbour. ", 100)); len(f.Claims) != 20 || !f.Incomplete {
		t.Errorf("%d claims", len(f.Claims))
	}
}
