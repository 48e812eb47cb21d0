package local

import (
	"errors"
	"fmt"
	"slices"
)

// AddChannel makes a text channel in a guild, and tells the bot. In a guild that
// there is not it makes none: that channel has no ID, and nothing can be done
// with it.
func (s *Server) AddChannel(guild, name string) Channel {
	return s.addChannelOf(ChannelText, guild, name)
}

// AddForum makes a forum in a guild, and tells the bot: see AddChannel.
func (s *Server) AddForum(guild, name string) Channel {
	return s.addChannelOf(ChannelForum, guild, name)
}

func (s *Server) addChannelOf(kind int, guild, name string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.guild(guild) == nil {
		return Channel{}
	}
	c := &Channel{ID: s.state.snowflake(), Type: kind, GuildID: guild, Name: name, Position: len(s.state.sorted(guild))}
	s.state.add(c)
	s.tell(c, "CHANNEL_CREATE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	return c.copy()
}

func (c *Channel) copy() Channel {
	d := *c
	d.Overwrites, d.Members, d.Recipients = slices.Clone(c.Overwrites), slices.Clone(c.Members), slices.Clone(c.Recipients)
	if c.Thread != nil {
		thread := *c.Thread
		d.Thread = &thread
	}
	return d
}

// Channel returns a channel as it stands now; one that there is not has no
// ID.
func (s *Server) Channel(id string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.state.channels[id]; c != nil {
		return c.copy()
	}
	return Channel{}
}

// Channels returns the channels and threads of a guild that a person sees.
func (s *Server) Channels(user, guild string) []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Channel
	for _, c := range s.state.sorted(guild) {
		if s.state.mayUse(c, user) == nil {
			list = append(list, c.copy())
		}
	}
	return list
}

// Permissions returns what a user may do in a channel.
func (s *Server) Permissions(user, channel string) Permissions {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.state.channels[channel]; c != nil {
		return s.state.permissions(c, user)
	}
	return 0
}

// SetOverwrite sets what a role or a member may do in one channel; one that
// allows and denies nothing is removed.
func (s *Server) SetOverwrite(channel string, o Overwrite) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if c == nil || c.GuildID == "" || c.Thread != nil {
		return fmt.Errorf("local: channel %s has no overwrites", channel)
	}
	g := s.state.guild(c.GuildID)
	before := s.visible(g)
	c.Overwrites = slices.DeleteFunc(c.Overwrites, func(old Overwrite) bool { return old.ID == o.ID })
	if o.Allow != 0 || o.Deny != 0 {
		c.Overwrites = append(c.Overwrites, o)
	}
	if before[c.ID] || s.state.can(c, s.state.app.ID, PermViewChannel) {
		s.dispatch("CHANNEL_UPDATE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	}
	s.syncThreads(g, before)
	s.touch()
	return nil
}

// SetNSFW makes a channel age-restricted, or not.
func (s *Server) SetNSFW(channel string, nsfw bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if c == nil || c.GuildID == "" || c.Thread != nil {
		return fmt.Errorf("local: channel %s cannot be restricted", channel)
	}
	c.NSFW = nsfw
	s.tell(c, "CHANNEL_UPDATE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	return nil
}

// RemoveChannel deletes a channel or a thread.
func (s *Server) RemoveChannel(channel string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if c == nil || c.GuildID == "" {
		return fmt.Errorf("local: no channel %s to remove", channel)
	}
	s.dropChannel(c)
	return nil
}

// StartThread has a person start a thread: at a message, or without one.
func (s *Server) StartThread(user, channel, message, name string) (Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if err := s.state.mayUse(c, user); err != nil {
		return Channel{}, err
	}
	public := ChannelPublicThread
	tf := threadForm{Name: name, Type: &public}
	var thread *Channel
	var err error
	if message == "" {
		thread, err = s.startThread(user, c, tf)
	} else if m := s.state.message(channel, message); m != nil {
		thread, err = s.threadFrom(user, c, m, tf)
	} else {
		err = errUnknownMessage
	}
	if err != nil {
		return Channel{}, fmt.Errorf("local: %w", err)
	}
	return thread.copy(), nil
}

// StartPrivateThread has a person start a thread that only those they invite
// see, members of the guild.
func (s *Server) StartPrivateThread(user, channel, name string, invited ...string) (Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[channel]
	if err := s.state.mayUse(c, user); err != nil {
		return Channel{}, err
	}
	for _, id := range invited {
		if g := s.state.guild(c.GuildID); g != nil && g.member(id) == nil {
			return Channel{}, fmt.Errorf("local: user %s is no member", id)
		}
	}
	thread, err := s.startThread(user, c, threadForm{Name: name})
	if err != nil {
		return Channel{}, fmt.Errorf("local: %w", err)
	}
	for _, id := range invited {
		s.join(thread, id)
	}
	return thread.copy(), nil
}

// Post has a person start a post in a forum.
func (s *Server) Post(user, forum, name string, d Draft) (Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[forum]
	if err := s.state.mayUse(c, user); err != nil {
		return Channel{}, err
	}
	if c.Type != ChannelForum {
		return Channel{}, errors.New("local: posts are for forums")
	}
	thread, _, err := s.forumPost(user, c, threadForm{Name: name, Message: d.form()})
	if err != nil {
		return Channel{}, fmt.Errorf("local: %w", err)
	}
	return thread.copy(), nil
}

// ArchiveThread has a person archive or reopen a thread, and lock it or not.
func (s *Server) ArchiveThread(user, thread string, archived, locked bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.channels[thread]
	if err := s.state.mayUse(c, user); err != nil {
		return err
	}
	if c.Thread == nil {
		return errors.New("local: not a thread")
	}
	ch := channelForm{Archived: &archived}
	if locked != c.Thread.Locked {
		ch.Locked = &locked
	}
	if err := s.changeChannel(user, c, ch); err != nil {
		return fmt.Errorf("local: %w", err)
	}
	return nil
}
