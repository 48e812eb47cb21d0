package bot_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// afar is a library whose record is at the other end of a line.
func afar(t testing.TB) (*recordtest.Line, *retrieval.Corpus, *ledger.Ledger) {
	t.Helper()
	line := recordtest.Serve(t).Line(t)
	db, err := record.Open(t.Context(), line.URL())
	if err != nil {
		t.Fatal(err)
	}
	corpus := retrieval.Open(db, filepath.Join(t.TempDir(), "c.index"), discard)
	t.Cleanup(func() {
		corpus.Close()
		db.Close()
	})
	put(t, corpus, retrieval.Source{Guild: "1", Kind: "file", Title: "Library", Location: "/library.txt"}, storyAt("", "The library", library))
	return line, corpus, ledger.New(db)
}

// TestRoundTrips counts how often a question goes to the record and back, when each
// statement has been prepared.
func TestRoundTrips(t *testing.T) {
	line, corpus, book := afar(t)
	quoting := bot.New(bot.Config{Corpus: corpus, Ledger: book, Log: discard})
	writing := bot.New(bot.Config{Corpus: corpus, Ledger: book, Model: writes(stating("The library lends 900 books a week.",
		prompts.Evidence{Paragraph: 1, Quote: "The library of Odda lends 900 books a week."})), Budget: bot.Budget{Guild: 1_000_000}, Log: discard})
	asked := func(b *bot.Bot, text, after string) (a bot.Answer, trips int64) {
		t.Helper()
		before := line.Trips()
		a, err := b.Ask(t.Context(), bot.Question{Guild: "1", User: "7", Text: text, After: after}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return a, line.Trips() - before
	}
	first, _ := asked(quoting, lends, "")
	for _, test := range []struct {
		name         string
		bot          *bot.Bot
		before, text string // before has the statements prepared
		after        string
		want         int64
	}{
		{"what was found; to keep the answer", quoting, lends, lends, "", 2},
		{"the same when it is not in the stories", quoting, "Who wrote the opera?", "Who wrote the opera?", "", 2},
		{"for a follow-up the conversation too", quoting, "And who is its head?", "And who is its head?", first.ID, 3},
		{"the budget, twice; the versions; an answer to repeat; what was found; what the model took; to keep the answer",
			writing, lends, lends + "?", "", 7},
		{"the budget; the versions; an answer to repeat; to keep it", writing, lends, lends, "", 4},
	} {
		asked(test.bot, test.before, test.after)
		if _, got := asked(test.bot, test.text, test.after); got != test.want {
			t.Errorf("%s: %d trips, want %d", test.name, got, test.want)
		}
	}
}

const lends = "How many books does the library lend?"

// BenchmarkAskAfar asks where the record is 5 ms away, and at hand: the difference is
// what a question waits for the way.
func BenchmarkAskAfar(b *testing.B) {
	line, corpus, book := afar(b)
	ours := bot.New(bot.Config{Corpus: corpus, Ledger: book, Log: discard})
	ask := func(b *testing.B) {
		if _, err := ours.Ask(b.Context(), bot.Question{Guild: "1", User: "7", Text: lends}, nil); err != nil {
			b.Fatal(err)
		}
	}
	for _, away := range []time.Duration{0, 5 * time.Millisecond} {
		b.Run(fmt.Sprint(away), func(b *testing.B) {
			line.Lengthen(away)
			ask(b)
			before := line.Trips()
			for b.Loop() {
				ask(b)
			}
			b.ReportMetric(float64(line.Trips()-before)/float64(b.N), "trips/op")
		})
	}
}
