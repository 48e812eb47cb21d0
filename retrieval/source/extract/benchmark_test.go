package extract

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	readability "codeberg.org/readeck/go-readability/v2"
)

var (
	output  = flag.String("output", "", "write what the benchmark's pages say to this file, as its evaluate.py reads it")
	verbose = flag.Bool("pages", false, "print the figures of each of the benchmark's pages")
)

// TestBenchmark measures Page on the pages of the article extraction benchmark
// (github.com/scrapinghub/article-extraction-benchmark) in the folder that
// STORYBOT_ARTICLES names, as its evaluate.py does, beside readability alone.
// The rules were made looking at the pages of which the name's hash is even;
// the others tell whether they hold elsewhere.
func TestBenchmark(t *testing.T) {
	folder := os.Getenv("STORYBOT_ARTICLES")
	if folder == "" {
		t.Skip("STORYBOT_ARTICLES names no checkout of the benchmark")
	}
	raw, err := os.ReadFile(filepath.Join(folder, "ground-truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth map[string]struct {
		ArticleBody string `json:"articleBody"`
		URL         string `json:"url"`
	}
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	ours, plain := map[string]map[string]string{}, map[string]map[string]string{}
	scores := map[string][2][]shingleScore{} // by half: ours, readability's
	keys := make([]string, 0, len(truth))
	for key := range truth {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		want := truth[key]
		page := gunzip(t, filepath.Join(folder, "html", key+".html.gz"))
		article, err := Page(page, "text/html; charset=utf-8", want.URL)
		body := joined(article)
		ours[key] = map[string]string{"articleBody": body}
		base := byReadability(t, page, want.URL)
		plain[key] = map[string]string{"articleBody": base}
		mine, theirs := score(want.ArticleBody, body), score(want.ArticleBody, base)
		half := "seen"
		if hash := fnv.New32a(); func() uint32 { hash.Write([]byte(key)); return hash.Sum32() }()%2 == 1 {
			half = "unseen"
		}
		for _, in := range []string{half, "all"} {
			s := scores[in]
			s[0], s[1] = append(s[0], mine), append(s[1], theirs)
			scores[in] = s
		}
		if err != nil {
			t.Logf("%.8s refused: %v (%d paragraphs) %s", key, err, len(article.Paragraphs), want.URL)
		}
		if *verbose {
			fmt.Printf("%.8s %-6s %.3f %.3f (%.3f %.3f) %v %s\n", key, half, mine.precision(), mine.recall(), theirs.precision(), theirs.recall(), err, want.URL)
		}
	}
	for _, half := range []string{"all", "seen", "unseen"} {
		for i, name := range []string{"Page", "readability"} {
			t.Log(summary(half+" "+name, scores[half][i]))
		}
	}
	if *output != "" {
		write(t, *output, ours)
		write(t, *output+".readability", plain)
	}
}

func write(t *testing.T, path string, value any) {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func gunzip(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// readable is what readability alone makes of a page.
func byReadability(t *testing.T, page []byte, address string) string {
	t.Helper()
	where, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	article, err := readability.FromReader(strings.NewReader(string(page)), where)
	if err != nil || article.Node == nil {
		return ""
	}
	var text strings.Builder
	if err := article.RenderText(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// joined is the text of an article as a person reads it: with the headings.
func joined(a Article) string {
	var lines []string
	heading := ""
	for _, p := range a.Paragraphs {
		if p.Heading != heading {
			heading = p.Heading
			lines = append(lines, heading)
		}
		lines = append(lines, p.Text)
	}
	return strings.Join(lines, "\n")
}

// A shingleScore counts the runs of four words that two texts share, and that
// either has alone, as parts of one.
type shingleScore struct {
	both, extra, missing float64
	exact                bool
}

func (s shingleScore) precision() float64 { return part(s.both, s.extra, s.missing) }
func (s shingleScore) recall() float64    { return part(s.both, s.missing, s.extra) }

func part(both, wrong, other float64) float64 {
	switch {
	case wrong == 0 && other == 0:
		return 1
	case both == 0 && wrong == 0:
		return 0
	}
	return both / (both + wrong)
}

func score(want, got string) shingleScore {
	wants, gots := words(want), words(got)
	s := shingleScore{exact: slices.Equal(wants, gots)}
	wanted, had := shingles(wants), shingles(gots)
	for key, count := range wanted {
		s.both += float64(min(count, had[key]))
		s.missing += float64(max(0, count-had[key]))
	}
	for key, count := range had {
		s.extra += float64(max(0, count-wanted[key]))
	}
	if sum := s.both + s.extra + s.missing; sum > 0 {
		s.both, s.extra, s.missing = s.both/sum, s.extra/sum, s.missing/sum
	}
	return s
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_'
	})
}

func shingles(words []string) map[string]int {
	const size = 4
	all := map[string]int{}
	for i := range max(1, len(words)-size+1) {
		if shingle := strings.Join(words[i:min(i+size, len(words))], "\x00"); shingle != "" {
			all[shingle]++
		}
	}
	return all
}

func summary(name string, scores []shingleScore) string {
	var precision, recall, precisions, recalls, exact float64
	for _, s := range scores {
		if s.both+s.extra > 0 {
			precision, precisions = precision+s.precision(), precisions+1
		}
		if s.both+s.missing > 0 {
			recall, recalls = recall+s.recall(), recalls+1
		}
		if s.exact {
			exact++
		}
	}
	precision, recall = precision/precisions, recall/recalls
	return fmt.Sprintf("%-20s F1 %.4f precision %.4f recall %.4f accuracy %.4f (%d pages)", name,
		2*precision*recall/(precision+recall), precision, recall, exact/float64(len(scores)), len(scores))
}
