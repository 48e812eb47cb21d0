package local

import (
	"context"
	"fmt"
	"slices"
)

// optionString is the type of an option that takes text.
const optionString = 3

// An Option is what a person fills in for a command's option.
type Option struct {
	Name  string
	Value string
}

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

// AddGuild makes a guild of these people and the bot, and tells the bot.
func (s *Server) AddGuild(name string, members ...User) Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Guild{ID: s.state.snowflake(), Name: name, Members: append([]User{s.state.app}, members...)}
	s.state.guilds = append(s.state.guilds, g)
	s.dispatch("GUILD_CREATE", intentGuilds, func(bool) any { return s.guildCreate(g) })
	return *g
}

// AddChannel makes a text channel in a guild, and tells the bot.
func (s *Server) AddChannel(guild, name string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Channel{ID: s.state.snowflake(), Type: ChannelText, GuildID: guild, Name: name}
	s.state.channels[c.ID] = c
	s.dispatch("CHANNEL_CREATE", intentGuilds, func(bool) any { return c })
	return *c
}

// OpenDM makes the channel between a person and the bot.
func (s *Server) OpenDM(person User) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Channel{ID: s.state.snowflake(), Type: ChannelDM, Recipients: []User{person}}
	s.state.channels[c.ID] = c
	return *c
}

// Say sends a person's message.
func (s *Server) Say(user, channel, content string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.state.mayUse(s.state.channels[channel], user); err != nil {
		return Message{}, err
	}
	m := s.state.newMessage(channel)
	m.Author = s.state.users[user]
	if err := s.state.apply(messageForm{Content: &content}, &m); err != nil {
		return Message{}, fmt.Errorf("local: %w", err)
	}
	posted := s.state.post(m)
	s.announce("MESSAGE_CREATE", posted)
	return *posted, nil
}

// Slash uses a slash command, as far as Discord's own client would let a
// person: the command is registered and its options are filled in.
func (s *Server) Slash(user, channel, command string, options ...Option) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.state.channels[channel]
	if err := s.state.mayUse(in, user); err != nil {
		return Interaction{}, err
	}
	c, err := s.state.command(in.GuildID, command)
	if err != nil {
		return Interaction{}, err
	}
	if err := c.accepts(options); err != nil {
		return Interaction{}, err
	}
	i := &Interaction{
		ID: s.state.snowflake(), Token: "token-" + s.state.snowflake(), ChannelID: channel,
		GuildID: in.GuildID, User: s.state.users[user], CreatedAt: s.state.now(),
	}
	s.state.interactions[i.ID] = i
	s.dispatch("INTERACTION_CREATE", 0, func(bool) any { return s.event(i, c, options) })
	return *i, nil
}

// Messages returns a channel's messages as a person who may see all of them
// would: oldest first, ephemeral ones too, with their edits.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Message
	for _, m := range s.state.inChannel(channel) {
		list = append(list, *m)
	}
	return list
}

// Commands returns the registered commands of a guild, or the global ones.
func (s *Server) Commands(guild string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.state.commands[guild])
}

// Requests returns every REST request so far, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Online waits until the bot has a session on the gateway.
func (s *Server) Online(ctx context.Context) error {
	return s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.online()
	})
}

// Response waits for the response to an interaction; a deferred one has to
// be edited first.
func (s *Server) Response(ctx context.Context, interaction string) (Message, error) {
	var response Message
	err := s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := s.state.interactions[interaction]
		if i == nil {
			return false
		}
		m := s.state.message(i.ChannelID, i.ResponseID)
		if m == nil || m.Flags&FlagLoading != 0 {
			return false
		}
		response = *m
		return true
	})
	return response, err
}

// Reply waits for the bot's reply to a message.
func (s *Server) Reply(ctx context.Context, message string) (Message, error) {
	var reply Message
	err := s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, m := range s.state.messages {
			if m.Author.ID == s.state.app.ID && m.Reference != nil && m.Reference.MessageID == message {
				reply = *m
				return true
			}
		}
		return false
	})
	return reply, err
}
