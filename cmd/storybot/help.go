package main

import (
	"cmp"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed guides/*.md
var guides embed.FS

// topics are what help is given on beside the commands.
var topics = []struct{ name, about string }{
	{"config", "the environment variables"},
	{"moderators", "a guide for who looks after the bot in a server"},
	{"operators", "a guide for who runs it"},
	{"contributors", "a guide for who changes it"},
}

// topic is a topic's text; "" when there is none of that name.
func topic(name string) string {
	if name == "config" {
		return configHelp
	}
	text, err := fs.ReadFile(guides, "guides/"+name+".md")
	if err != nil {
		return ""
	}
	return string(text)
}

// helpCommand is cobra's own, and help on topics.
func (p *program) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | TOPIC]",
		Short: "Help on a command, or on a topic",
		Long: `Help on a command, as --help gives it, or on a topic: config tells of the
environment variables; moderators, operators and contributors are guides.`,
		Example: `  storybot help sources add
  storybot help config
  storybot help operators > operators.md`,
		// In place of the other commands': help has to work when a setting is wrong.
		PersistentPreRun: func(*cobra.Command, []string) {},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && topic(args[0]) != "" {
				fmt.Fprint(p.stdout, topic(args[0]))
				return nil
			}
			cmd, rest, err := root.Find(args)
			if err != nil {
				return usageError{err}
			}
			if len(rest) > 0 {
				return noCommand(cmd, rest[0])
			}
			return cmd.Help()
		},
	}
}

// manual writes what there is to know of a command, in the sections of a manual page.
func manual(w io.Writer, cmd *cobra.Command) {
	section := func(name, text string) {
		if text = strings.Trim(text, "\n"); text != "" {
			fmt.Fprintf(w, "%s\n%s\n\n", name, text)
		}
	}
	section("NAME", "  "+cmd.CommandPath()+" - "+cmd.Short)
	section("SYNOPSIS", "  "+cmd.UseLine())
	section("DESCRIPTION", indented(strings.TrimPrefix(cmp.Or(cmd.Long, cmd.Short+"."), cmd.Short+".\n\n")))
	var commands strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			fmt.Fprintf(&commands, "  %-*s  %s\n", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	section("COMMANDS", commands.String())
	section("OPTIONS", cmd.LocalFlags().FlagUsages())
	section("GLOBAL OPTIONS", cmd.InheritedFlags().FlagUsages())
	section("EXAMPLES", cmd.Example)
	if !cmd.HasParent() {
		var guides strings.Builder
		for _, t := range topics {
			fmt.Fprintf(&guides, "  storybot help %-12s  %s\n", t.name, t.about)
		}
		section("TOPICS", guides.String())
		section("EXIT STATUS", exitStatus)
	}
	fmt.Fprint(w, "SEE ALSO\n  ", seeAlso(cmd), "\n")
}

const exitStatus = `  0  done, also for an honest 'not in the stories'
  1  failed
  2  wrong usage
  130 and 143  stopped by Ctrl-C and SIGTERM; serve and demo end with 0 then`

// seeAlso names where there is more.
func seeAlso(cmd *cobra.Command) string {
	switch {
	case !cmd.HasParent():
		return "storybot help COMMAND, or storybot COMMAND --help"
	case cmd.HasSubCommands():
		return cmd.CommandPath() + " COMMAND --help"
	}
	return "storybot help, storybot help config"
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\n  "), "\n  \n", "\n\n")
}
