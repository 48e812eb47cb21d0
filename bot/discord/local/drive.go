package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// App is the bot user. Its id is the application's too.
func (s *Server) App() User { return s.state.app } // never changes

// AddUser makes a person.
func (s *Server) AddUser(name string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := User{ID: s.state.snowflake(), Username: name, Discriminator: "0"}
	s.state.users[u.ID] = u
	return u
}

// SetLocale sets the language of a person's client.
func (s *Server) SetLocale(user, locale string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.locales[user] = locale
}

// CloseDMs has a person take no messages of the bot's, or take them again.
func (s *Server) CloseDMs(user string, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.dmsClosed[user] = closed
}

// OpenDM makes the channel between a person and the bot, or finds it. It takes
// the person as AddUser made them, not only their id; with anyone else there is
// no channel, and it has no ID.
func (s *Server) OpenDM(person User) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, made := s.state.users[person.ID]
	if !made || known.Bot {
		return Channel{}
	}
	return s.state.dm(known).copy()
}

// Messages returns a channel's messages as someone who may see all of them
// would: oldest first, ephemeral ones too, with their edits.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Message
	for _, m := range s.state.inChannel(channel) {
		list = append(list, s.shown(m))
	}
	return list
}

// History returns a channel's messages as a person sees them: the ephemeral
// ones only if they are for them, and none where they may not read.
func (s *Server) History(user, channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if s.state.mayUse(c, user) != nil || !s.state.can(c, user, PermReadMessageHistory) {
		return nil
	}
	var list []Message
	for _, m := range s.state.inChannel(channel) {
		if m.Flags&FlagEphemeral == 0 || m.SeenBy == user {
			list = append(list, s.shown(m))
		}
	}
	return list
}

// Commands returns the registered commands of a guild, or the global ones.
func (s *Server) Commands(guild string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Command
	for _, c := range s.state.commands[guild] {
		list = append(list, c.copy())
	}
	return list
}

// Online waits until the bot has a session on the gateway.
func (s *Server) Online(ctx context.Context) error {
	return s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.online()
	})
}

// Interaction returns an interaction as it stands now; one that there is not
// has no ID. Those that no message is of are forgotten after a day at the
// earliest, and not while they are few.
func (s *Server) Interaction(id string) Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.state.interactions[id]; i != nil {
		return i.copy()
	}
	return Interaction{}
}

func (i *Interaction) copy() Interaction {
	c := *i
	c.FollowUps = slices.Clone(i.FollowUps)
	return c
}

// Response waits for the response to an interaction; a deferred one has to
// be edited first. When it updates the component's message it is that. The
// error is ErrUnknown at once when there is no such interaction.
func (s *Server) Response(ctx context.Context, interaction string) (Message, error) {
	var response Message
	err := s.waitFor(ctx, interaction, func(i *Interaction) bool {
		m := s.state.message(i.ChannelID, i.ResponseID)
		if m == nil || m.Flags&FlagLoading != 0 {
			return false
		}
		response = s.shown(m)
		return true
	})
	return response, err
}

// waitFor waits until cond holds for an interaction. cond is called with s.mu held. The
// error is ErrUnknown at once when there is no such interaction.
func (s *Server) waitFor(ctx context.Context, interaction string, cond func(*Interaction) bool) error {
	var unknown error
	err := s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := s.state.interactions[interaction]
		if i == nil {
			unknown = fmt.Errorf("%w: interaction %s", ErrUnknown, interaction)
			return true
		}
		return cond(i)
	})
	return cmp.Or(unknown, err)
}

// Reply waits for the bot's reply to a message. The error is ErrUnknown at once
// when there is no such message, or as soon as it has been deleted.
func (s *Server) Reply(ctx context.Context, message string) (Message, error) {
	var reply Message
	var unknown error
	err := s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		to := s.state.byID[message]
		if to == nil {
			unknown = fmt.Errorf("%w: message %s", ErrUnknown, message)
			return true
		}
		for _, m := range s.state.inChannel(to.ChannelID) {
			refers := m.Type == TypeReply && m.Reference != nil && m.Reference.MessageID == message
			if refers && m.Author.ID == s.state.app.ID {
				reply = s.shown(m)
				return true
			}
		}
		return false
	})
	return reply, cmp.Or(unknown, err)
}

// Choices waits for the suggestions that an interaction asked for, in the
// person's language. The error is ErrUnknown at once when there is no such
// interaction.
func (s *Server) Choices(ctx context.Context, interaction string) ([]CommandChoice, error) {
	var choices []CommandChoice
	err := s.waitFor(ctx, interaction, func(i *Interaction) bool {
		if i.choices == nil {
			return false
		}
		choices = slices.Clone(i.choices)
		return true
	})
	return choices, err
}

// Modal waits for the modal that answers an interaction. The error is
// ErrUnknown at once when there is no such interaction.
func (s *Server) Modal(ctx context.Context, interaction string) (Modal, error) {
	var modal Modal
	err := s.waitFor(ctx, interaction, func(i *Interaction) bool {
		if i.modal == nil {
			return false
		}
		modal = i.modal.copy()
		return true
	})
	return modal, err
}
