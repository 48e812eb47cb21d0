package discord

import (
	"strings"
	"unicode"

	"github.com/bwmarrin/discordgo"
)

// A message is what the bot says, whichever way it goes.
type message struct {
	content     string
	embeds      []*discordgo.MessageEmbed
	components  []discordgo.MessageComponent // rows
	keepsEmbeds bool                         // an edit leaves those that are there, and the components
}

// unfinishedMark begins the line that ends what is shown while more is to come, in every
// language.
const unfinishedMark = "-# ⏳ "

// unfinished is the message as a version that another will replace.
func (m message) unfinished(note string) message {
	m.content = strings.TrimSuffix(m.content, "\n") + "\n" + unfinishedMark + note
	return m
}

// isUnfinished reports whether a message in Discord waits for another version.
func isUnfinished(m *heard) bool {
	return m.Flags&discordgo.MessageFlagsLoading != 0 || m.Content != withoutMark(m.Content)
}

// withoutMark is a content without the line that says that more is to come.
func withoutMark(content string) string {
	at := strings.LastIndexByte(content, '\n') + 1
	if strings.HasPrefix(content[at:], unfinishedMark) {
		return content[:at]
	}
	return content
}

// noting is the message with a note below, in small print.
func (m message) noting(note string) message {
	m.content = strings.TrimRightFunc(withoutMark(m.content), unicode.IsSpace) + notePrefix + note
	return m
}

// maxNote is the room that is left in a message for a note, in characters.
const maxNote = 150

// notePrefix makes small print of a line.
const notePrefix = "\n-# "

// finished is the edit that ends an unfinished message: what it says stands, with m's
// words below.
func (m message) finished(now *heard) *discordgo.WebhookEdit {
	if now.Content == withoutMark(now.Content) {
		return m.edit()
	}
	return message{content: now.Content, keepsEmbeds: true}.noting(m.content).edit()
}

// noMentions lets nothing in a message ping anyone, whatever its text says.
func noMentions() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// edit is the body that makes a message of the bot's this one.
func (m message) edit() *discordgo.WebhookEdit {
	if m.keepsEmbeds {
		return &discordgo.WebhookEdit{Content: &m.content, AllowedMentions: noMentions()}
	}
	embeds := append([]*discordgo.MessageEmbed{}, m.embeds...) // none is not null
	components := append([]discordgo.MessageComponent{}, m.components...)
	return &discordgo.WebhookEdit{Content: &m.content, Embeds: &embeds, Components: &components, AllowedMentions: noMentions()}
}

// A post is a new message. Its nonce, which the library does not know,
// makes Discord post it once however often it is sent.
type post struct {
	discordgo.MessageSend
	Nonce        string `json:"nonce"` // at most 25 characters
	EnforceNonce bool   `json:"enforce_nonce"`
}

// post is the body of a new message, which nonce names among the bot's. It replies
// to another where there is a reference; when that is gone by then, it is refused.
func (m message) post(to *discordgo.MessageReference, nonce string) post {
	return post{
		MessageSend:  discordgo.MessageSend{Content: m.content, Embeds: m.embeds, Components: m.components, AllowedMentions: noMentions(), Reference: to},
		Nonce:        nonce,
		EnforceNonce: true,
	}
}
