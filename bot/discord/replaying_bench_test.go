package discord

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval"
)

// What is replayed: 3,000 gaps, over 10,000 paragraphs of shared stories.
const (
	benchGuilds     = 15
	benchGaps       = 200 // of each guild
	benchStories    = 500
	benchParagraphs = 20 // of each story
)

// Questions come 25 a second, in turns of two seconds with and without a replay.
const (
	benchEvery = 40 * time.Millisecond
	benchTurn  = 50
	benchTurns = 20
)

// BenchmarkQuestionsDuringReplay has people ask by /ask, after a shared story has changed,
// while nothing else happens, and while the gaps of all guilds are asked again. A question is
// timed from when it was due to when its answer stood, by the local Discord's clock.
//
//	go test -tags sqlite_fts5 ./bot/discord -run '^$' -bench QuestionsDuringReplay -benchtime 1x
func BenchmarkQuestionsDuringReplay(b *testing.B) {
	w := emptyWorld(b)
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	random := rand.New(rand.NewPCG(1, 2))
	words := func(n int) string {
		all := make([]string, n)
		zipf := rand.NewZipf(random, 1.2, 10, 20_000)
		for i := range all {
			all[i] = fmt.Sprintf("w%dord", zipf.Uint64())
		}
		return strings.Join(all, " ")
	}
	var stories []retrieval.Story
	for i := range benchStories {
		story := retrieval.Story{Key: fmt.Sprint(i), Title: fmt.Sprint("Story ", i)}
		for range benchParagraphs {
			story.Paragraphs = append(story.Paragraphs, retrieval.Paragraph{Text: words(50) + "."})
		}
		stories = append(stories, story)
	}
	if _, err := w.corpus.Put(b.Context(), retrieval.Source{Kind: "file", Location: "/stories", Title: "Stories"}, stories); err != nil {
		b.Fatal(err)
	}
	var s *Server
	asked := new(atomic.Int64)
	w.run(nil, func(running *Server) {
		s = running
		s.again.every = time.Hour
		s.bot = tallying{s.bot, asked}
	})
	if err := w.Online(w.ctx); err != nil {
		b.Fatal(err)
	}
	for g := range benchGuilds {
		guild := w.guild
		if g > 0 {
			guild = w.AddGuild(fmt.Sprint("Guild ", g), w.ann)
		}
		for i := range benchGaps {
			question := words(6) + "?"
			id := fmt.Sprintf("gap%d-%d", g, i)
			err := w.ledger.Keep(b.Context(), ledger.Entry{ID: id, Guild: guild.ID, Kind: ledger.Ask, Question: question, Standalone: question,
				Status: ledger.NotInStories, Topic: id, Answer: []byte(`{}`)})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	var people []local.User
	for i := range benchTurn {
		people = append(people, w.member(fmt.Sprint("person ", i)))
	}

	var idle, busy []time.Duration
	for b.Loop() {
		for turn := range benchTurns {
			change := func(hour string) { w.put("", "The tram", fmt.Sprintf("Tram %d goes to Fossum in the %s.", turn, hour)) }
			change("morning")
			idle = append(idle, w.askSteadily(people, words)...)
			change("evening")
			replaying, stop := context.WithCancel(w.ctx)
			var replay sync.WaitGroup
			replay.Go(func() { s.replayAll(replaying) })
			busy = append(busy, w.askSteadily(people, words)...)
			stop()
			replay.Wait()
		}
	}
	b.ReportMetric(0, "ns/op")
	at := func(took []time.Duration, share int) float64 {
		slices.Sort(took)
		return took[len(took)*share/100].Seconds() * 1000
	}
	for _, share := range []int{50, 99} {
		b.ReportMetric(at(idle, share), fmt.Sprintf("p%d-idle-ms", share))
		b.ReportMetric(at(busy, share), fmt.Sprintf("p%d-replay-ms", share))
	}
	b.ReportMetric(at(busy, 99)/at(idle, 99), "ratio")
	b.ReportMetric(float64(len(busy)), "questions")
	b.ReportMetric(float64(asked.Load())/(benchTurns*benchTurn*benchEvery.Seconds()), "replayed/s")
}

// askSteadily has each of the people ask once, one after the other, and gives how long the
// answers took.
func (w *world) askSteadily(people []local.User, words func(int) string) []time.Duration {
	took := make([]time.Duration, len(people))
	var all sync.WaitGroup
	start := time.Now()
	for i, person := range people {
		due := start.Add(time.Duration(i+1) * benchEvery)
		time.Sleep(time.Until(due))
		asked, err := w.Slash(person.ID, w.general.ID, "ask", options("question", words(6)+"?")...)
		if err != nil {
			w.t.Fatal(err)
		}
		all.Go(func() {
			m, err := w.Response(w.ctx, asked.ID)
			if err != nil {
				w.t.Error(err)
				return
			}
			took[i] = m.EditedTimestamp.Sub(due)
		})
	}
	all.Wait()
	return took
}
