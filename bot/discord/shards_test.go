package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval/record/recordtest"
)

// sharded is a world of four shards, with servers in each, and nobody in it yet; its
// record has that name.
func sharded(t *testing.T, name string) (*world, []local.Channel) {
	var ahead atomic.Int64 // milliseconds: ids made in the same one are of the same shard
	w := emptyWorldOn(t, name, func(o *local.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load()) * time.Millisecond) }
		o.Shards, o.MaxConcurrency, o.GuildsPerShard = 4, 2, 8
		o.Heartbeat, o.SessionStarts = time.Second, 1e6
	})
	channels := []local.Channel{w.dm}
	served := make(map[int]bool)
	for i := 0; len(served) < 4; i++ {
		ahead.Add(1)
		guild := w.AddGuild(fmt.Sprint("Guild ", i), w.ann)
		served[shardNumber(guild.ID, 4)] = true
		channels = append(channels, w.AddChannel(guild.ID, "general"))
	}
	return w, channels
}

// shardNumber is the one of so many that tells of a guild.
func shardNumber(guild string, total int) int {
	for n := range total {
		if (shard{n, total}).has(guild) {
			return n
		}
	}
	return -1
}

// start runs a bot beside others, and gives what stops it.
func (w *world) start(ask asker, adjust ...func(*Server)) (stop func() error) {
	w.run(ask, adjust...)
	end, stopped := w.stop, w.stopped
	return func() error {
		end()
		return stopped()
	}
}

// settled waits until each shard has so many sessions, as a map of how many processes
// there are would say.
func (w *world) settled(shards int) {
	w.t.Helper()
	for {
		live := make(map[int]int)
		for _, s := range w.Sessions() {
			if s.Connected {
				live[s.Shard]++
			}
		}
		all := len(live) == shards
		for _, n := range live {
			all = all && n == 1
		}
		if all {
			return
		}
		if !pause(w.ctx, 10*time.Millisecond) {
			w.t.Fatalf("sessions by shard: %v\n%s", live, w.log)
		}
	}
}

// everywhere asks in every channel, and has one answer each.
func (w *world) everywhere(when string, channels []local.Channel) {
	w.t.Helper()
	var asked []local.Message
	for _, c := range channels {
		asked = append(asked, w.ask(c, "Closed?"))
	}
	for i, m := range asked {
		if got := w.reply(m); !hasSources(got) || len(w.replies(m)) != 1 {
			w.t.Errorf("%s: channel %d: %d replies, %+v", when, i, len(w.replies(m)), got)
		}
	}
}

// Processes on one record divide the shards that Discord advises. One that comes takes its
// part, one that goes hands over, and all that is asked meanwhile has one answer.
func TestShards(t *testing.T) {
	t.Parallel()
	w, channels := sharded(t, recordtest.Name(t))
	first := w.start(quoting)
	w.settled(4)
	w.everywhere("one process", channels)
	second := w.start(quoting)
	done := make(chan struct{})
	go func() { // people do not wait
		defer close(done)
		for range 5 {
			w.everywhere("while another comes", channels)
		}
	}()
	w.settled(4)
	<-done
	stopped := make(chan error, 1)
	go func() { stopped <- first() }()
	for range 5 {
		w.everywhere("while one goes", channels)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	w.settled(4)
	w.everywhere("the other alone", channels)
	if err := second(); err != nil {
		t.Error(err)
	}
	if text := w.log.String(); strings.Contains(text, "level=ERROR") {
		t.Error(text)
	}
}

// A shard that a process took over has its channels read where the one before it, which
// nobody has heard of since, had been asked something.
func TestShardOfTheDead(t *testing.T) {
	t.Parallel()
	w, channels := sharded(t, recordtest.Name(t))
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), time.Minute) // it takes a while until one is known to be dead
	defer cancel()
	dead := w.child()
	w.settled(4)
	w.everywhere("one process", channels)
	dead.kill()
	var missed []local.Message
	for _, c := range channels {
		missed = append(missed, w.ask(c, "Closed?"))
	}
	w.run(quoting, func(s *Server) { s.beatPause = 100 * time.Millisecond })
	for i, m := range missed {
		if got := w.reply(m); !hasSources(got) || len(w.replies(m)) != 1 {
			t.Errorf("channel %d: %d replies, %+v", i, len(w.replies(m)), got)
		}
	}
	w.settled(4)
}

