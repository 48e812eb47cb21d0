package eval_test

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/bot/eval"
	"storybot/retrieval"
	"storybot/retrieval/record"
)

// newSubject is a bot in quotes on an empty corpus.
func newSubject(t *testing.T) eval.Subject {
	t.Helper()
	dir := t.TempDir()
	db, err := record.Open(t.Context(), filepath.Join(dir, "c.db"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	corpus := retrieval.Open(db, filepath.Join(dir, "c.index"), log)
	t.Cleanup(func() {
		corpus.Close()
		db.Close()
	})
	return eval.Subject{Bot: bot.New(bot.Config{Corpus: corpus, Log: log}), Corpus: corpus}
}

func read(t *testing.T, name, text string) eval.Set {
	t.Helper()
	set, err := eval.Read(name, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func run(t *testing.T, o eval.Options, sets ...eval.Set) eval.Report {
	t.Helper()
	report, err := eval.Run(t.Context(), newSubject(t), sets, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// harbour is a story of two paragraphs, of one sentence each, so that every
// quote is its whole paragraph. Of its questions
//   - the first is answered, with the gold paragraph and answer;
//   - the second is labelled with the second paragraph, but has the words of
//     the first, which is quoted: rank 2, nothing of it right;
//   - the third names Denmark, which no paragraph does: no answer, though its
//     paragraph is found first;
//   - the fourth has no answer, and gets none;
//   - the fifth has no answer, but has the words of the first paragraph.
const harbour = `{"version": "2.0", "data": [{"title": "The storm", "paragraphs": [
	{"context": "The harbour of Odda was closed on Monday.", "qas": [
		{"question": "When was the harbour of Odda closed?", "answers": [{"text": "on monday", "answer_start": 32}]},
		{"question": "On which day was the harbour of Odda closed by Denmark?", "answers": [{"text": "Monday", "answer_start": 35}]},
		{"question": "What did Sweden say about Norway?", "answers": [], "is_impossible": true},
		{"question": "Why was the harbour of Odda closed?", "answers": [], "is_impossible": true}]},
	{"context": "A  storm had sunk\ntwo boats, the mayor said.", "qas": [
		{"question": "When was the harbour of Odda closed, as the mayor said?", "answers": [{"text": "A storm", "answer_start": 0}]}]}]}]}`

// bakery is a story of one paragraph with one question, which is answered.
const bakery = `{"data": [{"title": "The bakery", "paragraphs": [
	{"context": "A loaf of rye costs 32 kronor.", "qas": [
		{"question": "What does a loaf of rye cost?", "answers": [{"text": "32 kronor"}]}]}]}]}`

// TestRun compares figures with those worked out by hand.
func TestRun(t *testing.T) {
	got := run(t, eval.Options{Absent: true}, read(t, "harbour.json", harbour), read(t, "bakery.json", bakery))
	share := func(s eval.Share) *eval.Share { return &s }
	inHarbour := eval.Figures{
		Questions: 5, Answerable: 3, Unanswerable: 2, Paragraphs: 2,
		RecallAt1: 2. / 3, RecallAt5: 1, RecallAt10: 1, MRRAt10: (1 + 1 + 1./2) / 3,
		PromptRecall: 1, PromptAnswer: 1,
		CitedAt1: 1. / 3, CitedParagraphAt1: 1. / 3, QuoteShare: 1,
		AbstainedUnanswerable: 1. / 2, AbstainedAnswerable: 1. / 3, AbstainedAbsent: share(1),
	}
	inBakery := eval.Figures{
		Questions: 1, Answerable: 1, Paragraphs: 1, RecallAt1: 1, RecallAt5: 1, RecallAt10: 1, MRRAt10: 1,
		PromptRecall: 1, PromptAnswer: 1,
		CitedAt1: 1, CitedParagraphAt1: 1, QuoteShare: 1, AbstainedAbsent: share(1),
	}
	want := eval.Report{
		Figures: eval.Figures{
			Questions: 6, Answerable: 4, Unanswerable: 2, Paragraphs: 3,
			RecallAt1: 3. / 4, RecallAt5: 1, RecallAt10: 1, MRRAt10: (1 + 1 + 1./2 + 1) / 4,
			PromptRecall: 1, PromptAnswer: 1,
			CitedAt1: 2. / 4, CitedParagraphAt1: 2. / 4, QuoteShare: 1,
			AbstainedUnanswerable: 1. / 2, AbstainedAnswerable: 1. / 4, AbstainedAbsent: share(1),
		},
		Files: map[string]eval.Figures{"harbour.json": inHarbour, "bakery.json": inBakery},
	}
	if got.IndexSeconds <= 0 || got.Latency.P50 <= 0 || got.Latency.P50 > got.Latency.P95 || got.Latency.P95 > got.Latency.P99 {
		t.Errorf("index %v s, latency %+v", got.IndexSeconds, got.Latency)
	}
	got.IndexSeconds = 0
	measured := cmp.FilterPath(func(p cmp.Path) bool { // not worked out by hand: see TestRunPrompt
		return p.Last().String() == ".Latency" || p.Last().String() == ".PromptShare"
	}, cmp.Ignore())
	nearly := cmp.Comparer(func(a, b eval.Share) bool { return a-b < 1e-9 && b-a < 1e-9 })
	if diff := cmp.Diff(want, got, measured, nearly); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// ferry asks the same of three paragraphs. A model reads the first, which has all the
// question's words; of the second a sentence, but not the one with the answer; nothing
// of the third, which has none of them.
const ferry = `{"data": [{"title": "The ferry", "paragraphs": [
	{"context": "The ferry Maren carries 120 cars between Odda and Bergen.", "qas": [
		{"question": "How many cars does the ferry Maren carry between Odda and Bergen?", "answers": [{"text": "120"}]}]},
	{"context": "Few people lived there. Nothing of note happened. A ferry carries cars today. It does so in the summer. A loaf of rye costs 32 kronor.", "qas": [
		{"question": "How many cars does the ferry Maren carry between Odda and Bergen?", "answers": [{"text": "32 kronor"}]}]},
	{"context": "A storm had sunk two boats, the mayor said.", "qas": [
		{"question": "How many cars does the ferry Maren carry between Odda and Bergen?", "answers": [{"text": "two boats"}]}]}]}]}`

// TestRunPrompt says what a model would be given to read.
func TestRunPrompt(t *testing.T) {
	got := run(t, eval.Options{}, read(t, "ferry.json", ferry)).Figures
	got = eval.Figures{RecallAt10: got.RecallAt10, PromptRecall: got.PromptRecall, PromptAnswer: got.PromptAnswer, PromptShare: got.PromptShare}
	if got.PromptShare < .5 || got.PromptShare > .95 {
		t.Errorf("share %v", got.PromptShare)
	}
	got.PromptShare = 0
	nearly := cmp.Comparer(func(a, b eval.Share) bool { return a-b < 1e-9 && b-a < 1e-9 })
	if diff := cmp.Diff(eval.Figures{RecallAt10: 1, PromptRecall: 2. / 3, PromptAnswer: 1. / 3}, got, nearly); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRunOnce has two sets on one story, as translations of the questions are:
// it is indexed once, and both count its paragraphs.
func TestRunOnce(t *testing.T) {
	got := run(t, eval.Options{}, read(t, "a.json", bakery), read(t, "b.json", bakery))
	if got.Paragraphs != 1 || got.Files["a.json"].Paragraphs != 1 || got.Files["b.json"].Paragraphs != 1 || got.RecallAt1 != 1 {
		t.Errorf("%+v", got)
	}
}

// TestRunWithin asks of two stories with the same words, each of its own
// questions.
func TestRunWithin(t *testing.T) {
	other := read(t, "other.json", strings.NewReplacer("The bakery", "The other bakery", "32", "45").Replace(bakery))
	both := []eval.Set{read(t, "bakery.json", bakery), other}
	if got := run(t, eval.Options{Within: true}, both...); got.RecallAt1 != 1 || got.CitedAt1 != 1 {
		t.Errorf("within: recall@1 %v, cited@1 %v", got.RecallAt1, got.CitedAt1)
	}
	if got := run(t, eval.Options{}, both...); got.RecallAt1 != .5 || got.RecallAt5 != 1 {
		t.Errorf("over both: recall@1 %v, recall@5 %v", got.RecallAt1, got.RecallAt5)
	}
}

func TestProgress(t *testing.T) {
	var steps []string
	progress := func(done, total int) { steps = append(steps, fmt.Sprint(done, "/", total)) }
	run(t, eval.Options{Progress: progress}, read(t, "bakery.json", bakery))
	if diff := cmp.Diff([]string{"0/1", "1/1"}, steps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "not a question set in the shape of SQuAD"},
		{"a text", "The harbour of Odda.", "not a question set in the shape of SQuAD"},
		{"a list", "[]", "not a question set in the shape of SQuAD"},
		{"another object", "{}", "no questions"},
		{"no data", `{"data": []}`, "no questions"},
		{"no paragraphs", `{"data": [{"title": "a"}]}`, "no questions"},
		{"no questions", `{"data": [{"title": "a", "paragraphs": [{"context": "b", "qas": []}]}]}`, "no questions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := eval.Read("set.json", strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "set.json") {
				t.Errorf("error %v", err)
			}
			if errors.Is(err, eval.ErrNoQuestions) != (tt.want == "no questions") {
				t.Errorf("error %v", err)
			}
		})
	}
}
