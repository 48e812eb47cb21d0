package discord

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot/discord/local"
	"storybot/bot/ledger"
)

// ask is a mention of the bot, said but not waited for.
func (w *world) ask(c local.Channel, question string) local.Message {
	w.t.Helper()
	m, err := w.Say(w.ann.ID, c.ID, "<@"+w.App().ID+"> "+question)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// command uses /ask, and does not wait for the response.
func (w *world) command(question string) local.Interaction {
	w.t.Helper()
	i, err := w.Slash(w.ann.ID, w.general.ID, "ask", local.Option{Name: "question", Value: question})
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// replies are the bot's to a message.
func (w *world) replies(to local.Message) (all []local.Message) {
	for _, m := range w.Messages(to.ChannelID) {
		if m.Author.ID == w.App().ID && m.Reference != nil && m.Reference.MessageID == to.ID {
			all = append(all, m)
		}
	}
	return all
}

// What is said to the bot while it is away, or while its session is lost, is
// answered when it is back: once.
func TestMissedMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	before := []local.Message{w.ask(w.general, "One?"), w.ask(w.dm, "Two?")}
	for _, m := range before {
		if _, err := w.Reply(w.ctx, m.ID); err != nil {
			t.Fatal(err)
		}
	}
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	away := []local.Message{w.ask(w.general, "Three?"), w.ask(w.dm, "Four?")}
	if _, err := w.Say(w.ann.ID, w.general.ID, "Not for the bot."); err != nil {
		t.Fatal(err)
	}
	w.run(quoting)
	for _, m := range away {
		if _, err := w.Reply(w.ctx, m.ID); err != nil {
			t.Fatalf("%q is not answered: %v\n%s", m.Content, err, w.log)
		}
	}
	w.online()

	// Discord forgets the session, and what it would have sent.
	w.SetFaults(local.Faults{Payload: func(name string) local.PayloadFault { return local.PayloadFault{Drop: name == "MESSAGE_CREATE"} }})
	lost := w.ask(w.general, "Five?")
	w.SetFaults(local.Faults{})
	w.Disturb(local.PayloadFault{Invalid: local.NotResumable})
	if _, err := w.Reply(w.ctx, lost.ID); err != nil {
		t.Fatalf("not answered: %v\n%s", err, w.log)
	}
	w.answers("after that")
	for _, m := range append(append(before, away...), lost) {
		if got := w.replies(m); len(got) != 1 {
			t.Errorf("%q got %d replies", m.Content, len(got))
		}
	}
}

// A request that a process left undone is told about by the next one, unless
// it was answered.
func TestLeftUndone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	dead := w.server(testToken, quoting)
	dead.user, dead.app, dead.talk = w.App().ID, w.App().ID, context.Background()
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	// Each is left at another point of its way.
	answered := func(x exchange) error { return x.reply.show(w.ctx, message{content: "The answer."}) }
	half := func(x exchange) error {
		return x.reply.show(w.ctx, message{content: "The answer is "}.unfinished("more"))
	}
	thinking := func(x exchange) error { return nil }
	tests := []struct {
		name    string
		until   func(exchange) error
		told    bool // in a reply to a message
		command bool
	}{
		{"a mention, claimed", thinking, true, false},
		{"a mention, half answered", half, true, false},
		{"a mention, answered", answered, false, false},
		{"a command, acknowledged", thinking, true, true},
		{"a command, half answered", half, true, true},
		{"a command, answered", answered, false, true},
	}
	var last []func() (local.Message, error)
	for _, tt := range tests {
		var x exchange
		if tt.command {
			i := w.command(tt.name)
			x = dead.exchange(ledger.Request{Kind: ledger.CommandRequest, ID: i.ID, Token: i.Token, Channel: i.ChannelID, Guild: i.GuildID})
			last = append(last, func() (local.Message, error) { return w.Response(w.ctx, i.ID) })
		} else {
			m := w.ask(w.general, tt.name)
			x = dead.exchange(ledger.Request{Kind: ledger.MessageRequest, ID: m.ID, Channel: m.ChannelID, Guild: w.guild.ID})
			last = append(last, func() (local.Message, error) { return w.Reply(w.ctx, m.ID) })
		}
		if !dead.claim(w.ctx, x) || !dead.acknowledge(w.ctx, x, plan{}) {
			t.Fatalf("%s: not claimed\n%s", tt.name, w.log)
		}
		if err := tt.until(x); err != nil {
			t.Fatal(err)
		}
	}
	dead.inbox.Close()
	dead.api.close()
	dead.acks.close()
	w.run(quoting)
	for i, tt := range tests {
		err := w.Wait(w.ctx, func() bool {
			m, err := last[i]()
			return err == nil && (strings.Contains(m.Content, "ask again") || !tt.told && m.Content == "The answer.")
		})
		m, _ := last[i]()
		if err != nil || strings.Contains(m.Content, "ask again") != tt.told {
			t.Errorf("%s: %q, %v\n%s", tt.name, m.Content, err, w.log)
		}
		if half := strings.HasSuffix(tt.name, "half answered"); half != strings.HasPrefix(m.Content, "The answer is\n-# ") {
			t.Errorf("%s: %q", tt.name, m.Content)
		}
	}
	w.answers("after that")
}

