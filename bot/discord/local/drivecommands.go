package local

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Option is what a person fills in for a command's option: text, a number,
// "true" or "false", or the id of a user, role, channel or Upload.
type Option struct {
	Name  string
	Value string
}

// Available returns the commands that a person is offered in a channel, in
// their language.
func (s *Server) Available(user, channel string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.state.channels[channel]
	if s.state.mayUse(in, user) != nil {
		return nil
	}
	var list []Command
	for _, c := range slices.Concat(s.state.commands[in.GuildID], s.state.global(in)) {
		if s.state.offered(c, in, user) {
			list = append(list, c.copy().inLocale(s.state.locale(user)))
		}
	}
	return list
}

// global are the commands of every guild, beside a channel's guild's own. In a
// DM those are the global ones already.
func (st *state) global(in *Channel) []Command {
	if in.GuildID == "" {
		return nil
	}
	return st.commands[""]
}

// installedToGuild is the integration type of an application that is in a
// guild, as all here are.
const installedToGuild = 0

// offered reports whether a person is offered a command in a channel.
func (st *state) offered(c Command, in *Channel, user string) bool {
	return st.fits(c, in, user) && st.permitted(c, in, user)
}

// fits reports whether a command can be used in a channel, by whom it is for
// aside: by its contexts and its age restriction.
func (st *state) fits(c Command, in *Channel, user string) bool {
	if !slices.Contains(c.IntegrationTypes, installedToGuild) {
		return false
	}
	if in.GuildID == "" {
		return len(c.Contexts) == 0 || slices.Contains(c.Contexts, contextDM)
	}
	if len(c.Contexts) > 0 && !slices.Contains(c.Contexts, contextGuild) {
		return false
	}
	restricted := in
	if in.Thread != nil {
		restricted = st.channels[in.ParentID]
	}
	p := st.permissions(in, user)
	return p.Has(PermUseCommands) && (!c.NSFW || restricted.NSFW) && (in.Thread == nil || !in.Thread.Archived)
}

// A gate says whether a person may use a command in a channel: offered, or
// only fits for a client that asks no further.
type gate func(c Command, in *Channel, user string) bool

// command finds a command that a gate lets a person use in a channel by its
// name, the default one or that of their language, as its search does.
func (st *state) command(in *Channel, user string, kind int, name string, may gate) (Command, error) {
	locale := st.locale(user)
	for _, c := range slices.Concat(st.commands[in.GuildID], st.global(in)) {
		named := c.Name == name || inLanguage(c.Name, c.NameLocalizations, locale) == name
		if c.Type == kind && named && may(c, in, user) {
			return c, nil
		}
	}
	return Command{}, fmt.Errorf("local: no command /%s here", name)
}

// A use is a command that a person is filling in, with the groups and
// subcommands down to the one that takes the options.
type use struct {
	command Command
	path    []CommandOption
	options []CommandOption
	locale  string
}

// using is the channel in which a person uses a slash command, and the command.
func (st *state) using(user, channel, command string, may gate) (*Channel, use, error) {
	in := st.channels[channel]
	if err := st.mayUse(in, user); err != nil {
		return nil, use{}, err
	}
	u, err := st.slash(in, user, command, may)
	return in, u, err
}

// slash finds a slash command by the words of its name.
func (st *state) slash(in *Channel, user, name string, may gate) (use, error) {
	words := strings.Fields(name)
	if len(words) == 0 {
		return use{}, errors.New("local: no command without a name")
	}
	c, err := st.command(in, user, CommandSlash, words[0], may)
	if err != nil {
		return use{}, err
	}
	u := use{command: c, options: c.Options, locale: st.locale(user)}
	for _, word := range words[1:] {
		o := optionNamed(u.options, word, u.locale)
		if o == nil || o.Type != OptionSubcommand && o.Type != OptionGroup {
			return use{}, fmt.Errorf("local: no command /%s here", name)
		}
		u.path, u.options = append(u.path, *o), o.Options
	}
	if len(u.options) > 0 && u.options[0].Type <= OptionGroup {
		return use{}, fmt.Errorf("local: /%s needs a subcommand", name)
	}
	return u, nil
}

func (u use) name() string {
	name := u.command.Name
	for _, o := range u.path {
		name += " " + o.Name
	}
	return name
}

func optionNamed(options []CommandOption, name, locale string) *CommandOption {
	for i := range options {
		o := &options[i]
		if o.Name == name || inLanguage(o.Name, o.NameLocalizations, locale) == name {
			return o
		}
	}
	return nil
}

// data is the interaction's data: the options that were filled in, below the
// subcommands.
func (u use) data(given []map[string]any) map[string]any {
	for _, o := range slices.Backward(u.path) {
		given = []map[string]any{{"name": o.Name, "type": o.Type, "options": given}}
	}
	return u.command.data(given)
}

