package bot_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
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

// BenchmarkAskAfar asks where the record is 5 ms away, and at hand: the difference is
// what a question waits for the way.
func BenchmarkAskAfar(b *testing.B) {
	line, corpus, book := afar(b)
	ours := bot.New(bot.Config{Corpus: corpus, Ledger: book, Log: discard})
	ask := func(b *testing.B) {
		if _, err := ours.Ask(b.Context(), bot.Question{Guild: "1", User: "7", Text: "Who opened the library?"}, nil); err != nil {
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
