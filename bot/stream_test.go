package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/prompts"
)

// A script is a bot.Model that sends pieces of text, and can look about between
// them.
type script struct {
	pieces  []string
	between func(sent int)
	end     prompts.Completion
	err     error
}

func (s script) Complete(_ context.Context, _ prompts.Request, write func(string)) (prompts.Completion, error) {
	for i, piece := range s.pieces {
		write(piece)
		if s.between != nil {
			s.between(i + 1)
		}
	}
	s.end.Text = strings.Join(s.pieces, "")
	return s.end, s.err
}

func statementJSON(text, quote string, paragraph int) string {
	b, _ := json.Marshal(stating(text, prompts.Evidence{Paragraph: paragraph, Quote: quote}))
	return string(b)
}

// TestStatementsComeAsTheyAreChecked looks at what a reader has read while the
// model still writes.
func TestStatementsComeAsTheyAreChecked(t *testing.T) {
	const days, open = "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord.", "It may open on Monday."
	var read []bot.Answer
	var said []int // statements after each piece
	s := script{
		pieces: []string{
			`{"answerable": true, "statements": [` + statementJSON(days, days, 1)[:40],
			statementJSON(days, days, 1)[40:],
			", " + statementJSON("It will open on Sunday 7.", open, 1) + ", ",
			statementJSON(open, open, 1),
			"]}",
		},
		end: prompts.Completion{Usage: usage},
	}
	s.between = func(int) {
		n := 0
		if len(read) > 0 {
			n = len(read[len(read)-1].Statements)
		}
		said = append(said, n)
	}
	a, err := newBot(newCorpus(t), s).Ask(t.Context(), bot.Question{Text: asked}, func(so bot.Answer) { read = append(read, so) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0, 1, 1, 2, 2}, said[:5]); diff != "" {
		t.Errorf("statements after each piece (-want +got):\n%s", diff)
	}
	for _, so := range read {
		if !so.Incomplete || so.Status != bot.Answered || so.Mode != bot.ModelMode {
			t.Errorf("on the way: %+v", so)
		}
		if diff := cmp.Diff(a.Statements[:len(so.Statements)], so.Statements); diff != "" {
			t.Errorf("what was read does not stand (-final +read):\n%s", diff)
		}
	}
	if a.Incomplete || len(a.Statements) != 2 || len(a.Removed) != 1 {
		t.Errorf("%+v", a)
	}
}

// TestCutStream loses the model in the middle: what was checked stands, and is
// said to be a part.
func TestCutStream(t *testing.T) {
	const open = "It may open on Monday."
	whole := `{"answerable": true, "statements": [` + statementJSON(open, open, 1) + `, {"evidence": [`
	for _, tt := range []struct {
		name       string
		model      script
		incomplete bool
		fallback   bot.Fallback
	}{
		{"cut", script{pieces: []string{whole}, err: errors.New("connection reset")}, true, ""},
		{"too long", script{pieces: []string{whole}, end: prompts.Completion{Truncated: true}}, true, ""},
		{"stops in the middle", script{pieces: []string{whole}}, true, ""},
		{"goes wrong later", script{pieces: []string{whole + `]}, "nonsense"]}`}}, true, ""},
		{"cut before a statement was complete", script{pieces: []string{whole[:60]}, err: errors.New("connection reset")}, false, bot.ModelFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus := newCorpus(t)
			a, err := newBot(corpus, tt.model).Ask(t.Context(), bot.Question{Text: asked}, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkPromise(t, corpus, "", a)
			if a.Incomplete != tt.incomplete || a.Fallback != tt.fallback {
				t.Errorf("incomplete %v, fallback %q: %+v", a.Incomplete, a.Fallback, a.Statements)
			}
			if tt.incomplete && (a.Mode != bot.ModelMode || len(a.Statements) != 1 || a.Statements[0].Text != open) {
				t.Errorf("%s: %+v", a.Mode, a.Statements)
			}
		})
	}
}

// TestProseBeforeReply has models talk before they reply: what they state is checked
// and stands as if they had not.
func TestProseBeforeReply(t *testing.T) {
	const open = "It may open on Monday."
	reply := `{"answerable": true, "statements": [` + statementJSON(open, open, 1) + `]}`
	for _, before := range []string{"", "```json\n", "Sure! Here it is:\n", "**Answer:** ", "I think so.</think>", "<think>Hm."} {
		corpus := newCorpus(t)
		a := ask(t, corpus, says(before+reply), bot.Question{Text: asked})
		if a.Mode != bot.ModelMode || a.Fallback != "" || len(a.Statements) != 1 || a.Statements[0].Text != open {
			t.Errorf("%q: mode %s, fallback %q, %+v", before, a.Mode, a.Fallback, a.Statements)
		}
	}
}

