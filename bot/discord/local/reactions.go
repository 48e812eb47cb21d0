package local

import (
	"net/http"
	"slices"
	"unicode"
)

// The intents for reactions in a guild and in a DM.
const (
	intentGuildReactions  = 1 << 10
	intentDirectReactions = 1 << 13
)

// A Reaction is an emoji under a message and who put it there, in that order.
type Reaction struct {
	Emoji string
	Users []string
}

func (r Reaction) wire(me string) map[string]any {
	return map[string]any{
		"emoji": wireEmoji(r.Emoji), "count": len(r.Users), "me": slices.Contains(r.Users, me),
		"count_details": map[string]int{"burst": 0, "normal": len(r.Users)}, "burst_colors": []string{}, "me_burst": false,
	}
}

func wireEmoji(name string) map[string]any { return map[string]any{"id": nil, "name": name} }

// isEmoji reports whether something can be an emoji: no guild here has custom
// ones, and words are none.
func isEmoji(s string) bool {
	symbols := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsSpace(r) || r == ':':
			return false
		case r > 0xFF || r == '©' || r == '®':
			symbols++
		}
	}
	return symbols > 0 && len(s) <= maxEmoji
}

func (m *Message) reaction(emoji string) *Reaction {
	for i := range m.Reactions {
		if m.Reactions[i].Emoji == emoji {
			return &m.Reactions[i]
		}
	}
	return nil
}

func (s *Server) putReaction(r *http.Request, _ []byte) (any, error) {
	m, c, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	return nil, s.react(s.state.app.ID, c, m, r.PathValue("emoji"))
}

// react adds a user's reaction. Only a new emoji needs Add Reactions.
func (s *Server) react(user string, c *Channel, m *Message, emoji string) error {
	if !isEmoji(emoji) {
		return errUnknownEmoji
	}
	if err := s.state.require(c, user, PermReadMessageHistory); err != nil {
		return err
	}
	if c.Thread != nil && c.Thread.Archived {
		return errArchived
	}
	reaction := m.reaction(emoji)
	if reaction == nil {
		switch {
		case !s.state.can(c, user, PermAddReactions):
			return errMissingPermissions
		case len(m.Reactions) == maxReactions:
			return errManyReactions
		}
		m.Reactions = append(m.Reactions, Reaction{Emoji: emoji})
		reaction = m.reaction(emoji)
	}
	if slices.Contains(reaction.Users, user) {
		return nil
	}
	reaction.Users = append(reaction.Users, user)
	event := s.reactionEvent(c, m, user, emoji)
	event["message_author_id"] = m.Author.ID
	if g := s.state.guild(c.GuildID); g != nil && g.member(user) != nil {
		event["member"] = g.member(user).wire(true)
	}
	s.tell(c, "MESSAGE_REACTION_ADD", reactionIntent(c), func(bool) any { return event })
	return nil
}

// unreact takes a user's reaction away, if there is one.
func (s *Server) unreact(user string, c *Channel, m *Message, emoji string) {
	reaction := m.reaction(emoji)
	if reaction == nil || !slices.Contains(reaction.Users, user) {
		return
	}
	reaction.Users = slices.DeleteFunc(reaction.Users, func(u string) bool { return u == user })
	m.Reactions = slices.DeleteFunc(m.Reactions, func(r Reaction) bool { return len(r.Users) == 0 })
	event := s.reactionEvent(c, m, user, emoji)
	s.tell(c, "MESSAGE_REACTION_REMOVE", reactionIntent(c), func(bool) any { return event })
}

func (s *Server) reactionEvent(c *Channel, m *Message, user, emoji string) map[string]any {
	event := map[string]any{
		"user_id": user, "channel_id": c.ID, "message_id": m.ID, "emoji": wireEmoji(emoji), "burst": false, "type": 0,
	}
	if c.GuildID != "" {
		event["guild_id"] = c.GuildID
	}
	return event
}

func reactionIntent(c *Channel) int {
	if c.GuildID == "" {
		return intentDirectReactions
	}
	return intentGuildReactions
}

// deleteReaction removes the bot's reaction, or another's where it manages
// messages.
func (s *Server) deleteReaction(r *http.Request, _ []byte) (any, error) {
	m, c, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	emoji, user := r.PathValue("emoji"), s.memberOf(r)
	if !isEmoji(emoji) {
		return nil, errUnknownEmoji
	}
	if user != s.state.app.ID {
		switch {
		case c.GuildID == "":
			return nil, errNotInDM
		case !s.state.can(c, s.state.app.ID, PermManageMessages):
			return nil, errMissingPermissions
		}
	}
	s.unreact(user, c, m, emoji)
	return nil, nil
}

// getReactions lists who reacted with an emoji, by their ids.
func (s *Server) getReactions(r *http.Request, _ []byte) (any, error) {
	m, c, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	if err := s.state.require(c, s.state.app.ID, PermReadMessageHistory); err != nil {
		return nil, err
	}
	if !isEmoji(r.PathValue("emoji")) {
		return nil, errUnknownEmoji
	}
	p, err := pageOf(r, 25, 100)
	if err != nil {
		return nil, err
	}
	list := []User{}
	if reaction := m.reaction(r.PathValue("emoji")); reaction != nil {
		for _, id := range slices.SortedFunc(slices.Values(reaction.Users), compareIDs) {
			if p.has(id) && len(list) < p.limit {
				list = append(list, s.state.users[id])
			}
		}
	}
	return list, nil
}
