package local

import (
	"slices"
	"strconv"
)

// Permissions are a set of bits; in JSON they are a decimal string.
type Permissions uint64

// The permissions that something here depends on.
const (
	PermAdministrator        Permissions = 1 << 3
	PermManageChannels       Permissions = 1 << 4
	PermManageGuild          Permissions = 1 << 5 // "Manage Server", which commands for moderators ask for
	PermAddReactions         Permissions = 1 << 6
	PermViewChannel          Permissions = 1 << 10
	PermSendMessages         Permissions = 1 << 11
	PermSendTTS              Permissions = 1 << 12
	PermManageMessages       Permissions = 1 << 13
	PermEmbedLinks           Permissions = 1 << 14
	PermAttachFiles          Permissions = 1 << 15
	PermReadMessageHistory   Permissions = 1 << 16
	PermMentionEveryone      Permissions = 1 << 17
	PermUseExternalEmojis    Permissions = 1 << 18
	PermUseCommands          Permissions = 1 << 31
	PermManageThreads        Permissions = 1 << 34
	PermCreatePublicThreads  Permissions = 1 << 35
	PermCreatePrivateThreads Permissions = 1 << 36
	PermSendInThreads        Permissions = 1 << 38

	// PermAll is what owners and administrators have: every bit that is
	// documented, up to BYPASS_SLOWMODE. Bit 47 is no longer used.
	PermAll Permissions = 1<<53 - 1 - 1<<47

	// PermDefault is what @everyone has in a new guild.
	PermDefault Permissions = 2248473465835073

	// PermBot is what a bot that answers questions asks for when it is
	// invited.
	PermBot = PermViewChannel | PermSendMessages | PermSendInThreads | PermEmbedLinks | PermAttachFiles |
		PermReadMessageHistory | PermAddReactions | PermCreatePublicThreads

	// permDM is what both have in a DM.
	permDM = PermViewChannel | PermSendMessages | PermReadMessageHistory | PermAddReactions | PermUseCommands | permDMApp

	// permDMApp is what interactions say of the app in a DM with its bot:
	// the note on app_permissions in "Interaction Structure".
	permDMApp = PermAttachFiles | PermEmbedLinks | PermMentionEveryone | PermUseExternalEmojis
)

// MarshalText makes permissions a string in JSON.
func (p Permissions) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(p), 10), nil
}

// UnmarshalText takes what MarshalText makes.
func (p *Permissions) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	*p = Permissions(n)
	return err
}

// Has reports whether all of some permissions are there.
func (p Permissions) Has(all Permissions) bool { return p&all == all }

// Kinds of overwrites.
const (
	OverwriteRole   = 0
	OverwriteMember = 1
)

// An Overwrite changes what a role or a member may do in one channel.
type Overwrite struct {
	ID    string      `json:"id"` // of the role or the user
	Type  int         `json:"type"`
	Allow Permissions `json:"allow"`
	Deny  Permissions `json:"deny"`
}

// base is what a member may do in a guild, channels aside:
// compute_base_permissions of the page "Permissions".
func (g *Guild) base(user string) Permissions {
	m := g.member(user)
	switch {
	case m == nil:
		return 0
	case user == g.OwnerID:
		return PermAll
	}
	var p Permissions
	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(m.Roles, r.ID) {
			p |= r.Permissions
		}
	}
	if p.Has(PermAdministrator) {
		return PermAll
	}
	return p
}

// overwritten applies a channel's overwrites: compute_overwrites of the same
// page.
func (g *Guild) overwritten(c *Channel, user string) Permissions {
	p := g.base(user)
	if p.Has(PermAdministrator) {
		return PermAll
	}
	m := g.member(user)
	if m == nil {
		return 0
	}
	var everyone, roles, own Overwrite
	for _, o := range c.Overwrites {
		switch {
		case o.ID == g.ID:
			everyone = o
		case o.Type == OverwriteRole && slices.Contains(m.Roles, o.ID):
			roles.Allow |= o.Allow
			roles.Deny |= o.Deny
		case o.Type == OverwriteMember && o.ID == user:
			own = o
		}
	}
	for _, o := range []Overwrite{everyone, roles, own} {
		p = p&^o.Deny | o.Allow
	}
	return p
}

// permissions is what a user may do in a channel, implicit denials included.
// A thread inherits from its parent, but for who may write in it, and a
// private one is only there for its members and moderators.
func (st *state) permissions(c *Channel, user string) Permissions {
	if c.GuildID == "" {
		return permDM
	}
	g := st.guild(c.GuildID)
	if g == nil {
		return 0
	}
	of, write := c, PermSendMessages
	if c.Thread != nil {
		of, write = st.channels[c.ParentID], PermSendInThreads
		if of == nil {
			return 0
		}
	}
	p := g.overwritten(of, user)
	if c.Type == ChannelPrivateThread && !c.hasMember(user) && !p.Has(PermManageThreads) {
		return 0
	}
	if !p.Has(PermViewChannel) {
		return 0
	}
	if !p.Has(write) {
		p &^= PermMentionEveryone | PermSendTTS | PermAttachFiles | PermEmbedLinks
	}
	return p
}

// can reports whether a user has permissions in a channel. Writing in a
// thread needs another permission than writing in a channel.
func (st *state) can(c *Channel, user string, need Permissions) bool {
	if c.Thread != nil && need.Has(PermSendMessages) {
		need = need&^PermSendMessages | PermSendInThreads
	}
	return st.permissions(c, user).Has(need)
}

// require says what keeps a user from something in a channel, in Discord's
// words, or nil.
func (st *state) require(c *Channel, user string, need Permissions) error {
	switch {
	case !st.can(c, user, PermViewChannel):
		return errMissingAccess
	case !st.can(c, user, need):
		return errMissingPermissions
	}
	return nil
}
