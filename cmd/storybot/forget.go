package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
)

// forgetCommand deletes what is kept about a person, as /forget-me does.
func (p *program) forgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget USER",
		Short: "Delete what is kept about a person in Discord: questions, answers, opinions",
		Long: `Delete what is kept about a person, in all servers: their questions with the
answers, what they thought of answers, and the server they picked for direct
messages. USER is their id, as Discord's 'Copy User ID' gives it. What their
questions took of the model today stays under the id until the day is over, so
that a budget holds. The log of changes by moderators stays. What stands in
Discord is not deleted.`,
		Example: "  storybot forget 80351110224678912",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !isID(args[0]) {
				return usageError{fmt.Errorf("forget takes a person's id, as Discord's 'Copy User ID' gives it, not %q", args[0])}
			}
			lib, err := p.open(cmd.Context(), p.logger(slog.LevelWarn))
			if err != nil {
				return err
			}
			defer lib.close()
			gone, err := ledger.New(lib.db).Forget(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			inbox, err := ledger.OpenInbox(cmd.Context(), lib.db)
			if err != nil {
				return err
			}
			defer inbox.Close()
			if err := inbox.ForgetUser(cmd.Context(), args[0]); err != nil {
				return err
			}
			return p.print(gone, func(w io.Writer) {
				fmt.Fprintf(w, "Deleted: %d answers, %d opinions.\n", gone.Answers, gone.Opinions)
			})
		},
	}
}
