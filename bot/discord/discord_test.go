package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"storybot/bot"
	"storybot/bot/discord/local"
)

// TestMain is also the other process that a test needs.
func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := serveChild(url, os.Getenv(childRecord)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func TestSlashCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	got := w.slash("Was the harbour closed? <@" + w.ann.ID + "> @everyone")

	wantContent := "> Was the harbour closed? \\<\\@" + w.ann.ID + "\\> \\@everyone\n“The harbour was closed on Monday.” [1]\n" + stormLine
	if diff := cmp.Diff(wantContent, got.Content); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	if len(got.Edits) != 1 || got.Edits[0].Flags != local.FlagLoading {
		t.Errorf("the response was not deferred and then edited once: %+v", got.Edits)
	}
	var first string
	for _, r := range w.Requests() {
		if strings.Contains(r.Path, "token-") {
			first = r.Path
			break
		}
	}
	if !strings.HasSuffix(first, "/callback") {
		t.Errorf("the first request of the interaction was %s", first)
	}
}

// Whoever asks is known by id, in a server and in a DM: budgets are a person's.
func TestCommandUser(t *testing.T) {
	t.Parallel()
	questions := make(chan bot.Question, 2)
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		questions <- q
		return quoting(ctx, q, show)
	})
	for _, c := range []local.Channel{w.general, w.dm} {
		i, err := w.Slash(w.ann.ID, c.ID, "ask", local.Option{Name: "question", Value: "Closed?"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Response(w.ctx, i.ID); err != nil {
			t.Fatal(err)
		}
		if q := <-questions; q.User != w.ann.ID || q.Guild != c.GuildID {
			t.Errorf("user %q in guild %q, want %q in %q", q.User, q.Guild, w.ann.ID, c.GuildID)
		}
	}
}

// The acknowledgement does not wait for the answer.
func TestDeferredBeforeAsking(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		close(asked)
		<-answer
		return quoting(ctx, q, show)
	})
	i, err := w.Slash(w.ann.ID, w.general.ID, "ask", local.Option{Name: "question", Value: "Closed?"})
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	messages := w.Messages(w.general.ID)
	if len(messages) != 1 || messages[0].Flags&local.FlagLoading == 0 {
		t.Errorf("asked before the response was deferred: %+v", messages)
	}
	close(answer)
	if _, err := w.Response(w.ctx, i.ID); err != nil {
		t.Error(err)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	questions := make(chan bot.Question, 10)
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		questions <- q
		return quoting(ctx, q, show)
	})
	ben := w.AddUser("ben")
	me := "<@" + w.App().ID + ">"
	tests := []struct {
		name    string
		channel local.Channel
		content string
		want    bot.Question
	}{
		{"mention first", w.general, me + " Who closed it?", bot.Question{Guild: w.general.GuildID, Text: "Who closed it?"}},
		{"mention last", w.general, "Who closed it, " + me, bot.Question{Guild: w.general.GuildID, Text: "Who closed it,"}},
		{"nickname form", w.general, "<@!" + w.App().ID + "> Who?", bot.Question{Guild: w.general.GuildID, Text: "Who?"}},
		{"someone else too", w.general, me + " What did <@" + ben.ID + "> say?", bot.Question{Guild: w.general.GuildID, Text: "What did ben say?"}},
		{"direct message", w.dm, "Who closed it?", bot.Question{Text: "Who closed it?"}},
	}
	for _, tt := range tests {
		before := time.Now().Truncate(time.Millisecond) // as snowflakes are
		got := w.say(tt.channel, tt.content)
		question := <-questions
		if question.At.Before(before) || question.At.After(time.Now()) {
			t.Errorf("%s: asked at %v, after %v", tt.name, question.At, before)
		}
		tt.want.User, tt.want.Channel = w.ann.ID, tt.channel.ID
		if diff := cmp.Diff(tt.want, question, cmpopts.IgnoreFields(bot.Question{}, "At")); diff != "" {
			t.Errorf("%s: question (-want +got):\n%s", tt.name, diff)
		}
		if want := "“The harbour was closed on Monday.” [1]\n" + stormLine; got.Content != want {
			t.Errorf("%s: replied %q, want %q", tt.name, got.Content, want)
		}
	}
	contains(t, w.say(w.general, me), "mention me together with a question") // which nobody is asked
}

