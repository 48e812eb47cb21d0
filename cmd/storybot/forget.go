package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
)

// forgetCommand deletes what is kept about a person.
func (p *program) forgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget USER",
		Short: "Delete what is kept about a person, at once and for good",
		Long: `Delete what is kept about a person in all servers and in direct messages, at
once and for good: what they asked, with the answers, and what they think of
answers. USER is their id, as Discord's 'Copy User ID' gives it. People can do
that themselves by /forget-me.

What their questions took of models stays counted: for today under their id, or
they would have a new budget. What they changed as moderators stays in the audit
logs, which are the servers'.`,
		Example: "  storybot forget 80351110224678912",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if p.guild != "" {
				return usageError{errors.New("a person is forgotten in all servers; leave out --guild")}
			}
			if _, err := strconv.ParseUint(args[0], 10, 64); err != nil {
				return usageError{fmt.Errorf("forget takes a person's id, as Discord's 'Copy User ID' gives it, not %q", args[0])}
			}
			return p.forget(cmd.Context(), args[0])
		},
	}
}

func (p *program) forget(ctx context.Context, user string) (err error) {
	lib, err := p.open(ctx, p.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer lib.close()
	inbox, err := ledger.OpenInbox(ctx, lib.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inbox.Close()) }()
	if err := inbox.ForgetUser(ctx, user); err != nil {
		return err
	}
	forgotten, err := ledger.New(lib.db).Forget(ctx, user)
	if err != nil {
		return err
	}
	return p.print(forgotten, func(w io.Writer) {
		fmt.Fprintf(w, "Deleted %s, %s and %s of %s.\n",
			counted(forgotten.Answers, "answer"), counted(forgotten.Opinions, "opinion"), counted(forgotten.Wishes, "reminder"), user)
	})
}

// counted is a number of things.
func counted(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case thing == "story":
		thing = "storie"
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
