package main

import (
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
)

// TestForget has the operator read, and delete, what two people asked, of one of them.
func TestForget(t *testing.T) {
	t.Chdir(t.TempDir())
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	lib, err := openLibrary(t.Context(), "storybot.db", "storybot.index", log)
	if err != nil {
		t.Fatal(err)
	}
	defer lib.close()
	if err := seed(t.Context(), lib.corpus); err != nil {
		t.Fatal(err)
	}
	book := lib.ledger
	b := bot.New(bot.Config{Corpus: lib.corpus, Ledger: book, Log: log})
	ids := make(map[string]string)
	for _, user := range []string{"7", "8"} {
		a, err := b.Ask(t.Context(), bot.Question{Guild: "1", User: user, Channel: "2", Text: "Who is Peskov?", At: time.Now()}, nil)
		if err == nil {
			err = book.GiveFeedback(t.Context(), ledger.Feedback{Entry: a.ID, Guild: "1", User: user, Kind: ledger.Good})
		}
		if err != nil {
			t.Fatal(err)
		}
		ids[user] = a.ID
	}
	var about map[string][]map[string]any
	decode(t, succeed(t, nil, "forget", "--show", "7").stdout, &about)
	for table, want := range map[string]int{"entries": 1, "opinions": 1, "wishes": 0, "picks": 0, "spending": 0, "acts": 0, "requests": 0} {
		if got, there := about[table]; len(got) != want || got == nil || !there {
			t.Errorf("%d %s are shown, want %d", len(got), table, want)
		}
	}
	if asked := about["entries"][0]; asked["question"] != "Who is Peskov?" || asked["id"] != ids["7"] || asked["answer"].(map[string]any)["status"] != "answered" {
		t.Errorf("shown: %v", asked)
	}
	if got, want := succeed(t, nil, "forget", "7").stdout, "Deleted 1 answer, 1 opinion and 0 reminders of 7.\n"; got != want {
		t.Errorf("says %q, want %q", got, want)
	}
	kept := func(user string) bool {
		_, err := book.Entry(t.Context(), ids[user])
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			t.Error(err)
		}
		return err == nil
	}
	if kept("7") || !kept("8") {
		t.Error("another's answer is deleted, or theirs is not")
	}
}
