package discord

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// An exchange is one question and the way back to who asked it.
type exchange struct {
	id       string // the interaction's or message's snowflake
	question bot.Question
	echo     bool // the reply has to repeat the question

	// acknowledge shows that the bot is at work. When it fails no reply is
	// possible.
	acknowledge func(context.Context) error
	reply       func(context.Context, message) error
}

// fromCommand is the exchange that a slash command opens; false for any
// other interaction.
func (s *Server) fromCommand(i *discordgo.Interaction) (exchange, bool) {
	// Checked rather than asserted: the library leaves Data empty when it
	// meets something it does not know.
	data, ok := i.Data.(discordgo.ApplicationCommandInteractionData)
	if !ok || i.Type != discordgo.InteractionApplicationCommand || data.Name != askCommand {
		return exchange{}, false
	}
	var text string
	for _, o := range data.Options {
		if value, isText := o.Value.(string); isText && o.Name == questionOption {
			text = value
		}
	}
	return exchange{
		id:       i.ID,
		question: bot.Question{Guild: i.GuildID, User: invoker(i), Text: text, At: made(i.ID)},
		echo:     true, // others see who used a command, not what it was given
		acknowledge: func(ctx context.Context) error {
			thinking := discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
			err := s.callOwn(ctx, http.MethodPost, discordgo.EndpointInteractionResponse(i.ID, i.Token), thinking)
			if isCode(err, discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged) {
				return nil // by an attempt whose answer got lost
			}
			return err
		},
		reply: func(ctx context.Context, m message) error {
			return s.callOwn(ctx, http.MethodPatch, discordgo.EndpointWebhookMessage(s.app, i.Token, "@original"), m.edit())
		},
	}, true
}

// invoker is the id of who used a command: a member in a guild, a user in a DM.
func invoker(i *discordgo.Interaction) string {
	switch {
	case i.Member != nil && i.Member.User != nil:
		return i.Member.User.ID
	case i.User != nil:
		return i.User.ID
	}
	return ""
}

// made is the moment that Discord made the snowflake; zero when it is none.
func made(snowflake string) time.Time {
	at, err := discordgo.SnowflakeTimestamp(snowflake)
	if err != nil {
		return time.Time{}
	}
	return at
}

// fromMessage is the exchange that a message opens: one that mentions the
// bot by its name, or any in a DM. False for all others, and for those of
// bots, webhooks and Discord itself.
func (s *Server) fromMessage(m *discordgo.Message) (exchange, bool) {
	written := m.Type == discordgo.MessageTypeDefault || m.Type == discordgo.MessageTypeReply
	if !written || m.Author == nil || m.Author.Bot || m.WebhookID != "" {
		return exchange{}, false
	}
	text, mentioned := s.withoutMentions(m)
	if !mentioned && m.GuildID != "" {
		return exchange{}, false
	}
	return exchange{
		id:       m.ID,
		question: bot.Question{Guild: m.GuildID, User: m.Author.ID, Text: text, At: made(m.ID)},
		acknowledge: func(ctx context.Context) error {
			if _, err := s.call(ctx, s.session.Ratelimiter, http.MethodPost, discordgo.EndpointChannelTyping(m.ChannelID), nil); err != nil {
				s.log.Debug("discord: typing", "message", m.ID, "error", err) // a reply is possible all the same
			}
			return nil
		},
		reply: func(ctx context.Context, answer message) error {
			_, err := s.call(ctx, s.session.Ratelimiter, http.MethodPost, discordgo.EndpointChannelMessages(m.ChannelID), answer.replyTo(m))
			return err
		},
	}, true
}

// withoutMentions is a message's text without the bot's mention, and with
// people's names in place of theirs; and whether the bot's was in it. A
// reply to the bot that does not name it is no question, although it pings.
func (s *Server) withoutMentions(m *discordgo.Message) (text string, mentioned bool) {
	var names []string
	for _, form := range []string{"<@" + s.user + ">", "<@!" + s.user + ">"} {
		mentioned = mentioned || strings.Contains(m.Content, form)
		names = append(names, form, " ")
	}
	for _, u := range m.Mentions {
		names = append(names, "<@"+u.ID+">", u.Username, "<@!"+u.ID+">", u.Username)
	}
	return strings.TrimSpace(strings.NewReplacer(names...).Replace(m.Content)), mentioned
}
