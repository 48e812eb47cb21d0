package retrieval_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/analysis"
)

// corpus is what the benchmarks search: the texts named by the flag, or a
// made-up one.
func corpus() iter.Seq2[retrieval.Story, error] {
	if *textsFlag != "" {
		return folder(*textsFlag)
	}
	return madeUp(20_000)
}

// folder gives a story for each text in the folder, of the paragraphs of at
// least five words.
func folder(root string) iter.Seq2[retrieval.Story, error] {
	return func(yield func(retrieval.Story, error) bool) {
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			ext := strings.ToLower(filepath.Ext(path))
			if err == nil && (d.IsDir() || ext != ".md" && ext != ".txt") {
				return nil
			}
			var text []byte
			if err == nil {
				text, err = os.ReadFile(path)
			}
			story := retrieval.Story{Key: path, Title: strings.TrimSuffix(filepath.Base(path), ext)}
			for _, p := range analysis.ParseDocument(path, strings.ToValidUTF8(string(text), "")).Paragraphs {
				if len(strings.Fields(p.Text)) >= 5 {
					story.Paragraphs = append(story.Paragraphs, retrieval.Paragraph{Heading: p.Heading, Text: p.Text})
				}
			}
			if err == nil && len(story.Paragraphs) == 0 || yield(story, err) {
				return nil
			}
			return fs.SkipAll
		})
	}
}

// madeUp gives stories of 20 paragraphs whose words are as frequent as Zipf's
// law has them.
func madeUp(paragraphs int) iter.Seq2[retrieval.Story, error] {
	return func(yield func(retrieval.Story, error) bool) {
		words := zipf(1)
		for i := range paragraphs / 20 {
			story := retrieval.Story{Key: fmt.Sprint(i), Title: fmt.Sprint("Story ", i)}
			for range 20 {
				story.Paragraphs = append(story.Paragraphs, retrieval.Paragraph{Text: words(50)})
			}
			if !yield(story, nil) {
				return
			}
		}
	}
}

// zipf makes texts of so many words.
func zipf(seed uint64) func(n int) string {
	ranks := rand.NewZipf(rand.New(rand.NewPCG(seed, 0)), 1.1, 10, 200_000)
	return func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = word(ranks.Uint64())
		}
		return strings.Join(words, " ")
	}
}

// word is the number in letters.
func word(n uint64) string {
	letters := []byte("x")
	for ; n > 0; n /= 20 {
		letters = append(letters, "bcdfghjklmnpqrstvwxz"[n%20])
	}
	return string(letters)
}

// questions are 400 in all, taken evenly from the files.
func questions() (all []string, err error) {
	const most = 400
	if *questionsFlag == "" {
		words := zipf(2)
		for range most {
			all = append(all, words(6))
		}
		return all, nil
	}
	files := strings.Split(*questionsFlag, ",")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var set struct {
			Data []struct {
				Paragraphs []struct {
					QAs []struct{ Question string }
				}
			}
		}
		if err := json.Unmarshal(content, &set); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		var some []string
		for _, d := range set.Data {
			for _, p := range d.Paragraphs {
				for _, q := range p.QAs {
					some = append(some, q.Question)
				}
			}
		}
		n := min(most/len(files), len(some))
		for i := range n {
			all = append(all, some[i*len(some)/n])
		}
	}
	return all, nil
}
