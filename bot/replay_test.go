package bot_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// A replaying is a bot whose questions are asked again.
type replaying struct {
	*testing.T
	corpus *retrieval.Corpus
	book   *ledger.Ledger
	bot    *bot.Bot
}

func newReplaying(t *testing.T, m bot.Model) *replaying {
	t.Helper()
	corpus, book := newLibrary(t)
	return &replaying{t, corpus, book, bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: m, Log: discard})}
}

// ask is the entry of a question, which came to that.
func (r *replaying) ask(q bot.Question, want bot.Status) ledger.Entry {
	r.Helper()
	a, err := r.bot.Ask(r.Context(), q, nil)
	if err != nil || a.Status != want {
		r.Fatalf("%q: %s, %v, want %s: %+v", q.Text, a.Status, err, want, a.Statements)
	}
	e, err := r.book.Entry(r.Context(), a.ID)
	if err != nil {
		r.Fatal(err)
	}
	return e
}

// again is the quote that is news when it is asked again; "" when nothing is.
func (r *replaying) again(e ledger.Entry, wrong int) string {
	r.Helper()
	got, err := r.bot.Replay(r.Context(), e, wrong)
	if err != nil {
		r.Fatal(err)
	}
	checkPromise(r.T, r.corpus, e.Guild, got.Answer)
	if got.Answer.ID != "" || got.Answer.Question != e.Question || got.Answer.Usage != (bot.Usage{}) {
		r.Errorf("asked again %q: id %q, usage %+v", got.Answer.Question, got.Answer.ID, got.Answer.Usage)
	}
	if got.News == nil {
		return ""
	}
	if got.Answer.Status != bot.Answered {
		r.Errorf("news of no answer: %+v", got.News)
	}
	return got.News.Quote
}

// put gives a guild a story of one paragraph, published on a day of May 2024.
func (r *replaying) put(guild, title string, day int, paragraphs ...string) (source, story string) {
	r.Helper()
	s := storyAt("", title, paragraphs...)
	s.PublishedAt = time.Date(2024, 5, day, 0, 0, 0, 0, time.UTC)
	change := put(r.T, r.corpus, retrieval.Source{Guild: guild, Kind: "pasted", Title: title, Location: title}, s)
	for _, ids := range [][]string{change.Added, change.Changed, change.Unchanged} {
		if len(ids) > 0 {
			story = ids[0]
		}
	}
	return change.Source, story
}

const (
	tram     = "The tram to Fossum is driven by Liv Dahl since March."
	tramAsks = "Who drives the tram to Fossum?"
)

// What the stories could not tell is news as soon as they can, and as long as they do, to
// those who see them. Nothing is kept of the asking.
func TestReplayGap(t *testing.T) {
	r := newReplaying(t, nil)
	e := r.ask(bot.Question{Guild: "1", User: "7", Text: tramAsks}, bot.NotInStories)
	if got := r.again(e, 0); got != "" {
		t.Errorf("the stories are the same, and now %q", got)
	}
	r.put("2", "Their tram", 7, tram)
	if got := r.again(e, 0); got != "" {
		t.Errorf("another guild's story: %q", got)
	}
	source, _ := r.put("1", "The tram", 7, tram)
	if got := r.again(e, 0); got != tram {
		t.Errorf("now %q, want %q", got, tram)
	}
	if _, err := r.corpus.Remove(t.Context(), "1", source); err != nil {
		t.Fatal(err)
	}
	if got := r.again(e, 0); got != "" {
		t.Errorf("the story is gone, and now %q", got)
	}
	if gaps, _, err := r.book.Gaps(t.Context(), "1", 9, 0); err != nil || len(gaps) != 1 || gaps[0].Count != 1 {
		t.Errorf("it counts as asked: %+v, %v", gaps, err)
	}
}

