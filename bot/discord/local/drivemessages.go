package local

import (
	"bytes"
	"fmt"
	"strconv"
)

// A Draft is what a person is about to send.
type Draft struct {
	Content string
	ReplyTo string // a message's id
	Silent  bool   // the reply does not ping the one replied to
	Files   []File
}

// A File is one that a person uploads.
type File struct {
	Name        string
	ContentType string // worked out when empty
	Data        []byte
}

func (d Draft) form() messageForm {
	mf := messageForm{Content: &d.Content}
	if d.ReplyTo != "" {
		mf.Reference = &Reference{MessageID: d.ReplyTo}
	}
	if d.Silent {
		allowed := mentionsOfMessages
		allowed.RepliedUser = false
		mf.AllowedMentions = &allowed
	}
	for i, f := range d.Files {
		mf.files = append(mf.files, newUpload(strconv.Itoa(i), f.Name, f.ContentType, bytes.Clone(f.Data)))
	}
	return mf
}

// Say sends a person's message.
func (s *Server) Say(user, channel, content string) (Message, error) {
	return s.Send(user, channel, Draft{Content: content})
}

// Send sends a person's message, as far as Discord lets them.
func (s *Server) Send(user, channel string, d Draft) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if err := s.state.mayUse(c, user); err != nil {
		return Message{}, err
	}
	m, err := s.send(user, c, d.form())
	if err != nil {
		return Message{}, fmt.Errorf("local: %w", err)
	}
	return s.shown(m), nil
}

// seen is a message that a person sees, and its channel.
func (s *Server) seen(user, message string) (*Message, *Channel, error) {
	m := s.state.byID[message]
	if m == nil || m.Flags&FlagEphemeral != 0 && m.SeenBy != user {
		return nil, nil, fmt.Errorf("local: user %s sees no message %s", user, message)
	}
	c := s.state.channels[m.ChannelID]
	return m, c, s.state.mayUse(c, user)
}

// Edit changes the text of a person's own message.
func (s *Server) Edit(user, message, content string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, c, err := s.seen(user, message)
	if err != nil {
		return Message{}, err
	}
	if err = s.mayChange(c, user); err == nil && m.Author.ID != user {
		err = errOthersMessage
	}
	if err == nil {
		err = s.edit(m, messageForm{Content: &content}, mentionsOfMessages)
	}
	if err != nil {
		return Message{}, fmt.Errorf("local: %w", err)
	}
	return s.shown(m), nil
}

// Delete deletes a person's own message, or another's if they manage
// messages. An ephemeral one they dismiss.
func (s *Server) Delete(user, message string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, c, err := s.seen(user, message)
	if err != nil {
		return err
	}
	manages := c.GuildID != "" && s.state.can(c, user, PermManageMessages)
	if m.Author.ID != user && m.SeenBy != user && !manages {
		return fmt.Errorf("local: %w", errMissingPermissions)
	}
	s.delete(m)
	return nil
}

// React puts a person's reaction under a message.
func (s *Server) React(user, message, emoji string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, c, err := s.seen(user, message)
	if err != nil {
		return err
	}
	if m.Flags&FlagEphemeral != 0 {
		return fmt.Errorf("local: %w", errUnknownMessage)
	}
	if err := s.react(user, c, m, emoji); err != nil {
		return fmt.Errorf("local: %w", err)
	}
	return nil
}

// Unreact takes a person's reaction away.
func (s *Server) Unreact(user, message, emoji string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, c, err := s.seen(user, message)
	if err != nil {
		return err
	}
	s.unreact(user, c, m, emoji)
	return nil
}

// Type has a person begin to write.
func (s *Server) Type(user, channel string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if err := s.state.mayUse(c, user); err != nil {
		return err
	}
	if !s.state.can(c, user, PermSendMessages) {
		return fmt.Errorf("local: %w", errMissingPermissions)
	}
	s.typing(c, user)
	return nil
}
