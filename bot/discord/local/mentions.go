package local

import (
	"regexp"
	"slices"
	"strings"
)

// AllowedMentions says which of a message's mentions may ping.
type AllowedMentions struct {
	Parse       []string `json:"parse"` // "users", "roles", "everyone"
	Users       []string `json:"users"`
	Roles       []string `json:"roles"`
	RepliedUser bool     `json:"replied_user"`
}

// What may ping when a message does not say: "Default Settings for Allowed
// Mentions". A reply pings the one replied to.
var (
	mentionsOfMessages  = AllowedMentions{Parse: []string{"users", "roles", "everyone"}, RepliedUser: true}
	mentionsOfResponses = AllowedMentions{Parse: []string{"users"}, RepliedUser: true}
)

var (
	userMention = regexp.MustCompile(`<@!?(\d+)>`)
	roleMention = regexp.MustCompile(`<@&(\d+)>`)
	code        = regexp.MustCompile("(?s)```.*?```|``.+?``|`[^`]+`")
)

// setMentions works out whom the message pings: what its content names
// outside of code, as far as its author may. Embeds never ping.
func (st *state) setMentions(m *Message, allowed AllowedMentions) {
	c := st.channels[m.ChannelID]
	everyone := st.can(c, m.Author.ID, PermMentionEveryone)
	text := code.ReplaceAllString(m.Content, " ")
	m.Mentions, m.MentionRoles = []User{}, []string{}
	for _, match := range userMention.FindAllStringSubmatch(text, -1) {
		if slices.Contains(allowed.Parse, "users") || slices.Contains(allowed.Users, match[1]) {
			st.mention(m, match[1])
		}
	}
	for _, match := range roleMention.FindAllStringSubmatch(text, -1) {
		role := st.mentionable(c, match[1], everyone)
		may := slices.Contains(allowed.Parse, "roles") || slices.Contains(allowed.Roles, match[1])
		if role && may && !slices.Contains(m.MentionRoles, match[1]) {
			m.MentionRoles = append(m.MentionRoles, match[1])
		}
	}
	if m.Type == TypeReply && m.Reference != nil && allowed.RepliedUser {
		if to := st.message(m.ChannelID, m.Reference.MessageID); to != nil {
			st.mention(m, to.Author.ID)
		}
	}
	m.MentionEveryone = everyone && slices.Contains(allowed.Parse, "everyone") &&
		(strings.Contains(text, "@everyone") || strings.Contains(text, "@here"))
}

// mentionable reports whether a role is there to be mentioned, by someone who
// may mention everyone or not.
func (st *state) mentionable(c *Channel, role string, everyone bool) bool {
	g := st.guild(c.GuildID)
	if g == nil || role == g.ID {
		return false
	}
	r := g.role(role)
	return r != nil && (r.Mentionable || everyone)
}

// mention adds a user to those that the message pings, once.
func (st *state) mention(m *Message, id string) {
	if u, known := st.users[id]; known && !slices.Contains(m.Mentions, u) {
		m.Mentions = append(m.Mentions, u)
	}
}
