package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

// exhaustive is Search by scoring every paragraph that holds a term.
func (f *File) exhaustive(t *testing.T, terms []string, scope Scope, k int) []Hit {
	t.Helper()
	found, _, err := f.frequencies(t.Context(), terms)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		return nil
	}
	rows, err := f.conn.QueryContext(t.Context(), `
		SELECT s.id, s.revision, p.rowid - s.first + 1, -bm25(passages, `+fieldWeights+`), coalesce(published, 0)
		FROM passages p JOIN stories s ON p.rowid BETWEEN s.first AND s.last
		WHERE passages MATCH ? ORDER BY bm25(passages, `+fieldWeights+`), p.rowid`, anyOf(found))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var hits []Hit
	for rows.Next() {
		var h Hit
		var published int64
		if err := rows.Scan(&h.Story, &h.Revision, &h.Paragraph, &h.Score, &published); err != nil {
			t.Fatal(err)
		}
		if scope.holds(h.Story, published) && len(hits) < k {
			hits = append(hits, h)
		}
	}
	return hits
}

// holds says that a story published then, in Unix seconds, is in the scope.
func (s Scope) holds(story string, published int64) bool {
	return (s.Story == "" || s.Story == story) && s.Without != story &&
		(s.Since.IsZero() || published != 0 && published >= s.Since.Unix()) &&
		(s.Until.IsZero() || published != 0 && published < s.Until.Unix())
}

// A zipf makes words as frequent as Zipf's law has them, on days 1 to 9.
type zipf struct {
	*rand.Rand
	ranks *rand.Zipf
}

func newZipf(seed uint64) zipf {
	random := rand.New(rand.NewPCG(seed, 0))
	return zipf{random, rand.NewZipf(random, 1.1, 1.5, 500)}
}

func (z zipf) words(n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("w%d", z.ranks.Uint64())
	}
	return words
}

func day(n int) time.Time { return time.Unix(int64(n)*86400, 0) }

// story has a few paragraphs, of few words so that scores are often equal.
func (z zipf) story(id int) Story {
	s := Story{ID: fmt.Sprint(id), Revision: 1 + z.IntN(9), Title: strings.Join(z.words(2), " ")}
	if z.IntN(3) > 0 {
		s.PublishedAt = day(1 + z.IntN(9))
	}
	for range 1 + z.IntN(30) {
		s.Paragraphs = append(s.Paragraphs, analysis.Paragraph{
			Heading: strings.Join(z.words(z.IntN(2)), " "), Text: strings.Join(z.words(1+z.IntN(12)), " "),
		})
	}
	return s
}

// TestSearchIsExact compares with all paragraphs' scores, on corpora that
// stories were removed from and put into again.
func TestSearchIsExact(t *testing.T) {
	for seed := range uint64(8) {
		z := newZipf(seed)
		set, _ := openTest(t)
		err := set.Use(t.Context(), "", func(f *File) error {
			for range 3 {
				err := f.Update(t.Context(), func(u *Update) (int64, error) {
					for range 40 {
						if err := u.Put(z.story(z.IntN(60))); err != nil {
							return 0, err
						}
						if z.IntN(4) == 0 {
							if err := u.Remove(fmt.Sprint(z.IntN(60))); err != nil {
								return 0, err
							}
						}
						if z.IntN(9) == 0 { // as when many terms have changed
							if err := u.flush(); err != nil {
								return 0, err
							}
						}
					}
					return 0, nil
				})
				if err != nil {
					return err
				}
				checkFrequencies(t, f)
			}
			for range 100 {
				terms, k := z.words(1+z.IntN(9)), 1+z.IntN(60)
				var scope Scope
				for _, narrow := range []func(){
					func() { scope.Story = fmt.Sprint(z.IntN(60)) },
					func() { scope.Without = fmt.Sprint(z.IntN(60)) },
					func() { scope.Since = day(z.IntN(10)) },
					func() { scope.Until = day(z.IntN(10)) },
				} {
					if z.IntN(4) == 0 {
						narrow()
					}
				}
				got, err := f.Search(t.Context(), terms, scope, k)
				if err != nil {
					return err
				}
				if diff := cmp.Diff(f.exhaustive(t, terms, scope, k), got); diff != "" {
					t.Fatalf("seed %d, %d of %v in %v: %s", seed, k, terms, scope, diff)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// checkFrequencies compares the table of terms with FTS5's own count.
func checkFrequencies(t *testing.T, f *File) {
	t.Helper()
	read := func(query string) (rows []string) {
		found, err := f.conn.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		for found.Next() {
			var row string
			if err := found.Scan(&row); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row)
		}
		return rows
	}
	// fts5vocab reads what the index holds, and skips what was removed.
	_, err := f.conn.ExecContext(t.Context(), `CREATE VIRTUAL TABLE IF NOT EXISTS temp.counted USING fts5vocab(main, passages, row)`)
	if err != nil {
		t.Fatal(err)
	}
	want, got := read(`SELECT term || ' ' || doc FROM temp.counted ORDER BY 1`), read(`SELECT term || ' ' || paragraphs FROM terms ORDER BY 1`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(read(`SELECT count(*) FROM passages_docsize`), read(`SELECT paragraphs FROM state`)) {
		t.Error("the number of paragraphs is wrong")
	}
}
