package local

import (
	"bytes"
	"maps"
	"slices"
)

// What the Server's methods return is their callers': it shares nothing with
// the server.

// copyOf is a pointer to a copy, or nil.
func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// shown is the message as callers get it: with what it was before, and files
// that can be fetched.
func (s *Server) shown(m *Message) Message {
	w := s.linked(m)
	w.Mentions, w.MentionRoles = slices.Clone(m.Mentions), slices.Clone(m.MentionRoles)
	w.Components = slices.Clone(m.Components)
	for i, c := range w.Components {
		w.Components[i] = bytes.Clone(c)
	}
	w.EditedTimestamp, w.Reference = copyOf(m.EditedTimestamp), copyOf(m.Reference)
	if w.Reference != nil {
		w.Reference.FailIfNotExists = copyOf(w.Reference.FailIfNotExists)
	}
	w.Reactions = copyReactions(m.Reactions)
	w.Edits = nil
	for i := range m.Edits {
		w.Edits = append(w.Edits, s.shown(&m.Edits[i]))
	}
	return w
}

// copyReactions is for reactions that are changed in place.
func copyReactions(list []Reaction) []Reaction {
	list = slices.Clone(list)
	for i := range list {
		list[i].Users = slices.Clone(list[i].Users)
	}
	return list
}

func (c Command) copy() Command {
	c.NameLocalizations, c.DescriptionLocalizations = maps.Clone(c.NameLocalizations), maps.Clone(c.DescriptionLocalizations)
	c.Contexts, c.IntegrationTypes = slices.Clone(c.Contexts), slices.Clone(c.IntegrationTypes)
	c.Permissions, c.DMPermission = copyOf(c.Permissions), copyOf(c.DMPermission)
	c.Options = copyOptions(c.Options)
	return c
}

func copyOptions(options []CommandOption) []CommandOption {
	options = slices.Clone(options)
	for i := range options {
		o := &options[i]
		o.NameLocalizations, o.DescriptionLocalizations = maps.Clone(o.NameLocalizations), maps.Clone(o.DescriptionLocalizations)
		o.MinLength, o.MaxLength = copyOf(o.MinLength), copyOf(o.MaxLength)
		o.MinValue, o.MaxValue = copyOf(o.MinValue), copyOf(o.MaxValue)
		o.ChannelTypes, o.FileTypes = slices.Clone(o.ChannelTypes), slices.Clone(o.FileTypes)
		o.Choices = slices.Clone(o.Choices)
		for j := range o.Choices {
			o.Choices[j].NameLocalizations = maps.Clone(o.Choices[j].NameLocalizations)
		}
		o.Options = copyOptions(o.Options)
	}
	return options
}

func (m Modal) copy() Modal {
	m.Components = copyComponents(m.Components)
	return m
}

func copyComponents(components []Component) []Component {
	components = slices.Clone(components)
	for i := range components {
		components[i] = components[i].copy()
	}
	return components
}

func (c Component) copy() Component {
	c.Emoji = c.Emoji.copy()
	c.Options = slices.Clone(c.Options)
	for i := range c.Options {
		c.Options[i].Emoji = c.Options[i].Emoji.copy()
	}
	c.ChannelTypes, c.DefaultValues = slices.Clone(c.ChannelTypes), slices.Clone(c.DefaultValues)
	c.MinValues, c.MaxValues = copyOf(c.MinValues), copyOf(c.MaxValues)
	c.MinLength, c.MaxLength = copyOf(c.MinLength), copyOf(c.MaxLength)
	c.Required = copyOf(c.Required)
	c.Components = copyComponents(c.Components)
	if c.Component != nil {
		of := c.Component.copy()
		c.Component = &of
	}
	return c
}

func (e *ComponentEmoji) copy() *ComponentEmoji {
	e = copyOf(e)
	if e != nil {
		e.ID = copyOf(e.ID)
	}
	return e
}
