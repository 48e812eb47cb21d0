package discord

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

const testToken = "a.test.token"

// atOnce is how many questions a bot answers at once, a quarter of them in a guild.
const atOnce = 64

// A world is a local Discord with one guild, and our bot connected to it.
type world struct {
	*local.Server
	t           testing.TB
	url         string // of the API
	folder      string
	name        string // of the record
	db          *record.DB
	corpus      *retrieval.Corpus
	web         *web
	ledger      *ledger.Ledger
	ann         local.User
	guild       local.Guild
	general, dm local.Channel
	log         *lockedBuffer
	ctx         context.Context // the limit of all waiting
	faulty      bool            // requests may have been refused
	stop        func()          // begins the bot's shutdown
	stopped     func() error    // waits for Run and returns its error
}

// newWorld runs a bot that answers with ask, or, where that is nil, in quotes from the
// world's stories, until the test ends; then it
// checks all that the bot sent. adjust, if any, changes the bot before it
// runs.
func newWorld(t testing.TB, ask asker, adjust ...func(*Server)) *world {
	t.Helper()
	w := emptyWorld(t)
	w.run(ask, adjust...)
	if err := w.Online(w.ctx); err != nil {
		t.Fatalf("not online: %v\n%s", err, w.log)
	}
	return w
}

// emptyWorld is one without our bot in it.
func emptyWorld(t testing.TB, adjust ...func(*local.Options)) *world {
	t.Helper()
	return emptyWorldOn(t, recordtest.Name(t), adjust...)
}

// emptyWorldOn is one whose record has that name.
func emptyWorldOn(t testing.TB, name string, adjust ...func(*local.Options)) *world {
	t.Helper()
	w := &world{t: t, name: name, folder: t.TempDir(), log: &lockedBuffer{}}
	opts := local.Options{Token: testToken, Name: "storybot", Now: time.Now, Limits: local.Unlimited}
	for _, change := range adjust {
		change(&opts)
	}
	w.Server = local.New(opts)
	web := httptest.NewServer(w.Server)
	w.url = web.URL + "/api"
	w.ann = w.AddUser("ann")
	w.guild = w.AddGuild("Readers", w.ann)
	w.general = w.AddChannel(w.guild.ID, "general")
	w.dm = w.OpenDM(w.ann)
	var err error
	if w.db, err = record.Open(t.Context(), w.name); err != nil {
		t.Fatal(err)
	}
	w.corpus = retrieval.Open(w.db, filepath.Join(w.folder, "c.index"), slog.New(slog.DiscardHandler))
	w.web = newWeb(t)
	w.ledger = ledger.New(w.db)
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(func() {
		cancel()
		w.Close()
		web.Close()
		w.corpus.Close()
		w.db.Close()
		checkRequests(t, w.Requests(), w.faulty)
		for _, channel := range []string{w.general.ID, w.dm.ID} {
			checkPings(t, w.Messages(channel), w.App().ID)
		}
	})
	return w
}

// run starts a bot that answers with ask, until it is stopped or the test ends.
func (w *world) run(ask asker, adjust ...func(*Server)) {
	w.t.Helper()
	s := w.server(testToken, ask)
	for _, change := range adjust {
		change(s)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- errors.Join(s.Run(ctx), s.inbox.Close()) }()
	w.stop = stop
	w.stopped = sync.OnceValue(func() error { return <-ran })
	stopped := w.stopped
	w.t.Cleanup(func() {
		stop()
		if err := stopped(); err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
}

// server is a bot in this world that does not run yet.
func (w *world) server(token string, ask asker) *Server {
	w.t.Helper()
	var b Bot = ask
	if ask == nil {
		b = bot.New(bot.Config{Corpus: w.corpus, Ledger: w.ledger, Log: slog.New(slog.NewTextHandler(w.log, nil))})
	}
	inbox, err := ledger.OpenInbox(w.t.Context(), w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { inbox.Close() })
	s, err := New(Config{
		Token: token, APIURL: w.url, Bot: b, Corpus: w.corpus, Ledger: w.ledger, Inbox: inbox, AtOnce: atOnce,
		Keeper: w.keeper(w.web.client),
		Rates:  Rates{User: 10_000, Channel: 10_000, Guild: 10_000}, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	hurry(s)
	return s
}

// keeper keeps the world's sources fresh from what a client reaches.
func (w *world) keeper(client *fetch.Client) *source.Keeper {
	return source.New(source.Config{Corpus: w.corpus, Client: client, Log: slog.New(slog.NewTextHandler(w.log, nil))})
}

// hurry makes a bot wait less than is polite.
func hurry(s *Server) {
	s.gateway.pace.identify = 0
	s.gateway.pace.invalid = func() time.Duration { return time.Millisecond }
	s.gateway.pace.retry = &backoff.ExponentialBackOff{InitialInterval: 5 * time.Millisecond, Multiplier: 2, MaxInterval: 100 * time.Millisecond}
	s.beatPause = 10 * time.Millisecond
	s.editPause = 10 * time.Millisecond
	s.again.rest = 0
}

// An asker is a bot that only answers questions, by a function.
type asker func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error)

func (ask asker) Ask(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
	return ask(ctx, q, show)
}

func (asker) Summarise(context.Context, bot.SummaryRequest, func(bot.Answer)) (bot.Answer, error) {
	return bot.Answer{}, errors.New("no summaries here")
}

func (asker) Check(context.Context, bot.CheckRequest) (bot.FactCheck, error) {
	return bot.FactCheck{}, errors.New("no checks here")
}

func (asker) Forget(context.Context, string) (ledger.Forgotten, error) {
	return ledger.Forgotten{}, errors.New("nothing is kept here")
}

// slash asks by /ask and returns the response.
func (w *world) slash(question string) local.Message {
	w.t.Helper()
	i, err := w.Slash(w.ann.ID, w.general.ID, "ask", local.Option{Name: "question", Value: question})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.response(i, nil)
}

// say writes a message and returns the bot's reply to it.
func (w *world) say(channel local.Channel, content string) local.Message {
	w.t.Helper()
	said, err := w.Say(w.ann.ID, channel.ID, content)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.reply(said)
}

// reply waits for the bot's reply to a message, to its end.
func (w *world) reply(to local.Message) local.Message {
	w.t.Helper()
	m, err := w.Reply(w.ctx, to.ID)
	if err == nil && stillAtIt(m) {
		err = w.Wait(w.ctx, func() bool {
			m, err = w.Reply(w.ctx, to.ID)
			return err != nil || !stillAtIt(m)
		})
	}
	if err != nil {
		w.t.Fatalf("no reply: %v\n%s", err, w.log)
	}
	return m
}

// stillAtIt reports whether a message says that there is more to come.
func stillAtIt(m local.Message) bool { return m.Content != withoutMark(m.Content) }

// checkRequests holds the bot's requests to Discord's schemas, and to its
// acceptance.
func checkRequests(t testing.TB, requests []local.Request, faulty bool) {
	t.Helper()
	checkSchemas(t, requests)
	for _, r := range requests {
		if r.Status >= 300 && !faulty {
			t.Errorf("%s %s got %d: %s", r.Method, r.Path, r.Status, r.Body)
		}
	}
}

// checkPings holds that nothing the bot said, at any time, pinged anyone.
func checkPings(t testing.TB, messages []local.Message, app string) {
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
func quoting(_ context.Context, q bot.Question, _ func(bot.Answer)) (bot.Answer, error) {
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
