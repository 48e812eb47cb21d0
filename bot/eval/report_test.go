package eval

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

// TestUncited counts the statements that break the promise, which no bot makes.
func TestUncited(t *testing.T) {
	sound := bot.Citation{N: 1, Quote: "was closed", Text: "The harbour was closed."}
	changed := bot.Citation{N: 2, Quote: "was  closed", Text: "The harbour was closed."}
	empty := bot.Citation{N: 3, Text: "The harbour was closed."}
	for _, tt := range []struct {
		name  string
		cites []int
		want  int
	}{
		{"sound", []int{1}, 0},
		{"nothing cited", nil, 1},
		{"not the paragraph's words", []int{2}, 1},
		{"no words", []int{3}, 1},
		{"one sound, one not", []int{1, 2}, 1},
		{"no such citation", []int{4}, 1},
		{"citation 0", []int{0}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := bot.Answer{Statements: []bot.Statement{{Citations: tt.cites}}, Citations: []bot.Citation{sound, changed, empty}}
			if got := uncited(a); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
}

func TestHolds(t *testing.T) {
	for _, tt := range []struct {
		name, quote, answer string
		want                bool
	}{
		{"as written", "It was closed on Monday.", "on Monday", true},
		{"another case", "It was closed on Monday.", "ON MONDAY", true},
		{"other marks", `the "Fjord", a newspaper`, "Fjord a newspaper", true},
		{"another width", "全部で２０人", "20人", true},
		{"another space", "on 8\u00a0 July", "8 July", true},
		{"another word", "It was closed on Monday.", "Tuesday", false},
		{"nothing but marks", "It was closed on Monday.", "…", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := holds(tt.quote, []string{"none", tt.answer}); got != tt.want {
				t.Errorf("%t", got)
			}
		})
	}
}

func TestQuantiles(t *testing.T) {
	latencies := func(n int) (all []time.Duration) {
		for i := range n {
			all = append(all, time.Duration(n-i)*time.Millisecond)
		}
		return all
	}
	for _, tt := range []struct {
		n    int
		want Latency
	}{
		{0, Latency{}},
		{1, Latency{1, 1, 1}},
		{2, Latency{1, 2, 2}},
		{100, Latency{50, 95, 99}},
		{1000, Latency{500, 950, 990}},
	} {
		if diff := cmp.Diff(tt.want, quantiles(latencies(tt.n))); diff != "" {
			t.Errorf("%d (-want +got):\n%s", tt.n, diff)
		}
	}
}

// TestFiguresOfNothing has no question of a kind: shares are 0, not NaN, which
// JSON cannot say.
func TestFiguresOfNothing(t *testing.T) {
	got, err := json.Marshal(figures(nil, 0, Options{Absent: true}))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"questions":0,"answerable":0,"unanswerable":0,"paragraphs":0,"recall@1":0,"recall@5":0,"recall@10":0,"mrr@10":0,` +
		`"prompt_recall":0,"prompt_answer":0,"prompt_share":0,` +
		`"cited@1":0,"cited_paragraph@1":0,"quote_share":0,"abstained_unanswerable":0,"abstained_answerable":0,"abstained_absent":0,` +
		`"uncited_statements":0,"latency_ms":{"p50":0,"p95":0,"p99":0}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
