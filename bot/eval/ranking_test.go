package eval_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/bot/eval"
	"storybot/data"
	"storybot/retrieval"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestRanking asks every question on our own stories, all in one index, and
// keeps what is found and said in a file each, named by the question's id, and
// the figures in one: what a change does to ranking shows as a diff. The questions
// in Korean and Russian on the story in English are for models; in quotes they
// measure that the bot keeps silent.
func TestRanking(t *testing.T) {
	var sets []eval.Set
	var questions []rankingQuestion
	for _, name := range questionFiles(t) {
		raw, err := fs.ReadFile(data.Questions(), name)
		if err != nil {
			t.Fatal(err)
		}
		set := read(t, strings.TrimSuffix(path.Base(name), ".json"), string(raw))
		sets = append(sets, set)
		questions = append(questions, rankingQuestions(t, set.Name, raw)...)
	}
	subject := newSubject(t)
	report, err := eval.Run(t.Context(), subject, sets, eval.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if report.UncitedStatements > 0 {
		t.Errorf("%d uncited statements", report.UncitedStatements)
	}
	// The floors are promises, whatever is accepted below.
	if en := report.Files["questions.en"]; en.AbstainedAnswerable > .05 || en.AbstainedUnanswerable < .6 {
		t.Errorf("abstains on %v of the answerable questions in English, %v of the others", en.AbstainedAnswerable, en.AbstainedUnanswerable)
	}
	got := map[string]string{"figures.txt": figuresTable(report)}
	for _, q := range questions {
		got[q.file] = q.transcript(t, subject)
	}
	checkGoldens(t, "testdata/ranking", got)
}

func questionFiles(t *testing.T) (names []string) {
	t.Helper()
	for _, pattern := range []string{"questions.*.json", "eval/*.json"} {
		found, err := fs.Glob(data.Questions(), pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		names = append(names, found...)
	}
	return names
}

// A rankingQuestion is a question with the paragraph it was asked on.
type rankingQuestion struct {
	file    string // its golden
	context string
	eval.QA
}

func rankingQuestions(t *testing.T, set string, raw []byte) (questions []rankingQuestion) {
	t.Helper()
	var squad struct {
		Data []struct {
			Paragraphs []struct {
				Context string
				QAs     []struct {
					ID string
					eval.QA
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &squad); err != nil {
		t.Fatal(err)
	}
	for _, story := range squad.Data {
		for _, p := range story.Paragraphs {
			for _, qa := range p.QAs {
				questions = append(questions, rankingQuestion{path.Join(set, qa.ID+".txt"), p.Context, qa.QA})
			}
		}
	}
	return questions
}

// transcript is the question with its gold answers, the best passages with
// what they are ranked by, and the answer. A star marks the gold paragraph, and
// the quotes that hold a gold answer.
func (q rankingQuestion) transcript(t *testing.T, s eval.Subject) string {
	t.Helper()
	found, err := s.Corpus.Search(t.Context(), retrieval.Query{Text: q.Question, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.Bot.Ask(t.Context(), bot.Question{Text: q.Question}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintln(&b, q.Question)
	for _, a := range q.Answers {
		fmt.Fprintf(&b, "gold: %s\n", a.Text)
	}
	if q.Impossible {
		fmt.Fprintln(&b, "gold: not in the stories")
	}
	fmt.Fprintf(&b, "\nevidence %.2f, unknown %q\n", found.Evidence.Strength, found.Evidence.Unknown)
	for i, p := range found.Passages {
		// %.2v prints each field, whichever there are, to two digits.
		fmt.Fprintf(&b, "%d%s %.2f %+.2v\n   ¶%d %s\n", i+1, star(q.isGold(p.Text)), p.Score, p.Features, p.Paragraph, firstWords(p.Text))
	}
	if answer.Status == bot.NotInStories {
		fmt.Fprintln(&b, "\nnot in the stories, nearest:")
		for _, n := range answer.Nearest {
			q.quote(&b, n.Citation)
		}
		return b.String()
	}
	fmt.Fprintln(&b, "\nanswered:")
	for _, statement := range answer.Statements {
		fmt.Fprintf(&b, "- %s\n", statement.Text)
		for _, n := range statement.Citations {
			q.quote(&b, answer.Citations[n-1])
		}
	}
	return b.String()
}

// isGold says that the text is the paragraph that answers the question.
func (q rankingQuestion) isGold(text string) bool { return !q.Impossible && text == q.context }

func (q rankingQuestion) quote(b *strings.Builder, c bot.Citation) {
	holds := false
	for _, a := range q.Answers {
		holds = holds || strings.Contains(c.Quote, a.Text)
	}
	fmt.Fprintf(b, " %s ¶%d %q\n", star(holds), c.Paragraph, c.Quote)
}

func star(marked bool) string {
	if marked {
		return "*"
	}
	return " "
}

// firstWords are the words of a text that fit in half a line.
func firstWords(text string) string {
	const half = 60
	var b strings.Builder
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(b.String()+word) > half {
			break
		}
		b.WriteString(word + " ")
	}
	return b.String() + "…"
}

// figuresTable has a line a set.
func figuresTable(r eval.Report) string {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "set\tquestions\trecall@1\trecall@5\tcited@1\tquote_share\tabstained_unanswerable\tabstained_answerable")
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		f := r.Files[name]
		fmt.Fprintf(table, "%s\t%d\t%v\t%v\t%v\t%v\t%v\t%v\n", name, f.Questions,
			f.RecallAt1, f.RecallAt5, f.CitedAt1, f.QuoteShare, f.AbstainedUnanswerable, f.AbstainedAnswerable)
	}
	table.Flush()
	return b.String()
}

// checkGoldens compares the texts, by the names of their files, with the files
// in dir; with -update it first makes dir hold them and nothing else.
func checkGoldens(t *testing.T, dir string, got map[string]string) {
	t.Helper()
	if *update {
		if err := writeGoldens(dir, got); err != nil {
			t.Fatal(err)
		}
	}
	want := make(map[string]string)
	kept := os.DirFS(dir)
	err := fs.WalkDir(kept, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(kept, name)
		want[name] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := maps.Clone(want)
	maps.Copy(names, got)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s has changed; -update accepts it (-want +got):\n%s", name, diff)
		}
	}
}

func writeGoldens(dir string, got map[string]string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name, text := range got {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}
