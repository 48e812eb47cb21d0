package discord

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/record"
)

// The environment of the test binary when it is run again as a bot, to be killed.
const (
	childURL    = "DISCORD_TEST_URL"
	childRecord = "DISCORD_TEST_RECORD"
)

// serveChild is a bot in a process of its own.
func serveChild(url, name string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	db, err := record.Open(ctx, name)
	if err != nil {
		return err
	}
	defer db.Close()
	folder, err := os.MkdirTemp("", "index")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	corpus := retrieval.Open(db, folder, slog.New(slog.DiscardHandler))
	defer corpus.Close()
	inbox, err := ledger.OpenInbox(ctx, db)
	if err != nil {
		return err
	}
	defer inbox.Close()
	s, err := New(Config{
		Token: testToken, APIURL: url, Corpus: corpus, Ledger: ledger.New(db), Inbox: inbox, AtOnce: atOnce,
		Rates: Rates{User: 10_000, Channel: 10_000, Guild: 10_000}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Bot: asker(func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
			a, err := quoting(ctx, q, show)
			if rand.N(4) == 0 { // a model writes for a while
				show(a)
				pause(ctx, rand.N(50*time.Millisecond))
			}
			return a, err
		}),
	})
	if err != nil {
		return err
	}
	hurry(s)
	s.gateway.pace.hello, s.gateway.pace.dial = 300*time.Millisecond, time.Second
	s.beatPause = ledger.BeatEvery // how long it takes to notice a death is the ledger's to say
	return s.Run(ctx)
}

// A child is a bot in another process.
type child struct {
	*exec.Cmd
	log *lockedBuffer
}

func (w *world) child() child {
	w.t.Helper()
	c := child{exec.Command(os.Args[0]), &lockedBuffer{}}
	c.Env = append(os.Environ(), childURL+"="+w.url, childRecord+"="+w.name)
	c.Stderr = c.log
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Process.Kill() }) // does nothing after Wait
	return c
}

func (c child) kill() {
	c.Process.Kill()
	c.Wait() // its error is that it was killed
}

// A tally is how the questions of a crowd have gone so far.
type tally struct {
	answered, told int // mentions and commands that got the answer, or that they are to ask again
	refused        int // commands that were not acknowledged in time
	waiting        int
	stuck          []string // who they are
	wrong          []string // what breaks the rule
}

// A crowd is what people asked.
type crowd struct {
	mentions []local.Message
	commands []local.Interaction
}

// count looks how the questions have gone. Every mention gets one reply, and
// every command that was acknowledged one response; either is the answer, or says
// that they are to ask again.
func (w *world) count(c *crowd, channels []local.Channel) (n tally) {
	replies, byID := map[string][]local.Message{}, map[string][]local.Message{}
	for _, channel := range channels {
		for _, m := range w.Messages(channel.ID) {
			byID[m.ID] = append(byID[m.ID], m)
			if m.Author.ID == w.App().ID && m.Reference != nil {
				replies[m.Reference.MessageID] = append(replies[m.Reference.MessageID], m)
			}
		}
	}
	for _, m := range c.mentions {
		n.reply(m.ID, replies[m.ID])
	}
	for _, i := range c.commands {
		i = w.Interaction(i.ID)
		switch {
		case !i.AcknowledgedAt.IsZero():
			n.reply(i.ID, byID[i.ResponseID])
			if len(i.FollowUps) > 0 {
				n.wrong = append(n.wrong, "follow-ups of "+i.ID)
			}
		case time.Since(i.CreatedAt) > acknowledgeLimit:
			n.refused++
		default:
			n.waiting++
			n.stuck = append(n.stuck, fmt.Sprintf("command %s of %v, not acknowledged", i.ID, i.CreatedAt))
		}
	}
	return n
}

