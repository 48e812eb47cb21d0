package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/prompts"
	"storybot/retrieval"
)

// ferry is a story with a lead, a dull middle and dates out of order.
var ferry = []string{
	"The ferry Maren will stop sailing to Odda, its owner said yesterday. The weather was fine.",
	"Odda lies on a fjord. It has a church.",
	"The ferry's engine broke on 3 May 2024, and a new engine costs 3,800 crowns. Nobody in Odda was surprised.",
	"The village of Odda asked its owner to repair the ferry's engine before winter. He refused.",
	"In 1998 the ferry Maren carried 90,000 people to Odda. It was a record for a ferry of its size.",
	"School children now cross the fjord to Odda in a rowing boat.",
}

// summarise adds the story, and summarises it.
func summarise(t *testing.T, corpus *retrieval.Corpus, b *bot.Bot, r bot.SummaryRequest) bot.Answer {
	t.Helper()
	a, err := b.Summarise(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkPromise(t, corpus, r.Guild, a)
	if a.Style != r.Style {
		t.Errorf("style %q", a.Style)
	}
	return a
}

func texts(a bot.Answer) []string {
	var all []string
	for _, s := range a.Statements {
		all = append(all, s.Text)
	}
	return all
}

// paragraphs are the different ones that an answer cites.
func paragraphs(a bot.Answer) []int {
	var all []int
	for _, c := range a.Citations {
		all = append(all, c.Paragraph)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestSummaryInQuotes(t *testing.T) {
	corpus := newCorpus(t)
	id := put(t, corpus, bundled("ferry"), storyAt("", "The ferry", ferry...)).Added[0]
	b := newBot(corpus, nil)

	brief := summarise(t, corpus, b, bot.SummaryRequest{Stories: []string{id}, Style: bot.Brief})
	if len(brief.Statements) != 3 || len(paragraphs(brief)) != 3 {
		t.Errorf("brief: %q", texts(brief))
	}
	bullets := summarise(t, corpus, b, bot.SummaryRequest{Stories: []string{id}, Style: bot.Bullets})
	if n := len(bullets.Statements); n < 4 || len(paragraphs(bullets)) < (n+1)/2 {
		t.Errorf("bullets: %q", texts(bullets))
	}
	if strings.Contains(strings.Join(texts(bullets), " "), "weather") {
		t.Errorf("what nothing else is about: %q", texts(bullets))
	}
	for i := 1; i < len(bullets.Citations); i++ {
		if bullets.Citations[i].Paragraph < bullets.Citations[i-1].Paragraph {
			t.Errorf("out of order: %q", texts(bullets))
		}
	}
	timeline := summarise(t, corpus, b, bot.SummaryRequest{Stories: []string{id}, Style: bot.Timeline})
	type event struct{ Date, Text string }
	var got []event
	for _, s := range timeline.Statements {
		got = append(got, event{s.Date, s.Text[:12]})
	}
	want := []event{{"1998", "In 1998 the "}, {"2024-05-03", "The ferry's "}, {"2024-05-05", "The ferry Ma"}} // published on 6 May
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

// TestSummaryOfWhatDiffers has two stories tell the same with other numbers: both
// are in the summary; what they tell alike is there once.
func TestSummaryOfWhatDiffers(t *testing.T) {
	corpus := newCorpus(t)
	ids := put(t, corpus, bundled("fire"),
		storyAt("", "Fire", "The fire in the mill of Voss killed 3 workers.", "The mill of Voss made paper for newspapers."),
		storyAt("", "Fire, later", "The fire in the mill of Voss killed 5 workers.", "The mill of Voss made paper for newspapers.")).Added
	a := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: ids, Style: bot.Brief})
	all := strings.Join(texts(a), " ")
	if !strings.Contains(all, "3 workers") || !strings.Contains(all, "5 workers") || strings.Count(all, "newspapers") != 1 {
		t.Errorf("%q", texts(a))
	}
}

// TestSummarySince summarises what is new: of changed stories only what changed.
func TestSummarySince(t *testing.T) {
	now := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	corpus, _ := newLibraryAt(t, func() time.Time { return now })
	now = now.AddDate(0, 0, 1)
	put(t, corpus, bundled("ferry"), storyAt("", "The ferry", ferry...))
	now = now.AddDate(0, 0, 1)
	put(t, corpus, bundled("ferry"), storyAt("", "The ferry", append(slices.Clone(ferry), "A new ferry comes in June.")...))
	before, between := now.AddDate(0, 0, -2), now.AddDate(0, 0, -1)
	b := newBot(corpus, nil)
	if a := summarise(t, corpus, b, bot.SummaryRequest{Since: between, Style: bot.Bullets}); cmp.Diff([]string{"A new ferry comes in June."}, texts(a)) != "" {
		t.Errorf("since the change: %q", texts(a))
	}
	if a := summarise(t, corpus, b, bot.SummaryRequest{Since: before, Style: bot.Bullets}); len(a.Statements) < 4 {
		t.Errorf("since before all: %q", texts(a))
	}
	if a := summarise(t, corpus, b, bot.SummaryRequest{Since: now, Style: bot.Bullets}); a.Status != bot.NotInStories || len(a.Nearest) > 0 {
		t.Errorf("since later: %+v", a)
	}
}

// TestSummaryOtherLanguages summarises in scripts without spaces or capitals.
func TestSummaryOtherLanguages(t *testing.T) {
	corpus := newCorpus(t)
	for lang, story := range map[string][]string{
		"ko": {"오다 항구가 폭풍으로 닫혔다.", "시장은 항구를 다시 열겠다고 했다.", "교회는 백 년 되었다.", "어부들은 항구가 열리기를 기다린다."},
		"th": {"ท่าเรือปิดเพราะพายุ", "นายกเทศมนตรีจะเปิดท่าเรืออีกครั้ง", "โบสถ์มีอายุร้อยปี", "ชาวประมงรอให้ท่าเรือเปิด"},
		"ar": {"أغلق الميناء بسبب العاصفة.", "وعدت العمدة بفتح الميناء من جديد.", "عمر الكنيسة مئة عام.", "ينتظر الصيادون فتح الميناء."},
	} {
		id := put(t, corpus, bundled(lang), storyAt("", lang, story...)).Added[0]
		a := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: []string{id}, Style: bot.Brief})
		if got := strings.Join(texts(a), " "); len(a.Statements) != 3 || strings.Contains(got, story[2]) || a.Language != lang {
			t.Errorf("%s: %q", lang, texts(a))
		}
	}
}