// What was asked of the owner before is looked for until the inbox can be read, and until
// then nothing is stored that would hide it.
func TestJoinWaitsForTheInbox(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	inbox := w.asked(time.Now())
	c := cursors{all: make(map[string]*cursor)}
	c.gap(shard{0, 2})
	ended, cancel := context.WithCancel(w.ctx)
	cancel()
	if err := c.join(ended, inbox); err == nil {
		t.Error("joined by a context that has ended")
	}
	for _, id := range []string{"150", "160"} {
		c.saw(&heard{ID: id, ChannelID: "1", GuildID: "2"}, true)
	}
	if err := c.save(w.ctx, inbox); err != nil {
		t.Fatal(err)
	}
	if err := c.join(w.ctx, inbox); err != nil {
		t.Fatal(err)
	}
	if got, want := c.behind(), (gap{"1", "2", 100, 1}); len(got) != 1 || got[0] != want {
		t.Errorf("gaps %+v, want %+v", got, want)
	}
	c.filled(c.behind()[0])
	if err := inbox.Saw(w.ctx, map[string]string{"1": "500"}); err != nil { // as another process does, which then goes
		t.Fatal(err)
	}
	c.gap(shard{0, 2})
	if err := c.join(w.ctx, inbox); err != nil {
		t.Fatal(err)
	}
	if got := c.behind(); len(got) != 1 || got[0].after != 500 {
		t.Errorf("gaps %+v, want one after 500", got)
	}
}

// Each session is begun only while Discord allows enough of them, also one that has waited
// for its turn.
func TestSessionsAreSpared(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t, func(o *local.Options) { o.Shards, o.SessionStarts = 4, sessionReserve+2 })
	w.run(quoting, func(s *Server) { s.gateway.pace.identify = 100 * time.Millisecond })
	for !strings.Contains(w.log.String(), "nearly all the sessions") {
		if !pause(w.ctx, 10*time.Millisecond) {
			t.Fatalf("%+v\n%s", w.Sessions(), w.log)
		}
	}
	if n := len(w.Sessions()); n != 3 {
		t.Errorf("%d sessions, want 3", n)
	}
}

