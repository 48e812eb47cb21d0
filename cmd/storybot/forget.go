package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
)

// forgetCommand deletes what is kept about a person, or shows it.
func (p *program) forgetCommand() *cobra.Command {
	var show bool
	cmd := &cobra.Command{
		Use:   "forget USER",
		Short: "Delete what is kept about a person, at once and for good, or show it",
		Long: `Delete what is kept about a person in all servers and in direct messages, at
once and for good: what they asked, with the answers, what they think of
answers, what they want to be told of, and the server that they have picked.
USER is their id, as Discord's 'Copy User ID' gives it. People can do that
themselves by /forget-me.

What their questions took of models stays counted: for today under their id, or
they would have a new budget. What they changed as moderators stays in the audit
logs, which are the servers'.

With --show nothing is deleted: all that is kept about the person is printed as
JSON, by table, for them or for you.`,
		Example: `  # What is kept, in a file to hand over:
  storybot forget --show 80351110224678912 > person.json
  storybot forget 80351110224678912`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if p.guild != "" {
				return usageError{errors.New("a person is one in all servers; leave out --guild")}
			}
			if _, err := strconv.ParseUint(args[0], 10, 64); err != nil {
				return usageError{fmt.Errorf("forget takes a person's id, as Discord's 'Copy User ID' gives it, not %q", args[0])}
			}
			return p.with(cmd, func(lib *library) error {
				inbox, err := ledger.OpenInbox(cmd.Context(), lib.db)
				if err != nil {
					return err
				}
				do := p.forget
				if show {
					do = p.showPerson
				}
				return errors.Join(do(cmd.Context(), lib.ledger, inbox, args[0]), inbox.Close())
			})
		},
	}
	cmd.Flags().BoolVar(&show, "show", false, "delete nothing: print all that is kept about the person, as JSON")
	return cmd
}

func (p *program) forget(ctx context.Context, l *ledger.Ledger, inbox *ledger.Inbox, user string) error {
	if err := inbox.ForgetUser(ctx, user); err != nil {
		return err
	}
	forgotten, err := l.Forget(ctx, user)
	if err != nil {
		return err
	}
	return p.print(forgotten, func(w io.Writer) {
		fmt.Fprintf(w, "Deleted %s, %s and %s of %s.\n",
			counted(forgotten.Answers, "answer"), counted(forgotten.Opinions, "opinion"), counted(forgotten.Wishes, "reminder"), user)
	})
}

func (p *program) showPerson(ctx context.Context, l *ledger.Ledger, inbox *ledger.Inbox, user string) error {
	about, err := l.About(ctx, user)
	if err != nil {
		return err
	}
	if about["requests"], err = inbox.About(ctx, user); err != nil {
		return err
	}
	p.json = true // there is no other form
	return p.print(about, nil)
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
