package local

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// fill turns what a person filled in into an interaction's options, or says
// what the client would not let them send.
func (s *Server) fill(u use, in *Channel, user string, given []Option, r resolved) ([]map[string]any, error) {
	list := []map[string]any{}
	filled := map[string]bool{}
	for _, o := range given {
		known := optionNamed(u.options, o.Name, u.locale)
		if known == nil || filled[known.Name] {
			return nil, fmt.Errorf("local: /%s has no option %s", u.name(), o.Name)
		}
		value, err := s.value(*known, o.Value, in, user, r)
		if err != nil {
			return nil, fmt.Errorf("local: option %s of /%s %w", o.Name, u.name(), err)
		}
		filled[known.Name] = true
		list = append(list, map[string]any{"name": known.Name, "type": known.Type, "value": value})
	}
	for _, o := range u.options {
		if o.Required && !filled[o.Name] {
			return nil, fmt.Errorf("local: /%s needs its option %s", u.name(), o.Name)
		}
	}
	return list, nil
}

// selects are the select menus that choose what options of a type do.
var selects = map[int]int{
	OptionUser: ComponentUserSelect, OptionRole: ComponentRoleSelect,
	OptionMentionable: ComponentMentionableSelect, OptionChannel: ComponentChannelSelect,
}

// value is an option's value as the interaction has it.
func (s *Server) value(o CommandOption, text string, in *Channel, user string, r resolved) (any, error) {
	if len(o.Choices) > 0 {
		return o.choice(text, s.state.locale(user))
	}
	switch o.Type {
	case OptionString:
		n := utf8.RuneCountInString(text)
		if n == 0 && o.Required || n < orElse(o.MinLength, 0) || n > orElse(o.MaxLength, maxOptionValue) {
			return nil, fmt.Errorf("may not be %d characters long", n)
		}
		return text, nil
	case OptionInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < -maxInteger || n > maxInteger {
			return nil, fmt.Errorf("takes whole numbers, not %q", text)
		}
		return n, o.inRange(float64(n))
	case OptionNumber:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.Abs(n) > maxInteger+1 {
			return nil, fmt.Errorf("takes numbers, not %q", text)
		}
		return n, o.inRange(n)
	case OptionBoolean:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("takes true or false, not %q", text)
		}
		return b, nil
	case OptionAttachment:
		a, uploaded := s.state.uploads[text]
		if !uploaded {
			return nil, errors.New("takes an uploaded file")
		}
		r.add("attachments", a.ID, s.signed(s.state.app.ID, a))
		return text, nil
	}
	if err := s.resolve(selects[o.Type], text, in, user, r); err != nil {
		return nil, err
	}
	if c := s.state.channels[text]; o.Type == OptionChannel && len(o.ChannelTypes) > 0 && !slices.Contains(o.ChannelTypes, c.Type) {
		return nil, fmt.Errorf("takes no channel of type %d", c.Type)
	}
	return text, nil
}

func (o CommandOption) inRange(n float64) error {
	if o.MinValue != nil && n < *o.MinValue || o.MaxValue != nil && n > *o.MaxValue {
		return fmt.Errorf("may not be %v", n)
	}
	return nil
}

// choice is the value of the choice that a person picked, by its name in
// their language, or by the value itself.
func (o CommandOption) choice(text, locale string) (any, error) {
	for _, c := range o.Choices {
		if inLanguage(c.Name, c.NameLocalizations, locale) == text || c.text() == text {
			return c.Value, nil
		}
	}
	return nil, fmt.Errorf("has no choice %q", text)
}

// text is a choice's value as a person would type it.
func (c CommandChoice) text() string {
	if n, ok := c.Value.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprint(c.Value)
}

// resolve adds the user, role or channel that an id names to the resolved
// data, if a person can pick it by a select menu of a type.
func (s *Server) resolve(menu int, id string, in *Channel, user string, r resolved) error {
	g := s.state.guild(in.GuildID)
	isRole := g != nil && g.role(id) != nil
	_, isUser := s.state.users[id]
	if in.GuildID == "" {
		isUser = id == s.state.app.ID || id == in.Recipients[0].ID
	}
	switch {
	case isUser && (menu == ComponentUserSelect || menu == ComponentMentionableSelect):
		s.addUser(r, in.GuildID, id)
	case isRole && (menu == ComponentRoleSelect || menu == ComponentMentionableSelect):
		r.add("roles", id, *g.role(id))
	case menu == ComponentChannelSelect && g != nil && s.state.channels[id] != nil &&
		s.state.channels[id].GuildID == g.ID && s.state.can(s.state.channels[id], user, PermViewChannel):
		s.addChannel(r, user, s.state.channels[id])
	default:
		return fmt.Errorf("cannot be %q", id)
	}
	return nil
}

// Upload takes a file that a person will use as an attachment option, and
// returns the id to fill in.
func (s *Server) Upload(f File) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := newUpload("0", f.Name, f.ContentType, bytes.Clone(f.Data))
	a := Attachment{ID: s.state.snowflake(), Filename: u.name, ContentType: u.contentType, Size: len(u.data), Ephemeral: true}
	s.state.uploads[a.ID] = a
	s.state.files[a.ID] = storedFile{channel: s.state.app.ID, name: a.Filename, contentType: u.contentType, data: u.data}
	return a.ID
}