// What is not addressed to the bot gets no reply. The last message is
// answered, so all before it have been seen.
func TestNotAddressed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	for _, content := range []string{"Who closed it?", "@everyone Who closed it?", "<@1> Who?"} {
		if _, err := w.Say(w.ann.ID, w.general.ID, content); err != nil {
			t.Fatal(err)
		}
	}
	w.say(w.general, "<@"+w.App().ID+"> Who?")
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Messages(w.general.ID)); n != 5 {
		t.Errorf("%d messages, want 4 of ann's and 1 reply", n)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		ask     func(context.Context) error
		want    string // of the sentence
		wantLog string
		id      bool // the sentence ends with an id that is in the log
	}{
		{"unexpected", func(context.Context) error { return errors.New("disk on fire") }, "Something went wrong", "disk on fire", true},
		{"panic", func(context.Context) error { panic("index out of range") }, "Something went wrong", "index out of range", true},
		{"too slow", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "took too long", "deadline", true},
		{"no words", func(context.Context) error { return bot.ErrEmptyQuestion }, "mention me together with a question", "no words", false},
		{"too long", func(context.Context) error { return bot.ErrLongQuestion }, "2000 characters are the most", "more than", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(ctx context.Context, _ bot.Question, _ func(bot.Answer)) (bot.Answer, error) {
				return bot.Answer{}, tt.ask(ctx)
			}, func(s *Server) { s.workLimit = 10 * time.Millisecond })
			for _, got := range []local.Message{w.slash("Who?"), w.say(w.dm, "Who?")} {
				if !strings.Contains(got.Content, tt.want) || strings.Contains(got.Content, tt.wantLog) {
					t.Errorf("the person saw %q, want %q", got.Content, tt.want)
				}
				if !strings.Contains(w.log.String(), tt.wantLog) {
					t.Errorf("the log lacks %q:\n%s", tt.wantLog, w.log)
				}
				_, id, found := strings.Cut(strings.TrimSuffix(got.Content, ")"), " (")
				if found != tt.id || found && !strings.Contains(w.log.String(), "id="+id) {
					t.Errorf("id shown %q; log:\n%s", got.Content, w.log)
				}
			}
		})
	}
}

// A person whose answer Discord refuses is told so.
func TestRefusedReply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	w.faulty = true
	w.SetFaults(local.Faults{Request: once(http.MethodPatch, local.RequestFault{Status: http.StatusBadRequest})})
	if got := w.slash("Closed?"); !strings.Contains(got.Content, "Something went wrong") {
		t.Errorf("got %q", got.Content)
	}
	if !strings.Contains(w.log.String(), "400") {
		t.Errorf("the log lacks the cause:\n%s", w.log)
	}
}

// once does f to the first request with the method.
func once(method string, f local.RequestFault) func(method, path string) local.RequestFault {
	var done atomic.Bool
	return func(m, _ string) local.RequestFault {
		if m == method && done.CompareAndSwap(false, true) {
			return f
		}
		return local.RequestFault{}
	}
}

// A shutdown finishes what is under way.
func TestDrain(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		close(asked)
		<-answer
		return quoting(ctx, q, show)
	})
	i, err := w.Slash(w.ann.ID, w.general.ID, "ask", local.Option{Name: "question", Value: "Closed?"})
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	w.takesNoMore()
	late := w.say(w.dm, "And this one?")
	if !strings.Contains(late.Content, "restarting") {
		t.Errorf("a question after the stop got %q", late.Content)
	}
	close(answer)
	got, err := w.Response(w.ctx, i.ID)
	if err != nil || !hasSources(got) {
		t.Errorf("the question under way got %+v, %v", got, err)
	}
}

// takesNoMore stops the bot, and waits until it takes no more questions.
func (w *world) takesNoMore() {
	w.t.Helper()
	w.stop()
	for !strings.Contains(w.log.String(), "discord: stopping") {
		if !pause(w.ctx, time.Millisecond) {
			w.t.Fatalf("it does not stop\n%s", w.log)
		}
	}
}

