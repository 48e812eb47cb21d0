package local

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Option types.
const (
	OptionSubcommand  = 1
	OptionGroup       = 2
	OptionString      = 3
	OptionInteger     = 4
	OptionBoolean     = 5
	OptionUser        = 6
	OptionChannel     = 7
	OptionRole        = 8
	OptionMentionable = 9
	OptionNumber      = 10
	OptionAttachment  = 11
)

// maxInteger bounds integers either way: what a double holds exactly.
const maxInteger = 1<<53 - 1

// commandName is Discord's pattern for the names of slash commands and their
// options.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// checkCommands checks a whole set of commands, as bulk overwrite gives it.
func checkCommands(commands []Command, guild string) error {
	var f form
	perType, seen := map[int]int{}, map[int]map[string]bool{}
	for i, c := range commands {
		path := strconv.Itoa(i)
		f.command(path+".", c, guild)
		if seen[c.Type] == nil {
			seen[c.Type] = map[string]bool{}
		}
		if seen[c.Type][c.Name] {
			f.fail(path+".name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		seen[c.Type][c.Name] = true
		perType[c.Type]++
	}
	if err := f.err(); err != nil {
		return err
	}
	return countCommands(perType)
}

// checkOne checks one command that joins others.
func checkOne(c Command, all []Command, guild string) error {
	var f form
	f.command("", c, guild)
	if err := f.err(); err != nil {
		return err
	}
	perType := map[int]int{}
	for _, other := range all {
		perType[other.Type]++
	}
	return countCommands(perType)
}

func countCommands(perType map[int]int) error {
	if perType[CommandSlash] > maxCommands || perType[CommandUser] > maxMenuCommands || perType[CommandMessage] > maxMenuCommands {
		return errManyCommands
	}
	return nil
}

// command checks one command, whose fields are at prefix.
func (f *form) command(prefix string, c Command, guild string) {
	checkName := f.slashName
	switch c.Type {
	case CommandSlash:
		f.described(prefix, c.Description, c.DescriptionLocalizations)
	case CommandUser, CommandMessage:
		checkName = f.menuName
		if c.Description != "" {
			f.fail(prefix+"description", "APPLICATION_COMMAND_INVALID_DESCRIPTION", "Menu commands have no description")
		}
		if len(c.Options) > 0 {
			f.fail(prefix+"options", "APPLICATION_COMMAND_INVALID_OPTIONS", "Menu commands have no options")
		}
	default:
		f.fail(prefix+"type", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
		return
	}
	checkName(prefix+"name", c.Name)
	f.localized(prefix+"name_localizations", c.NameLocalizations, checkName)
	f.options(prefix+"options", c.Options, 0)
	if c.Permissions != nil {
		if _, err := strconv.ParseUint(*c.Permissions, 10, 64); err != nil {
			f.fail(prefix+"default_member_permissions", "PERMISSIONS_TYPE_INVALID", "Not a decimal set of permissions.")
		}
	}
	f.setOf(prefix+"contexts", c.Contexts, 2)
	f.setOf(prefix+"integration_types", c.IntegrationTypes, 1)
	if guild != "" && len(c.Contexts) > 0 {
		f.fail(prefix+"contexts", "APPLICATION_COMMAND_GUILD_CONTEXTS", "Only global commands have contexts")
	}
	if n := c.size(); n > maxCommandTotal {
		f.fail(prefix+"name", "APPLICATION_COMMAND_TOO_LARGE", fmt.Sprintf("Command exceeds maximum size (%d), with %d", maxCommandTotal, n))
	}
}

// setOf checks a list of different numbers from 0 to max.
func (f *form) setOf(path string, values []int, max int) {
	if values != nil && len(values) == 0 {
		f.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
	}
	for i, v := range values {
		if v < 0 || v > max || slices.Contains(values[:i], v) {
			f.fail(fmt.Sprintf("%s.%d", path, i), "BASE_TYPE_CHOICES", fmt.Sprintf("Values must be different, from 0 to %d.", max))
		}
	}
}

// slashName checks the name of a slash command or an option: one word without
// capitals.
func (f *form) slashName(path, name string) {
	if !commandName.MatchString(name) || name != strings.ToLower(name) {
		f.fail(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// menuName checks the name of a menu command.
func (f *form) menuName(path, name string) {
	f.length(path, name, 1, maxCommandName)
	if strings.TrimSpace(name) != name || strings.ContainsAny(name, "\n\t") {
		f.fail(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

func (f *form) text(path, text string) { f.length(path, text, 1, maxCommandText) }

func (f *form) described(prefix, description string, localizations map[string]string) {
	f.text(prefix+"description", description)
	f.localized(prefix+"description_localizations", localizations, f.text)
}

// localized checks translations: of known locales, each by the rule of what
// it translates.
func (f *form) localized(path string, by map[string]string, check func(path, value string)) {
	for _, locale := range slices.Sorted(maps.Keys(by)) {
		if !slices.Contains(locales, locale) {
			f.fail(path, "BASE_TYPE_CHOICES", fmt.Sprintf("%q is no locale of Discord's.", locale))
			continue
		}
		check(path+"."+locale, by[locale])
	}
}

// options checks the options of a command (depth 0), of a group (1) or of a
// subcommand (2).
func (f *form) options(path string, options []CommandOption, depth int) {
	f.count(path, len(options), maxOptions)
	seen := map[string]bool{}
	optional, nested := false, 0
	for i, o := range options {
		at := fmt.Sprintf("%s.%d", path, i)
		f.slashName(at+".name", o.Name)
		if seen[o.Name] {
			f.fail(at+".name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		seen[o.Name] = true
		f.localized(at+".name_localizations", o.NameLocalizations, f.slashName)
		f.described(at+".", o.Description, o.DescriptionLocalizations)
		isNested := o.Type == OptionSubcommand || o.Type == OptionGroup
		switch {
		case o.Type < OptionSubcommand || o.Type > OptionAttachment:
			f.fail(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).")
			continue
		case depth == 1 && o.Type != OptionSubcommand, depth == 2 && isNested, depth > 2:
			f.fail(at+".type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command option type is invalid here")
			continue
		case o.Type == OptionGroup:
			f.options(at+".options", o.Options, 1)
		case o.Type == OptionSubcommand:
			f.options(at+".options", o.Options, 2)
		case len(o.Options) > 0:
			f.fail(at+".options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Only subcommands and groups have options")
		}
		if isNested {
			nested++
			if o.Required {
				f.fail(at+".required", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Subcommands are never required")
			}
			continue
		}
		f.option(at, o)
		if o.Required && optional {
			f.fail(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
	}
	if nested > 0 && nested < len(options) {
		f.fail(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
}

// option checks the fields that only some types have.
func (f *form) option(at string, o CommandOption) {
	only := func(field string, given bool, types ...int) {
		if given && !slices.Contains(types, o.Type) {
			f.fail(at+"."+field, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Options of this type have no "+field)
		}
	}
	only("choices", len(o.Choices) > 0, OptionString, OptionInteger, OptionNumber)
	only("autocomplete", o.Autocomplete, OptionString, OptionInteger, OptionNumber)
	only("min_value", o.MinValue != nil, OptionInteger, OptionNumber)
	only("max_value", o.MaxValue != nil, OptionInteger, OptionNumber)
	only("min_length", o.MinLength != nil, OptionString)
	only("max_length", o.MaxLength != nil, OptionString)
	only("channel_types", len(o.ChannelTypes) > 0, OptionChannel)
	only("file_types", len(o.FileTypes) > 0, OptionAttachment)
	if o.Autocomplete && len(o.Choices) > 0 {
		f.fail(at+".autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES", "autocomplete and choices are mutually exclusive")
	}
	if n := orElse(o.MinLength, 0); n < 0 || n > maxOptionValue {
		f.fail(at+".min_length", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between 0 and %d.", maxOptionValue))
	}
	if n := orElse(o.MaxLength, maxOptionValue); n < 1 || n > maxOptionValue || n < orElse(o.MinLength, 0) {
		f.fail(at+".max_length", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between 1 and %d, and no less than min_length.", maxOptionValue))
	}
	for field, limit := range map[string]*float64{"min_value": o.MinValue, "max_value": o.MaxValue} {
		if limit != nil && (math.Abs(*limit) > maxInteger+1 || o.Type == OptionInteger && *limit != math.Trunc(*limit)) {
			f.fail(at+"."+field, "NUMBER_TYPE_COERCE", "Value is not a number that the option can have.")
		}
	}
	if o.MinValue != nil && o.MaxValue != nil && *o.MinValue > *o.MaxValue {
		f.fail(at+".max_value", "NUMBER_TYPE_MIN", "max_value is less than min_value.")
	}
	for i, t := range o.ChannelTypes {
		if t < 0 || t > 16 || t > 5 && t < 10 {
			f.fail(fmt.Sprintf("%s.channel_types.%d", at, i), "BASE_TYPE_CHOICES", "Not a type of channels.")
		}
	}
	f.count(at+".file_types", len(o.FileTypes), 10)
	f.choices(at+".choices", o.Choices, o.Type)
}

// choices checks the choices of an option, registered or suggested.
func (f *form) choices(path string, choices []CommandChoice, optionType int) {
	f.count(path, len(choices), maxChoices)
	for i, c := range choices {
		at := fmt.Sprintf("%s.%d", path, i)
		f.text(at+".name", c.Name)
		f.localized(at+".name_localizations", c.NameLocalizations, f.text)
		switch value := c.Value.(type) {
		case string:
			if optionType != OptionString {
				f.fail(at+".value", "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not a number.", value))
			}
			f.length(at+".value", value, 1, maxCommandText)
		case float64:
			whole := optionType != OptionInteger || value == math.Trunc(value)
			if optionType == OptionString || math.Abs(value) > maxInteger || !whole {
				f.fail(at+".value", "BASE_TYPE_BAD_TYPE", "Value is not of the option's type.")
			}
		default:
			f.fail(at+".value", "BASE_TYPE_REQUIRED", "This field is required")
		}
	}
}

// size is a command's share of maxCommandTotal: of a text with translations
// the longest counts.
func (c Command) size() int {
	return longest(c.Name, c.NameLocalizations) + longest(c.Description, c.DescriptionLocalizations) + sizeOf(c.Options)
}

func sizeOf(options []CommandOption) int {
	n := 0
	for _, o := range options {
		n += longest(o.Name, o.NameLocalizations) + longest(o.Description, o.DescriptionLocalizations) + sizeOf(o.Options)
		for _, c := range o.Choices {
			n += longest(c.Name, c.NameLocalizations) + utf8.RuneCountInString(c.text())
		}
	}
	return n
}

func longest(text string, translations map[string]string) int {
	n := utf8.RuneCountInString(text)
	for _, t := range translations {
		n = max(n, utf8.RuneCountInString(t))
	}
	return n
}
