package discord

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/bot/ledger"
)

// An exchange is one question and the way back to who asked it.
type exchange struct {
	request  ledger.Request
	question bot.Question
	echo     bool // the reply has to repeat the question
	found    bool // it was read in the channel, later
	reply    reply
	log      *slog.Logger // marks what is logged with the id that the person may be shown
}

// fromInteraction is the exchange that a slash command opens; false for any
// other interaction.
func (s *Server) fromInteraction(i *discordgo.Interaction) (exchange, bool) {
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
	return s.exchange(ledger.Request{
		Kind: ledger.CommandRequest, ID: i.ID, Token: i.Token, Guild: i.GuildID, Channel: i.ChannelID, User: invoker(i),
	}, text), true
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

// fromMessage is the exchange that a message opens: one that mentions the
// bot or replies to it, or any in a DM. False for all others, and for those of
// bots, webhooks and Discord itself.
func (s *Server) fromMessage(m *discordgo.Message) (exchange, bool) {
	written := m.Type == discordgo.MessageTypeDefault || m.Type == discordgo.MessageTypeReply
	if !written || m.Author == nil || m.Author.Bot || m.WebhookID != "" {
		return exchange{}, false
	}
	if m.GuildID != "" && !s.named(m) {
		return exchange{}, false
	}
	return s.exchange(ledger.Request{
		Kind: ledger.MessageRequest, ID: m.ID, Guild: m.GuildID, Channel: m.ChannelID, User: m.Author.ID,
	}, s.withoutMentions(m)), true
}

// named reports whether a message mentions the bot, or replies to it with a ping.
func (s *Server) named(m *discordgo.Message) bool {
	return strings.Contains(m.Content, "<@"+s.user+">") || strings.Contains(m.Content, "<@!"+s.user+">") ||
		slices.ContainsFunc(m.Mentions, func(u *discordgo.User) bool { return u.ID == s.user })
}

// withoutMentions is a message's text without the bot's mention, and with
// people's names in place of theirs.
func (s *Server) withoutMentions(m *discordgo.Message) string {
	names := []string{"<@" + s.user + ">", " ", "<@!" + s.user + ">", " "}
	for _, u := range m.Mentions {
		names = append(names, "<@"+u.ID+">", u.Username, "<@!"+u.ID+">", u.Username)
	}
	return strings.TrimSpace(strings.NewReplacer(names...).Replace(m.Content))
}

// late is the exchange of a message that was read in its channel. It may have been
// declined before, which nobody remembers.
func (x exchange) late() exchange {
	x.found = true
	if r, ok := x.reply.(*messageReply); ok {
		r.late = true
	}
	return x
}

func (s *Server) exchange(r ledger.Request, text string) exchange {
	r.At = parseSnowflake(r.ID).made()
	return exchange{
		request:  r,
		question: bot.Question{Guild: r.Guild, User: r.User, Text: text, At: r.At},
		echo:     r.Kind == ledger.CommandRequest, // others see who used a command, not what it was given
		reply:    s.replyTo(r),
		log:      s.log.With("id", parseSnowflake(r.ID).short(), "guild", r.Guild),
	}
}
