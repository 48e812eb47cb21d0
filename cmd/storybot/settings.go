package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"storybot/bot/discord"
	"storybot/bot/ledger"
)

// settingsCommand shows and changes what holds in a guild.
func (p *program) settingsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "settings [NAME=VALUE…]",
		Short: "Show or change what holds in a server, or, without --guild, in the terminal and in direct messages",
		Long: `Show or change what holds in a server, or, without --guild, in the terminal and
in direct messages. Lists are separated by commas; an empty value clears.

  check          how close a model's statement has to be to its quote:
                 strict    close in its words and their order, else its quote
                           is shown beside it or in its place (the default)
                 normal    any wording that breaks no rule, its quote beside it
                 verbatim  quotes alone
  language       of the bot's own words, as ko; empty: each person's own
  private        true: answers are for who asks alone, unless they want otherwise
  channels       ids of the channels in which the bot answers; empty: everywhere
  auto           ids of channels and forums in which it answers unasked
  threshold      the strength of evidence that it takes to do so, 0 to 1 (0.6)
  roles          ids of roles whose members are moderators to the bot
  audit_channel  id of the channel in which changes are told
  guild_budget   tokens that models may take a day for the server; 0: no bound
                 but the operator's
  user_budget    the same for a person`,
		Example: "  storybot settings --guild 81384788765712384 check=normal private=true",
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
		settings, _, err = l.Change(ctx, p.guild, "", func(s *ledger.Settings) {
			for _, change := range changes {
				change(s)
			}
		})
	}
	if err != nil {
		return err
	}
	return p.print(settings, func(w io.Writer) {
		for _, s := range knobs() {
			fmt.Fprintf(w, "%s=%s\n", s.name, s.get(settings))
		}
	})
}

// A knob is a setting as the command line names it.
type knob struct {
	name string
	get  func(ledger.Settings) string
	set  func(s *ledger.Settings, value string) error
}

// knobs are all settings.
func knobs() []knob {
	list := func(name string, field func(*ledger.Settings) *[]string) knob {
		return knob{name, func(s ledger.Settings) string { return strings.Join(*field(&s), ",") }, func(s *ledger.Settings, value string) error {
			ids := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
			if slices.ContainsFunc(ids, func(id string) bool { return !isID(id) }) {
				return fmt.Errorf("%s takes Discord's ids, separated by commas, not %q", name, value)
			}
			*field(s) = ids
			return nil
		}}
	}
	budget := func(name string, field func(*ledger.Settings) *int64) knob {
		return knob{name, func(s ledger.Settings) string { return strconv.FormatInt(*field(&s), 10) }, func(s *ledger.Settings, value string) error {
			n, err := strconv.ParseInt(cmp.Or(value, "0"), 10, 64)
			if err != nil || n < 0 {
				return fmt.Errorf("%s is a number of tokens, not %q", name, value)
			}
			*field(s) = n
			return nil
		}}
	}
	return []knob{
		{"check", func(s ledger.Settings) string { return string(s.Check) }, func(s *ledger.Settings, value string) error {
			s.Check = cmp.Or(ledger.Strictness(value), ledger.Strict)
			if !slices.Contains([]ledger.Strictness{ledger.Strict, ledger.Normal, ledger.Verbatim}, s.Check) {
				return fmt.Errorf("check is strict, normal or verbatim, not %q", value)
			}
			return nil
		}},
		{"language", func(s ledger.Settings) string { return s.Language }, func(s *ledger.Settings, value string) error {
			if !slices.Contains(append(discord.Languages(), ""), value) {
				return fmt.Errorf("language is one of %s, or empty, not %q", strings.Join(discord.Languages(), ", "), value)
			}
			s.Language = value
			return nil
		}},
		{"private", func(s ledger.Settings) string { return strconv.FormatBool(s.Private) }, func(s *ledger.Settings, value string) (err error) {
			if s.Private, err = strconv.ParseBool(cmp.Or(value, "false")); err != nil {
				return fmt.Errorf("private is true or false, not %q", value)
			}
			return nil
		}},
		list("channels", func(s *ledger.Settings) *[]string { return &s.Channels }),
		list("auto", func(s *ledger.Settings) *[]string { return &s.Auto }),
		{"threshold", func(s ledger.Settings) string { return strconv.FormatFloat(s.Threshold, 'g', -1, 64) }, func(s *ledger.Settings, value string) (err error) {
			s.Threshold = ledger.DefaultThreshold
			if value == "" {
				return nil
			}
			if s.Threshold, err = strconv.ParseFloat(value, 64); err != nil || !(s.Threshold > 0 && s.Threshold <= 1) {
				return fmt.Errorf("threshold is a number above 0, at most 1, not %q", value)
			}
			return nil
		}},
		list("roles", func(s *ledger.Settings) *[]string { return &s.Roles }),
		{"audit_channel", func(s ledger.Settings) string { return s.AuditChannel }, func(s *ledger.Settings, value string) error {
			if value != "" && !isID(value) {
				return fmt.Errorf("audit_channel takes a channel's id, not %q", value)
			}
			s.AuditChannel = value
			return nil
		}},
		budget("guild_budget", func(s *ledger.Settings) *int64 { return &s.GuildBudget }),
		budget("user_budget", func(s *ledger.Settings) *int64 { return &s.UserBudget }),
	}
}

// isID reports whether a text is an id of Discord's: a number.
func isID(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

// parseChanges reads NAME=VALUE, and refuses all when one is wrong.
func parseChanges(args []string) ([]func(*ledger.Settings), error) {
	var names []string
	for _, k := range knobs() {
		names = append(names, k.name)
	}
	var changes []func(*ledger.Settings)
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		at := slices.Index(names, name)
		if at < 0 {
			return nil, fmt.Errorf("there is no setting %q; there are: %s", name, strings.Join(names, ", "))
		}
		set := knobs()[at].set
		if err := set(new(ledger.Settings), value); err != nil {
			return nil, err
		}
		changes = append(changes, func(s *ledger.Settings) { set(s, value) }) // it is right, as it was before
	}
	return changes, nil
}