func (n *tally) reply(to string, got []local.Message) {
	if len(got) > 1 {
		n.wrong = append(n.wrong, fmt.Sprintf("%d replies to %s", len(got), to))
	}
	if len(got) == 0 || got[0].Flags&local.FlagLoading != 0 || stillAtIt(got[0]) {
		n.waiting++
		n.stuck = append(n.stuck, fmt.Sprintf("%s: %+v", to, got))
		return
	}
	const answer, again = "The harbour was closed on Monday.", "ask again"
	m := got[0]
	switch answers := strings.Contains(m.Content, answer); {
	case answers:
		n.answered++
	case strings.Contains(m.Content, again):
		n.told++
	default:
		n.wrong = append(n.wrong, fmt.Sprintf("%s got %q", to, m.Content))
	}
	for _, before := range m.Edits {
		finished := strings.Contains(before.Content, answer) && !stillAtIt(before)
		if finished && !strings.Contains(m.Content, answer) {
			n.wrong = append(n.wrong, "the answer to "+to+" was taken back")
		}
	}
}

// TestEverythingFails has a thousand questions asked while connections drop, requests
// fail, and the bot is killed and started again three times.
func TestEverythingFails(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	const (
		questions = 1000
		kills     = 3
		waiting   = 100
	)
	w := emptyWorld(t, func(o *local.Options) {
		o.Heartbeat = time.Second
		o.SessionStarts = 1e6
	})
	w.faulty = true
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	channels := []local.Channel{w.general, w.dm}
	for i := range 4 {
		channels = append(channels, w.AddChannel(w.guild.ID, fmt.Sprint("more-", i)))
	}
	c := w.child()
	var people crowd
	w.online()
	for _, channel := range channels { // where nobody has asked yet the bot does not look
		people.mentions = append(people.mentions, w.ask(channel, "Closed?"))
	}
	w.until(&people, channels, c, 0)

	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	w.SetFaults(local.Storm(seed, 70))
	for n := 1; n <= questions; n++ {
		channel := channels[n%len(channels)]
		if n%2 == 0 {
			people.mentions = append(people.mentions, w.ask(channel, fmt.Sprint(n)))
		} else {
			people.commands = append(people.commands, w.command(fmt.Sprint(n)))
		}
		if n%10 == 0 {
			w.until(&people, channels, c, waiting)
		}
		if n%(questions/(kills+1)) == questions/(kills+1)/2 {
			c.kill()
			c = w.child()
		}
	}
	w.until(&people, channels, c, 0)
	w.SetFaults(local.Faults{})
	c.Process.Signal(syscall.SIGTERM)
	if err := c.Wait(); err != nil {
		t.Errorf("the bot's end: %v\n%s", err, c.log)
	}
	got := w.count(&people, channels)
	t.Logf("answered %d, told to ask again %d, not acknowledged in time %d; requests refused %d",
		got.answered, got.told, got.refused, w.InvalidRequests())
	if len(got.wrong) > 0 || got.waiting > 0 {
		t.Errorf("waiting %d, wrong %v\n%s", got.waiting, got.wrong, c.log)
	}
	if got.answered < questions/2 {
		t.Errorf("only %d of %d were answered", got.answered, questions)
	}
}

// until waits until no more than so many questions are waiting.
func (w *world) until(c *crowd, channels []local.Channel, bot child, waiting int) {
	w.t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		n := w.count(c, channels)
		if n.waiting <= waiting {
			return
		}
		select {
		case <-look.C:
		case <-w.ctx.Done():
			w.t.Fatalf("%+v: %v\n%s\nrequests: %s", n, w.ctx.Err(), bot.log, w.unfinished())
		}
	}
}

// unfinished is what the inbox holds of what is not answered.
func (w *world) unfinished() string {
	inbox, err := sql.Open("sqlite3", strings.TrimSuffix(w.name, ".db")+".inbox")
	if err != nil {
		return err.Error()
	}
	defer inbox.Close()
	var all sql.NullString
	err = inbox.QueryRow(`SELECT group_concat(id || ' ' || kind || ' owner ' || owner || ' reply ' || reply, '; ') FROM requests WHERE finished_at IS NULL`).Scan(&all)
	return fmt.Sprint(all.String, err)
}
