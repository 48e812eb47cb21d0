package main

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot/discord/local"
)

// A serving is 'storybot serve' under way, on a local Discord with one server.
type serving struct {
	*local.Server
	web     *httptest.Server
	ctx     context.Context // the limit of all waiting
	ann     local.User
	guild   local.Guild
	channel local.Channel
	stop    func() invocation // Ctrl-C, and what came of it
	close   func()            // the end of Discord
}

// serve runs the program in the current folder until it is stopped.
func serve(t testing.TB, faults ...local.Faults) *serving {
	t.Helper()
	s := found(t, faults...)
	s.start(t, nil)
	return s
}

// found makes the Discord, without the program.
func found(t testing.TB, faults ...local.Faults) *serving {
	t.Helper()
	s := &serving{Server: local.New(local.Options{Token: secretToken, Name: "storybot", Now: time.Now})}
	for _, f := range faults {
		s.SetFaults(f)
	}
	s.web = httptest.NewServer(s)
	s.close = func() { s.Close(); s.web.Close() }
	t.Cleanup(s.close)
	s.ann = s.AddUser("ann")
	s.guild = s.AddGuild("Readers", s.ann)
	s.channel = s.AddChannel(s.guild.ID, "general")

	var cancel context.CancelFunc
	s.ctx, cancel = context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return s
}

// start runs the program, and waits until it is online.
func (s *serving) start(t testing.TB, environ []string, flags ...string) {
	t.Helper()
	running, interrupt := context.WithCancel(s.ctx)
	ended := make(chan invocation, 1)
	go func() {
		ended <- invoke(t, running, append([]string{
			"DISCORD_TOKEN=" + secretToken, "DISCORD_API_URL=" + s.web.URL + "/api",
			"STORYBOT_RATE_USER=1000000", "STORYBOT_RATE_CHANNEL=1000000", "STORYBOT_RATE_GUILD=1000000",
		}, environ...), append([]string{"serve"}, flags...)...)
	}()
	s.stop = sync.OnceValue(func() invocation {
		interrupt()
		return <-ended
	})
	t.Cleanup(func() { s.stop() })
	if err := s.Online(s.ctx); err != nil {
		t.Fatalf("not online: %v\n%s", err, s.stop().stderr)
	}
}

// ask asks by /ask.
func (s *serving) ask(t *testing.T, question string) local.Message {
	t.Helper()
	i, err := s.Slash(s.ann.ID, s.channel.ID, "ask", local.Option{Name: "question", Value: question})
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.Response(s.ctx, i.ID)
	if err != nil {
		t.Fatalf("no response: %v\n%s", err, s.stop().stderr)
	}
	return response
}

// mention asks by a message that names the bot.
func (s *serving) mention(t *testing.T, question string) local.Message {
	t.Helper()
	said, err := s.Say(s.ann.ID, s.channel.ID, "<@"+s.App().ID+"> "+question)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := s.Reply(s.ctx, said.ID)
	if err != nil {
		t.Fatalf("no reply: %v\n%s", err, s.stop().stderr)
	}
	return reply
}

// TestServe asks in Discord, in every way that there is; the answer comes with
// the cited paragraph. The server's own source, added beside the running bot,
// answers too, and a lost index comes back, which the log says.
func TestServe(t *testing.T) {
	t.Chdir(t.TempDir())
	s := serve(t)
	const asked, said = "What did Peskov say about choosing between the two Koreas?", "We oppose this approach."
	for name, m := range map[string]local.Message{"/ask": s.ask(t, asked), "mention": s.mention(t, asked)} {
		if !strings.Contains(m.Content, said) || !strings.Contains(m.Content, "[1]") {
			t.Errorf("%s: %s", name, m.Content)
		}
		if !strings.Contains(m.Content, "[1] Kremlin rejects Yoon's call to choose between the two Koreas · ¶ 2 · 2024-07-08") {
			t.Errorf("%s does not cite the paragraph: %s", name, m.Content)
		}
	}
	if m := s.mention(t, "What did China say?"); !strings.HasPrefix(m.Content, "The stories do not tell.") {
		t.Errorf("not in the stories: %s", m.Content)
	}

	write(t, "harbour.txt", "The harbour of Odda was closed on Monday.\n")
	succeed(t, nil, "sources", "add", "--guild", s.guild.ID, "harbour.txt")
	if m := s.ask(t, "When was the harbour of Odda closed?"); !strings.Contains(m.Content, "closed on Monday") {
		t.Errorf("the server's own source: %s", m.Content)
	}

	got := s.stop()
	if got.status != statusDone || got.stdout != "" {
		t.Errorf("exit status %d\n%s\n%s", got.status, got.stdout, got.stderr)
	}

	if err := os.RemoveAll("storybot.index"); err != nil {
		t.Fatal(err)
	}
	s = serve(t)
	if m := s.ask(t, asked); !strings.Contains(m.Content, said) {
		t.Errorf("without an index: %s", m.Content)
	}
	if log := s.stop().stderr; !strings.Contains(log, `level=WARN msg="index was missing, damaged or of another version: built again" guild="" from=-1`) {
		t.Errorf("log:\n%s", log)
	}
}

