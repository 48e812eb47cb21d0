package local

import (
	"fmt"
	"slices"
	"strconv"
)

// An allowance is a command in a guild, whose moderators have said for which
// roles it is.
type allowance struct {
	guild, command string // ids
}

// permitted reports whether a command is for a person: in a guild by its
// default permissions, or by a role that it was allowed to in their stead. For
// administrators every command is.
func (st *state) permitted(c Command, in *Channel, user string) bool {
	g := st.guild(in.GuildID)
	if g == nil {
		return true
	}
	p := st.permissions(in, user)
	if c.Permissions == nil || p.Has(PermAdministrator) {
		return true
	}
	m := g.member(user)
	for _, role := range st.allowed[allowance{g.ID, c.ID}] {
		if role == g.ID || m != nil && slices.Contains(m.Roles, role) {
			return true
		}
	}
	need, err := strconv.ParseUint(*c.Permissions, 10, 64)
	return err == nil && need != 0 && p.Has(Permissions(need))
}

// AllowCommand has a guild's moderators allow a role the commands of a name, of
// the guild's own and the global ones, whatever their default permissions are,
// as in Server Settings > Integrations. @everyone's id is the guild's.
func (s *Server) AllowCommand(guild, command, role string) error {
	return s.change(guild, func(g *Guild) error {
		if g.role(role) == nil {
			return fmt.Errorf("local: no role %s", role)
		}
		found := false
		for _, c := range slices.Concat(s.state.commands[g.ID], s.state.commands[""]) {
			if c.Name != command {
				continue
			}
			found = true
			of := allowance{g.ID, c.ID}
			if !slices.Contains(s.state.allowed[of], role) {
				s.state.allowed[of] = append(s.state.allowed[of], role)
				s.tellGuild(g, "APPLICATION_COMMAND_PERMISSIONS_UPDATE", 0, s.commandPermissions(of))
			}
		}
		if !found {
			return fmt.Errorf("local: no command %s to allow", command)
		}
		return nil
	})
}

// disallow forgets what a role that is deleted was allowed.
func (st *state) disallow(g *Guild, role string) {
	for of, roles := range st.allowed {
		if of.guild == g.ID {
			st.allowed[of] = slices.DeleteFunc(roles, func(id string) bool { return id == role })
		}
	}
}

// commandPermissions is what the bot is told of an allowance: "Guild
// Application Command Permissions Structure".
func (s *Server) commandPermissions(of allowance) map[string]any {
	const ofRole = 1 // "Application Command Permission Type"
	list := []map[string]any{}
	for _, role := range s.state.allowed[of] {
		list = append(list, map[string]any{"id": role, "type": ofRole, "permission": true})
	}
	return map[string]any{"id": of.command, "application_id": s.state.app.ID, "permissions": list}
}
