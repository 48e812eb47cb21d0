// These benchmarks measure search, indexing and growth on a corpus of any
// size, and check that the first stage is exact. Without flags the corpus is
// made up, and small. On a folder of .txt and .md files, each a story, and
// questions in SQuAD's shape:
//
//	go test -tags sqlite_fts5 -run '^$' -bench . -benchtime 1x -timeout 2h ./retrieval \
//		-texts BOOKS -questions squad2.json,fairytaleqa.json -keep DIR -plot testdata/growth.svg
//
// Paths are relative to the package, or absolute. -keep keeps the corpus in a
// folder, for the next run. Times are in milliseconds a question.
package retrieval_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot/eval/plot"
	"storybot/retrieval"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

var (
	textsFlag     = flag.String("texts", "", "benchmarks: `folder` of texts; without, a corpus is made up")
	questionsFlag = flag.String("questions", "", "benchmarks: `files` of questions in SQuAD's shape, separated by commas")
	keepFlag      = flag.String("keep", "", "benchmarks: `folder` where the corpus is kept from run to run")
	plotFlag      = flag.String("plot", "", "benchmarks: SVG `file` for the growth of search time")
)

// whole is the guild that has the whole corpus. Others have its beginning, and
// are named by how many paragraphs that is.
const whole = "whole"

// BenchmarkCorpus makes the corpus, and measures all on it.
func BenchmarkCorpus(b *testing.B) {
	dir := *keepFlag
	if dir == "" {
		dir = b.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	sizes := []int{1_000, 10_000, 100_000}
	if *textsFlag == "" {
		sizes = sizes[:2]
	}
	s := openStage(b, dir, whole, sizes...)
	b.Run("indexing", s.indexing)
	b.Run("search", s.searching)
	b.Run("extensions", s.extensions)
	b.Run("small-guild", s.smallGuild)
	b.Run("add-story", s.addStory)
	b.Run("growth", s.growth)
}

// indexing makes the whole index again from the record.
func (s *stage) indexing(b *testing.B) {
	var bytes int64
	var paragraphs int
	err := s.db.Snapshot(b.Context(), whole, func(snapshot *record.Snapshot) error {
		heads, err := snapshot.Heads(b.Context())
		if err != nil {
			return err
		}
		var ids []string
		for _, h := range heads {
			ids = append(ids, h.Story)
		}
		return snapshot.Each(b.Context(), ids, func(story retrieval.Story) error {
			paragraphs += len(story.Paragraphs)
			for _, p := range story.Paragraphs {
				bytes += int64(len(p.Text))
			}
			return nil
		})
	})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(bytes)
	heap := watchHeap()
	for b.Loop() {
		if err := s.Reindex(b.Context(), whole); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heap())/1e6, "heap-MB")
	b.ReportMetric(float64(paragraphs*b.N)/b.Elapsed().Seconds(), "paragraphs/s")
	if info, err := os.Stat(filepath.Join(s.dir, "c.index", "guild-"+whole+".db")); err == nil {
		b.ReportMetric(float64(info.Size())/1e6, "index-MB")
	}
}

// watchHeap looks at the heap now and then; the function that it returns ends
// that, and gives the most bytes seen.
func watchHeap() (peak func() uint64) {
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return most.Load()
	}
}

