package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
	"storybot/retrieval/record"
)

// The stories of the tests: one of a page, shared; one of a file, of guild 1.
const (
	storm   = "A storm sank 2 boats in the harbour of Odda on 3 May 2024. The mayor, Ana Ruiz, said that nobody was hurt."
	closed  = "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord. It may open on Monday."
	library = "The library of Odda lends 900 books a week. Its head is Olaf Berg."
)

func storyAt(url, title string, paragraphs ...string) retrieval.Story {
	s := retrieval.Story{Key: title, Title: title, URL: url, PublishedAt: time.Date(2024, 5, 6, 0, 0, 0, 0, time.UTC)}
	for _, p := range paragraphs {
		s.Paragraphs = append(s.Paragraphs, retrieval.Paragraph{Text: p})
	}
	return s
}

// newCorpus has both stories.
func newCorpus(t testing.TB) *retrieval.Corpus {
	t.Helper()
	corpus, _ := newLibrary(t)
	return corpus
}

// newLibrary has both stories, and an empty ledger.
func newLibrary(t testing.TB) (*retrieval.Corpus, *ledger.Ledger) {
	t.Helper()
	return newLibraryAt(t, time.Now)
}

func newLibraryAt(t testing.TB, now func() time.Time) (*retrieval.Corpus, *ledger.Ledger) {
	t.Helper()
	dir := t.TempDir()
	db, err := record.Open(t.Context(), filepath.Join(dir, "c.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.Now = now
	corpus := retrieval.Open(db, filepath.Join(dir, "c.index"), discard)
	t.Cleanup(func() {
		corpus.Close()
		db.Close()
	})
	put(t, corpus, retrieval.Source{Kind: "page", Title: "Fjord", Location: "https://fjord.example/storm"},
		storyAt("https://fjord.example/storm", "The storm", storm, closed))
	put(t, corpus, retrieval.Source{Guild: "1", Kind: "file", Title: "Library", Location: "/home/ann/library.txt"},
		storyAt("", "The library", library))
	return corpus, ledger.New(db)
}

func put(t testing.TB, corpus *retrieval.Corpus, source retrieval.Source, stories ...retrieval.Story) retrieval.Change {
	t.Helper()
	change, err := corpus.Put(t.Context(), source, stories)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

// A model is a scripted bot.Model.
type model func(ctx context.Context, req prompts.Request) (prompts.Completion, error)

func (m model) Complete(ctx context.Context, req prompts.Request, write func(string)) (prompts.Completion, error) {
	completion, err := m(ctx, req)
	for text := completion.Text; text != "" && write != nil; {
		n := min(len(text), 7)
		write(text[:n])
		text = text[n:]
	}
	return completion, err
}

var usage = prompts.Usage{PromptTokens: 700, CompletionTokens: 30}

// says is a model that always says the text.
func says(text string) model {
	return func(context.Context, prompts.Request) (prompts.Completion, error) {
		return prompts.Completion{Text: text, Usage: usage}, nil
	}
}

// writes is a model that makes statements, each with evidence, and knows of no
// other when some of them fail.
func writes(statements ...prompts.Statement) model {
	return func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		reply := prompts.Reply{Answerable: true, Statements: statements}
		if strings.Contains(req.User, `"failed"`) {
			reply = prompts.Reply{Statements: []prompts.Statement{}}
		}
		text, err := json.Marshal(reply)
		return prompts.Completion{Text: string(text), Usage: usage}, err
	}
}

// times is what n calls of such models take.
func times(n int) prompts.Usage {
	return prompts.Usage{PromptTokens: n * usage.PromptTokens, CompletionTokens: n * usage.CompletionTokens}
}

// stating is a statement of a model's, with its evidence.
func stating(text string, evidence ...prompts.Evidence) prompts.Statement {
	return prompts.Statement{Text: text, Evidence: evidence}
}

var discard = slog.New(slog.DiscardHandler)

func bundled(name string) retrieval.Source {
	return retrieval.Source{Kind: "bundled", Title: name, Location: name}
}

func newBot(corpus *retrieval.Corpus, m bot.Model) *bot.Bot {
	return bot.New(bot.Config{Corpus: corpus, Model: m, Log: discard})
}

func ask(t testing.TB, corpus *retrieval.Corpus, m bot.Model, q bot.Question) bot.Answer {
	t.Helper()
	answer, err := newBot(corpus, m).Ask(t.Context(), q, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkPromise(t, corpus, q.Guild, answer)
	return answer
}

// checkPromise holds an answer to what every answer promises: no statement
// without a citation; each citation names a paragraph that exists and quotes it
// byte for byte; without statements it says so, and shows what is nearest.
func checkPromise(t testing.TB, corpus *retrieval.Corpus, guild string, a bot.Answer) {
	t.Helper()
	if answered := len(a.Statements) > 0; answered != (a.Status == bot.Answered) || answered == (len(a.Citations) == 0) {
		t.Errorf("%s with %d statements and %d citations", a.Status, len(a.Statements), len(a.Citations))
	}
	if a.Status == bot.Answered && len(a.Nearest) > 0 {
		t.Errorf("answered, and %d nearest", len(a.Nearest))
	}
	for _, s := range a.Statements {
		if len(s.Citations) == 0 || s.Text == "" {
			t.Errorf("statement %+v", s)
		}
		for _, n := range s.Citations {
			if n < 1 || n > len(a.Citations) || a.Citations[n-1].N != n {
				t.Errorf("statement %+v cites %d of %d", s, n, len(a.Citations))
			}
		}
	}
	for _, c := range a.Citations {
		checkCitation(t, corpus, guild, c)
	}
	for i, n := range a.Nearest {
		checkCitation(t, corpus, guild, n.Citation)
		if n.N != i+1 || n.Score < 0 || n.Score > 1 {
			t.Errorf("nearest %d has number %d and score %v", i+1, n.N, n.Score)
		}
	}
}

func checkCitation(t testing.TB, corpus *retrieval.Corpus, guild string, c bot.Citation) {
	t.Helper()
	story, err := corpus.FindStory(t.Context(), guild, c.StoryID)
	if err != nil {
		t.Fatalf("story %q: %v", c.StoryID, err)
	}
	stories, err := corpus.Stories(t.Context(), guild, story.SourceID)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stories {
		if s.ID != c.StoryID {
			continue
		}
		if c.Revision != s.Revision || c.Paragraph < 1 || c.Paragraph > len(s.Paragraphs) {
			t.Fatalf("no such paragraph: %+v", c)
		}
		if text := s.Paragraphs[c.Paragraph-1].Text; c.Text != text || c.Quote == "" || !strings.Contains(text, c.Quote) {
			t.Errorf("quote %q of %q, which is %q", c.Quote, c.Text, text)
		}
	}
}

func TestAskInQuotes(t *testing.T) {
	corpus := newCorpus(t)
	got := ask(t, corpus, nil, bot.Question{Text: "  How long was the harbour of Odda closed?\n"})
	story, err := corpus.FindStory(t.Context(), "", "The storm")
	if err != nil {
		t.Fatal(err)
	}
	const quote = "The harbour of Odda was closed for 5 days, Ruiz told the newspaper Fjord."
	want := bot.Answer{
		Status: bot.Answered, Mode: bot.QuoteMode, Question: "How long was the harbour of Odda closed?", Language: "en",
		Statements: []bot.Statement{{Text: quote, Citations: []int{1}, Support: bot.SupportQuote}},
		Citations: []bot.Citation{{
			N: 1, Source: "https://fjord.example/storm", StoryID: story.ID, Story: "The storm", Published: "2024-05-06", AsOf: story.CheckedAt.Format(time.DateOnly),
			Revision: 1, Paragraph: 2,
			Quote: quote, Text: closed,
			URL: "https://fjord.example/storm#:~:text=The%20harbour%20of%20Odda,told%20the%20newspaper%20Fjord.",
		}},
		Nearest: []bot.Nearest{}, Removed: []bot.Removed{},
	}
	if got.ID == "" || got.Timings.Total < got.Timings.Search || got.Timings.Search <= 0 {
		t.Errorf("id %q, timings %+v", got.ID, got.Timings)
	}
	got.ID, got.Timings = "", bot.Timings{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A citation tells of which day the text is that is on the web, and when it was changed.
func TestCitationDates(t *testing.T) {
	for kind, want := range map[string]string{"page": "2026-11-26", "feed": "2026-11-26", "file": "", "attachment": "", "pasted": "", "bundled": ""} {
		corpus, _ := newLibraryAt(t, func() time.Time { return time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC) })
		story := storyAt("https://fjord.example/ferry", "The ferry", "The ferry of Lune sails at noon.")
		story.ModifiedAt = time.Date(2026, 11, 25, 23, 59, 0, 0, time.UTC)
		put(t, corpus, retrieval.Source{Guild: "1", Kind: kind, Location: kind + "/ferry"}, story)
		a := ask(t, corpus, nil, bot.Question{Guild: "1", Text: "When does the ferry of Lune sail?"})
		if len(a.Citations) != 1 || a.Citations[0].AsOf != want || a.Citations[0].Modified != "2026-11-25" || a.Citations[0].Published != "2024-05-06" {
			t.Errorf("%s: the citations are %+v", kind, a.Citations)
		}
	}
}

// TestAskNotInStories asks what no story tells; the names of the question are
// in none of them.
func TestAskNotInStories(t *testing.T) {
	corpus := newCorpus(t)
	unasked := model(func(context.Context, prompts.Request) (prompts.Completion, error) {
		t.Error("the model was asked")
		return prompts.Completion{}, nil
	})
	for name, m := range map[string]bot.Model{"quotes": nil, "model": unasked} {
		got := ask(t, corpus, m, bot.Question{Text: "What did Denmark say about the harbour of Odda?"})
		if got.Status != bot.NotInStories || got.Mode != bot.QuoteMode || got.Fallback != bot.NoFallback {
			t.Errorf("%s: %s in mode %s, fallback %q", name, got.Status, got.Mode, got.Fallback)
		}
		if len(got.Nearest) != 2 || got.Nearest[0].Story != "The storm" {
			t.Errorf("%s: nearest %+v", name, got.Nearest)
		}
	}
}

// TestAskInQuotesOnce has two neighbouring sentences fit the question: each is
// quoted with the other, so one quote says it all.
func TestAskInQuotesOnce(t *testing.T) {
	corpus := newCorpus(t)
	put(t, corpus, retrieval.Source{Kind: "file", Location: "/chapels.txt"}, storyAt("", "Chapels",
		"Chapels were built in Lund in 1860. The chapels in Lund were burnt in 1944. The town has since grown in every direction, "+
			"and new roads, bridges and a railway were paid for by the state. Nobody remembers the old market, where farmers "+
			"from the whole county sold their apples, eggs and wool every Saturday in autumn."))
	a := ask(t, corpus, nil, bot.Question{Text: "When were the chapels built in Lund burnt?"})
	if len(a.Statements) != 1 || !strings.Contains(a.Statements[0].Text, "1944") {
		t.Errorf("statements %+v", a.Statements)
	}
}

// TestAskInQuotesOfAnyLength has the answer in a sentence longer than a model
// may quote, and in one of a single word.
func TestAskInQuotesOfAnyLength(t *testing.T) {
	corpus := newCorpus(t)
	long := "the harbour master Olsen kept the zebra ledger in the cellar" + strings.Repeat(" and went on about the weather", 100)
	put(t, corpus, retrieval.Source{Kind: "file", Location: "/talk.txt"}, storyAt("", "Talk", long,
		"Quagmire. "+strings.Repeat("The people of the small northern town talked about the old road for a while. ", 3)))
	for question, quote := range map[string]string{"Where did Olsen keep the zebra ledger?": long, "Quagmire?": "Quagmire."} {
		a := ask(t, corpus, nil, bot.Question{Text: question})
		if a.Status != bot.Answered || !strings.HasPrefix(a.Citations[0].Quote, quote) {
			t.Errorf("%s: %s, citations %+v", question, a.Status, a.Citations)
		}
	}
}

// TestAskScope asks of one story, of all but one, and from guilds.
func TestAskScope(t *testing.T) {
	corpus := newCorpus(t)
	find := func(title string) string {
		s, err := corpus.FindStory(t.Context(), "1", title)
		if err != nil {
			t.Fatal(err)
		}
		return s.ID
	}
	const books = "How many books does the library of Odda lend a week?"
	for _, tt := range []struct {
		name string
		q    bot.Question
		want string // the story that is cited; "" for none
	}{
		{"its guild", bot.Question{Guild: "1", Text: books}, "The library"},
		{"another guild", bot.Question{Guild: "2", Text: books}, ""},
		{"the shared stories", bot.Question{Text: books}, ""},
		{"a shared story from a guild", bot.Question{Guild: "2", Text: "How long was the harbour closed?"}, "The storm"},
		{"the story alone", bot.Question{Guild: "1", Text: books, Scope: retrieval.Scope{Story: find("The library")}}, "The library"},
		{"another story alone", bot.Question{Guild: "1", Text: books, Scope: retrieval.Scope{Story: find("The storm")}}, ""},
		{"without the story", bot.Question{Guild: "1", Text: books, Scope: retrieval.Scope{Without: find("The library")}}, ""},
		{"a story of another guild", bot.Question{Guild: "2", Text: books, Scope: retrieval.Scope{Story: find("The library")}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(t, corpus, nil, tt.q)
			got := ""
			if len(a.Citations) > 0 {
				got = a.Citations[0].Story
			}
			if got != tt.want {
				t.Errorf("cites %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAskRefuses(t *testing.T) {
	b := newBot(newCorpus(t), nil)
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"empty", "", bot.ErrEmptyQuestion},
		{"blank", " \t\n", bot.ErrEmptyQuestion},
		{"punctuation", "?!", bot.ErrEmptyQuestion},
		{"emoji", "👋🏽", bot.ErrEmptyQuestion},
		{"one letter", "a", nil},
		{"only function words", "who is it", nil},
		{"as long as may be", strings.Repeat("я ", bot.MaxQuestion/2-1) + "яя", nil},
		{"too long", strings.Repeat("я ", bot.MaxQuestion/2) + "я", bot.ErrLongQuestion},
		{"not UTF-8", "who is \xff", bot.ErrBadText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := b.Ask(t.Context(), bot.Question{Text: tt.text}, nil); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}
