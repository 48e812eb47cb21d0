package discord

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/local"
)

const testToken = "a.test.token"

// A world is a local Discord with one guild, and our bot connected to it.
type world struct {
	*local.Server
	t           *testing.T
	ann         local.User
	general, dm local.Channel
	log         *lockedBuffer
	ctx         context.Context // the limit of all waiting
	stop        func()          // begins the bot's shutdown
	stopped     func() error    // waits for Run and returns its error
}

// newWorld runs a bot that answers with ask, until the test ends; then it
// checks all that the bot sent. adjust, if any, changes the bot before it
// runs.
func newWorld(t *testing.T, ask func(context.Context, bot.Question) (bot.Answer, error), adjust ...func(*Server)) *world {
	t.Helper()
	w := &world{t: t, log: &lockedBuffer{}}
	w.Server = local.New(local.Options{Token: testToken, Name: "storybot", Now: time.Now})
	web := httptest.NewServer(w.Server)
	w.ann = w.AddUser("ann")
	w.general = w.AddChannel(w.AddGuild("Readers", w.ann).ID, "general")
	w.dm = w.OpenDM(w.ann)

	s, err := New(Config{
		Token: testToken, APIURL: web.URL + "/api", Ask: ask,
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range adjust {
		change(s)
	}
	var ctx context.Context
	ctx, w.stop = context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()
	w.stopped = sync.OnceValue(func() error { return <-ran })
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), 20*time.Second)
	if err := w.Online(w.ctx); err != nil {
		t.Fatalf("not online: %v\n%s", err, w.log)
	}
	t.Cleanup(func() {
		defer cancel()
		w.stop()
		if err := w.stopped(); err != nil {
			t.Errorf("Run: %v", err)
		}
		w.Close()
		web.Close()
		checkRequests(t, w.Requests())
		for _, channel := range []string{w.general.ID, w.dm.ID} {
			checkPings(t, w.Messages(channel), w.App().ID)
		}
	})
	return w
}

// slash asks by /ask and returns the response.
func (w *world) slash(question string) local.Message {
	w.t.Helper()
	i, err := w.Slash(w.ann.ID, w.general.ID, "ask", local.Option{Name: "question", Value: question})
	if err != nil {
		w.t.Fatal(err)
	}
	m, err := w.Response(w.ctx, i.ID)
	if err != nil {
		w.t.Fatalf("no response: %v\n%s", err, w.log)
	}
	return m
}

// say writes a message and returns the bot's reply to it.
func (w *world) say(channel local.Channel, content string) local.Message {
	w.t.Helper()
	said, err := w.Say(w.ann.ID, channel.ID, content)
	if err != nil {
		w.t.Fatal(err)
	}
	m, err := w.Reply(w.ctx, said.ID)
	if err != nil {
		w.t.Fatalf("no reply: %v\n%s", err, w.log)
	}
	return m
}

// checkRequests holds the bot's requests to Discord's schemas, and to its
// acceptance.
func checkRequests(t *testing.T, requests []local.Request) {
	t.Helper()
	schemas := loadSchemas(t)
	for _, r := range requests {
		if r.Status >= 300 {
			t.Errorf("%s %s got %d: %s", r.Method, r.Path, r.Status, r.Body)
		}
		if err := schemas.check(r); err != nil {
			t.Errorf("%s %s: %v\n%s", r.Method, r.Path, err, r.Body)
		}
	}
}

// checkPings holds that nothing the bot said, at any time, pinged anyone.
func checkPings(t *testing.T, messages []local.Message, app string) {
	t.Helper()
	for _, m := range messages {
		if m.Author.ID != app {
			continue
		}
		for _, version := range append(m.Edits, m) {
			if len(version.Mentions) > 0 || len(version.MentionRoles) > 0 || version.MentionEveryone {
				t.Errorf("the bot pinged someone: %q", version.Content)
			}
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// quoting answers any question with one quote.
func quoting(_ context.Context, q bot.Question) (bot.Answer, error) {
	const text = "The harbour was closed on Monday. Nobody was hurt, the mayor said."
	return bot.Answer{
		ID: "a1", Status: bot.Answered, Mode: bot.QuoteMode, Question: q.Text, Language: "en",
		Statements: []bot.Statement{{Text: "The harbour was closed on Monday.", Citations: []int{1}, Support: bot.SupportQuote}},
		Citations: []bot.Citation{{
			N: 1, Source: "storm.txt", StoryID: "s1", Story: "The storm", Revision: 1, Paragraph: 3,
			Quote: "The harbour was closed on Monday.", Text: text, URL: "https://example.org/storm#:~:text=The%20harbour",
		}},
	}, nil
}
