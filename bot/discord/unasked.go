package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"storybot/retrieval"
)

// answersUnasked reports whether a message that was not put to the bot is one that it
// answers all the same, if it can: a question to nobody, in a channel or a forum that the
// moderators have named for that. The operator has to let the bot read what is written.
func (s *Server) answersUnasked(m *heard) bool {
	toSomebody := len(m.Mentions) > 0 || m.Reference != nil
	if !s.reads || toSomebody || !opensPost(m) && !retrieval.IsQuestion(m.Content) {
		return false
	}
	ctx, cancel := context.WithTimeout(s.talk, s.replyLimit)
	defer cancel()
	settings, err := s.ledger.Settings(ctx, m.GuildID)
	var in bool
	if err == nil {
		in, err = s.isIn(ctx, m.GuildID, m.ChannelID, settings.Auto)
	}
	if err != nil {
		s.log.Warn("discord: whether to answer unasked", "guild", m.GuildID, "channel", m.ChannelID, "error", err)
	}
	return in
}

// leastThreshold is that of moderators who set none: it marks what nobody asked as that.
const leastThreshold = 1e-6

// opensPost reports whether a message begins a forum's post, which has its id.
func opensPost(m *heard) bool { return m.ID == m.ChannelID }

// unaskedPlan answers a message that nobody put to the bot, if the stories tell enough of
// it: else it keeps silent. A post's title is the better part of the question.
func (s *Server) unaskedPlan(v *visit, q question) plan {
	return plan{counts: true, work: func(ctx context.Context, show func(message)) (message, error) {
		if opensPost(q.follows) {
			c, err := s.channel(ctx, v.Channel)
			if err != nil {
				return message{}, err
			}
			q.text = postText(c.Name, q.text)
		}
		return s.answering(v, q, max(v.settings.Threshold, leastThreshold))(ctx, show)
	}}
}

// postText is the question of a forum's post: its title, and where that is none by itself
// its text too.
func postText(title, text string) string {
	if retrieval.IsQuestion(title) {
		return title
	}
	return title + "\n" + text
}

// intents are what the gateway is to tell of. None is privileged, unless the operator lets
// the bot read all messages.
func intents(reads bool) discordgo.Intent {
	all := discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages
	if reads {
		all |= discordgo.IntentMessageContent
	}
	return all
}
