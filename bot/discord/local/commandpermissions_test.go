package local

import (
	"strings"
	"testing"
)

// The page "Application Commands", "Permissions": a role that is allowed a
// command in a guild has it whatever its default permissions are, and nobody
// else has.
func TestAllowCommand(t *testing.T) {
	c := newClient(t, false)
	helper, member, mod := c.AddUser("helper"), c.AddUser("member"), c.AddUser("mod")
	must(t, c.AddMember(c.guild.ID, helper))
	must(t, c.AddMember(c.guild.ID, member))
	role, err := c.AddRole(c.guild.ID, "helpers", 0)
	must(t, err)
	must(t, c.Grant(c.guild.ID, helper.ID, role.ID))
	mods, err := c.AddRole(c.guild.ID, "mods", PermManageGuild)
	must(t, err)
	must(t, c.AddMember(c.guild.ID, mod))
	must(t, c.Grant(c.guild.ID, mod.ID, mods.ID))
	const registered = `[{"name":"gaps","description":"d","default_member_permissions":"32"},
		{"name":"Explain","type":3,"default_member_permissions":"0"}]`
	c.commands(registered)
	said, err := c.Say(c.ann.ID, c.general.ID, "said")
	must(t, err)
	quiet := c.AddChannel(c.guild.ID, "quiet")
	must(t, c.SetOverwrite(quiet.ID, Overwrite{ID: c.guild.ID, Deny: PermUseCommands}))
	can := func(user, channel, command string) bool {
		t.Helper()
		var offered bool
		for _, of := range c.Available(user, channel) {
			offered = offered || of.Name == command
		}
		var err error
		if command == "Explain" {
			_, err = c.Menu(user, command, said.ID)
		} else {
			_, err = c.Slash(user, channel, command)
		}
		if offered != (err == nil) {
			t.Errorf("%s is offered: %v; used: %v", command, offered, err)
		}
		return offered
	}
	for _, command := range []string{"gaps", "Explain"} {
		if can(helper.ID, c.general.ID, command) {
			t.Errorf("%s by its default permissions", command)
		}
		l := c.login(0, "")
		must(t, c.AllowCommand(c.guild.ID, command, role.ID))
		told := c.event(l, "APPLICATION_COMMAND_PERMISSIONS_UPDATE").Data
		if at(told, "permissions.0.id") != role.ID || at(told, "permissions.#") != 1 || told["guild_id"] != c.guild.ID {
			t.Errorf("%s: told of %v", command, told)
		}
		c.commands(registered) // which keeps the commands' ids
		if !can(helper.ID, c.general.ID, command) || can(member.ID, c.general.ID, command) || !can(c.ann.ID, c.general.ID, command) {
			t.Errorf("%s is not for helpers and administrators", command)
		}
		if byDefault := command == "gaps"; can(mod.ID, c.general.ID, command) != byDefault {
			t.Errorf("%s is for who manages the server: %v", command, !byDefault)
		}
	}
	if can(helper.ID, quiet.ID, "gaps") {
		t.Error("where no commands may be used")
	}
	must(t, c.RemoveRole(c.guild.ID, role.ID))
	if can(helper.ID, c.general.ID, "gaps") {
		t.Error("by a role that is gone")
	}
	must(t, c.AllowCommand(c.guild.ID, "gaps", c.guild.ID))
	if !can(member.ID, c.general.ID, "gaps") {
		t.Error("@everyone was allowed it")
	}
	for want, err := range map[string]error{
		"no guild 1":      c.AllowCommand("1", "gaps", role.ID),
		"no role 1":       c.AllowCommand(c.guild.ID, "gaps", "1"),
		"no command sing": c.AllowCommand(c.guild.ID, "sing", c.guild.ID),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A client that does not ask whom a command is for gets no further than that.
func TestSlashForged(t *testing.T) {
	c := newClient(t, false)
	ws := c.identify(0)
	member := c.AddUser("member")
	must(t, c.AddMember(c.guild.ID, member))
	c.commands(`[{"name":"remove","description":"d","default_member_permissions":"32","options":[
		{"type":3,"name":"source","description":"d","required":true}]},
		{"name":"help","description":"d","contexts":[1]}]`)
	source := Option{"source", "1"}
	if _, err := c.Slash(member.ID, c.general.ID, "remove", source); err == nil {
		t.Error("Discord's client let them")
	}
	i, err := c.SlashForged(member.ID, c.general.ID, "remove", source)
	must(t, err)
	p := c.read(ws)
	if err := has("id", i.ID, "data.name", "remove", "data.options.0.value", "1", "member.user.id", member.ID,
		"member.permissions", uint64(PermDefault))(p.Data); err != nil {
		t.Error(err)
	}
	for name, options := range map[string][]Option{"remove": nil, "help": nil, "sing": nil} {
		if _, err := c.SlashForged(member.ID, c.general.ID, name, options...); err == nil {
			t.Errorf("/%s was sent", name)
		}
	}
}