// A question is asked again as it was: of one story, after another, on its day.
func TestReplayAsAsked(t *testing.T) {
	t.Run("of one story", func(t *testing.T) {
		r := newReplaying(t, nil)
		_, buses := r.put("1", "The buses", 7, "The buses of Odda are yellow and run every hour.")
		e := r.ask(bot.Question{Guild: "1", Text: tramAsks, Scope: retrieval.Scope{Story: buses}}, bot.NotInStories)
		r.put("1", "The tram", 7, tram)
		if got := r.again(e, 0); got != "" {
			t.Errorf("another story answers: %q", got)
		}
		r.put("1", "The buses", 7, tram)
		if got := r.again(e, 0); got != tram {
			t.Errorf("now %q", got)
		}
	})
	t.Run("after another", func(t *testing.T) {
		r := newReplaying(t, nil)
		r.put("1", "The tram", 7, tram)
		first := r.ask(bot.Question{Guild: "1", User: "8", Text: tramAsks}, bot.Answered)
		follows := r.ask(bot.Question{Guild: "1", User: "7", Text: "And what does she earn?", After: first.ID}, bot.Answered) // with the words before
		r.put("1", "The tram", 7, tram, "For driving the tram to Fossum she earns 90 crowns an hour.")
		got, err := r.bot.Replay(t.Context(), follows, 0)
		if err != nil || got.News == nil || !strings.Contains(got.News.Quote, "90 crowns") {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := r.book.Forget(t.Context(), "8"); err != nil {
			t.Fatal(err)
		}
		if follows, err = r.book.Entry(t.Context(), follows.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := r.bot.Replay(t.Context(), follows, 0); err != nil {
			t.Errorf("what it went on from is forgotten: %v", err)
		}
	})
	t.Run("on its day", func(t *testing.T) {
		r := newReplaying(t, nil)
		q := bot.Question{Guild: "1", Text: "Which street flooded yesterday?", At: time.Date(2024, 5, 9, 12, 0, 0, 0, time.UTC)}
		e := r.ask(q, bot.NotInStories)
		e.AskedAt = q.At
		r.put("1", "Flood in the north", 8, "The street Nordgata flooded.")
		r.put("1", "Flood in the south", 20, "The street Sorgata flooded.")
		if got := r.again(e, 0); !strings.Contains(got, "Nordgata") {
			t.Errorf("on 9 May yesterday is %q", got)
		}
		e.AskedAt = time.Date(2024, 5, 21, 12, 0, 0, 0, time.UTC)
		if got := r.again(e, 0); !strings.Contains(got, "Sorgata") {
			t.Errorf("on 21 May yesterday is %q", got)
		}
	})
}

// unable is a model that rewrites questions, and finds no answer to any. It is not asked
// again.
func unable(t *testing.T, asked *bool) model {
	return func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		if *asked {
			t.Errorf("a model is asked again: %s", req.User)
		}
		text := `{"answerable": false, "statements": []}`
		if req.SchemaName == "rewrite" {
			text = `{"question": "` + tramAsks + `", "queries": []}`
		}
		return prompts.Completion{Text: text, Usage: usage}, nil
	}
}

// What a model did not answer from is no news, whatever else has changed; what has come
// since is. A question in another language is asked again in the stories' own.
func TestReplayAfterModel(t *testing.T) {
	asked := false
	r := newReplaying(t, unable(t, &asked))
	r.put("1", "Line 5", 7, "The tram to Fossum is line 5.")
	english := r.ask(bot.Question{Guild: "1", Text: tramAsks}, bot.NotInStories)
	korean := r.ask(bot.Question{Guild: "1", Text: "포숨행 전차는 누가 운전하나요?"}, bot.NotInStories)
	asked = true
	r.put("1", "Ski", 7, "The ski jump opens in winter.")
	for _, e := range []ledger.Entry{english, korean} {
		if got := r.again(e, 0); got != "" {
			t.Errorf("%q: the model knew %q", e.Question, got)
		}
	}
	r.put("1", "The tram", 7, tram)
	for _, e := range []ledger.Entry{english, korean} {
		if got := r.again(e, 0); got != tram {
			t.Errorf("%q: now %q", e.Question, got)
		}
	}
}

// A wrong citation is news when another is in its place.
func TestReplayWrongCitation(t *testing.T) {
	const wrong = "The tram to Fossum is driven by nobody, the paper wrote."
	r := newReplaying(t, nil)
	r.put("1", "The tram", 7, wrong)
	e := r.ask(bot.Question{Guild: "1", Text: tramAsks}, bot.Answered)
	r.put("1", "Ski", 7, "The ski jump opens in winter.")
	if got := r.again(e, 1); got != "" {
		t.Errorf("it is cited as before, and now %q", got)
	}
	if got := r.again(e, 2); got != "" {
		t.Errorf("there is no such citation, and now %q", got)
	}
	r.put("1", "The tram", 7, tram)
	if got := r.again(e, 1); got != tram {
		t.Errorf("now %q", got)
	}
	r.put("1", "The tram", 7, "There are no trams any more.")
	if got := r.again(e, 1); got != "" {
		t.Errorf("nothing is cited, and now %q", got)
	}

	// Of a model's answer only what has changed tells anything.
	r.put("1", "The tram", 7, wrong, tram)
	byModel := e
	var said bot.Answer
	if err := json.Unmarshal(e.Answer, &said); err != nil {
		t.Fatal(err)
	}
	said.Mode = bot.ModelMode
	said.Citations[0].Text = "The ski jump opens in winter."
	story, err := r.corpus.FindStory(t.Context(), "1", "Ski")
	if err != nil {
		t.Fatal(err)
	}
	said.Citations[0].StoryID, said.Citations[0].Revision = story.ID, 1
	if byModel.Answer, err = json.Marshal(said); err != nil {
		t.Fatal(err)
	}
	byModel.AskedAt = time.Now().Add(time.Hour)
	if got := r.again(byModel, 1); got != "" {
		t.Errorf("nothing has changed since, and now %q", got)
	}
	r.put("1", "Ski", 7, "There is no ski jump.")
	if got := r.again(byModel, 1); got == "" {
		t.Error("what was cited is gone: nothing is news")
	}
}

// What is kept and cannot be read, or asks nothing, is no error.
func TestReplayUnreadable(t *testing.T) {
	r := newReplaying(t, nil)
	r.put("1", "The tram", 7, tram)
	for _, e := range []ledger.Entry{
		{ID: "a", Guild: "1", Kind: ledger.Ask, Question: "?!", Standalone: "?!", Answer: json.RawMessage(`{}`)},
		{ID: "b", Guild: "1", Kind: ledger.Ask, Question: "Opera?", Standalone: "Opera?", Answer: json.RawMessage(`{"citations": 7}`)},
		{ID: "c", Guild: "1", Kind: ledger.Ask, Question: "Opera?", Standalone: "Opera?", Answer: json.RawMessage(`[`), After: "gone"},
	} {
		if got := r.again(e, 0); got != "" {
			t.Errorf("%+v: %q", e, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.bot.Replay(ctx, ledger.Entry{Guild: "1", Question: tramAsks, Standalone: tramAsks}, 0); err == nil {
		t.Error("a replay that is not wanted any more goes on")
	}
}

func BenchmarkReplay(b *testing.B) {
	corpus, book := newLibrary(b)
	replayed := bot.New(bot.Config{Corpus: corpus, Ledger: book, Log: discard})
	put(b, corpus, bundled("tram"), storyAt("", "The tram", tram))
	e := ledger.Entry{ID: "a", Guild: "1", Kind: ledger.Ask, Question: tramAsks, Standalone: tramAsks, Answer: json.RawMessage(`{}`)}
	for b.Loop() {
		if got, err := replayed.Replay(b.Context(), e, 0); err != nil || got.News == nil {
			b.Fatal(got, err)
		}
	}
}