// Who asks while the last question is finished is told, however long that takes.
func TestAskedDuringDrain(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		close(asked)
		<-answer
		return quoting(ctx, q, show)
	})
	w.ask(w.general, "First?")
	<-asked
	w.SetFaults(local.Faults{Request: func(method, _ string) local.RequestFault {
		if method == http.MethodPatch {
			return local.RequestFault{Delay: 300 * time.Millisecond}
		}
		return local.RequestFault{}
	}})
	w.takesNoMore()
	late := w.command("Second?")
	acknowledged := func() bool { return !w.Interaction(late.ID).AcknowledgedAt.IsZero() }
	if err := w.Wait(w.ctx, acknowledged); err != nil {
		t.Fatal(err)
	}
	close(answer)
	if err := w.stopped(); err != nil {
		t.Error(err)
	}
	if got, err := w.Response(w.ctx, late.ID); err != nil || !strings.Contains(got.Content, "restarting") {
		t.Errorf("got %q, %v", got.Content, err)
	}
}

// A question that does not end in time is told why.
func TestDrainLimit(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	w := newWorld(t, func(ctx context.Context, _ bot.Question, _ func(bot.Answer)) (bot.Answer, error) {
		close(asked)
		<-ctx.Done()
		return bot.Answer{}, ctx.Err()
	}, func(s *Server) { s.drainLimit = time.Millisecond })
	i, err := w.Slash(w.ann.ID, w.general.ID, "ask", local.Option{Name: "question", Value: "Closed?"})
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	w.stop()
	got, err := w.Response(w.ctx, i.ID)
	if err != nil || !strings.Contains(got.Content, "restarting") {
		t.Errorf("got %q, %v", got.Content, err)
	}
}

func TestBadToken(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.faulty = true
	s := w.server("another", quoting)
	if err := s.Run(t.Context()); !errors.Is(err, ErrBadToken) {
		t.Errorf("Run = %v, want ErrBadToken", err)
	}
}

// There is room under an answer for whatever has to be noted, in every language.
func TestNotesFit(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range all.languages {
		if n := length(message{}.unfinished(say.say("answer_unfinished")).content); n > maxNote {
			t.Errorf("%s: the mark of what is unfinished takes %d characters", say.code, n)
		}
		name := strings.Repeat("s", maxName)
		notes := []string{say.say("server_picked", "Server", name), say.say("server_not_member", "Server", name)}
		for _, err := range []error{
			errRestarting, errInterrupted, context.DeadlineExceeded, errors.New("any other"), bot.ErrEmptyQuestion, bot.ErrLongQuestion,
			&discordgo.RESTError{Message: &discordgo.APIErrorMessage{Code: discordgo.ErrCodeMissingPermissions}},
		} {
			text, _ := sentence(say, err)
			notes = append(notes, text+" (0123456789abc)")
		}
		for _, note := range notes {
			if n := length(message{}.noting(note).content); n > maxNote {
				t.Errorf("%s: %q takes %d characters, there are %d", say.code, note, n, maxNote)
			}
		}
	}
}

// A token that cannot be one is refused before it is sent anywhere.
func TestNoToken(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"two\nlines", "two words", "Кириллица"} {
		if _, err := New(Config{Token: token}); !errors.Is(err, ErrBadToken) || strings.Contains(err.Error(), token) {
			t.Errorf("New = %v", err)
		}
	}
	s, err := New(Config{Token: " Bot " + testToken + "\n"})
	if err != nil || s.api.session.Token != "Bot "+testToken {
		t.Errorf("%v, %v", s.api.session.Token, err)
	}
}

func TestNew(t *testing.T) {
	tests := []struct {
		url string
		ok  bool
	}{
		{"", true},
		{"http://127.0.0.1:3001/api", true},
		{"127.0.0.1:3001/api", false},
		{"localhost:3001", false},
		{"ftp://example.org", false},
	}
	for _, tt := range tests {
		if _, err := New(Config{Token: testToken, APIURL: tt.url}); (err == nil) != tt.ok {
			t.Errorf("New with %q: %v", tt.url, err)
		}
	}
}
