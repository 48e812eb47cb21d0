package local

import (
	"fmt"
	"slices"
)

// AddGuild makes a guild of these people and the bot, and tells the bot. The
// first of them owns it; without anyone the bot does. With someone whom AddUser
// never made there is no guild: it has no ID.
func (s *Server) AddGuild(name string, members ...User) Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(members, func(u User) bool { return s.state.users[u.ID].ID == "" }) {
		return Guild{}
	}
	g := &Guild{ID: s.state.snowflake(), Name: name, Locale: defaultLocale, OwnerID: s.state.app.ID}
	if len(members) > 0 {
		g.OwnerID = members[0].ID
	}
	g.BotRole = s.state.snowflake()
	g.Roles = []Role{
		{ID: g.ID, Name: "@everyone", Permissions: PermDefault},
		{ID: g.BotRole, Name: s.state.app.Username, Permissions: PermBot, Position: 1, BotID: s.state.app.ID},
	}
	now := s.now()
	g.Members = []Member{{User: s.state.app, Roles: []string{g.BotRole}, JoinedAt: now}}
	for _, u := range members {
		if g.member(u.ID) == nil {
			g.Members = append(g.Members, Member{User: s.state.users[u.ID], JoinedAt: now})
		}
	}
	s.state.guilds = append(s.state.guilds, g)
	s.state.guildsByID[g.ID] = g
	s.dispatch("GUILD_CREATE", intentGuilds, func(bool) any { return s.guildCreate(g) })
	return g.copy()
}

func (g *Guild) copy() Guild {
	c := *g
	c.Members, c.Roles = slices.Clone(g.Members), slices.Clone(g.Roles)
	for i := range c.Members {
		c.Members[i].Roles = slices.Clone(c.Members[i].Roles)
	}
	return c
}

// Guild returns a guild as it stands now; one that there is not has no ID.
func (s *Server) Guild(id string) Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.state.guild(id); g != nil {
		return g.copy()
	}
	return Guild{}
}

// change does something to a guild that has to be there.
func (s *Server) change(guild string, do func(*Guild) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.state.guild(guild)
	if g == nil {
		return fmt.Errorf("local: no guild %s", guild)
	}
	defer s.touch()
	before := s.visible(g)
	if err := do(g); err != nil {
		return err
	}
	s.syncThreads(g, before)
	return nil
}

// tellGuild sends an event of a guild, if the bot is in it.
func (s *Server) tellGuild(g *Guild, name string, intent int, event map[string]any) {
	if g.member(s.state.app.ID) != nil {
		event["guild_id"] = g.ID
		s.dispatch(name, intent, func(bool) any { return event })
	}
}

// SetGuildLocale sets the language that a guild prefers.
func (s *Server) SetGuildLocale(guild, locale string) error {
	return s.change(guild, func(g *Guild) error {
		g.Locale = locale
		if g.member(s.state.app.ID) != nil {
			s.dispatch("GUILD_UPDATE", intentGuilds, func(bool) any { return g.wire() })
		}
		return nil
	})
}

// AddRole makes a role, above the others.
func (s *Server) AddRole(guild, name string, p Permissions) (Role, error) {
	var r Role
	err := s.change(guild, func(g *Guild) error {
		r = Role{ID: s.state.snowflake(), Name: name, Permissions: p, Position: len(g.Roles)}
		g.Roles = append(g.Roles, r)
		s.tellGuild(g, "GUILD_ROLE_CREATE", intentGuilds, map[string]any{"role": r})
		return nil
	})
	return r, err
}

// SetRole changes what a role may do: @everyone's id is the guild's.
func (s *Server) SetRole(guild, role string, p Permissions) error {
	return s.changeRole(guild, role, func(r *Role) { r.Permissions = p })
}

// SetMentionable says whether everyone may mention a role.
func (s *Server) SetMentionable(guild, role string, mentionable bool) error {
	return s.changeRole(guild, role, func(r *Role) { r.Mentionable = mentionable })
}

func (s *Server) changeRole(guild, role string, do func(*Role)) error {
	return s.change(guild, func(g *Guild) error {
		r := g.role(role)
		if r == nil {
			return fmt.Errorf("local: no role %s", role)
		}
		do(r)
		s.tellGuild(g, "GUILD_ROLE_UPDATE", intentGuilds, map[string]any{"role": *r})
		return nil
	})
}