// TestSummaryOfLongParagraph has a paragraph that is longer than a model is shown of one: it
// is read to its end.
func TestSummaryOfLongParagraph(t *testing.T) {
	corpus := newCorpus(t)
	long := strings.Repeat("The sea was calm and grey that day, and the crew sang. ", 110) + "At last the ferry Maren sank."
	id := put(t, corpus, bundled("long"), storyAt("", "Long", long)).Added[0]
	const last = "At last the ferry Maren sank."
	m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		if !strings.Contains(req.User, last) {
			t.Error("the end of the paragraph is not shown")
		}
		return prompts.Completion{Text: asJSON(prompts.Reply{Answerable: true, Statements: []prompts.Statement{stating(last, prompts.Evidence{Paragraph: 1, Quote: last})}}), Usage: usage}, nil
	})
	a := summarise(t, corpus, newBot(corpus, m), bot.SummaryRequest{Stories: []string{id}, Style: bot.Bullets})
	if diff := cmp.Diff([]string{last}, texts(a)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSummaryIsTheSame has a story of sentences that are all worth the same: it is summarised
// the same way each time.
func TestSummaryIsTheSame(t *testing.T) {
	corpus := newCorpus(t)
	var ferries []string
	for _, name := range strings.Fields("Anna Berit Clara Dagny Edda Frida Greta Hanna Inga Johanna Karin Lena Mette Nora Olga Petra") {
		ferries = append(ferries, "On that day the ferry "+name+" brought cars and timber to the old harbour of Odda before noon.")
	}
	r := bot.SummaryRequest{Stories: put(t, corpus, bundled("ferries"), storyAt("", "Ferries", ferries...)).Added, Style: bot.Brief}
	first := texts(summarise(t, corpus, newBot(corpus, nil), r))
	for range 5 {
		if diff := cmp.Diff(first, texts(summarise(t, corpus, newBot(corpus, nil), r))); diff != "" {
			t.Fatalf("(-first +again):\n%s", diff)
		}
	}
}

// TestSummaryByModel has a model summarise: what it says is checked as an answer
// is.
func TestSummaryByModel(t *testing.T) {
	corpus := newCorpus(t)
	id := put(t, corpus, bundled("ferry"), storyAt("", "The ferry", ferry...)).Added[0]
	stop := stating("The ferry Maren will stop sailing to Odda.", prompts.Evidence{Paragraph: 1, Quote: "The ferry Maren will stop sailing to Odda, its owner said yesterday."})
	record := stating("In 1998 the ferry Maren carried 90,000 people to Odda.", prompts.Evidence{Paragraph: 5, Quote: "In 1998 the ferry Maren carried 90,000 people to Odda."})
	lie := stating("The ferry Maren sank in 2001.", prompts.Evidence{Paragraph: 5, Quote: "In 1998 the ferry Maren carried 90,000 people to Odda."})
	for _, tt := range []struct {
		name     string
		style    bot.Style
		model    bot.Model
		first    string
		n        int
		fallback bot.Fallback
		removed  int
	}{
		{"bullets", bot.Bullets, writes(stop, record, lie), stop.Text, 2, "", 1},
		{"timeline", bot.Timeline, writes(stop, record), record.Text, 2, "", 0},
		{"only lies", bot.Brief, writes(lie), "", 3, bot.AllRemoved, 1},
		{"away", bot.Brief, model(func(context.Context, prompts.Request) (prompts.Completion, error) {
			return prompts.Completion{}, errors.New("away")
		}), "", 3, bot.ModelFailed, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := summarise(t, corpus, newBot(corpus, tt.model), bot.SummaryRequest{Stories: []string{id}, Style: tt.style})
			if len(a.Statements) != tt.n || a.Fallback != tt.fallback || len(a.Removed) != tt.removed {
				t.Fatalf("%q, fallback %q, removed %+v", texts(a), a.Fallback, a.Removed)
			}
			if tt.first != "" && a.Statements[0].Text != tt.first {
				t.Errorf("%q", texts(a))
			}
		})
	}
}

