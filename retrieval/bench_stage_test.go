package retrieval_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/analysis"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// A stage is a corpus to measure on.
type stage struct {
	*retrieval.Corpus
	db        *record.DB
	dir       string
	sizes     []int // of the guilds with a part of the corpus, the smallest first
	questions []string
}

// openStage opens the corpus in the folder, which is filled unless it was
// kept: for guilds of these sizes, and one with all, unless it is "".
func openStage(b *testing.B, dir, all string, sizes ...int) *stage {
	b.Helper()
	ctx := b.Context()
	db, err := record.Open(ctx, filepath.Join(dir, "c.db"))
	if err != nil {
		b.Fatal(err)
	}
	s := &stage{retrieval.Open(db, filepath.Join(dir, "c.index"), slog.New(slog.DiscardHandler)), db, dir, sizes, nil}
	b.Cleanup(func() {
		s.Close()
		db.Close()
	})
	if s.questions, err = questions(); err != nil {
		b.Fatal(err)
	}
	versions, err := db.Versions(ctx)
	if err == nil && len(versions) == 0 {
		err = s.fill(ctx, all)
	}
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// fill puts the corpus into the record; the guild all gets all of it.
func (s *stage) fill(ctx context.Context, all string) error {
	put := func(guild string, story retrieval.Story) error {
		_, err := s.db.Put(ctx, source(guild, story.Key), []retrieval.Story{story})
		return err
	}
	total := 0
	for story, err := range corpus() {
		if err != nil {
			return err
		}
		for _, size := range s.sizes {
			if room := size - total; room > 0 {
				part := story
				part.Paragraphs = story.Paragraphs[:min(room, len(story.Paragraphs))]
				if err := put(fmt.Sprint(size), part); err != nil {
					return err
				}
			}
		}
		total += len(story.Paragraphs)
		switch {
		case all != "":
			if err := put(all, story); err != nil {
				return err
			}
		case total >= slices.Max(s.sizes):
			return nil
		}
	}
	return nil
}

// terms are what the first stage searches a guild for, for each question, and
// which FTS5 is given in the same order.
func (s *stage) terms(b *testing.B, guild string) (all [][]string) {
	b.Helper()
	s.search(b, guild, "anything") // brings the index up to date
	err := s.file(guild, func(f *index.File) error {
		stats, err := f.Stats(b.Context())
		if err != nil {
			return err
		}
		for _, question := range s.questions {
			lang := analysis.Language(question)
			held := make(map[string]int)
			for _, g := range analysis.Groups(question, stats.Languages) {
				if analysis.IsCommon(g.Token, lang) {
					continue
				}
				counts, err := f.Frequencies(b.Context(), g.Terms)
				if err != nil {
					return err
				}
				for i, term := range g.Terms {
					if counts[i] > 0 {
						held[term] = counts[i]
					}
				}
			}
			all = append(all, slices.SortedFunc(maps.Keys(held), func(a, b string) int {
				return cmp.Or(cmp.Compare(held[a], held[b]), cmp.Compare(a, b))
			}))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// file calls do with the guild's index file.
func (s *stage) file(guild string, do func(*index.File) error) error {
	set := index.Open(filepath.Join(s.dir, "c.index"), s.db.ID(), slog.New(slog.DiscardHandler))
	defer set.Close()
	return set.Use(context.Background(), guild, do)
}

func (s *stage) search(b *testing.B, guild, question string) {
	b.Helper()
	if _, err := s.Search(b.Context(), retrieval.Query{Guild: guild, Text: question, Limit: 10}); err != nil {
		b.Fatal(err)
	}
}

// fts5 opens the guild's file for queries straight to FTS5.
func (s *stage) fts5(b *testing.B, guild string) *sql.DB {
	b.Helper()
	path := filepath.Join(s.dir, "c.index", "guild-"+guild+".db")
	db, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?mode=ro&_query_only=1")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { db.Close() })
	return db
}

// exhaustive has FTS5 score every paragraph that holds one of the terms.
func exhaustive(b *testing.B, db *sql.DB, ranking string, terms []string, k int) (hits []index.Hit) {
	b.Helper()
	if len(terms) == 0 {
		return nil
	}
	rows, err := db.QueryContext(b.Context(), `
		SELECT s.id, s.revision, best.id - s.first + 1, -best.score FROM (
			SELECT rowid AS id, `+ranking+` LIMIT ?) best
		JOIN stories s ON s.first = (SELECT max(first) FROM stories WHERE first <= best.id)`,
		`"`+strings.Join(terms, `" OR "`)+`"`, k)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var h index.Hit
		if err := rows.Scan(&h.Story, &h.Revision, &h.Paragraph, &h.Score); err != nil {
			b.Fatal(err)
		}
		hits = append(hits, h)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return hits
}

// The two ways of plain FTS5: what its documentation recommends, and the order
// of the first stage.
const (
	byRank = `rank AS score FROM passages WHERE passages MATCH ? ORDER BY rank`
	byBM25 = `bm25(passages, 0.5, 0.5, 1.0) AS score FROM passages WHERE passages MATCH ? ORDER BY score, rowid`
)

// An engine answers the stage's questions, named by their place.
type engine struct {
	name string
	ask  func(question int)
}

// compare asks each question of all engines before the next, so that whatever
// else the machine does falls on all alike, and reports the times as a
// benchmark an engine. It gives their means.
func (s *stage) compare(b *testing.B, engines ...engine) (means []float64) {
	times := make([][]float64, len(engines))
	for i := range s.questions {
		for turn := range engines {
			e := (i + turn) % len(engines) // who asks first finds less in the caches
			start := time.Now()
			engines[e].ask(i)
			times[e] = append(times[e], milliseconds(time.Since(start)))
		}
	}
	for e, engine := range engines {
		var mean float64
		b.Run(engine.name, func(b *testing.B) { mean = report(b, times[e]) })
		means = append(means, mean)
	}
	return means
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// report reports the times' percentiles and mean, in place of the time of a
// whole round.
func report(b *testing.B, times []float64) (mean float64) {
	slices.Sort(times)
	for _, t := range times {
		mean += t / float64(len(times))
	}
	b.ReportMetric(times[len(times)/2], "p50-ms")
	b.ReportMetric(times[len(times)*95/100], "p95-ms")
	b.ReportMetric(times[len(times)*99/100], "p99-ms")
	b.ReportMetric(times[len(times)-1], "max-ms")
	b.ReportMetric(mean, "mean-ms")
	b.ReportMetric(0, "ns/op")
	return mean
}