// RemoveRole deletes a role, from its members too.
func (s *Server) RemoveRole(guild, role string) error {
	return s.change(guild, func(g *Guild) error {
		if g.role(role) == nil || role == g.ID {
			return fmt.Errorf("local: no role %s to remove", role)
		}
		g.Roles = slices.DeleteFunc(g.Roles, func(r Role) bool { return r.ID == role })
		for i := range g.Members {
			g.Members[i].Roles = slices.DeleteFunc(g.Members[i].Roles, func(id string) bool { return id == role })
		}
		s.state.disallow(g, role)
		s.tellGuild(g, "GUILD_ROLE_DELETE", intentGuilds, map[string]any{"role_id": role})
		return nil
	})
}

// AddMember has a person, or the bot, join a guild.
func (s *Server) AddMember(guild string, u User) error {
	return s.change(guild, func(g *Guild) error {
		known, made := s.state.users[u.ID]
		switch {
		case !made:
			return fmt.Errorf("local: no user %s", u.ID)
		case g.member(u.ID) != nil:
			return fmt.Errorf("local: user %s is a member already", u.ID)
		}
		m := Member{User: known, JoinedAt: s.now()}
		if u.ID == s.state.app.ID {
			m.Roles = []string{g.BotRole}
			g.Members = append([]Member{m}, g.Members...)
			g.move(&s.state.former, &s.state.guilds)
			s.dispatch("GUILD_CREATE", intentGuilds, func(bool) any { return s.guildCreate(g) })
			return nil
		}
		g.Members = append(g.Members, m)
		s.tellGuild(g, "GUILD_MEMBER_ADD", intentGuildMembers, m.wire(true))
		return nil
	})
}

// RemoveMember has a person, or the bot, leave a guild.
func (s *Server) RemoveMember(guild, user string) error {
	return s.change(guild, func(g *Guild) error {
		m := g.member(user)
		if m == nil {
			return fmt.Errorf("local: user %s is no member", user)
		}
		gone := m.User
		g.Members = slices.DeleteFunc(g.Members, func(m Member) bool { return m.User.ID == user })
		for _, c := range s.state.sorted(g.ID) {
			c.Members = slices.DeleteFunc(c.Members, func(m ThreadMember) bool { return m.UserID == user })
		}
		if user == s.state.app.ID {
			g.move(&s.state.guilds, &s.state.former)
			s.dispatch("GUILD_DELETE", intentGuilds, func(bool) any { return map[string]any{"id": g.ID} })
			return nil
		}
		s.tellGuild(g, "GUILD_MEMBER_REMOVE", intentGuildMembers, map[string]any{"user": gone})
		return nil
	})
}

// SetNick sets a member's name in a guild.
func (s *Server) SetNick(guild, user, nick string) error {
	return s.changeMember(guild, user, func(_ *Guild, m *Member) error {
		m.Nick = nick
		return nil
	})
}

// Grant gives a member a role.
func (s *Server) Grant(guild, user, role string) error {
	return s.changeMember(guild, user, func(g *Guild, m *Member) error {
		if g.role(role) == nil || role == g.ID {
			return fmt.Errorf("local: no role %s to grant", role)
		}
		if !slices.Contains(m.Roles, role) {
			m.Roles = append(m.Roles, role)
		}
		return nil
	})
}

// Revoke takes a role from a member.
func (s *Server) Revoke(guild, user, role string) error {
	return s.changeMember(guild, user, func(_ *Guild, m *Member) error {
		m.Roles = slices.DeleteFunc(m.Roles, func(id string) bool { return id == role })
		return nil
	})
}

func (s *Server) changeMember(guild, user string, do func(*Guild, *Member) error) error {
	return s.change(guild, func(g *Guild) error {
		m := g.member(user)
		if m == nil {
			return fmt.Errorf("local: user %s is no member", user)
		}
		if err := do(g, m); err != nil {
			return err
		}
		intent := intentGuildMembers
		if user == s.state.app.ID {
			intent = 0 // of itself the bot is always told
		}
		s.tellGuild(g, "GUILD_MEMBER_UPDATE", intent, m.wire(true))
		return nil
	})
}
