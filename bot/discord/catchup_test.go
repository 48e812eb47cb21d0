package discord

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/bot/ledger"
)

// What is a little older than the newest message seen is read again: messages are
// handled beside each other.
func TestOlderThanTheCursor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	w.answers("before")
	newest := w.ask(w.general, "Closed?")
	if _, err := w.Reply(w.ctx, newest.ID); err != nil {
		t.Fatal(err)
	}
	w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
	var read []url.Values
	err := w.Wait(w.ctx, func() bool {
		for _, r := range w.Requests() {
			if r.Method == http.MethodGet && strings.Contains(r.Path, newest.ChannelID) {
				query, _ := url.ParseQuery(r.Query)
				read = append(read, query)
			}
		}
		return len(read) > 0
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if after := parseSnowflake(read[0].Get("after")); newest.Timestamp.Sub(after.made()) < time.Minute {
		t.Errorf("read from %v on, the newest seen is of %v", after.made(), newest.Timestamp)
	}
}

// A busy channel is read to its end, a deleted one does not keep the others from it,
// and one that cannot be read for a while is read later.
func TestMissedInManyChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	w.faulty = true
	busy, gone, failing := w.general, w.AddChannel(w.guild.ID, "gone"), w.AddChannel(w.guild.ID, "failing")
	for _, c := range []local.Channel{busy, gone, failing} {
		w.say(c, "<@"+w.App().ID+"> Before?")
	}
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	for n := range 3*pageSize + 7 {
		if _, err := w.Say(w.ann.ID, busy.ID, fmt.Sprint("Chatter ", n)); err != nil {
			t.Fatal(err)
		}
	}
	missed := []local.Message{w.ask(busy, "Missed?"), w.ask(failing, "Missed?")}
	if err := w.RemoveChannel(gone.ID); err != nil {
		t.Fatal(err)
	}
	var failures atomic.Int32
	w.SetFaults(local.Faults{Request: func(method, path string) local.RequestFault {
		if method == http.MethodGet && strings.Contains(path, failing.ID) && failures.Add(1) < 8 {
			return local.RequestFault{Status: http.StatusServiceUnavailable}
		}
		return local.RequestFault{}
	}})
	w.run(quoting, func(s *Server) { s.replyLimit = 300 * time.Millisecond })
	for _, m := range missed {
		if _, err := w.Reply(w.ctx, m.ID); err != nil || len(w.replies(m)) != 1 {
			t.Errorf("%d replies, %v\n%s", len(w.replies(m)), err, w.log)
		}
	}
}

// asked is an inbox that knows of message 100 in channel 1 of guild 2, asked then.
func (w *world) asked(at time.Time) *ledger.Inbox {
	w.t.Helper()
	inbox, err := ledger.OpenInbox(w.ctx, w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { inbox.Close() })
	if _, err := inbox.Claim(w.ctx, ledger.Request{Kind: ledger.MessageRequest, ID: "100", Channel: "1", Guild: "2", At: at}); err != nil {
		w.t.Fatal(err)
	}
	return inbox
}

// While older messages are to be read the cursor that is stored stays before them.
func TestCursorsWaitForGaps(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	at := time.Now()
	inbox := w.asked(at)
	var c cursors
	if err := c.load(w.ctx, inbox, at); err != nil {
		t.Fatal(err)
	}
	saw := func(id string) { c.saw(&heard{ID: id, ChannelID: "1", GuildID: "2"}, false) }
	stored := func(want string) {
		t.Helper()
		if err := c.save(w.ctx, inbox); err != nil {
			t.Fatal(err)
		}
		followed, err := inbox.Followed(w.ctx, at.Add(-time.Hour))
		if err != nil || len(followed) != 1 || followed[0].Newest != want {
			t.Errorf("stored %+v, want %s: %v", followed, want, err)
		}
	}
	saw("110")
	stored("110")
	c.gap(shard{0, 1})
	saw("130")
	stored("110")
	first := c.behind()
	if want := (gap{"1", "2", 110, 1}); len(first) != 1 || first[0] != want {
		t.Errorf("gaps %+v, want %+v", first, want)
	}
	c.gap(shard{0, 1}) // while the first is read
	c.filled(first[0])
	stored("110")
	c.filled(c.behind()[0])
	stored("130")
	c.lost("1", 120)
	saw("140")
	stored("130")
	if got := c.behind(); len(got) != 1 || got[0].after != 120 {
		t.Errorf("gaps %+v", got)
	}
}