// What Discord does not take for a while is shown when it does.
func TestReplyLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	w.faulty = true
	var refusals atomic.Int32
	w.SetFaults(local.Faults{Request: func(method, path string) local.RequestFault {
		if strings.HasSuffix(path, "/messages") && method == http.MethodPost || method == http.MethodPatch {
			refusals.Add(1)
			return local.RequestFault{Status: http.StatusServiceUnavailable}
		}
		return local.RequestFault{}
	}})
	i, m := w.command("Closed?"), w.ask(w.general, "Closed?")
	if err := w.Wait(w.ctx, func() bool { return refusals.Load() >= 6 }); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.SetFaults(local.Faults{})
	if got, err := w.Response(w.ctx, i.ID); err != nil || !hasSources(got) {
		t.Errorf("the command got %q, %v", got.Content, err)
	}
	if got, err := w.Reply(w.ctx, m.ID); err != nil || !hasSources(got) {
		t.Errorf("the mention got %q, %v", got.Content, err)
	}
}

// leave claims a mention for a process that then dies, after it did its part.
func (w *world) leave(question string, part func(exchange) error) (local.Message, exchange) {
	w.t.Helper()
	m := w.ask(w.general, question)
	dead := w.server(testToken, quoting)
	dead.user, dead.app, dead.talk = w.App().ID, w.App().ID, context.Background()
	x := dead.exchange(ledger.Request{Kind: ledger.MessageRequest, ID: m.ID, Channel: m.ChannelID, Guild: w.guild.ID})
	if !dead.claim(w.ctx, x) || !dead.acknowledge(w.ctx, x, plan{}) {
		w.t.Fatalf("not claimed\n%s", w.log)
	}
	if err := part(x); err != nil {
		w.t.Fatal(err)
	}
	dead.inbox.Close()
	w.t.Cleanup(func() { dead.api.close(); dead.acks.close() })
	return m, x
}

// An answer that comes while its request is being made up for stands: the process
// that was taken for dead was only slow.
func TestLateAnswerStands(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	m, x := w.leave("Closed?", func(exchange) error { return nil })
	var late atomic.Bool
	w.SetFaults(local.Faults{Request: func(method, path string) local.RequestFault {
		if method == http.MethodPost && strings.HasSuffix(path, "/messages") && late.CompareAndSwap(false, true) {
			if err := x.reply.show(w.ctx, message{content: "The answer."}); err != nil {
				t.Error(err)
			}
		}
		return local.RequestFault{}
	}})
	w.run(quoting)
	w.undone(0)
	if got := w.replies(m); len(got) != 1 || got[0].Content != "The answer." || len(got[0].Edits) > 0 || !late.Load() {
		t.Errorf("%+v", got)
	}
}

// A reply that is far down the channel is found.
func TestReplyFarDown(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	m, _ := w.leave("Closed?", func(x exchange) error {
		for range 2*pageSize + 10 {
			if _, err := w.Say(w.ann.ID, w.general.ID, "Chatter."); err != nil {
				return err
			}
		}
		err := x.reply.show(w.ctx, message{content: "The answer."})
		return errors.Join(err, x.reply.(*messageReply).server.inbox.Replied(w.ctx, x.request.ID, "")) // not noted
	})
	w.run(quoting)
	w.undone(0)
	if got := w.replies(m); len(got) != 1 || got[0].Content != "The answer." {
		t.Errorf("%+v", got)
	}
}

// undone waits until so many requests are not finished.
func (w *world) undone(want int) {
	w.t.Helper()
	inbox, err := ledger.OpenInbox(w.ctx, w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	defer inbox.Close()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		n, err := inbox.Unfinished(w.ctx)
		if err != nil {
			w.t.Fatalf("%d unfinished: %v\n%s", n, err, w.log)
		}
		if n == want {
			return
		}
		<-look.C
	}
}

// Nobody is told of a question that was asked long ago.
func TestTooOldToTell(t *testing.T) {
	t.Parallel()
	w, past := pastWorld(t, 2*time.Hour)
	past.Store(true)
	m, _ := w.leave("Closed?", func(exchange) error { return nil })
	past.Store(false)
	w.run(quoting)
	w.undone(0)
	if got := w.replies(m); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// pastWorld is one in which it is so much earlier while the other result is true.
func pastWorld(t *testing.T, ago time.Duration) (*world, *atomic.Bool) {
	past := new(atomic.Bool)
	return emptyWorld(t, func(o *local.Options) {
		o.Now = func() time.Time {
			if past.Load() {
				return time.Now().Add(-ago)
			}
			return time.Now()
		}
	}), past
}

// A panic leaves the request to the inbox, and the person is told.
func TestPanicAfterAnswer(t *testing.T) {
	t.Parallel()
	var s *Server
	w := newWorld(t, quoting, func(made *Server) { s = made })
	m := w.ask(w.dm, "Closed?")
	if _, err := w.Reply(w.ctx, m.ID); err != nil {
		t.Fatal(err)
	}
	said, err := w.Say(w.ann.ID, w.general.ID, "For nobody.")
	if err != nil {
		t.Fatal(err)
	}
	x := s.exchange(ledger.Request{Kind: ledger.MessageRequest, ID: said.ID, Channel: said.ChannelID, Guild: w.guild.ID})
	x.plan = func(_ context.Context, v *visit) (plan, error) {
		return s.questionPlan(t.Context(), v, question{text: "Closed?"})
	}
	x.reply = panicking{x.reply}
	s.take(t.Context(), func() {}, func() (exchange, bool) { return x, true })
	got, err := w.Reply(w.ctx, said.ID)
	if err != nil || !strings.Contains(got.Content, "ask again") || !strings.Contains(w.log.String(), "a reply that panics") {
		t.Errorf("%q, %v\n%s", got.Content, err, w.log)
	}
}

// A panicking reply cannot be shown.
type panicking struct{ reply }

func (panicking) show(context.Context, message) error { panic("a reply that panics") }
