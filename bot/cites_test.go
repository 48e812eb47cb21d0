package bot_test

import (
	"path/filepath"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/record"
)

// TestCitedRevisions answers, shows what is nearest, summarises and checks, each from
// another revision of a story: all of those are kept, and no other.
func TestCitedRevisions(t *testing.T) {
	db, err := record.Open(t.Context(), filepath.Join(t.TempDir(), "c.db"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	db.Now = func() time.Time { return now }
	corpus := retrieval.Open(db, filepath.Join(t.TempDir(), "c.index"), discard)
	t.Cleanup(func() {
		corpus.Close()
		db.Close()
	})
	b := bot.New(bot.Config{Corpus: corpus, Ledger: ledger.New(db), Log: discard})
	var id string
	revise := func(day string) {
		t.Helper()
		now = now.Add(2 * time.Hour)
		change := put(t, corpus, retrieval.Source{Kind: "file", Title: "Odda", Location: "/odda.md"},
			storyAt("", "The harbour", "The harbour of Odda was closed on "+day+".", "A storm sank two boats in the harbour of Odda."))
		id = append(change.Added, change.Changed...)[0]
	}
	for i, ask := range []func() error{
		func() error {
			a, err := b.Ask(t.Context(), bot.Question{Text: "When was the harbour of Odda closed?"}, nil)
			if a.Status != bot.Answered {
				t.Errorf("%+v", a)
			}
			return err
		},
		func() error {
			a, err := b.Ask(t.Context(), bot.Question{Text: "Which composer wrote an opera about boats?"}, nil)
			if a.Status != bot.NotInStories || len(a.Nearest) == 0 {
				t.Errorf("%+v", a)
			}
			return err
		},
		func() error {
			_, err := b.Summarise(t.Context(), bot.SummaryRequest{Stories: []string{id}, Style: bot.Brief}, nil)
			return err
		},
		func() error {
			_, err := b.Check(t.Context(), bot.CheckRequest{Text: "A storm sank two boats in the harbour of Odda."})
			return err
		},
		func() error { return nil },
	} {
		revise(time.Weekday(i).String())
		if err := ask(); err != nil {
			t.Fatal(err)
		}
	}
	revise("Saturday")
	now = now.Add(24 * time.Hour)
	if n, err := db.Prune(t.Context(), record.Shared, 1); n != 1 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
	for number := 1; number <= 4; number++ {
		if _, err := db.Revision(t.Context(), record.Shared, id, number); err != nil {
			t.Errorf("revision %d is cited: %v", number, err)
		}
	}
}