func (c Command) data(options []map[string]any) map[string]any {
	w := map[string]any{"id": c.ID, "name": c.Name, "type": c.Type}
	if options != nil {
		w["options"] = options
	}
	if c.GuildID != "" {
		w["guild_id"] = c.GuildID
	}
	return w
}

// Slash uses a slash command, as far as Discord's own client would let a
// person: they are offered it and its options are filled in. A subcommand is
// named with all that is above it: "story list".
func (s *Server) Slash(user, channel, command string, options ...Option) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.useSlash(user, channel, command, options, s.state.offered)
}

// SlashForged is Slash for a person whom the command may not be for: its
// default permissions are not asked, nor is AllowCommand. By it a test sees
// whether the bot itself checks who may do what.
func (s *Server) SlashForged(user, channel, command string, options ...Option) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.useSlash(user, channel, command, options, s.state.fits)
}

func (s *Server) useSlash(user, channel, command string, options []Option, may gate) (Interaction, error) {
	in, u, err := s.state.using(user, channel, command, may)
	if err != nil {
		return Interaction{}, err
	}
	r := resolved{}
	given, err := s.fill(u, in, user, options, r)
	if err != nil {
		return Interaction{}, err
	}
	i := s.openInteraction(InteractionCommand, in, user)
	i.Command, i.CommandType = u.name(), CommandSlash
	s.interact(i, u.data(given), r)
	return i.copy(), nil
}

// Suggest asks for suggestions for the option that a person is typing in.
// The other options are those filled in so far.
func (s *Server) Suggest(user, channel, command, focused string, options ...Option) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, u, err := s.state.using(user, channel, command, s.state.offered)
	if err != nil {
		return Interaction{}, err
	}
	at := optionNamed(u.options, focused, u.locale)
	if at == nil || !at.Autocomplete {
		return Interaction{}, fmt.Errorf("local: /%s suggests nothing for %s", command, focused)
	}
	given, typed := []map[string]any{}, false
	for _, o := range options {
		known := optionNamed(u.options, o.Name, u.locale)
		if known == nil {
			return Interaction{}, fmt.Errorf("local: /%s has no option %s", command, o.Name)
		}
		if known.Name == at.Name {
			typed = true
			given = append(given, map[string]any{"name": at.Name, "type": at.Type, "value": o.Value, "focused": true})
			continue
		}
		value, err := s.value(*known, o.Value, in, user, resolved{})
		if err != nil {
			return Interaction{}, fmt.Errorf("local: option %s of /%s %w", o.Name, command, err)
		}
		given = append(given, map[string]any{"name": known.Name, "type": known.Type, "value": value})
	}
	if !typed {
		given = append(given, map[string]any{"name": at.Name, "type": at.Type, "value": "", "focused": true})
	}
	i := s.openInteraction(InteractionAutocomplete, in, user)
	i.Command, i.CommandType, i.suggesting = u.name(), CommandSlash, at.Type
	s.interact(i, u.data(given), nil)
	return i.copy(), nil
}

// Menu uses a command of a message's menu. The bot gets the message with its
// content, whatever its intents.
func (s *Server) Menu(user, command, message string) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, in, err := s.seen(user, message)
	if err != nil {
		return Interaction{}, err
	}
	if m.Flags&FlagEphemeral != 0 {
		return Interaction{}, errors.New("local: an ephemeral message has no menu of commands")
	}
	c, err := s.state.command(in, user, CommandMessage, command, s.state.offered)
	if err != nil {
		return Interaction{}, err
	}
	r := resolved{}
	r.add("messages", m.ID, s.wire(m, true))
	return s.useMenu(c, in, user, m.ID, r), nil
}

// UserMenu uses a command of another user's menu.
func (s *Server) UserMenu(user, channel, command, target string) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.state.channels[channel]
	if err := s.state.mayUse(in, user); err != nil {
		return Interaction{}, err
	}
	c, err := s.state.command(in, user, CommandUser, command, s.state.offered)
	if err != nil {
		return Interaction{}, err
	}
	r := resolved{}
	if err := s.resolve(ComponentUserSelect, target, in, user, r); err != nil {
		return Interaction{}, fmt.Errorf("local: %w", err)
	}
	return s.useMenu(c, in, user, target, r), nil
}

func (s *Server) useMenu(c Command, in *Channel, user, target string, r resolved) Interaction {
	i := s.openInteraction(InteractionCommand, in, user)
	i.Command, i.CommandType, i.TargetID = c.Name, c.Type, target
	data := c.data(nil)
	data["target_id"] = target
	s.interact(i, data, r)
	return i.copy()
}
