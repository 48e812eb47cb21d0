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

func TestStory(t *testing.T) {
	title, paragraphs := blocks(data.Story().Markdown)
	if title == "" {
		t.Error("the story has no title")
	}
	if n := len(paragraphs); n < 8 || n > 12 {
		t.Errorf("%d paragraphs, want 8 to 12", n)
	}
	for i, p := range paragraphs {
		if n := len(strings.Fields(p)); n < 40 || n > 110 {
			t.Errorf("paragraph %d has %d words, want 40 to 110", i+1, n)
		}
	}
	// Questions about these show what the program says when a story does not tell.
	for _, absent := range []string{"China", "Japan", "United States"} {
		if strings.Contains(data.Story().Markdown, absent) {
			t.Errorf("the story tells of %s", absent)
		}
	}
}

func TestQuestions(t *testing.T) {
	title, paragraphs := blocks(data.Story().Markdown)
	tests := []struct {
		file  string
		least int // questions
	}{
		{"questions.en.json", 60},
		{"questions.ko.json", 15},
		{"questions.ru.json", 15},
	}
	ids := make(map[string]bool)
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
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
			if share := float64(impossible) / float64(all); share < .3 || share > .37 {
				t.Errorf("%.2f of the questions have no answer, want about a third", share)
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
	raw, err := fs.ReadFile(data.Questions(), name)
	if err != nil {
		t.Fatal(err)
	}
	var set questionSet
	if err := json.Unmarshal(raw, &set); err != nil {
		t.Fatal(err)
	}
	return set
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
