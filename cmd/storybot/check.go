package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"storybot/bot"
)

func (p *program) checkCommand() *cobra.Command {
	var story string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "check TEXT",
		Short: "Check each sentence of a text against the stories",
		Long: `Check each sentence of a text against the stories: supported, contradicted, or
not in the stories, with the paragraph and quote, and for each what decided it. Without
a model only a sentence that is nearly in the story's own words can be decided. Questions
claim nothing, and are left out. TEXT - reads standard input.`,
		Example: `  storybot check "Russia backs the idea of choosing between the two Koreas."
  storybot check - < article.txt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := strings.Join(args, " ")
			if text == "-" {
				// One byte more than may be, at four bytes a character, shows that it is too long.
				input, err := io.ReadAll(io.LimitReader(heeding{cmd.Context(), p.stdin}, 4*bot.MaxCheck+1))
				if err != nil {
					return err
				}
				text = string(input)
			}
			ctx, cancel, err := p.limit(cmd, timeout)
			if err != nil {
				return err
			}
			defer cancel()
			return p.check(ctx, story, bot.CheckRequest{Guild: p.guild, Text: text, At: time.Now()})
		},
	}
	cmd.Flags().StringVar(&story, "story", "", "check against this `STORY` alone: its exact title, or the id of it or of its source")
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "give up after this `TIME`")
	return cmd
}

func (p *program) check(ctx context.Context, story string, r bot.CheckRequest) error {
	log := p.logger(slog.LevelWarn)
	lib, err := p.open(ctx, log)
	if err != nil {
		return err
	}
	defer lib.close()
	if r.Scope, err = p.scope(ctx, lib, story); err != nil {
		return err
	}
	checked, err := p.bot(lib, log).Check(ctx, r)
	if err != nil {
		return err
	}
	return p.print(checked, func(w io.Writer) { writeCheck(w, checked) })
}

// writeCheck prints each claim with its verdict, then where the quotes stand.
func writeCheck(w io.Writer, f bot.FactCheck) {
	switch f.Fallback {
	case bot.BudgetUsedUp:
		fmt.Fprint(w, "Today's budget for the model is used up, until midnight UTC; the stories' own words decide what they can.\n\n")
	case bot.ModelFailed:
		fmt.Fprint(w, "The model did not answer; the stories' own words decide what they can.\n\n")
	}
	names := map[bot.Verdict]string{bot.Supported: "Supported", bot.Contradicted: "Contradicted", bot.Unknown: "Not in the stories"}
	for _, c := range f.Claims {
		fmt.Fprintf(w, "%s: %s", names[c.Verdict], printable(c.Text))
		writeNumbers(w, c.Citations)
		fmt.Fprintf(w, "\n    %s\n", printable(c.Why))
	}
	if f.Incomplete {
		fmt.Fprintf(w, "Only the first %s were checked.\n", counted(len(f.Claims), "sentence"))
	}
	if len(f.Citations) > 0 {
		fmt.Fprintln(w)
	}
	for _, c := range f.Citations {
		writeCitation(w, c)
		fmt.Fprintf(w, "    %s\n", printable(quoted(c.Quote)))
	}
	writeUsage(w, f.Usage)
}
