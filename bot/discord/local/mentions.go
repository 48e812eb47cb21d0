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

var (
	userMention = regexp.MustCompile(`<@!?(\d+)>`)
	roleMention = regexp.MustCompile(`<@&(\d+)>`)
)

// setMentions works out whom the message pings. Without allowed mentions
// everything in the content does, and a reply pings the one replied to;
// embeds never ping. Mentions in code blocks count here, though Discord
// leaves them out: a bot must not rely on that.
func (st *state) setMentions(m *Message, allowed *AllowedMentions) {
	if allowed == nil {
		allowed = &AllowedMentions{Parse: []string{"users", "roles", "everyone"}, RepliedUser: true}
	}
	m.Mentions, m.MentionRoles = []User{}, []string{}
	for _, match := range userMention.FindAllStringSubmatch(m.Content, -1) {
		if slices.Contains(allowed.Parse, "users") || slices.Contains(allowed.Users, match[1]) {
			st.mention(m, match[1])
		}
	}
	for _, match := range roleMention.FindAllStringSubmatch(m.Content, -1) {
		if slices.Contains(allowed.Parse, "roles") || slices.Contains(allowed.Roles, match[1]) {
			m.MentionRoles = append(m.MentionRoles, match[1])
		}
	}
	if m.Reference != nil && allowed.RepliedUser {
		if to := st.message(m.ChannelID, m.Reference.MessageID); to != nil {
			st.mention(m, to.Author.ID)
		}
	}
	m.MentionEveryone = slices.Contains(allowed.Parse, "everyone") &&
		(strings.Contains(m.Content, "@everyone") || strings.Contains(m.Content, "@here"))
}

// mention adds a user to those that the message pings, once.
func (st *state) mention(m *Message, id string) {
	if u, known := st.users[id]; known && !slices.Contains(m.Mentions, u) {
		m.Mentions = append(m.Mentions, u)
	}
}
