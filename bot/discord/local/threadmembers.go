package local

import (
	"net/http"
	"slices"
)

// thread is the thread that a request's path names.
func (s *Server) thread(r *http.Request) (*Channel, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, err
	}
	if c.Thread == nil {
		return nil, errWrongChannelType
	}
	return c, nil
}

// memberOf is the user that the last part of a path names.
func (s *Server) memberOf(r *http.Request) string {
	if user := r.PathValue("user"); user != "@me" {
		return user
	}
	return s.state.app.ID
}

func (s *Server) getThreadMembers(r *http.Request, _ []byte) (any, error) {
	c, err := s.thread(r)
	if err != nil {
		return nil, err
	}
	if !s.opts.Privileged {
		return nil, errMissingAccess
	}
	list := []any{}
	for _, m := range c.Members {
		list = append(list, s.wireThreadMember(c, m, flagged(r, "with_member")))
	}
	return list, nil
}

func (s *Server) getThreadMember(r *http.Request, _ []byte) (any, error) {
	c, err := s.thread(r)
	if err != nil {
		return nil, err
	}
	i := c.memberIndex(s.memberOf(r))
	if i < 0 {
		return nil, errUnknownMember
	}
	return s.wireThreadMember(c, c.Members[i], flagged(r, "with_member")), nil
}

func (s *Server) wireThreadMember(c *Channel, m ThreadMember, withMember bool) map[string]any {
	w := m.wire(c)
	if member := s.state.guild(c.GuildID).member(m.UserID); withMember && member != nil {
		w["member"] = member.wire(true)
	}
	return w
}

// putThreadMember joins a thread, or adds someone else to it.
func (s *Server) putThreadMember(r *http.Request, _ []byte) (any, error) {
	c, err := s.thread(r)
	if err != nil {
		return nil, err
	}
	user := s.memberOf(r)
	switch {
	case c.Thread.Archived:
		return nil, errArchived
	case s.state.guild(c.GuildID).member(user) == nil:
		return nil, errUnknownMember
	case user != s.state.app.ID && !s.state.can(c, s.state.app.ID, PermSendMessages):
		return nil, errMissingPermissions
	}
	s.join(c, user)
	return nil, nil
}

func (s *Server) deleteThreadMember(r *http.Request, _ []byte) (any, error) {
	c, err := s.thread(r)
	if err != nil {
		return nil, err
	}
	user, app := s.memberOf(r), s.state.app.ID
	owns := c.Type == ChannelPrivateThread && c.OwnerID == app
	switch {
	case c.Thread.Archived:
		return nil, errArchived
	case user != app && !owns && !s.state.can(c, app, PermManageThreads):
		return nil, errMissingPermissions
	case !c.hasMember(user):
		return nil, errUnknownMember
	}
	s.leave(c, user)
	return nil, nil
}

// join adds a user to a thread, once, and tells the bot.
func (s *Server) join(c *Channel, user string) {
	if c.hasMember(user) {
		return
	}
	m := ThreadMember{UserID: user, JoinedAt: s.now()}
	c.Members = append(c.Members, m)
	added := s.wireThreadMember(c, m, true)
	added["presence"] = nil
	if user == s.state.app.ID {
		s.tell(c, "THREAD_CREATE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	}
	s.threadMembers(c, user, map[string]any{"added_members": []any{added}})
}

// leave removes a user from a thread, and tells the bot.
func (s *Server) leave(c *Channel, user string) {
	c.Members = slices.DeleteFunc(c.Members, func(m ThreadMember) bool { return m.UserID == user })
	s.threadMembers(c, user, map[string]any{"removed_member_ids": []string{user}})
}

// threadMembers tells of a change: of the bot's own to every session, of
// others' to those with the members intent.
func (s *Server) threadMembers(c *Channel, user string, event map[string]any) {
	intent := intentGuilds
	if user != s.state.app.ID {
		intent = intentGuildMembers
	}
	event["id"], event["guild_id"], event["member_count"] = c.ID, c.GuildID, min(len(c.Members), 50)
	s.dispatch("THREAD_MEMBERS_UPDATE", intent, func(bool) any { return event })
}
