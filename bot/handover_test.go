package bot

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot/grounding"
	"storybot/data"
	"storybot/prompts"
	"storybot/retrieval"
	"storybot/retrieval/analysis"
	"storybot/retrieval/source"
)

// A handed statement is one that a model makes of a paragraph.
type handed struct{ paragraph, statement, quote string }

// BenchmarkHandOver streams replies, and measures from the byte that completes
// a statement to the moment that it is handed to the reader, or removed: the goal
// is a p99 under 5 ms. The statements are those that people found
// supported (data/eval/grounding.*.jsonl), and sentences of the stories with a word
// left out; the worst are as long as they may be, of a paragraph as long as a model
// is shown.
//
//	go test -tags sqlite_fts5 ./bot -run '^$' -bench HandOver
func BenchmarkHandOver(b *testing.B) {
	stories := map[string][]string{"bundled.en": paragraphsOf(b, data.Story().Name, data.Story().Markdown)}
	files, err := fs.Glob(data.Questions(), "eval/*.md")
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		stories[strings.TrimSuffix(path.Base(file), ".md")] = paragraphsOf(b, file, string(readFile(b, file)))
	}
	cases := make(map[string][]handed)
	for name, paragraphs := range stories {
		for _, p := range paragraphs {
			for _, s := range analysis.Sentences(p) {
				cases[name] = append(cases[name], handed{p, shortened(s.Of(p)), s.Of(p)})
			}
		}
		cases["worst."+name] = []handed{longest(paragraphs)}
	}
	files, err = fs.Glob(data.Questions(), "eval/grounding.*.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		cases[strings.TrimSuffix(path.Base(file), ".jsonl")] = supported(b, readFile(b, file))
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		b.Run(name, func(b *testing.B) { handOver(b, cases[name]) })
	}
}

// handOver has one reply after the other make ten of the statements.
func handOver(b *testing.B, all []handed) {
	var took []time.Duration
	var shown int
	var completed time.Time
	show := func(Answer) {
		if !completed.IsZero() {
			took = append(took, time.Since(completed))
			shown++
			completed = time.Time{}
		}
	}
	stream := streamed(func(write func(string), end string) {
		completed = time.Now()
		write(end)
		if !completed.IsZero() { // removed
			took = append(took, time.Since(completed))
			completed = time.Time{}
		}
	})
	for i := 0; b.Loop(); i++ {
		start := i * 10 % len(all)
		some := all[start:min(start+10, len(all))]
		var found retrieval.Result
		reply := prompts.Reply{Answerable: true}
		for n, h := range some {
			p := retrieval.Passage{}
			p.Text = h.paragraph
			found.Passages = append(found.Passages, p)
			reply.Statements = append(reply.Statements, prompts.Statement{Text: h.statement, Evidence: []prompts.Evidence{{Paragraph: n + 1, Quote: h.quote}}})
		}
		j := &job{Bot: New(Config{Log: slog.New(slog.DiscardHandler)}), mode: grounding.Strict, model: stream(reply)}
		if _, err := j.write(b.Context(), newDraft("", found, show), prompts.Request{}); err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))]) / float64(time.Millisecond) }
	b.ReportMetric(at(.5), "p50-ms")
	b.ReportMetric(at(.99), "p99-ms")
	b.ReportMetric(float64(shown)/float64(len(took)), "shown")
}

// streamed makes models that write a reply in pieces of some characters; complete
// writes the byte that ends a statement.
func streamed(complete func(write func(string), end string)) func(prompts.Reply) Model {
	return func(reply prompts.Reply) Model {
		return writer(func(write func(string)) {
			write(`{"answerable": true, "statements": [`)
			for i, s := range reply.Statements {
				if i > 0 {
					write(", ")
				}
				text, _ := json.Marshal(s)
				for piece := range slices.Chunk(text[:len(text)-1], 16) {
					write(string(piece))
				}
				complete(write, "}")
			}
			write("]}")
		})
	}
}

// A writer is a Model of one reply.
type writer func(write func(string))

func (w writer) Complete(_ context.Context, _ prompts.Request, write func(string)) (prompts.Completion, error) {
	w(write)
	return prompts.Completion{}, nil
}

// shortened leaves a word, or a character, in the middle out.
func shortened(sentence string) string {
	words := strings.Fields(sentence)
	if len(words) < 4 {
		runes := []rune(sentence)
		return string(slices.Delete(runes, len(runes)/2, len(runes)/2+1))
	}
	return strings.Join(slices.Delete(words, len(words)/2, len(words)/2+1), " ")
}

// longest is a statement that is as long as may be, of a paragraph as long as a
// model is shown.
func longest(paragraphs []string) handed {
	all := []rune(strings.Repeat(strings.Join(paragraphs, " "), 4))
	paragraph := string(all[:prompts.MaxText])
	quote := string(all[prompts.MaxText-grounding.MaxStatement : prompts.MaxText])
	return handed{paragraph, strings.TrimSpace(shortened(quote)), strings.TrimSpace(quote)}
}

// supported are the labelled statements that are; one without a quote has its closest
// sentence's.
func supported(b *testing.B, lines []byte) []handed {
	var all []handed
	for scanner := bufio.NewScanner(bytes.NewReader(lines)); scanner.Scan(); {
		var row struct {
			Paragraphs       []string
			Statement, Quote string
			Supported        bool
		}
		if err := json.Unmarshal(scanner.Bytes(), &row); err != nil {
			b.Fatal(err)
		}
		p := row.Paragraphs[0]
		closest, most := "", -1.0
		for _, s := range analysis.Sentences(p) {
			v := grounding.Check(row.Statement, []grounding.Evidence{{Paragraph: p, Quote: s.Of(p)}}, grounding.Strict)
			if v.Closeness > most {
				closest, most = s.Of(p), v.Closeness
			}
		}
		if row.Supported {
			all = append(all, handed{p, row.Statement, cmp.Or(row.Quote, closest)})
		}
	}
	return all
}

func paragraphsOf(b *testing.B, name, markdown string) []string {
	story, err := source.Text(name, "", markdown)
	if err != nil {
		b.Fatal(err)
	}
	var all []string
	for _, p := range story.Paragraphs {
		all = append(all, p.Text)
	}
	return all
}

func readFile(b *testing.B, name string) []byte {
	text, err := fs.ReadFile(data.Questions(), name)
	if err != nil {
		b.Fatal(err)
	}
	return text
}
