package discord

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"storybot/bot/discord/local"
	"storybot/retrieval/record/recordtest"
)

// TestProcessesOnPostgreSQL has three processes serve four shards on one database, while
// one after the other is killed, and the database too. Whatever was acknowledged or
// mentioned has one answer, or its person is told to ask again. With STORYBOT_SOAK=1 ten
// are killed, and the database five times.
func TestProcessesOnPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	kills, restarts, each := 3, 2, 120
	if os.Getenv("STORYBOT_SOAK") != "" {
		kills, restarts, each = 10, 5, 300
	}
	const waiting = 20
	server := recordtest.Serve(t)
	w, channels := sharded(t, server.URL())
	w.faulty = true
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	children := []child{w.child(), w.child(), w.child()}
	w.settled(4)
	var people crowd
	for _, channel := range channels { // where nobody has asked yet the bot does not look
		people.mentions = append(people.mentions, w.ask(channel, "Closed?"))
	}
	w.until(&people, channels, children[0], 0)
	watching, stop := context.WithCancel(w.ctx)
	defer stop()
	var alone sync.WaitGroup
	var longest time.Duration
	alone.Go(func() { longest = w.unserved(watching, 4) })

	asked := 0
	ask := func(n int) {
		for range n {
			asked++
			channel := channels[asked%len(channels)]
			if asked%2 == 0 {
				people.mentions = append(people.mentions, w.ask(channel, fmt.Sprint(asked)))
			} else if i, err := w.Slash(w.ann.ID, channel.ID, "ask", local.Option{Name: "question", Value: fmt.Sprint(asked)}); err != nil {
				t.Fatal(err)
			} else {
				people.commands = append(people.commands, i)
			}
			if asked%10 == 0 {
				w.until(&people, channels, children[0], waiting)
			}
		}
	}
	for n := range kills {
		ask(each / 2)
		if n < restarts {
			server.Kill()
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
		}
		ask(each / 2)
		victim := rand.IntN(len(children))
		children[victim].kill()
		children[victim] = w.child()
	}
	ask(each)
	w.until(&people, channels, children[0], 0)
	w.settled(4)
	stop()
	alone.Wait()
	for _, c := range children {
		c.Process.Signal(syscall.SIGTERM)
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("a process's end: %v\n%s", err, c.log)
		}
	}
	got := w.count(&people, channels)
	t.Logf("asked %d, answered %d, told to ask again %d, not acknowledged in time %d; a shard was served by nobody for %v at most",
		asked, got.answered, got.told, got.refused, longest)
	if len(got.wrong) > 0 || got.waiting > 0 {
		t.Errorf("waiting %d, wrong %v", got.waiting, got.wrong)
	}
	if longest > 20*time.Second { // fifteen until another has it, and then it connects
		t.Errorf("a shard was served by nobody for %v", longest)
	}
	if got.answered < asked/2 {
		t.Errorf("only %d of %d were answered", got.answered, asked)
	}
}

// unserved watches until ctx ends, and gives the longest time for which a shard had no
// connection.
func (w *world) unserved(ctx context.Context, shards int) (longest time.Duration) {
	since := make([]time.Time, shards)
	for i := range since {
		since[i] = time.Now()
	}
	for pause(ctx, 50*time.Millisecond) {
		now := time.Now()
		for _, s := range w.Sessions() {
			if s.Connected {
				since[s.Shard] = now
			}
		}
		for _, at := range since {
			longest = max(longest, now.Sub(at))
		}
	}
	return longest
}
