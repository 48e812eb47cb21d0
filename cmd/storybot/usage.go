package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
)

// usageCommand tells what models took.
func (p *program) usageCommand() *cobra.Command {
	var days int
	cmd := &cobra.Command{
		Use:   "usage",
		Short: "Tell what models took in a server, or, without --guild, in the terminal and in direct messages, by day",
		Long: `Tell what models took in a server, or, without --guild, in the terminal and in
direct messages, by day (UTC). The cost is told of what was used while
STORYBOT_PRICE_PROMPT and STORYBOT_PRICE_COMPLETION were set.`,
		Example: `  storybot usage --guild 81384788765712384 --days 7
  storybot usage --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 {
				return usageError{fmt.Errorf("--days takes a number from 1, not %d", days)}
			}
			return p.usage(cmd.Context(), days)
		},
	}
	cmd.Flags().IntVar(&days, "days", 30, "tell of the last `N` days with any")
	return cmd
}

func (p *program) usage(ctx context.Context, days int) error {
	lib, err := p.open(ctx, p.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer lib.close()
	spent, err := ledger.New(lib.db).Days(ctx, p.guild, days)
	if err != nil {
		return err
	}
	return p.print(map[string]any{"days": append([]ledger.Day{}, spent...)}, func(w io.Writer) {
		if len(spent) == 0 {
			fmt.Fprintln(w, "No model has been used there.")
			return
		}
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprint(table, "day (UTC)\tprompt tokens\tcompletion tokens\tcost\t\n")
		for _, d := range spent {
			fmt.Fprintf(table, "%s\t%d\t%d\t%s\t\n", d.Date, d.PromptTokens, d.CompletionTokens, money(float64(d.Cost)/1e6))
		}
		table.Flush()
	})
}
