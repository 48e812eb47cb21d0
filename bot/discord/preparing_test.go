package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/retrieval"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// Who asks a server whose index has to be built first sees that it is, and then the
// answer.
func TestPreparing(t *testing.T) {
	w := newWorld(t, nil)
	release := w.holdIndex("The mayor of Onon is Bat.")
	i, err := w.Slash(w.ann.ID, w.general.ID, "ask", local.Option{Name: "question", Value: "Who is the mayor of Onon?"})
	if err != nil {
		t.Fatal(err)
	}
	err = w.Wait(w.ctx, func() bool {
		m, err := w.Response(w.ctx, i.ID)
		return err != nil || strings.Contains(m.Content, "Preparing the stories …")
	})
	release()
	if answer := w.response(i, err).Content; !strings.Contains(answer, "Bat") || strings.Contains(answer, "Preparing") {
		t.Errorf("%q", answer)
	}
}

// Who cannot wait so long is told to ask again, in so many words. For the operator it is a
// failure, as nobody who asks can change it.
func TestPreparingTakesTooLong(t *testing.T) {
	late := fmt.Errorf("%w: %w", retrieval.ErrPreparing, context.DeadlineExceeded)
	if _, level := sentence(testTexts(t).in("en"), late); level != slog.LevelWarn {
		t.Errorf("level %v", level)
	}
	w := newWorld(t, func(context.Context, bot.Question, func(bot.Answer)) (bot.Answer, error) { return bot.Answer{}, late })
	const want = "> Who is the mayor of Onon?\nThe stories are still being prepared. Please ask again in a minute. ("
	if got := w.slash("Who is the mayor of Onon?").Content; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A server's question shows how many paragraphs are prepared, as its language writes it.
func TestPreparingTexts(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{
		"en": "Preparing the stories: 12,000 of 100,000 paragraphs …",
		"ko": "기사를 준비하고 있습니다: 문단 100,000개 중 12,000개 …",
		"ru": "Готовлю материалы: 12\u00a0000 из 100\u00a0000 абз. …",
	} {
		if got := preparing(all.in(language), 12_000, 100_000); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

// holdIndex stores a story of the guild's whose index another process is at, until it is
// released.
func (w *world) holdIndex(paragraph string) (release func()) {
	w.t.Helper()
	_, err := w.db.Put(w.ctx, record.Source{Guild: w.guild.ID, Kind: "file", Title: "A", Location: "/a"},
		[]retrieval.Story{{Key: "a", Title: "A", Paragraphs: []retrieval.Paragraph{{Text: paragraph}}}})
	if err != nil {
		w.t.Fatal(err)
	}
	set := index.Open(filepath.Join(w.folder, "c.index"), w.db.ID(), slog.New(slog.DiscardHandler))
	held, let, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer set.Close()
		nothing := errors.New("nothing changed")
		err := set.Use(context.Background(), w.guild.ID, func(f *index.File) error {
			return f.Update(context.Background(), func(*index.Update) (int64, error) {
				close(held)
				<-let
				return 0, nothing
			})
		})
		if !errors.Is(err, nothing) {
			w.t.Error(err)
		}
	}()
	<-held
	return func() {
		close(let)
		<-ended
	}
}
