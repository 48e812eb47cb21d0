package main

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"
)

func (p *program) reindexCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reindex",
		Short: "Make the search index again from the database: all of it, or with --guild one server's",
		Long: `Make the search index again from the database: all of it, or with --guild one
server's. It is never needed, as what is missing, damaged or out of date is made
again at the next question, but it takes the wait from that one.`,
		Example: `  storybot reindex
  storybot reindex --guild 81384788765712384`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			lib, err := p.open(cmd.Context(), p.logger(slog.LevelInfo))
			if err != nil {
				return err
			}
			defer lib.close()
			var guilds []string
			if cmd.Flags().Changed("guild") {
				guilds = []string{p.guild}
			}
			if err := lib.corpus.Reindex(cmd.Context(), guilds...); err != nil {
				return err
			}
			fmt.Fprintln(p.stderr, "The index is made again.")
			return nil
		},
	}
}
