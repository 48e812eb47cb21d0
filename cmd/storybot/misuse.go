package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A usageError is a command line that cannot be carried out: exit status 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// guildID is a Discord snowflake: 64 bits, in decimal.
var guildID = regexp.MustCompile(`^[0-9]{1,20}$`)

// checkGuild refuses what is no server's id. An empty one too: what is meant for one server
// would be shared by all.
func (p *program) checkGuild(cmd *cobra.Command) error {
	if cmd.Flags().Changed("guild") && !guildID.MatchString(p.guild) {
		return usageError{fmt.Errorf("--guild takes a server's id, a number, as Discord's 'Copy Server ID' gives it, not %q", p.guild)}
	}
	return nil
}

// misusedArgs says how a command is used that was given args which its check refuses.
func misusedArgs(cmd *cobra.Command, args []string, check cobra.PositionalArgs) error {
	use := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	if len(args) == 0 {
		_, missing, _ := strings.Cut(cmd.Use, " ")
		return usageError{fmt.Errorf("%s is missing: the command is %s; see '%s --help'", missing, use, cmd.CommandPath())}
	}
	if cmd.HasAvailableSubCommands() {
		return noCommand(cmd, args[0])
	}
	first := 0
	for check(cmd, args[:first+1]) == nil {
		first++
	}
	return usageError{fmt.Errorf("%q is too much: the command is %s; see '%s --help'", args[first], use, cmd.CommandPath())}
}

// noCommand says that a command has none of that name below it, and which may be meant.
func noCommand(cmd *cobra.Command, name string) error {
	return usageError{fmt.Errorf("there is no command %q; %ssee '%s --help'", name, meant(near(cmd, name), ""), cmd.CommandPath())}
}

// meant asks after the names that are near to what was typed.
func meant(names []string, prefix string) string {
	if len(names) == 0 {
		return ""
	}
	return "did you mean " + prefix + strings.Join(names, " or "+prefix) + "? "
}

// misusedFlag says what is wrong with a flag: the library says it in the words of Go.
func misusedFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &wrong):
		err = fmt.Errorf("--%s takes %s, not %q", wrong.GetFlag().Name, taken(wrong), wrong.GetValue())
	case errors.As(err, &bare):
		value, _ := pflag.UnquoteUsage(bare.GetFlag())
		err = fmt.Errorf("--%s needs a value: --%[1]s %s", bare.GetFlag().Name, value)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		err = fmt.Errorf("there is no flag -%s; see '%s --help'", unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		err = fmt.Errorf("there is no flag --%s; %ssee '%s --help'", name, meant(nearFlags(cmd, name), "--"), cmd.CommandPath())
	}
	return usageError{err}
}

// taken is what a flag takes.
func taken(wrong *pflag.InvalidValueError) string {
	switch kind := wrong.GetFlag().Value.Type(); {
	case errors.Is(wrong, strconv.ErrRange):
		return "a smaller number"
	case kind == "bool":
		return "true or false"
	case kind == "duration":
		return "a time, as 20s or 2m"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		return "a whole number"
	}
	return "something else" // no other kind can be wrong
}

// nearFlags are the names of a command's flags that are near to one that it does not have.
// The library knows that of commands alone.
func nearFlags(cmd *cobra.Command, name string) []string {
	names := &cobra.Command{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return near(names, name)
}

// near are the names of a command's own commands that begin as a name does, or differ from
// it in two letters at most, and in half of them.
func near(cmd *cobra.Command, name string) []string {
	cmd.SuggestionsMinimumDistance = min(2, len(name)/2)
	return cmd.SuggestionsFor(name)
}
