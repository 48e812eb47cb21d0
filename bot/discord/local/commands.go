package local

import (
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"
)

// A Command is a slash command as registered.
type Command struct {
	ID               string          `json:"id"`
	ApplicationID    string          `json:"application_id"`
	GuildID          string          `json:"guild_id,omitempty"`
	Version          string          `json:"version"`
	Type             int             `json:"type"`
	Name             string          `json:"name"`
	Description      string          `json:"description"`
	Options          []CommandOption `json:"options,omitempty"`
	Contexts         []int           `json:"contexts"`
	IntegrationTypes []int           `json:"integration_types"`
	Permissions      *string         `json:"default_member_permissions"`
	NSFW             bool            `json:"nsfw"`
}

// A CommandOption is one parameter of a command.
type CommandOption struct {
	Type         int             `json:"type"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Required     bool            `json:"required,omitempty"`
	Autocomplete bool            `json:"autocomplete,omitempty"`
	MinLength    int             `json:"min_length,omitempty"`
	MaxLength    int             `json:"max_length,omitempty"`
	Choices      []CommandChoice `json:"choices,omitempty"`
}

// A CommandChoice is one of the values that an option is limited to.
type CommandChoice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

func (s *Server) getCommands(r *http.Request, _ []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	return append([]Command{}, s.state.commands[r.PathValue("guild")]...), nil
}

// putCommands overwrites all commands of a guild, or all global ones. A
// command that keeps its name keeps its id.
func (s *Server) putCommands(r *http.Request, body []byte) (any, error) {
	if err := s.checkCommandPath(r); err != nil {
		return nil, err
	}
	commands := []Command{}
	if err := decode(body, &commands); err != nil {
		return nil, err
	}
	var f form
	f.commands(commands)
	if err := f.err(); err != nil {
		return nil, err
	}
	guild := r.PathValue("guild")
	ids := map[string]string{}
	for _, c := range s.state.commands[guild] {
		ids[c.Name] = c.ID
	}
	for i := range commands {
		c := &commands[i]
		if c.ID = ids[c.Name]; c.ID == "" {
			c.ID = s.state.snowflake()
		}
		c.ApplicationID, c.GuildID, c.Version = s.state.app.ID, guild, s.state.snowflake()
		c.Type = max(c.Type, 1)
		if c.IntegrationTypes == nil {
			c.IntegrationTypes = []int{0}
		}
	}
	s.state.commands[guild] = commands
	return commands, nil
}

func (s *Server) checkCommandPath(r *http.Request) error {
	if guild := r.PathValue("guild"); guild != "" && s.state.guild(guild) == nil {
		return errUnknownGuild
	}
	if r.PathValue("app") != s.state.app.ID {
		return &apiError{status: http.StatusNotFound, Message: "Unknown Application", Code: 10002}
	}
	return nil
}

// command finds a command that can be used in a guild, or in a DM: a global
// one may be kept out of either by its contexts.
func (st *state) command(guild, name string) (Command, error) {
	context := 0
	if guild == "" {
		context = 1
	}
	for _, c := range slices.Concat(st.commands[guild], st.commands[""]) {
		if c.Name == name && (len(c.Contexts) == 0 || slices.Contains(c.Contexts, context)) {
			return c, nil
		}
	}
	return Command{}, fmt.Errorf("local: no command /%s here", name)
}

// accepts says what the client would not let a person send, or nil.
func (c Command) accepts(given []Option) error {
	values := map[string]string{}
	for _, o := range given {
		if !slices.ContainsFunc(c.Options, func(known CommandOption) bool { return known.Name == o.Name }) {
			return fmt.Errorf("local: /%s has no option %s", c.Name, o.Name)
		}
		values[o.Name] = o.Value
	}
	for _, o := range c.Options {
		value, filled := values[o.Name]
		n := utf8.RuneCountInString(value)
		switch {
		case !filled && o.Required:
			return fmt.Errorf("local: /%s needs its option %s", c.Name, o.Name)
		case filled && (n < o.MinLength || o.MaxLength > 0 && n > o.MaxLength):
			return fmt.Errorf("local: option %s of /%s may not be %d characters long", o.Name, c.Name, n)
		}
	}
	return nil
}
