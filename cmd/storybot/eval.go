package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"storybot/bot"
	"storybot/bot/eval"
)

func (p *program) evalCommand() *cobra.Command {
	var options eval.Options
	var model bool
	cmd := &cobra.Command{
		Use:   "eval FILE…",
		Short: "Measure retrieval, citation, abstention and prompts on question sets in the shape of SQuAD",
		Long: `Measure retrieval, citation, abstention and the size of prompts on question sets in
the shape of SQuAD, v1 or v2: each "data" entry is a story, each context one of its
paragraphs, and all files together are one index, in a temporary database. The
README says what the figures mean.`,
		Example: `  storybot eval data/questions.en.json
  storybot eval --json --within squad.json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.eval(cmd.Context(), args, model, options)
		},
	}
	cmd.Flags().BoolVar(&options.Within, "within", false, "ask each question of its own story alone")
	cmd.Flags().BoolVar(&options.Absent, "absent", false, "ask each answerable question also with its own story left out")
	cmd.Flags().BoolVar(&model, "model", false, "use the configured model")
	cmd.AddCommand(p.evalGroundingCommand())
	return cmd
}

func (p *program) evalGroundingCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "grounding FILE…",
		Short: "Measure what the check of a model's statements keeps and catches, on labelled statements",
		Long: `Measure what the check of a model's statements keeps and catches, in each of its
modes. A file has a JSON object a line: {"paragraphs": ["…"], "statement": "…",
"quote": "…" or "", "supported": true, "kind": "number"}. The quote is claimed to be
of the first paragraph; the best sentence of them all stands in for an empty one.`,
		Example: "  storybot eval grounding data/eval/grounding.en.jsonl",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var rows []eval.Labelled
			for _, path := range args {
				file, err := os.Open(path)
				if err != nil {
					return err
				}
				more, err := eval.ReadLabelled(path, file)
				file.Close()
				if err != nil {
					return err
				}
				rows = append(rows, more...)
			}
			report, err := eval.Grounding(cmd.Context(), rows, p.progress("statements"))
			if err != nil {
				return err
			}
			return p.print(report, report.WriteTable)
		},
	}
}

func (p *program) eval(ctx context.Context, files []string, model bool, options eval.Options) error {
	sets, err := readSets(files)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "storybot-eval-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	log := p.logger(slog.LevelWarn)
	lib, err := openLibrary(ctx, filepath.Join(dir, "eval.db"), filepath.Join(dir, "eval.index"), log)
	if err != nil {
		return err
	}
	defer lib.close()

	config := bot.Config{Corpus: lib.corpus, Log: log, PromptTokens: p.settings.PromptTokens}
	if model {
		if config.Model = p.model(p.settings.OpenAIModel, log); config.Model == nil {
			return usageError{fmt.Errorf("--model needs OPENAI_API_KEY or OPENAI_BASE_URL; see 'storybot help config'")}
		}
	}
	subject := eval.Subject{Bot: bot.New(config), Corpus: lib.corpus}
	options.Progress = p.progress("questions")
	report, err := eval.Run(ctx, subject, sets, options)
	if err != nil {
		return err
	}
	return p.print(report, func(w io.Writer) { writeReport(w, report) })
}

func readSets(files []string) ([]eval.Set, error) {
	var sets []eval.Set
	for _, path := range files {
		name := filepath.Base(path)
		if slices.ContainsFunc(sets, func(s eval.Set) bool { return s.Name == name }) {
			name = path
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		set, err := eval.Read(name, file)
		file.Close()
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// progress draws a bar on stderr when that is a terminal; else it is nil.
func (p *program) progress(unit string) func(done, total int) {
	file, ok := p.screen()
	if !ok {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(file), progressbar.OptionSetDescription(unit),
				progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish())
		}
		bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
}

// writeReport prints the figures as a table, a column a file.
func writeReport(w io.Writer, r eval.Report) {
	files := slices.Sorted(maps.Keys(r.Files))
	columns := [][]eval.Row{r.Rows()}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\tall")
	for _, name := range files {
		columns = append(columns, r.Files[name].Rows())
		fmt.Fprintf(table, "\t%s", name)
	}
	fmt.Fprintln(table)
	for i, row := range columns[0] {
		fmt.Fprint(table, row.Name)
		for _, column := range columns {
			fmt.Fprintf(table, "\t%s", column[i].Value)
		}
		fmt.Fprintln(table)
	}
	fmt.Fprintf(table, "index_seconds\t%.2f\n", r.IndexSeconds)
	table.Flush()
}
