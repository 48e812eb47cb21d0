package retrieval_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

// Of a feed that is refreshed: 10,000 paragraphs.
const (
	feedStories    = 500
	feedParagraphs = 20
)

// enoughQuestions leave five above the 99th percentile.
const enoughQuestions = 500

// BenchmarkSearchDuringRefresh asks questions of a guild of 10,000 paragraphs,
// in turns while nothing happens and while a feed of 500 stories, all changed,
// is put again in batches. Questions come one at a time: either 25 a second,
// each timed from when it was due, so that one that waits is not forgiven those
// behind it; or each as soon as the one before is answered. The first is the
// honest one. A server sees it, at more than a moderate load, and it has no
// share in what the questions cost. The second takes a processor for itself,
// and asks the fewer questions the slower they are.
//
//	go test -tags sqlite_fts5 -run '^$' -bench SearchDuringRefresh -benchtime 1x ./retrieval
func BenchmarkSearchDuringRefresh(b *testing.B) {
	for _, batch := range []int{1, 20, feedStories} {
		for _, load := range []struct {
			name  string
			every time.Duration
		}{{"steady", 40 * time.Millisecond}, {"back-to-back", 0}} {
			b.Run(fmt.Sprintf("batch=%d/%s", batch, load.name), func(b *testing.B) {
				f := openFeed(b)
				var idle, busy, refreshes []float64
				for b.Loop() {
					for len(busy) < enoughQuestions {
						start := time.Now()
						busy = append(busy, f.askUntil(b, f.refresh(b, batch), load.every)...)
						took := time.Since(start)
						refreshes = append(refreshes, milliseconds(took))
						idle = append(idle, f.askUntil(b, time.After(took), load.every)...)
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(percentile(idle, 0.5), "p50-idle-ms")
				b.ReportMetric(percentile(busy, 0.5), "p50-refresh-ms")
				b.ReportMetric(percentile(idle, 0.99), "p99-idle-ms")
				b.ReportMetric(percentile(busy, 0.99), "p99-refresh-ms")
				b.ReportMetric(percentile(busy, 1), "max-refresh-ms")
				b.ReportMetric(percentile(busy, 0.99)/percentile(idle, 0.99), "ratio")
				b.ReportMetric(float64(len(busy)), "questions")
				b.ReportMetric(percentile(refreshes, 0.5), "refresh-ms")
			})
		}
	}
}

// A feed is a corpus of one guild with one source, in two versions of it.
type feed struct {
	*retrieval.Corpus
	questions []string
	versions  [2][]retrieval.Story
	now       int // version
}

func openFeed(b *testing.B) *feed {
	b.Helper()
	dir := b.TempDir()
	db, err := record.Open(b.Context(), filepath.Join(dir, "c.db"))
	if err != nil {
		b.Fatal(err)
	}
	f := &feed{Corpus: retrieval.Open(db, filepath.Join(dir, "c.index"), slog.New(slog.DiscardHandler))}
	b.Cleanup(func() {
		f.Close()
		db.Close()
	})
	if f.questions, err = questions(); err != nil {
		b.Fatal(err)
	}
	for v := range f.versions {
		words := zipf(uint64(10 + v))
		for i := range feedStories {
			s := retrieval.Story{Key: fmt.Sprint(i), Title: fmt.Sprint("Story ", i)}
			for range feedParagraphs {
				s.Paragraphs = append(s.Paragraphs, retrieval.Paragraph{Text: words(50)})
			}
			f.versions[v] = append(f.versions[v], s)
		}
	}
	<-f.refresh(b, feedStories)
	return f
}

// refresh puts the feed's other version, so many stories at a time.
func (f *feed) refresh(b *testing.B, batch int) (done <-chan time.Time) {
	f.now = 1 - f.now
	stories := f.versions[f.now]
	ended := make(chan time.Time)
	go func() {
		defer close(ended)
		for some := range slices.Chunk(stories, batch) {
			if _, err := f.Put(context.Background(), source("g", "/feed"), some); err != nil {
				b.Error(err)
			}
		}
	}()
	return ended
}

// askUntil asks questions one at a time, and gives how long each took in
// milliseconds: from when it was due, when every so often one is.
func (f *feed) askUntil(b *testing.B, end <-chan time.Time, every time.Duration) (times []float64) {
	due := time.Now()
	for i := 0; ; i++ {
		select {
		case <-end:
			return times
		default:
		}
		if every > 0 {
			due = due.Add(every)
			time.Sleep(time.Until(due))
		} else {
			due = time.Now()
		}
		_, err := f.Search(b.Context(), retrieval.Query{Guild: "g", Text: f.questions[i%len(f.questions)], Limit: 10})
		if err != nil {
			b.Fatal(err)
		}
		times = append(times, milliseconds(time.Since(due)))
	}
}

// percentile is the least of the values that so large a share is not above.
func percentile(values []float64, share float64) float64 {
	slices.Sort(values)
	return values[max(0, int(math.Ceil(share*float64(len(values))))-1)]
}
