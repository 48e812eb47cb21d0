package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
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

  check          how close a model's statement has to be to its quote:
                 strict    close in its words and their order, else its quote
                           is shown beside it or in its place (the default)
                 normal    any wording that breaks no rule, its quote beside it
                 verbatim  quotes alone
  language       of what the bot says by itself, for example en, ko or ru;
                 without it that of the person, or of the server
  private        true: answers to commands are shown to who asks alone, unless
                 the command says otherwise; default false
  channels       ids of those where the bot answers; without any everywhere
  auto           ids of channels and forums where it also answers what nobody
                 has put to it
  threshold      how strong the stories' evidence for that has to be, from 0
                 to 1; default 0.4
  roles          ids of those whose members are moderators of the bot, beside
                 those who may manage the server
  audit_channel  id of the channel where changes are told of
  guild_budget   tokens that models may take a day for the server, and
  user_budget    for one person in it; 0: what the operator allows
  revisions      how many revisions of each story are kept, from 1 to 1000,
                 beside those that an answer cites; default 20

Ids in a list are separated by commas. NAME= without a value clears a setting.
A running bot knows of a change within ten seconds.`,
		Example: `  storybot settings --guild 81384788765712384
  storybot settings --guild 81384788765712384 check=normal channels=81384788765712390,81384788765712391
  storybot settings --guild 81384788765712384 channels=`,
		RunE: func(cmd *cobra.Command, args []string) error { return p.changeSettings(cmd.Context(), args) },
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
	var settings ledger.Settings
	if len(changes) == 0 {
		settings, err = lib.ledger.Settings(ctx, p.guild)
	} else {
		settings, _, err = lib.ledger.Change(ctx, p.guild, terminal, func(s *ledger.Settings) {
			for _, c := range changes {
				s.Set(c.Name, c.Value) // fails no more: parseChanges has tried it
			}
		})
	}
	if err != nil {
		return err
	}
	return p.print(settings, func(w io.Writer) {
		for _, s := range settings.All() {
			fmt.Fprintf(w, "%s=%s\n", s.Name, s.Value)
		}
	})
}

// terminal is the user of what is changed here.
const terminal = ""

// parseChanges are the settings that arguments of the form NAME=VALUE set. What cannot
// be set is refused before a database is opened.
func parseChanges(args []string) ([]ledger.Setting, error) {
	var changes []ledger.Setting
	tried := ledger.Defaults()
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, fmt.Errorf("settings are changed by NAME=VALUE, not %q", arg)
		}
		if err := tried.Set(name, value); err != nil {
			return nil, err
		}
		changes = append(changes, ledger.Setting{Name: name, Value: value})
	}
	return changes, nil
}