// searching compares plain FTS5, the first stage, and whole search.
func (s *stage) searching(b *testing.B) {
	terms := s.terms(b, whole)
	db := s.fts5(b, whole)
	for _, k := range []int{10, 50} {
		b.Run(fmt.Sprintf("k=%d", k), func(b *testing.B) {
			want, got := make([][]index.Hit, len(terms)), make([][]index.Hit, len(terms))
			err := s.file(whole, func(f *index.File) (err error) {
				s.compare(b,
					engine{"fts5-rank", func(i int) { exhaustive(b, db, byRank, terms[i], k) }},
					engine{"fts5-bm25", func(i int) { want[i] = exhaustive(b, db, byBM25, terms[i], k) }},
					engine{"first-stage", func(i int) {
						if got[i], err = f.Search(b.Context(), terms[i], index.Scope{}, k); err != nil {
							b.Fatal(err)
						}
					}},
					engine{"whole", func(i int) { s.search(b, whole, s.questions[i]) }},
				)
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			for i := range terms {
				if !slices.Equal(want[i], got[i]) {
					b.Fatalf("%q is not exact:\n%v\n%v", s.questions[i], want[i], got[i])
				}
			}
		})
	}
}

// extensions looks for compounds of all terms of a question.
func (s *stage) extensions(b *testing.B) {
	terms := s.terms(b, whole)
	err := s.file(whole, func(f *index.File) error {
		s.compare(b, engine{"terms", func(i int) {
			for _, term := range terms[i] {
				if _, err := f.Extensions(b.Context(), term, 10); err != nil {
					b.Fatal(err)
				}
			}
		}})
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// smallGuild searches 10,000 paragraphs beside the whole corpus, and
// without it.
func (s *stage) smallGuild(b *testing.B) {
	const size = 10_000
	alone := openStage(b, b.TempDir(), "", size)
	guild := fmt.Sprint(size)
	ask := func(s *stage) func(int) {
		s.search(b, guild, "anything") // brings the index up to date
		return func(i int) { s.search(b, guild, s.questions[i]) }
	}
	s.compare(b, engine{"beside", ask(s)}, engine{"alone", ask(alone)})
}

// addStory adds stories of 20 paragraphs to the whole corpus, one by
// one, from Put to the next question's being able to find them.
func (s *stage) addStory(b *testing.B) {
	s.search(b, whole, "anything")
	words := zipf(3)
	var times []float64
	var added []string
	for b.Loop() {
		for range 100 {
			story := retrieval.Story{Key: fmt.Sprint(len(added)), Title: "An added story"}
			for range 20 {
				story.Paragraphs = append(story.Paragraphs, retrieval.Paragraph{Text: words(50)})
			}
			start := time.Now()
			change, err := s.Put(b.Context(), source(whole, "added "+story.Key), []retrieval.Story{story})
			if err != nil {
				b.Fatal(err)
			}
			times = append(times, milliseconds(time.Since(start)))
			added = append(added, change.Source)
		}
	}
	report(b, times)
	for _, id := range added {
		if _, err := s.Remove(context.Background(), whole, id); err != nil {
			b.Fatal(err)
		}
	}
}

// growth shows how search time grows with the corpus.
func (s *stage) growth(b *testing.B) {
	plain, ours := plot.Curve{Name: "plain FTS5, ORDER BY rank, 10 best"}, plot.Curve{Name: "storybot, whole search with reranking"}
	var guilds []string
	for _, size := range s.sizes {
		guilds = append(guilds, fmt.Sprint(size))
	}
	for _, guild := range append(guilds, whole) {
		terms := s.terms(b, guild)
		db := s.fts5(b, guild)
		var paragraphs float64
		if err := db.QueryRow(`SELECT paragraphs FROM state`).Scan(&paragraphs); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("paragraphs=%.0f", paragraphs), func(b *testing.B) {
			means := s.compare(b,
				engine{"fts5", func(i int) { exhaustive(b, db, byRank, terms[i], 10) }},
				engine{"storybot", func(i int) { s.search(b, guild, s.questions[i]) }})
			plain.Points = append(plain.Points, plot.Point{X: paragraphs, Y: means[0]})
			ours.Points = append(ours.Points, plot.Point{X: paragraphs, Y: means[1]})
		})
	}
	if *plotFlag == "" {
		return
	}
	chart := plot.Chart{
		Title:  "Mean time of a search, by the size of the index",
		X:      plot.Axis{Name: "paragraphs", Logarithmic: true},
		Panels: []plot.Panel{{Y: plot.Axis{Unit: "ms", Logarithmic: true}, Curves: []plot.Curve{plain, ours}}},
	}
	if err := os.WriteFile(*plotFlag, chart.SVG(), 0o644); err != nil {
		b.Fatal(err)
	}
}
