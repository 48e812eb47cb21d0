package discord

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/local"
)

// Whatever happens to a request on its way, what it is for happens once.
func TestRequestFails(t *testing.T) {
	t.Parallel()
	requests := []struct {
		name, method, in string // in its path
	}{
		{"acknowledgement", http.MethodPost, "/callback"},
		{"response", http.MethodPatch, "@original"},
		{"reply", http.MethodPost, "/messages"},
	}
	faults := []struct {
		name  string
		fault local.RequestFault
	}{
		{"limited", local.RequestFault{Status: http.StatusTooManyRequests, RetryAfter: 50 * time.Millisecond}},
		{"limited with all", local.RequestFault{Status: http.StatusTooManyRequests, RetryAfter: 50 * time.Millisecond, Global: true}},
		{"500", local.RequestFault{Status: http.StatusInternalServerError}},
		{"502", local.RequestFault{Status: http.StatusBadGateway}},
		{"503", local.RequestFault{Status: http.StatusServiceUnavailable}},
		{"504", local.RequestFault{Status: http.StatusGatewayTimeout}},
		{"cut", local.RequestFault{Cut: true}},
		{"served, answered with 500", local.RequestFault{Status: http.StatusInternalServerError, Served: true}},
		{"served, then cut", local.RequestFault{Cut: true, Served: true}},
		{"no answer", local.RequestFault{Delay: 30 * time.Second}},
	}
	for _, r := range requests {
		for _, f := range faults {
			if f.fault.Delay > 0 && r.name != "acknowledgement" {
				continue // waits for longer than a test should
			}
			t.Run(r.name+" "+f.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, quoting)
				w.faulty = true
				var hit atomic.Bool
				w.SetFaults(local.Faults{Request: func(method, path string) local.RequestFault {
					if method == r.method && strings.Contains(path, r.in) && hit.CompareAndSwap(false, true) {
						return f.fault
					}
					return local.RequestFault{}
				}})
				if got := w.slash("Closed?"); !hasSources(got) {
					t.Errorf("/ask got %+v", got)
				}
				mention := w.ask(w.general, "Closed?")
				if got, err := w.Reply(w.ctx, mention.ID); err != nil || !hasSources(got) {
					t.Errorf("a mention got %+v, %v", got, err)
				}
				w.stop()
				if err := w.stopped(); err != nil {
					t.Error(err)
				}
				if n := len(w.replies(mention)); n != 1 || !hit.Load() {
					t.Errorf("%d replies; hit: %v", n, hit.Load())
				}
			})
		}
	}
}

// The bot is seen typing while it works, and an answer does not wait for that.
func TestTyping(t *testing.T) {
	t.Parallel()
	typing := make(chan struct{}, 100)
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		<-typing
		return quoting(ctx, q, show)
	})
	w.SetFaults(local.Faults{Request: func(_, path string) local.RequestFault {
		if !strings.HasSuffix(path, "/typing") {
			return local.RequestFault{}
		}
		typing <- struct{}{}
		return local.RequestFault{Delay: 30 * time.Second}
	}})
	w.say(w.general, "<@"+w.App().ID+"> Closed?")
}

// An acknowledgement waits for nothing: not for other requests, not for answers, not
// for the record.
func TestAcknowledgedFirst(t *testing.T) {
	t.Parallel()
	answer := make(chan struct{})
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		<-answer
		return quoting(ctx, q, show)
	})
	w.faulty = true
	for range atOnce { // all that is answered at once, and more
		w.ask(w.general, "Closed?")
	}
	w.SetFaults(local.Faults{Request: func(_, path string) local.RequestFault {
		if strings.Contains(path, "/channels/") {
			return local.RequestFault{Delay: 30 * time.Second}
		}
		return local.RequestFault{}
	}})
	// A large source is being added: the record's writer is taken.
	writing, written := make(chan struct{}), make(chan error)
	go func() {
		written <- w.db.Update(w.ctx, func(*sql.Tx) error {
			close(writing)
			<-answer
			return nil
		})
	}()
	<-writing
	i := w.command("Closed?")
	err := w.Wait(w.ctx, func() bool { return !w.Interaction(i.ID).AcknowledgedAt.IsZero() })
	if err != nil {
		t.Errorf("%v\n%s", err, w.log)
	}
	w.SetFaults(local.Faults{})
	close(answer)
	if err := <-written; err != nil {
		t.Error(err)
	}
	if got, err := w.Response(w.ctx, i.ID); err != nil || !hasSources(got) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What cannot be remembered is declined, with a word.
func TestInboxFails(t *testing.T) {
	t.Parallel()
	var broken *Server
	w := newWorld(t, quoting, func(s *Server) { broken = s })
	broken.inbox.Close()
	for _, got := range []local.Message{w.slash("Closed?"), w.say(w.dm, "Closed?")} {
		if !strings.Contains(got.Content, "Something went wrong") {
			t.Errorf("got %q", got.Content)
		}
	}
	if !strings.Contains(w.log.String(), "the inbox is closed") {
		t.Errorf("the log lacks the cause:\n%s", w.log)
	}
}

// An interaction that comes too late is left alone, and no token is in the log.
func TestTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	w.faulty = true
	w.SetFaults(local.Faults{Request: func(_, path string) local.RequestFault {
		if strings.Contains(path, "/callback") {
			return local.RequestFault{Status: http.StatusNotFound}
		}
		return local.RequestFault{}
	}})
	i := w.command("Closed?")
	refused := func() bool {
		return slices.ContainsFunc(w.Requests(), func(r local.Request) bool { return strings.HasSuffix(r.Path, "/callback") })
	}
	if err := w.Wait(w.ctx, refused); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.SetFaults(local.Faults{})
	w.answers("after that")
	w.stop()
	if err := w.stopped(); err != nil {
		t.Error(err)
	}
	if strings.Contains(w.log.String(), i.Token) {
		t.Errorf("a token is in the log:\n%s", w.log)
	}
	if got := w.Interaction(i.ID); !got.AcknowledgedAt.IsZero() {
		t.Errorf("acknowledged all the same: %+v", got)
	}
}