// TestSummaryOfLongStory has a model read a story that no prompt can hold: it is
// shown in pieces, all parts of it, and a brief one in one piece.
func TestSummaryOfLongStory(t *testing.T) {
	corpus := newCorpus(t)
	var long []string
	for i := range 400 {
		long = append(long, fmt.Sprintf("Chapter %d tells how the ferry Maren came to port number %d. %s", i+1, i+1, strings.Repeat("The sea was calm and grey that day, and the crew sang. ", 5)))
	}
	id := put(t, corpus, bundled("long"), storyAt("", "Long", long...)).Added[0]
	for style, pieces := range map[bot.Style]int{bot.Bullets: 5, bot.Brief: 1} {
		shown, calls := make(map[int]bool), 0
		m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
			calls++
			if req.Tokens() > bot.DefaultPromptTokens {
				t.Errorf("%s: %d tokens", style, req.Tokens())
			}
			var data struct{ Passages []struct{ Paragraph int } }
			if err := json.NewDecoder(strings.NewReader(req.User)).Decode(&data); err != nil {
				t.Fatal(err)
			}
			for _, p := range data.Passages {
				shown[p.Paragraph] = true
			}
			return prompts.Completion{Text: `{"answerable": false, "statements": []}`, Usage: usage}, nil
		})
		summarise(t, corpus, newBot(corpus, m), bot.SummaryRequest{Stories: []string{id}, Style: style})
		early, late := 0, 0
		for n := range shown {
			if n <= 200 {
				early++
			} else {
				late++
			}
		}
		if calls < pieces || calls > pieces+2 || early < 15 || late < 15 {
			t.Errorf("%s: %d calls, %d early and %d late paragraphs", style, calls, early, late)
		}
	}
}

func BenchmarkSummary(b *testing.B) {
	corpus := newCorpus(b)
	var long []string
	for i := range 2000 {
		long = append(long, fmt.Sprintf("In chapter %d the ferry came to port number %d. The sea was %s that day, and the crew sang.", i, i, []string{"calm", "grey", "rough"}[i%3]))
	}
	id := put(b, corpus, bundled("long"), storyAt("", "Long", long...)).Added[0]
	for b.Loop() {
		if _, err := newBot(corpus, nil).Summarise(b.Context(), bot.SummaryRequest{Stories: []string{id}, Style: bot.Bullets}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