// Messages older than a day are answered no more.
func TestMissedTooLongAgo(t *testing.T) {
	t.Parallel()
	w, yesterday := pastWorld(t, tooLate+time.Hour)
	inbox, err := ledger.OpenInbox(w.ctx, w.db)
	if err != nil {
		t.Fatal(err)
	}
	yesterday.Store(true)
	old := w.ask(w.general, "Old?")
	r := ledger.Request{Kind: ledger.CommandRequest, ID: firstAt(old.Timestamp.Add(-time.Minute)).String(), Channel: w.general.ID, Guild: w.guild.ID, At: time.Now()}
	if _, err := inbox.Claim(w.ctx, r); err != nil {
		t.Fatal(err)
	}
	if err := inbox.Finish(w.ctx, r.ID); err != nil {
		t.Fatal(err)
	}
	inbox.Close()
	yesterday.Store(false)
	recent := w.ask(w.general, "Recent?")
	w.run(quoting)
	if _, err := w.Reply(w.ctx, recent.ID); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.answers("after that")
	if n := len(w.replies(old)); n != 0 {
		t.Errorf("%d replies", n)
	}
}

// In a rush answers wait until acknowledgements are on their way.
func TestRush(t *testing.T) {
	t.Parallel()
	var s *Server
	asked := make(chan struct{})
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		close(asked)
		return quoting(ctx, q, show)
	}, func(made *Server) { s = made })
	acknowledged := s.acking.begin()
	m := w.ask(w.general, "Closed?")
	w.undone(1)
	select {
	case <-asked:
		t.Error("an answer began before an acknowledgement that was to come first")
	default:
	}
	acknowledged()
	if _, err := w.Reply(w.ctx, m.ID); err != nil {
		t.Error(err)
	}
}

// While the inbox takes nothing, what was answered stays answered, and who asks is told.
// When it does again, that is made good, in the same place, though Discord has forgotten
// the nonce.
func TestInboxFailsWhileCatchingUp(t *testing.T) {
	t.Parallel()
	w, past := pastWorld(t, 20*time.Minute)
	past.Store(true)
	var s *Server
	w.run(quoting, func(made *Server) { s = made })
	w.online()
	before := w.ask(w.general, "Before?")
	if _, err := w.Reply(w.ctx, before.ID); err != nil {
		t.Fatal(err)
	}
	w.undone(0)
	s.inbox.Close()
	declined := w.ask(w.general, "Closed?")
	if got, err := w.Reply(w.ctx, declined.ID); err != nil || !strings.Contains(got.Content, "Something went wrong") {
		t.Fatalf("%q, %v", got.Content, err)
	}
	past.Store(false)
	w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
	readAgain := func() bool { // so all that was found the first time has been tried
		times := 0
		for _, r := range w.Requests() {
			query, _ := url.ParseQuery(r.Query)
			if r.Method == http.MethodGet && query.Has("after") && parseSnowflake(query.Get("after")) < parseSnowflake(before.ID) {
				times++
			}
		}
		return times > 1
	}
	if err := w.Wait(w.ctx, readAgain); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.stop()
	if err := w.stopped(); err != nil {
		t.Error(err)
	}
	if got := w.replies(before); len(got) != 1 || !hasSources(got[0]) || len(got[0].Edits) > 0 {
		t.Errorf("what was answered: %+v", got)
	}
	w.run(quoting)
	answered := func() bool {
		return slices.ContainsFunc(w.replies(declined), func(m local.Message) bool { return hasSources(m) })
	}
	if err := w.Wait(w.ctx, answered); err != nil || len(w.replies(declined)) != 1 {
		t.Errorf("%+v, %v\n%s", w.replies(declined), err, w.log)
	}
}