// TestRepair gives a failed statement back once, with the reason.
func TestRepair(t *testing.T) {
	const open = "It may open on Monday."
	for _, tt := range []struct {
		name     string
		mended   string
		want     []string
		fallback bot.Fallback
		removed  int
	}{
		{"mended", statementJSON(open, open, 1), []string{open}, "", 1},
		{"fails again", statementJSON("It opens on Sunday 7.", open, 1), nil, bot.AllRemoved, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus := newCorpus(t)
			var requests []prompts.Request
			m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
				requests = append(requests, req)
				statement := tt.mended
				if len(requests) == 1 {
					statement = statementJSON("It opens on Tuesday 9.", open, 1)
				}
				return prompts.Completion{Text: `{"answerable": true, "statements": [` + statement + `]}`, Usage: usage}, nil
			})
			a := ask(t, corpus, m, bot.Question{Text: asked})
			if len(requests) != 2 {
				t.Fatalf("%d requests", len(requests))
			}
			if again := requests[1].User; !strings.Contains(again, "Tuesday 9") || !strings.Contains(again, `"why"`) {
				t.Errorf("asked to mend: %s", again)
			}
			var got []string
			for _, s := range a.Statements {
				got = append(got, s.Text)
			}
			if tt.fallback != bot.AllRemoved && cmp.Diff(tt.want, got) != "" || a.Fallback != tt.fallback || len(a.Removed) != tt.removed || a.Usage.Usage != times(2) {
				t.Errorf("%q, fallback %q, removed %+v, usage %+v", got, a.Fallback, a.Removed, a.Usage)
			}
		})
	}
}

// TestJudge has a second model take statements out. It cannot put any in, nor
// touch what is quoted.
func TestJudge(t *testing.T) {
	const quote = "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord."
	near := stating("The harbour of Odda was closed for 5 days.", prompts.Evidence{Paragraph: 1, Quote: quote})
	verbatim := stating(quote, prompts.Evidence{Paragraph: 1, Quote: quote})
	for _, tt := range []struct {
		name      string
		statement prompts.Statement
		judge     model
		asked     int
		shown     bool
	}{
		{"finds it supported", near, says(`{"supported": [true]}`), 1, true},
		{"finds it unsupported", near, says(`{"supported": [false]}`), 1, false},
		{"speaks nonsense", near, says(`yes`), 1, true},
		{"fails", near, func(context.Context, prompts.Request) (prompts.Completion, error) {
			return prompts.Completion{}, errors.New("away")
		}, 1, true},
		{"is not asked of quotes", verbatim, says(`{"supported": [false]}`), 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus, calls := newCorpus(t), 0
			judge := model(func(ctx context.Context, req prompts.Request) (prompts.Completion, error) {
				calls++
				return tt.judge(ctx, req)
			})
			b := bot.New(bot.Config{Corpus: corpus, Model: writes(tt.statement), Judge: judge, Log: discard})
			a, err := b.Ask(t.Context(), bot.Question{Text: asked}, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkPromise(t, corpus, "", a)
			shown := a.Mode == bot.ModelMode && len(a.Statements) == 1 && a.Statements[0].Text == tt.statement.Text
			if shown != tt.shown || calls != tt.asked {
				t.Errorf("shown %v, asked %d times: %+v, removed %+v", shown, calls, a.Statements, a.Removed)
			}
		})
	}
}

// TestExcerpts has a model be shown the passages that may hold the answer, and of
// the lesser ones the sentences that may.
func TestExcerpts(t *testing.T) {
	corpus := newCorpus(t)
	filler := " Nothing of note happened there. The weather stayed as it was. Nobody came and nobody left."
	put(t, corpus, bundled("long"), storyAt("", "Ferries",
		"The ferry Maren carries 120 cars between Odda and Bergen."+filler,
		"Cars were once a rare sight."+filler+" A ferry carries them today."+filler))
	var shown string
	m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		shown = req.User
		return prompts.Completion{Text: `{"answerable": false, "statements": []}`, Usage: usage}, nil
	})
	ask(t, corpus, m, bot.Question{Text: "How many cars does the ferry Maren carry between Odda and Bergen?"})
	if !strings.Contains(shown, "between Odda and Bergen. Nothing of note") {
		t.Errorf("the best passage is not shown whole: %s", shown)
	}
	if strings.Contains(shown, "rare sight. Nothing of note") || strings.Contains(shown, "lends 900 books") {
		t.Errorf("lesser passages are shown whole: %s", shown)
	}
}