// TestServeRefreshes has the bot read again by itself what is due.
func TestServeRefreshes(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", "The harbour of Odda was closed on Monday.\n")
	succeed(t, nil, "sources", "add", "--refresh", "every 5m", "harbour.txt")
	write(t, "harbour.txt", "The harbour of Odda was closed on Tuesday.\n")
	update(t, "storybot.db", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE sources SET due_at = 1 WHERE schedule <> ''`)
		return err
	})
	s := serve(t)
	for {
		m := s.ask(t, "When was the harbour of Odda closed?")
		if strings.Contains(m.Content, "closed on Tuesday") {
			break
		}
		if !strings.Contains(m.Content, "closed on Monday") {
			t.Fatalf("neither the old text nor the new: %s", m.Content)
		}
	}
}

// TestServeDrains stops the bot while a question is under way: it is answered.
func TestServeDrains(t *testing.T) {
	t.Chdir(t.TempDir())
	s := serve(t)
	i, err := s.Slash(s.ann.ID, s.channel.ID, "ask", local.Option{Name: "question", Value: "Who is Peskov?"})
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := func() bool {
		for _, r := range s.Requests() {
			if strings.Contains(r.Path, "/callback") {
				return true
			}
		}
		return false
	}
	if err := s.Wait(s.ctx, acknowledged); err != nil {
		t.Fatal(err)
	}
	if got := s.stop(); got.status != statusDone {
		t.Errorf("exit status %d\n%s", got.status, got.stderr)
	}
	if m, err := s.Response(s.ctx, i.ID); err != nil || !strings.Contains(m.Content, "Peskov") {
		t.Errorf("response %q, %v", m.Content, err)
	}
}

// TestServeWaits starts the bot while Discord is down: it waits, and says so.
func TestServeWaits(t *testing.T) {
	t.Chdir(t.TempDir())
	var requests atomic.Int32
	s := serve(t, local.Faults{Request: func(string, string) local.RequestFault {
		if requests.Add(1) == 1 {
			return local.RequestFault{Status: http.StatusServiceUnavailable}
		}
		return local.RequestFault{}
	}})
	if got := s.stop(); got.status != statusDone || !strings.Contains(got.stderr, "Discord cannot be reached; trying again") {
		t.Errorf("exit status %d\n%s", got.status, got.stderr)
	}
}

func TestServeRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	discord := local.New(local.Options{Token: "another", Name: "storybot", Now: time.Now})
	web := httptest.NewServer(discord)
	defer web.Close()
	defer discord.Close()
	write(t, "token.txt", secretToken+"\n")
	for _, tt := range []struct {
		name, token, address string
		stderr               string
	}{
		{"bad token", "DISCORD_TOKEN=" + secretToken, web.URL + "/api", "refused the token; check DISCORD_TOKEN"},
		{"bad token in a file", "DISCORD_TOKEN_FILE=token.txt", web.URL + "/api", "refused the token; check DISCORD_TOKEN"},
		{"not an address", "DISCORD_TOKEN=" + secretToken, "localhost:3001", "DISCORD_API_URL is not a web address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := invoke(t, t.Context(), []string{tt.token, "DISCORD_API_URL=" + tt.address}, "serve")
			if got.status != statusFailed || got.stdout != "" || !strings.Contains(got.stderr, "storybot: ") || !strings.Contains(got.stderr, tt.stderr) {
				t.Errorf("exit status %d\n%s", got.status, got.stderr)
			}
		})
	}
}