// A guild's owner learns once which permissions the bot lacks in a channel.
func TestMissingPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	w.faulty = true
	owner := w.OpenDM(w.ann)
	secret := w.AddChannel(w.guild.ID, "secret")
	deny := local.Overwrite{ID: w.guild.ID, Deny: local.PermSendMessages | local.PermEmbedLinks}
	if err := w.SetOverwrite(secret.ID, deny); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.Say(w.ann.ID, secret.ID, "<@"+w.App().ID+"> Closed?"); err != nil {
			t.Fatal(err)
		}
	}
	told := func() (all []string) {
		for _, m := range w.Messages(owner.ID) {
			if m.Author.ID == w.App().ID {
				all = append(all, m.Content)
			}
		}
		return all
	}
	if err := w.Wait(w.ctx, func() bool { return len(told()) > 0 }); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.answers("elsewhere")
	if err := w.SetOverwrite(secret.ID, local.Overwrite{ID: w.guild.ID}); err != nil {
		t.Fatal(err)
	}
	if got := w.say(secret, "<@"+w.App().ID+"> Closed?"); !hasSources(got) {
		t.Errorf("after it was mended: %+v", got)
	}
	w.stop()
	if err := w.stopped(); err != nil {
		t.Error(err)
	}
	got := told()
	if len(got) != 1 || !strings.Contains(got[0], "<#"+secret.ID+">") || !strings.Contains(got[0], "lacks: Send Messages.") {
		t.Errorf("the owner was told %q", got)
	}
}

// Where the bot may not read what was written before it answers without a reference,
// and does not try it with one again and again.
func TestNoHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	w.faulty = true
	c := w.AddChannel(w.guild.ID, "no-history")
	if err := w.SetOverwrite(c.ID, local.Overwrite{ID: w.guild.ID, Deny: local.PermReadMessageHistory}); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		w.ask(c, "Closed?")
		answered := func() bool { return len(w.Messages(c.ID)) == 2*n }
		if err := w.Wait(w.ctx, answered); err != nil {
			t.Fatalf("%v\n%s", err, w.log)
		}
	}
	refused := 0
	for _, r := range w.Requests() {
		if r.Status >= 400 {
			refused++
		}
	}
	if last := w.Messages(c.ID)[3]; !hasSources(last) || last.Reference != nil || refused != 1 {
		t.Errorf("%d refused; %+v", refused, last)
	}
}

// When the token is taken from the bot, what is under way is left to a bot that has
// another.
func TestTokenReset(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.faulty = true
	asked, answer := make(chan struct{}), make(chan struct{})
	s := w.server(testToken, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		close(asked)
		<-answer
		return quoting(ctx, q, show)
	})
	ran := make(chan error, 1)
	go func() { ran <- s.Run(w.ctx) }()
	w.online()
	w.ask(w.general, "Closed?")
	<-asked
	w.ResetToken()
	close(answer)
	if err := <-ran; !errors.Is(err, ErrBadToken) {
		t.Errorf("Run = %v", err)
	}
	if n, err := s.inbox.Unfinished(w.ctx); n != 1 || err != nil {
		t.Errorf("%d unfinished, %v", n, err)
	}
}

// An answer takes no leave to embed links.
func TestWithoutEmbedLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	c := w.AddChannel(w.guild.ID, "no-embeds")
	if err := w.SetOverwrite(c.ID, local.Overwrite{ID: w.guild.ID, Deny: local.PermEmbedLinks}); err != nil {
		t.Fatal(err)
	}
	if got := w.say(c, "<@"+w.App().ID+"> Closed?"); !hasSources(got) {
		t.Errorf("got %q", got.Content)
	}
}

// What was checked before a failure stands.
func TestFailureAfterProgress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		a, err := quoting(ctx, q, show)
		show(a)
		return bot.Answer{}, errors.Join(err, errors.New("disk on fire"))
	})
	got := w.slash("Closed?")
	if !strings.Contains(got.Content, "“The harbour was closed on Monday.” [1]\n"+stormLine+"\n-# Something went wrong") || !hasSources(got) {
		t.Errorf("got %q", got.Content)
	}
}

// When the last version of an answer is refused, what was shown of it stays.
func TestLastVersionRefused(t *testing.T) {
	t.Parallel()
	var w *world
	w = newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		a, err := quoting(ctx, q, show)
		show(a)
		unfinished := func() bool {
			return slices.ContainsFunc(w.Messages(w.general.ID), func(m local.Message) bool { return stillAtIt(m) })
		}
		if err := w.Wait(w.ctx, unfinished); err != nil {
			return a, err
		}
		w.SetFaults(local.Faults{Request: once(http.MethodPatch, local.RequestFault{Status: http.StatusBadRequest})})
		return a, err
	})
	w.faulty = true
	m := w.ask(w.general, "Closed?")
	told := func() bool {
		got := w.replies(m)
		return len(got) == 1 && strings.Contains(got[0].Content, "Something went wrong")
	}
	if err := w.Wait(w.ctx, told); err != nil {
		t.Fatalf("%+v, %v\n%s", w.replies(m), err, w.log)
	}
	if got := w.replies(m)[0]; !strings.HasPrefix(got.Content, "“The harbour was closed on Monday.” [1]\n"+stormLine+"\n-# Something") || !hasSources(got) {
		t.Errorf("got %q", got.Content)
	}
}
