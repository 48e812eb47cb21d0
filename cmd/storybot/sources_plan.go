package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
)

func (p *program) sourcesPlanCommand() *cobra.Command {
	var schedule string
	var days int
	cmd := &cobra.Command{
		Use:   "plan SOURCE",
		Short: "Say when a source is read again by itself, and how long its stories answer",
		Long: `Say when 'storybot serve' reads a source again, and for how many days after they
were published its stories answer. What is older is kept for the answers that
cite it.`,
		Example: `  storybot sources plan --refresh "every 30m" k3v9x2m4p6q7a
  storybot sources plan --refresh manual --days 90 k3v9x2m4p6q7a`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			limited := cmd.Flags().Changed("days")
			if schedule == "" && !limited {
				return usageError{errors.New("give --refresh or --days: when it is read again, or how long its stories answer")}
			}
			if err := checkPlan(schedule, days); err != nil {
				return err
			}
			if !limited {
				days = -1 // they stay
			}
			return p.keeping(cmd, func(lib *library, keeper *source.Keeper) error {
				src, err := keeper.Plan(cmd.Context(), p.guild, args[0], schedule, days, source.Terminal)
				if errors.Is(err, record.ErrNotFound) && p.guild != retrieval.Shared {
					return fmt.Errorf("%w among the server's own; shared ones are planned without --guild", err)
				}
				if err != nil {
					return planned(err)
				}
				if err := p.note(cmd.Context(), lib, "sources.plan", src.Title+": "+planOf(src)); err != nil {
					return err
				}
				return p.print(describe(src), func(w io.Writer) {
					fmt.Fprintf(w, "%s (source %s): %s\n", printable(src.Title), src.ID, planOf(src))
				})
			})
		},
	}
	cmd.Flags().StringVar(&schedule, "refresh", "", "`WHEN` it is read again by itself: 'every 30m', 'daily 06:00' (UTC) or 'manual'")
	cmd.Flags().IntVar(&days, "days", 0, "for so many `DAYS` after their publication its stories answer; 0: for good")
	return cmd
}

// planOf tells when a source is read again, and how long its stories answer.
func planOf(s retrieval.Source) string {
	text := source.Manual
	if s.Schedule != "" {
		text = s.Schedule
	}
	if s.Days > 0 {
		text += ", stories answer for " + counted(s.Days, "day")
	}
	return text
}
