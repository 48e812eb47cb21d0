package data_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"storybot/data"

	"github.com/google/go-cmp/cmp"
)

// questionSet is a file in the shape of SQuAD 2; offsets count code points.
type questionSet struct {
	Data []struct {
		Title      string
		Paragraphs []struct {
			Context string
			QAs     []question
		}
	}
}

type question struct {
	ID       string
	Question string
	Answers  []struct {
		Text  string
		Start int `json:"answer_start"`
	}
	Impossible bool `json:"is_impossible"`
}

func TestStories(t *testing.T) {
	files, err := fs.Glob(data.Questions(), "eval/*.md")
	if err != nil || len(files) != 5 {
		t.Fatalf("stories to evaluate %q: %v", files, err)
	}
	checkStory(t, "the bundled one", data.Story().Markdown)
	for _, file := range files {
		checkStory(t, file, readFile(t, file))
	}
	// Questions about these show what the program says when a story does not tell.
	for _, absent := range []string{"China", "Japan", "United States"} {
		if strings.Contains(data.Story().Markdown, absent) {
			t.Errorf("the bundled story tells of %s", absent)
		}
	}
}

func checkStory(t *testing.T, name, markdown string) {
	t.Helper()
	title, paragraphs := blocks(markdown)
	if title == "" {
		t.Errorf("%s: no title", name)
	}
	if n := len(paragraphs); n < 9 || n > 14 {
		t.Errorf("%s: %d paragraphs, want 9 to 14", name, n)
	}
	for i, p := range paragraphs {
		if n := len(strings.Fields(p)); n < 40 || n > 110 {
			t.Errorf("%s: paragraph %d has %d words, want 40 to 110", name, i+1, n)
		}
	}
}

func TestQuestions(t *testing.T) {
	story := data.Story().Markdown
	tests := []struct {
		file       string
		story      string  // in Markdown
		least      int     // questions
		impossible float64 // share of them, at least
	}{
		{"questions.en.json", story, 60, .3},
		{"questions.ko.json", story, 15, .3},
		{"questions.ru.json", story, 15, .3},
		{"eval/court.ko.json", readFile(t, "eval/court.ko.md"), 20, .25},
		{"eval/match.en.json", readFile(t, "eval/match.en.md"), 20, .25},
		{"eval/results.en.json", readFile(t, "eval/results.en.md"), 20, .25},
		{"eval/science.de.json", readFile(t, "eval/science.de.md"), 20, .25},
		{"eval/tale.ar.json", readFile(t, "eval/tale.ar.md"), 20, .25},
	}
	ids := make(map[string]bool)
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			title, paragraphs := blocks(tt.story)
			set := readQuestions(t, tt.file)
			if len(set.Data) != 1 || set.Data[0].Title != title {
				t.Fatalf("want the one story %q", title)
			}
			var contexts []string
			var all, impossible int
			for _, p := range set.Data[0].Paragraphs {
				contexts = append(contexts, p.Context)
				for _, q := range p.QAs {
					all++
					if q.Impossible {
						impossible++
					}
					if ids[q.ID] {
						t.Errorf("%s: id is taken", q.ID)
					}
					ids[q.ID] = true
					checkAnswers(t, p.Context, q)
				}
			}
			if diff := cmp.Diff(paragraphs, contexts); diff != "" {
				t.Errorf("contexts are not the story's paragraphs (-story +contexts):\n%s", diff)
			}
			if all < tt.least {
				t.Errorf("%d questions, want at least %d", all, tt.least)
			}
			if share := float64(impossible) / float64(all); share < tt.impossible || share > .37 {
				t.Errorf("%.2f of the questions have no answer, want %.2f to .37", share, tt.impossible)
			}
		})
	}
}

func checkAnswers(t *testing.T, context string, q question) {
	t.Helper()
	if strings.TrimSpace(q.Question) == "" {
		t.Errorf("%s: empty question", q.ID)
	}
	if n := len(q.Answers); q.Impossible != (n == 0) || n > 3 {
		t.Errorf("%s: %d answers, is_impossible is %t", q.ID, n, q.Impossible)
	}
	runes := []rune(context)
	for _, a := range q.Answers {
		start, end := a.Start, a.Start+len([]rune(a.Text))
		if a.Text == "" || start < 0 || end > len(runes) || string(runes[start:end]) != a.Text {
			t.Errorf("%s: %q is not at %d", q.ID, a.Text, start)
		}
	}
}

func readQuestions(t *testing.T, name string) questionSet {
	t.Helper()
	var set questionSet
	if err := json.Unmarshal([]byte(readFile(t, name)), &set); err != nil {
		t.Fatal(err)
	}
	return set
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := fs.ReadFile(data.Questions(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestStoryIsOurTelling compares the story with the report it tells: facts and
// quoted words carry over, sentences do not.
func TestStoryIsOurTelling(t *testing.T) {
	const run = 7 // words in a row
	report, err := os.ReadFile("../../shared/stories/000_82abdcb3608312cc.txt")
	if err != nil {
		t.Skip("the report is not at hand: ", err)
	}
	taken := make(map[string]bool)
	for _, words := range runs(string(report), run) {
		taken[words] = true
	}
	for _, stretch := range quoted.Split(data.Story().Markdown, -1) {
		for _, words := range runs(stretch, run) {
			if taken[words] {
				t.Errorf("taken over from the report: %s", words)
			}
		}
	}
}

var quoted = regexp.MustCompile(`"[^"]*"`)

// runs are all runs of n words in text, in lower case.
func runs(text string, n int) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
	var all []string
	for i := n; i <= len(words); i++ {
		all = append(all, strings.Join(words[i-n:i], " "))
	}
	return all
}

// blocks are the title and the paragraphs of a document in Markdown.
func blocks(markdown string) (title string, paragraphs []string) {
	for block := range strings.SplitSeq(strings.TrimSpace(markdown), "\n\n") {
		switch {
		case strings.HasPrefix(block, "# "):
			title = strings.TrimPrefix(block, "# ")
		case !strings.HasPrefix(block, "#"):
			paragraphs = append(paragraphs, block)
		}
	}
	return title, paragraphs
}
