package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"storybot/bot"
	"storybot/bot/ledger"
)

// keepGaps has so many questions about the tram in the ledger, each a gap of its own.
func (w *world) keepGaps(n int) {
	w.t.Helper()
	for i := range n {
		w.keepGap(ledger.Entry{ID: fmt.Sprint("gap", i)})
	}
}

// keepGap has a question about the tram in the ledger, to which there was no answer.
func (w *world) keepGap(e ledger.Entry) {
	w.t.Helper()
	e.Guild, e.Kind, e.Question, e.Standalone, e.Status, e.Topic = w.guild.ID, ledger.Ask, tramAsks, tramAsks, ledger.NotInStories, e.ID
	if e.Answer == nil {
		e.Answer = json.RawMessage(`{}`)
	}
	if err := w.ledger.Keep(w.t.Context(), e); err != nil {
		w.t.Fatal(err)
	}
}

// gapsNow are how many gaps can be answered now.
func (w *world) gapsNow() int {
	w.t.Helper()
	_, total, err := w.ledger.Gaps(w.t.Context(), w.guild.ID, 1, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return total.Now
}

// idle is a bot in the world that looks for what to ask again when it is told to. It counts
// what it asks.
func idle(w *world) (*Server, *atomic.Int64) {
	s := w.server(testToken, nil)
	asked := new(atomic.Int64)
	s.bot = tallying{s.bot, asked}
	return s, asked
}

// A tallying bot counts the questions that are asked again.
type tallying struct {
	Bot
	asked *atomic.Int64
}

func (c tallying) Replay(ctx context.Context, e ledger.Entry, wrong int) (bot.Replayed, error) {
	c.asked.Add(1)
	return c.Bot.Replay(ctx, e, wrong)
}

// A question that fails for good, as what it goes on from cannot be read, keeps no other
// from being asked. It is tried a few times, and again when the stories have changed.
func TestReplayGoesOn(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	const gaps = 2*findingsAtOnce + 5
	w.put(w.guild.ID, "The tram", tramText)
	w.keepGaps(gaps)
	w.keepGap(ledger.Entry{ID: "broken", Answer: json.RawMessage(`[`)})
	w.keepGap(ledger.Entry{ID: "lasting", After: "broken", AskedAt: time.Now()}) // the first to be asked
	s, asked := idle(w)
	s.replayAll(w.ctx)
	if got := w.gapsNow(); got != gaps+1 { // the broken one is a question about the tram, too
		t.Errorf("%d can be answered, want %d\n%s", got, gaps+1, w.log)
	}
	for range maxReplayTries + 2 {
		s.replayAll(w.ctx)
	}
	if got, want := asked.Load(), int64(gaps+1+maxReplayTries); got != want {
		t.Errorf("%d questions are asked, want %d", got, want)
	}
	if !strings.Contains(w.log.String(), "answer=lasting") {
		t.Errorf("the log does not tell which question fails: %s", w.log)
	}
	asked.Store(0)
	w.put(w.guild.ID, "The bridge", bridgeText)
	s.replayAll(w.ctx)
	if got := asked.Load(); got != gaps+2 {
		t.Errorf("%d questions are asked of other stories, want %d", got, gaps+2)
	}
}

// What was found before a bot is stopped is not asked again by the next.
func TestReplayIsStopped(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.put(w.guild.ID, "The tram", tramText)
	w.keepGaps(findingsAtOnce)
	s, _ := idle(w)
	ctx, stop := context.WithCancel(w.ctx)
	const before = 7
	s.bot = stopping{s.bot, stop, before, new(int)}
	s.replayAll(ctx)
	if got := w.gapsNow(); got != before {
		t.Errorf("%d findings are kept, want %d", got, before)
	}
	next, asked := idle(w)
	next.replayAll(w.ctx)
	if got := w.gapsNow(); got != findingsAtOnce || asked.Load() != findingsAtOnce-before {
		t.Errorf("%d asked by the next, %d can be answered\n%s", asked.Load(), got, w.log)
	}
}

// A stopping bot is stopped while it asks again, after so many questions.
type stopping struct {
	Bot
	stop  func()
	after int
	asked *int
}

func (b stopping) Replay(ctx context.Context, e ledger.Entry, wrong int) (bot.Replayed, error) {
	if *b.asked == b.after {
		b.stop()
	}
	*b.asked++
	return b.Bot.Replay(ctx, e, wrong)
}

// Stories that change again and again are asked once in a while, and none of the changes is
// lost, also when the process is killed that put it off.
func TestReplaysAreSpaced(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.put(w.guild.ID, "The bridge", bridgeText)
	w.keepGaps(1)
	s, asked := idle(w)
	s.again.rest = time.Hour
	look := func(who *Server, asked *atomic.Int64, want int64) {
		t.Helper()
		who.replayAll(w.ctx, w.guild.ID)
		who.replayAll(w.ctx)
		if got := asked.Swap(0); got != want {
			t.Errorf("%d questions are asked, want %d\n%s", got, want, w.log)
		}
	}
	look(s, asked, 1)
	w.put(w.guild.ID, "The orchids", orchidText)
	look(s, asked, 1)
	for _, text := range []string{"There is no tram.", tramText} {
		w.put(w.guild.ID, "The tram", text)
		look(s, asked, 0)
	}
	if got := w.gapsNow(); got != 0 {
		t.Errorf("%d can be answered", got)
	}
	next, asks := idle(w)
	look(next, asks, 1)
	if got := w.gapsNow(); got != 1 {
		t.Errorf("%d can be answered after a kill", got)
	}
	w.put(w.guild.ID, "The tram", "There is no tram.")
	s.again.rest = 0
	look(s, asked, 1)
	if got := w.gapsNow(); got != 0 {
		t.Errorf("%d can be answered in the end", got)
	}
}

// Only what is sent counts toward what may be sent in a minute: who waits for what is no
// news any more is in nobody's way.
func TestUnsentIsNotCounted(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t, func(s *Server) { s.tellings = rate.NewLimiter(rate.Every(time.Hour), 1) })
	bob, cara := w.member("bob"), w.member("cara")
	dm := w.OpenDM(cara)
	zoo := w.use(bob, w.general, "ask", options("question", "When does the zoo open on Sundays?")...)
	w.wish(bob, zoo)
	w.wish(cara, w.unanswered(cara, w.general))
	w.put(w.guild.ID, "The tram", tramText)
	id, _ := parseCustomID(w.button(zoo, "tell:"))
	version, err := w.corpus.Version(t.Context(), w.guild.ID)
	if err != nil {
		t.Fatal(err)
	}
	// As if the stories had told it, and then not any more.
	err = w.ledger.KeepFindings(t.Context(), ledger.Finding{Entry: id.answer, Guild: w.guild.ID, Version: version, Found: &ledger.Found{Story: "gone"}})
	if err != nil {
		t.Fatal(err)
	}
	s.replayAll(w.ctx)
	if n := len(w.Messages(dm.ID)); n != 1 {
		t.Errorf("told %d times\n%s", n, w.log)
	}
}

// A question that is asked again gives up for one that somebody asks, and is asked once more
// when that is answered.
func TestReplayGivesWay(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.put(w.guild.ID, "The tram", tramText)
	w.keepGaps(1)
	s, asked := idle(w)
	s.bot = &interrupted{Bot: s.bot, begin: s.work.begin}
	s.replayAll(w.ctx)
	if got := w.gapsNow(); got != 1 || asked.Load() != 1 {
		t.Errorf("%d can be answered, asked %d times after it gave up\n%s", got, asked.Load(), w.log)
	}
	if strings.Contains(w.log.String(), "cannot be asked again") {
		t.Errorf("it counts as failed: %s", w.log)
	}
}

// While an interrupted bot asks again for the first time somebody asks something else.
type interrupted struct {
	Bot
	begin func() func()
	once  bool
}

func (b *interrupted) Replay(ctx context.Context, e ledger.Entry, wrong int) (bot.Replayed, error) {
	if b.once {
		return b.Bot.Replay(ctx, e, wrong)
	}
	b.once = true
	answered := b.begin()
	defer answered()
	<-ctx.Done()
	return bot.Replayed{}, ctx.Err()
}
