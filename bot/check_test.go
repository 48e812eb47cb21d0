package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

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

// TestCheckByModel has a model decide what words do not. Its verdict stands only
// with a quote that is there.
func TestCheckByModel(t *testing.T) {
	const quote = `{"paragraph": 1, "quote": "The harbour of Odda was closed for 5 days"}`
	for _, tt := range []struct {
		name, claim, finding string
		want                 bot.Verdict
	}{
		{"supported", "Ships had no way into Odda's harbour.", `{"verdict": "supported", "evidence": [` + quote + `]}`, bot.Supported},
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
		if diff := cmp.Diff([]bot.Verdict{bot.Unknown, bot.Supported}, verdicts(f)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestCheckBadText(t *testing.T) {
	b := newBot(newCorpus(t), nil)
	for text, want := range map[string]error{
		"": bot.ErrEmptyQuestion, " ?! ": bot.ErrEmptyQuestion, "\xff is a byte.": bot.ErrBadText,
		strings.Repeat("Odda. ", bot.MaxCheck/5): bot.ErrLongText,
	} {
		if _, err := b.Check(t.Context(), bot.CheckRequest{Text: text}); !errors.Is(err, want) {
			t.Errorf("%.10q: %v, want %v", text, err, want)
		}
	}
	if f := check(t, b, strings.Repeat("Odda has a harbour. ", 100)); len(f.Claims) != 20 || !f.Incomplete {
		t.Errorf("%d claims", len(f.Claims))
	}
}
