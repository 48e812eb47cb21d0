package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// helpCommand is cobra's own, and 'help config'.
func (p *program) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | config]",
		Short: "Help on a command, or on the environment variables",
		// In place of the other commands': help has to work when a setting is wrong.
		PersistentPreRun: func(*cobra.Command, []string) {},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "config" {
				fmt.Fprint(p.stdout, configHelp)
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