// While the record is away people are told, and not left without a word.
func TestRecordIsAway(t *testing.T) {
	t.Parallel()
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	server := recordtest.Serve(t)
	w := emptyWorldOn(t, server.URL())
	w.run(quoting)
	w.online()
	w.answers("before")
	server.Kill()
	if got := w.slash("Closed?"); !strings.Contains(got.Content, "Please") {
		t.Errorf("while it is away: %+v", got)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	w.answers("after")
}

// A bot that has come into more servers than its shards may serve goes on with as many shards
// as Discord advises then: in all processes, one after the other.
func TestMoreShardsAreAdvised(t *testing.T) {
	t.Parallel()
	for _, before := range []int{1, 2} {
		t.Run(fmt.Sprint(before), func(t *testing.T) {
			t.Parallel()
			w, channels := sharded(t, recordtest.Name(t))
			w.Advise(before, 100)
			var servers []*Server
			for range 2 {
				w.start(quoting, func(s *Server) { servers = append(servers, s) })
			}
			if before > 1 {
				w.settled(before)
			} else if err := w.Wait(w.ctx, func() bool { return len(w.Sessions()) == 2 }); err != nil {
				t.Fatal(err)
			}
			w.everywhere("before", channels)
			w.Advise(4, 8)
			w.Disturb(local.PayloadFault{Close: 4011})
			for {
				w.settled(4)
				divided := 0
				for _, s := range servers {
					served, _ := s.Shards()
					for _, one := range served {
						if one.Connected {
							divided++
						}
					}
				}
				if divided == 4 {
					break
				}
				if !pause(w.ctx, 10*time.Millisecond) {
					t.Fatalf("the shards are not divided: %+v\n%s", w.Sessions(), w.log)
				}
			}
			w.everywhere("after", channels)
		})
	}
}

// A bot that has outgrown its shards, and does not know yet which it is to serve, does not
// seem to be one whose shards are all served by others.
func TestOutgrownIsNotReady(t *testing.T) {
	t.Parallel()
	for _, before := range []int{1, 2} {
		w := emptyWorld(t)
		w.faulty = true
		w.Advise(before, 9)
		var s *Server
		w.run(quoting, func(running *Server) { s = running })
		w.settled(before)
		w.SetFaults(local.Faults{Request: func(_, path string) local.RequestFault {
			if path == "/gateway/bot" {
				return local.RequestFault{Status: http.StatusBadGateway}
			}
			return local.RequestFault{}
		}})
		w.Disturb(local.PayloadFault{Close: 4011})
		for {
			served, known := s.Shards()
			if len(served) == 0 && !known {
				break
			}
			if !pause(w.ctx, time.Millisecond) {
				t.Fatalf("of %d shards it serves %+v, known %v\n%s", before, served, known, w.log)
			}
		}
	}
}

// What is asked again in a guild is asked by the process that has its shard, and by no other;
// one of them tells those who wait, as direct messages are the first shard's.
func TestReplaysAreDivided(t *testing.T) {
	t.Parallel()
	w, channels := sharded(t, recordtest.Name(t))
	var servers []*Server
	var asked []*atomic.Int64
	for range 2 {
		n := new(atomic.Int64)
		w.start(nil, func(s *Server) {
			s.again.every = time.Hour
			s.bot = tallying{s.bot, n}
			servers, asked = append(servers, s), append(asked, n)
		})
		w.settled(4)
	}
	guilds := []string{""}
	for _, c := range channels[1:] {
		guilds = append(guilds, c.GuildID)
	}
	for divided := false; !divided; {
		served, _ := servers[0].Shards()
		divided = len(served) == 2
		for _, guild := range guilds {
			divided = divided && servers[0].connections.serves(guild) != servers[1].connections.serves(guild)
		}
		if !pause(w.ctx, 10*time.Millisecond) {
			t.Fatalf("the guilds are not divided\n%s", w.log)
		}
	}
	for i, guild := range guilds {
		err := w.ledger.Keep(t.Context(), ledger.Entry{ID: fmt.Sprint("gap", i), Guild: guild, Kind: ledger.Ask, Question: tramAsks, Standalone: tramAsks,
			Status: ledger.NotInStories, Topic: tramAsks, Answer: []byte(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.put("", "The tram", tramText)
	for _, s := range servers {
		s.replayAll(w.ctx)
	}
	one, two := asked[0].Load(), asked[1].Load()
	if one == 0 || two == 0 || one+two != int64(len(guilds)) {
		t.Errorf("of %d gaps %d are asked again by one, %d by the other", len(guilds), one, two)
	}
}

// A process for which no shard is left knows that: it waits for one to take over.
func TestNoShardIsLeft(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t, func(o *local.Options) { o.Shards = 2 })
	var servers []*Server
	for n := range 3 {
		w.run(quoting, func(s *Server) { servers = append(servers, s) })
		if n == 0 {
			w.settled(2)
		}
	}
	for served := 0; served != 2; {
		served = 0
		for _, s := range servers {
			if states, known := s.Shards(); known && !slices.ContainsFunc(states, func(one ShardState) bool { return !one.Connected }) {
				served += len(states) + 10
			}
		}
		served -= 30 // of all three
		if !pause(w.ctx, 10*time.Millisecond) {
			t.Fatalf("not all know their part\n%s", w.log)
		}
	}
}

// How long a heartbeat takes is known of each connection.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t, func(o *local.Options) { o.Shards, o.Heartbeat = 2, 20*time.Millisecond })
	var s *Server
	w.run(quoting, func(running *Server) { s = running })
	for {
		states, _ := s.Shards()
		if len(states) == 2 && states[0].Number == 0 && states[0].RoundTrip > 0 && states[1].Number == 1 && states[1].RoundTrip > 0 {
			return
		}
		if !pause(w.ctx, 10*time.Millisecond) {
			t.Fatalf("%+v\n%s", states, w.log)
		}
	}
}

// A panic at an event ends its connection, and the next follows.
func TestGatewaySurvivesPanic(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	s := w.server(testToken, quoting)
	g := s.gateway.of(shard{0, 1}, s.log)
	panicked, again := make(chan struct{}), make(chan struct{})
	events := 0
	g.handle = func(*discordgo.Event) {
		if events++; events == 1 {
			close(panicked)
			panic("of an event")
		}
		if events == 2 {
			close(again)
		}
	}
	ctx, cancel := context.WithCancel(w.ctx)
	stayed := make(chan error, 1)
	go func() { stayed <- g.stay(ctx) }()
	for _, c := range []chan struct{}{panicked, again} {
		select {
		case <-c:
		case <-w.ctx.Done():
			t.Fatalf("no event\n%s", w.log)
		}
	}
	cancel()
	if err := <-stayed; err != nil {
		t.Error(err)
	}
}
