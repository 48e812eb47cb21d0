package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"storybot/bot/discord/local"
)

// BenchmarkServe has 500 people ask by /ask at the same moment, in quote mode, and
// waits for all answers. The bot is on the local Discord, in its process: time and
// memory are of both. Acknowledgements and answers are timed by Discord's clock, from
// the interaction. At the end the bot is stopped: what is left of its goroutines is
// reported.
func BenchmarkServe(b *testing.B) {
	const people = 500
	b.Chdir(b.TempDir())
	before := runtime.NumGoroutine()
	s := serve(b)
	crowd := make([]local.User, people)
	for i := range crowd {
		crowd[i] = s.AddUser(fmt.Sprint("person ", i))
		if err := s.AddMember(s.channel.GuildID, crowd[i]); err != nil {
			b.Fatal(err)
		}
	}
	var acknowledged, answered []time.Duration
	for b.Loop() {
		settled()
		var asked []string
		for i, person := range crowd {
			question := []string{"What did Peskov say about choosing between the two Koreas?", "Who is Peskov?", "What did China say?"}[i%3]
			x, err := s.Slash(person.ID, s.channel.ID, "ask", local.Option{Name: "question", Value: question})
			if err != nil {
				b.Fatal(err)
			}
			asked = append(asked, x.ID)
		}
		for _, id := range asked {
			m, err := s.Response(s.ctx, id)
			if err != nil {
				b.Fatal(err)
			}
			x := s.Interaction(id)
			acknowledged = append(acknowledged, x.AcknowledgedAt.Sub(x.CreatedAt))
			answered = append(answered, m.EditedTimestamp.Sub(x.CreatedAt))
		}
	}
	report(b, "ack", acknowledged)
	report(b, "answer", answered)
	b.ReportMetric(residentMB(), "MB-resident")
	s.stop()
	s.close()
	b.ReportMetric(float64(left(s.ctx, before)), "goroutines-left")
}

// report gives percentiles in milliseconds.
func report(b *testing.B, name string, took []time.Duration) {
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.ReportMetric(took[len(took)*p/100].Seconds()*1000, name+"-p"+strconv.Itoa(p)+"-ms")
	}
}

// settled waits until what the last rush has left is done: nothing begins or ends for a
// fifth of a second.
func settled() {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for n, same := 0, 0; same < 20; same++ {
		<-look.C
		if now := runtime.NumGoroutine(); now != n {
			n, same = now, 0
		}
	}
}

// left waits until no more goroutines run than before, and counts those that stay.
func left(ctx context.Context, before int) int {
	for {
		n := runtime.NumGoroutine() - before
		if n <= 0 || ctx.Err() != nil {
			return n
		}
		runtime.Gosched()
	}
}
