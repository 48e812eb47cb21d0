package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
)

// settingsCommand shows and changes what holds in a guild.
func (p *program) settingsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "settings [NAME=VALUE…]",
		Short: "Show or change what holds in a server, or, without --guild, in the terminal and in direct messages",
		Long: `Show or change what holds in a server, or, without --guild, in the terminal and
in direct messages.

  check    how close a model's statement has to be to its quote:
           strict    close in its words and their order, else its quote is
                     shown beside it or in its place (the default)
           normal    any wording that breaks no rule, its quote beside it
           verbatim  quotes alone`,
		Example: "  storybot settings --guild 81384788765712384 check=normal",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.changeSettings(cmd.Context(), args) },
	}
}

func (p *program) changeSettings(ctx context.Context, args []string) error {
	changes, err := parseChanges(args)
	if err != nil {
		return usageError{err}
	}
	lib, err := p.open(ctx, p.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer lib.close()
	l := ledger.New(lib.db)
	var settings ledger.Settings
	if len(changes) == 0 {
		settings, err = l.Settings(ctx, p.guild)
	} else {
		settings, err = l.Change(ctx, p.guild, func(s *ledger.Settings) {
			for _, change := range changes {
				change(s)
			}
		})
	}
	if err != nil {
		return err
	}
	return p.print(settings, func(w io.Writer) { fmt.Fprintf(w, "check=%s\n", settings.Check) })
}

func parseChanges(args []string) ([]func(*ledger.Settings), error) {
	var changes []func(*ledger.Settings)
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch {
		case name != "check":
			return nil, fmt.Errorf("there is no setting %q; there is: check", name)
		case !slices.Contains([]ledger.Strictness{ledger.Strict, ledger.Normal, ledger.Verbatim}, ledger.Strictness(value)):
			return nil, fmt.Errorf("check is strict, normal or verbatim, not %q", value)
		}
		changes = append(changes, func(s *ledger.Settings) { s.Check = ledger.Strictness(value) })
	}
	return changes, nil
}
