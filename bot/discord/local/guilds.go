package local

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Guild is what people call a server.
type Guild struct {
	ID      string
	Name    string
	OwnerID string
	Locale  string
	Members []Member // the bot first, while it is one
	Roles   []Role   // @everyone first
	BotRole string   // the role that came with the bot
}

// A Member is a user in a guild.
type Member struct {
	User     User
	Nick     string
	Roles    []string // ids, without @everyone's
	JoinedAt time.Time
}

// A Role is a set of permissions. @everyone's id is the guild's.
type Role struct {
	ID          string
	Name        string
	Permissions Permissions
	Position    int
	Mentionable bool
	BotID       string // of the bot that it came with
}

// MarshalJSON is a role object.
func (r Role) MarshalJSON() ([]byte, error) {
	w := map[string]any{
		"id": r.ID, "name": r.Name, "permissions": r.Permissions, "position": r.Position,
		"mentionable": r.Mentionable, "managed": r.BotID != "", "hoist": false, "icon": nil, "unicode_emoji": nil,
		"flags": 0, "color": 0,
		"colors": map[string]any{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
	}
	if r.BotID != "" {
		w["tags"] = map[string]string{"bot_id": r.BotID}
	}
	return json.Marshal(w)
}

// member returns a member to look at or change, or nil.
func (g *Guild) member(user string) *Member {
	for i := range g.Members {
		if g.Members[i].User.ID == user {
			return &g.Members[i]
		}
	}
	return nil
}

// role returns a role to look at or change, or nil.
func (g *Guild) role(id string) *Role {
	for i := range g.Roles {
		if g.Roles[i].ID == id {
			return &g.Roles[i]
		}
	}
	return nil
}

// wire is a guild member object, without its user where that stands beside
// it.
func (m *Member) wire(withUser bool) map[string]any {
	w := map[string]any{
		"roles": append([]string{}, m.Roles...), "nick": nil, "joined_at": m.JoinedAt, "deaf": false, "mute": false,
		"flags": 0, "pending": false, "avatar": nil, "banner": nil, "premium_since": nil,
		"communication_disabled_until": nil,
	}
	if m.Nick != "" {
		w["nick"] = m.Nick
	}
	if withUser {
		w["user"] = m.User
	}
	return w
}

// wire is a guild object: most of it says that nothing special is set.
func (g *Guild) wire() map[string]any {
	w := map[string]any{
		"id": g.ID, "name": g.Name, "owner_id": g.OwnerID, "roles": slices.Clone(g.Roles), "preferred_locale": g.Locale,
		"features": []string{}, "emojis": []any{}, "stickers": []any{}, "nsfw": false, "premium_progress_bar_enabled": false,
		"widget_enabled": false, "region": "deprecated", "max_members": 500000, "max_video_channel_users": 25,
		"max_stage_video_channel_users": 50, "afk_timeout": 300,
	}
	for _, zero := range strings.Fields(`system_channel_flags verification_level default_message_notifications mfa_level
		explicit_content_filter premium_tier premium_subscription_count nsfw_level`) {
		w[zero] = 0
	}
	for _, null := range strings.Fields(`icon description home_header splash discovery_splash banner application_id
		afk_channel_id system_channel_id widget_channel_id max_presences vanity_url_code rules_channel_id
		safety_alerts_channel_id public_updates_channel_id incidents_data`) {
		w[null] = nil
	}
	return w
}

// guildCreate is all that a session is told of a guild when it comes in: all
// channels, the active threads that the bot sees, and of the members only the
// bot, as for a session without the presences intent.
func (s *Server) guildCreate(g *Guild) map[string]any {
	channels, threads, members := []any{}, []any{}, []any{}
	for _, c := range s.state.sorted(g.ID) {
		switch {
		case c.Thread == nil:
			channels = append(channels, s.wireChannel(c))
		case !c.Thread.Archived && s.state.can(c, s.state.app.ID, PermViewChannel):
			threads = append(threads, s.wireChannel(c))
		}
	}
	joined := time.UnixMilli(epoch).UTC()
	if bot := g.member(s.state.app.ID); bot != nil {
		members, joined = append(members, bot.wire(true)), bot.JoinedAt
	}
	w := g.wire()
	w["joined_at"], w["large"], w["unavailable"], w["member_count"] = joined, false, false, len(g.Members)
	w["members"], w["channels"], w["threads"] = members, channels, threads
	for _, none := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		w[none] = []any{}
	}
	return w
}

// sorted returns a guild's channels and threads, oldest first.
func (st *state) sorted(guild string) []*Channel {
	list := slices.Clone(st.inGuild[guild])
	slices.SortFunc(list, func(a, b *Channel) int { return compareIDs(a.ID, b.ID) })
	return list
}

func (s *Server) getGuild(r *http.Request, _ []byte) (any, error) {
	g := s.state.joined(r.PathValue("guild"))
	if g == nil {
		return nil, errUnknownGuild
	}
	w := g.wire()
	if r.URL.Query().Get("with_counts") == "true" {
		w["approximate_member_count"], w["approximate_presence_count"] = len(g.Members), len(g.Members)
	}
	return w, nil
}

func (s *Server) getRoles(r *http.Request, _ []byte) (any, error) {
	g := s.state.joined(r.PathValue("guild"))
	if g == nil {
		return nil, errUnknownGuild
	}
	return slices.Clone(g.Roles), nil
}

func (s *Server) getMember(r *http.Request, _ []byte) (any, error) {
	g := s.state.joined(r.PathValue("guild"))
	if g == nil {
		return nil, errUnknownGuild
	}
	user := r.PathValue("user")
	if _, known := s.state.users[user]; !known {
		return nil, errUnknownUser
	}
	m := g.member(user)
	if m == nil {
		return nil, errUnknownMember
	}
	return m.wire(true), nil
}

// getGuildChannels lists all channels, seen or not, without threads.
func (s *Server) getGuildChannels(r *http.Request, _ []byte) (any, error) {
	g := s.state.joined(r.PathValue("guild"))
	if g == nil {
		return nil, errUnknownGuild
	}
	list := []any{}
	for _, c := range s.state.sorted(g.ID) {
		if c.Thread == nil {
			list = append(list, s.wireChannel(c))
		}
	}
	return list, nil
}
