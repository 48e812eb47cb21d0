package local

import (
	"encoding/json"
	"net/http"
	"slices"
)

// Command types.
const (
	CommandSlash   = 1
	CommandUser    = 2 // in a user's menu
	CommandMessage = 3 // in a message's menu
)

// A Command is an application command as registered.
type Command struct {
	ID                       string            `json:"id"`
	ApplicationID            string            `json:"application_id"`
	GuildID                  string            `json:"guild_id,omitempty"`
	Version                  string            `json:"version"`
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations,omitempty"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations,omitempty"`
	Options                  []CommandOption   `json:"options,omitempty"`
	Contexts                 []int             `json:"contexts"`
	IntegrationTypes         []int             `json:"integration_types"`
	Permissions              *string           `json:"default_member_permissions"`
	DMPermission             *bool             `json:"dm_permission,omitempty"` // the old way to say contexts
	NSFW                     bool              `json:"nsfw"`

	// In lists without translations, the one for the reader.
	NameLocalized        string `json:"name_localized,omitempty"`
	DescriptionLocalized string `json:"description_localized,omitempty"`
}

// A CommandOption is one parameter of a command, or a subcommand, or a group
// of those.
type CommandOption struct {
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations,omitempty"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations,omitempty"`
	Required                 bool              `json:"required,omitempty"`
	Autocomplete             bool              `json:"autocomplete,omitempty"`
	MinLength                *int              `json:"min_length,omitempty"`
	MaxLength                *int              `json:"max_length,omitempty"`
	MinValue                 *float64          `json:"min_value,omitempty"`
	MaxValue                 *float64          `json:"max_value,omitempty"`
	ChannelTypes             []int             `json:"channel_types,omitempty"`
	FileTypes                []string          `json:"file_types,omitempty"`
	Choices                  []CommandChoice   `json:"choices,omitempty"`
	Options                  []CommandOption   `json:"options,omitempty"`
	NameLocalized            string            `json:"name_localized,omitempty"`
	DescriptionLocalized     string            `json:"description_localized,omitempty"`
}

// A CommandChoice is one of the values that an option is limited to, or that
// are suggested for it.
type CommandChoice struct {
	Name              string            `json:"name"`
	NameLocalizations map[string]string `json:"name_localizations,omitempty"`
	NameLocalized     string            `json:"name_localized,omitempty"`
	Value             any               `json:"value"`
}

// getCommands lists the commands; their translations only if asked for.
func (s *Server) getCommands(r *http.Request, _ []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	list := []Command{}
	for _, c := range s.state.commands[r.PathValue("guild")] {
		if !flagged(r, "with_localizations") {
			c = c.untranslated(r.Header.Get("X-Discord-Locale"))
		}
		list = append(list, c)
	}
	return list, nil
}

func (s *Server) getCommand(r *http.Request, _ []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	for _, c := range s.state.commands[r.PathValue("guild")] {
		if c.ID == r.PathValue("command") {
			return c, nil
		}
	}
	return nil, errUnknownCommand
}

// putCommands overwrites all commands of a guild, or all global ones. A
// command that keeps its type and name keeps its id.
func (s *Server) putCommands(r *http.Request, body []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	commands := []Command{}
	if err := read(r, body, &commands); err != nil {
		return nil, err
	}
	guild := r.PathValue("guild")
	for i := range commands {
		s.state.complete(&commands[i], guild)
	}
	if err := checkCommands(commands, guild); err != nil {
		return nil, err
	}
	s.state.commands[guild] = commands
	return commands, nil
}

// postCommand adds a command, or replaces the one of that type and name.
func (s *Server) postCommand(r *http.Request, body []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	var c Command
	if err := read(r, body, &c); err != nil {
		return nil, err
	}
	guild := r.PathValue("guild")
	s.state.complete(&c, guild)
	all := s.state.commands[guild]
	at := slices.IndexFunc(all, func(old Command) bool { return old.Type == c.Type && old.Name == c.Name })
	all = slices.Clone(all)
	if at >= 0 {
		all[at] = c
	} else {
		all = append(all, c)
	}
	if err := checkOne(c, all, guild); err != nil {
		return nil, err
	}
	s.state.commands[guild] = all
	if at >= 0 {
		return c, nil
	}
	return created{c}, nil
}

// patchCommand changes the fields that the body has.
func (s *Server) patchCommand(r *http.Request, body []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	guild := r.PathValue("guild")
	all := slices.Clone(s.state.commands[guild])
	at := slices.IndexFunc(all, func(c Command) bool { return c.ID == r.PathValue("command") })
	if at < 0 {
		return nil, errUnknownCommand
	}
	var given map[string]json.RawMessage
	if err := read(r, body, &given); err != nil {
		return nil, err
	}
	c := all[at]
	for field, clear := range map[string]func(){
		"options":                   func() { c.Options = nil },
		"name_localizations":        func() { c.NameLocalizations = nil },
		"description_localizations": func() { c.DescriptionLocalizations = nil },
		"contexts":                  func() { c.Contexts = nil },
		"integration_types":         func() { c.IntegrationTypes = nil },
		// These point to what the old command has.
		"default_member_permissions": func() { c.Permissions = nil },
		"dm_permission":              func() { c.DMPermission = nil },
	} {
		if _, has := given[field]; has {
			clear() // so that nothing of what it was shines through
		}
	}
	if err := decode(body, &c); err != nil {
		return nil, err
	}
	c.Type, c.ID = all[at].Type, all[at].ID
	if slices.ContainsFunc(all, func(o Command) bool { return o.ID != c.ID && o.Type == c.Type && o.Name == c.Name }) {
		return nil, errCommandExists
	}
	c.Version = s.state.snowflake()
	all[at] = c
	if err := checkOne(c, all, guild); err != nil {
		return nil, err
	}
	s.state.commands[guild] = all
	return c, nil
}

func (s *Server) deleteCommand(r *http.Request, _ []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	guild := r.PathValue("guild")
	all := s.state.commands[guild]
	kept := slices.DeleteFunc(slices.Clone(all), func(c Command) bool { return c.ID == r.PathValue("command") })
	if len(kept) == len(all) {
		return nil, errUnknownCommand
	}
	s.state.commands[guild] = kept
	return nil, nil
}

// complete sets what a command does not say itself.
func (st *state) complete(c *Command, guild string) {
	if c.Type == 0 {
		c.Type = CommandSlash
	}
	c.ID = ""
	for _, old := range st.commands[guild] {
		if old.Type == c.Type && old.Name == c.Name {
			c.ID = old.ID
		}
	}
	if c.ID == "" {
		c.ID = st.snowflake()
	}
	c.NameLocalized, c.DescriptionLocalized = "", ""
	c.ApplicationID, c.GuildID, c.Version = st.app.ID, guild, st.snowflake()
	if c.IntegrationTypes == nil {
		c.IntegrationTypes = []int{0}
	}
	if c.Contexts == nil && c.DMPermission != nil && !*c.DMPermission {
		c.Contexts = []int{contextGuild}
	}
}

func (s *Server) checkCommandPath(r *http.Request) error {
	if guild := r.PathValue("guild"); guild != "" && s.state.joined(guild) == nil {
		return errUnknownGuild
	}
	if r.PathValue("app") != s.state.app.ID {
		return errUnknownApplication
	}
	return nil
}
