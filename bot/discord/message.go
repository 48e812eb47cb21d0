package discord

import "github.com/bwmarrin/discordgo"

// A message is what the bot says, whichever way it goes.
type message struct {
	content string
	embeds  []*discordgo.MessageEmbed
}

// noMentions lets nothing in a message ping anyone, whatever its text says.
func noMentions() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// edit is the body that makes a deferred response this message.
func (m message) edit() *discordgo.WebhookEdit {
	return &discordgo.WebhookEdit{Content: &m.content, Embeds: &m.embeds, AllowedMentions: noMentions()}
}

// A reply is a new message. Its nonce, which the library does not know,
// makes Discord post it once however often it is sent.
type reply struct {
	discordgo.MessageSend
	Nonce        string `json:"nonce"` // at most 25 characters
	EnforceNonce bool   `json:"enforce_nonce"`
}

// replyTo is the body that answers another message, or stands alone when
// that is gone by then.
func (m message) replyTo(to *discordgo.Message) reply {
	return reply{
		MessageSend: discordgo.MessageSend{
			Content: m.content, Embeds: m.embeds, AllowedMentions: noMentions(), Reference: to.SoftReference(),
		},
		Nonce:        to.ID,
		EnforceNonce: true,
	}
}
