package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"storybot/bot/discord/local"
)

var errLoadDatabase = errors.New("loadtest needs a new database, and this one has stories: name another with --db, or leave it out")

// maxWarmUp bounds how long people ask before it counts.
const maxWarmUp = 10 * time.Second

// underLoad makes the stories and the Discord, puts the bot under load, and tells how it
// went.
func (p *program) underLoad(ctx context.Context, l load) (*loadReport, error) {
	p.settings.OpenAIKey, p.settings.OpenAIBaseURL = "", ""
	p.settings.RateUser, p.settings.RateChannel, p.settings.RateGuild = 1e6, 1e6, 1e6
	p.settings.QuotaSources, p.settings.QuotaStories, p.settings.QuotaParagraphs = 0, 0, 0
	level := slog.LevelWarn
	if l.faults { // of which the bot warns
		level = slog.LevelError + 1
	}
	log := p.logger(level)
	lib, remove, err := p.ownLibrary(ctx, log, "loadtest")
	if err != nil {
		return nil, err
	}
	defer remove()
	if n, err := lib.corpus.Size(ctx); err != nil || n > 1 { // the bundled one
		return nil, cmp.Or(err, error(usageError{errLoadDatabase}))
	}

	token := rand.Text()
	discord := local.New(l.discord(token))
	listener, err := listenHere(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: discord, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	go server.Serve(listener) // until it is closed
	defer server.Close()
	defer discord.Close()

	crowd := &crowd{discord: discord, revisions: make(map[[2]int]int)}
	start := time.Now()
	if crowd.villages, err = p.settle(ctx, lib, discord, l); err != nil {
		return nil, err
	}
	prepared := time.Since(start)

	running, stop := context.WithCancelCause(ctx)
	ran := make(chan error, 1)
	go func() {
		err := p.serveBot(running, lib, log, service{bot: p.bot(lib, log), token: token, apiURL: "http://" + listener.Addr().String() + "/api"})
		stop(cmp.Or(err, context.Canceled)) // it ends before it is stopped only when it fails
		ran <- err
	}()
	report, err := p.ready(running, lib, crowd, l)
	if running.Err() != nil && ctx.Err() == nil {
		err = context.Cause(running)
	}
	stop(nil)
	if failed := <-ran; err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	report.PreparedSeconds = prepared.Seconds()
	return report, nil
}

// discord is the Discord that fits the load, on which sixteen shards may begin at once. It
// keeps little of what has been.
func (l load) discord(token string) local.Options {
	o := local.Options{
		Token: token, Name: "storybot", KeepRequests: 1, KeepEvents: 512,
		Shards: l.shards(), MaxConcurrency: 16, SessionStarts: 1_000_000,
	}
	if l.faults {
		o.Heartbeat = time.Second // so that a connection that is dead is soon found to be
	}
	return o
}

// payloads are those that a connection gets in half a minute, of three for each question:
// one that is lost sooner is, to the bot, one not to be had again at once.
func (l load) payloads() int { return max(100, int(3*30*l.rate)/l.shards()) }

// shards is as Discord advises: one for each thousand servers.
func (l load) shards() int { return (l.guilds + 999) / 1000 }

// storing is how many servers' stories are stored at once: mostly the disk is waited for.
const storing = 4

// settle makes servers with people, and stores their stories.
func (p *program) settle(ctx context.Context, lib *library, discord *local.Server, l load) (villages []village, err error) {
	progress := p.progress("paragraphs")
	var mu sync.Mutex // of done, and of the bar
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(storing)
	for n := range l.guilds {
		v := newVillage(discord, n, l)
		villages = append(villages, v)
		group.Go(func() error {
			if err := v.tell(ctx, lib.corpus); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if done += v.paragraphs; progress != nil {
				progress(done, l.paragraphs)
			}
			return nil
		})
	}
	return villages, group.Wait()
}

// newVillage makes the server of a number, with its share of the paragraphs.
func newVillage(discord *local.Server, number int, l load) village {
	v := village{madeUp: madeUp{number: number, paragraphs: l.paragraphs / l.guilds}}
	if number < l.paragraphs%l.guilds {
		v.paragraphs++
	}
	var people []local.User
	for n := range 2 + 200/l.guilds { // a person's questions are answered one after another
		people = append(people, discord.AddUser(fmt.Sprintf("person %d of %d", n, number)))
		v.people = append(v.people, people[n].ID)
	}
	v.id = discord.AddGuild(fmt.Sprint("Village ", number), people...).ID
	for _, name := range []string{"stories", "questions"} {
		v.channels = append(v.channels, discord.AddChannel(v.id, name).ID)
	}
	return v
}

// ready waits until the bot is there, and has it asked, while stories change.
func (p *program) ready(ctx context.Context, lib *library, c *crowd, l load) (*loadReport, error) {
	there := func() bool { return len(c.discord.Sessions()) >= l.shards() && len(c.discord.Commands("")) > 0 }
	if err := c.discord.Wait(ctx, there); err != nil {
		return nil, err
	}
	// The first questions wait until it has heard of all servers.
	if _, err := c.stretch(ctx, l.rate, min(l.duration/5, maxWarmUp), func() {}); err != nil {
		return nil, err
	}
	c.secondLook = secondLook
	if l.faults {
		c.discord.SetFaults(local.Storm(mathrand.Uint64(), l.payloads()))
		defer c.discord.SetFaults(local.Faults{})
	}

	refreshing, stop := context.WithCancel(ctx)
	defer stop()
	refreshed := make(chan error, 1)
	report := newLoadReport(l)
	go func() {
		var err error
		if l.refreshes > 0 {
			report.Refreshed, err = c.refresh(refreshing, l.refreshes, lib.corpus)
		}
		refreshed <- err
	}()
	err := c.strain(ctx, l, report)
	stop()
	return report, errors.Join(err, <-refreshed)
}

// strain asks at the load's rate, or at higher and higher ones.
func (c *crowd) strain(ctx context.Context, l load, report *loadReport) error {
	start := time.Now()
	for rate := l.rate; ; rate *= 1.25 {
		s, err := c.stretch(ctx, rate, l.duration, func() { report.Samples = append(report.Samples, c.sample(start)) })
		if err != nil || !report.add(s) {
			return err
		}
	}
}

// stretch asks at one rate, until all is known about every answer. Each second while
// people ask, sample is called.
func (c *crowd) stretch(ctx context.Context, rate float64, duration time.Duration, sample func()) (step, error) {
	c.mu.Lock()
	c.tally, c.acknowledged, c.answerTimes = tally{}, histogram{}, histogram{}
	c.mu.Unlock()
	asking := make(chan error, 1)
	go func() { asking <- c.ask(ctx, rate, duration) }()
	second, look := time.NewTicker(time.Second), time.NewTicker(lookEvery)
	defer second.Stop()
	defer look.Stop()
	for asked := false; ; {
		select {
		case err := <-asking:
			if err != nil {
				return step{}, err
			}
			asked = true
			second.Stop()
		case <-second.C:
			sample()
		case <-look.C:
			if c.look() == 0 && asked {
				return step{Rate: rate, tally: c.tally, Acknowledged: c.acknowledged.times(), Answers: c.answerTimes.times()}, nil
			}
		}
	}
}
