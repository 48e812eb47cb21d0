package discord

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// A reply is the bot's answer to one request, as it stands in Discord. Every
// request that it makes may be made again.
type reply interface {
	// acknowledge tells Discord that there will be one.
	acknowledge(ctx context.Context) error
	// busy shows that the bot is at work until ctx ends.
	busy(ctx context.Context)
	// decline acknowledges with all that there will be.
	decline(ctx context.Context, m message) error
	// show makes m the reply, in place of what was.
	show(ctx context.Context, m message) error
	// standing finds what the reply is now, perhaps by another process; nil where
	// there is none yet.
	standing(ctx context.Context) (*discordgo.Message, error)
}

func (s *Server) replyTo(r ledger.Request) reply {
	if r.Kind == ledger.CommandRequest {
		return &interactionReply{s.api, s.acks, s.app, r.ID, r.Token}
	}
	return &messageReply{api: s.api, bot: s.user, guild: r.Guild, channel: r.Channel, to: r.ID}
}

// An interactionReply is the response to an interaction.
type interactionReply struct {
	api, acks      *client
	app, id, token string
}

func (r *interactionReply) acknowledge(ctx context.Context) error {
	return r.respond(ctx, discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource})
}

// busy does nothing: Discord shows the bot thinking.
func (r *interactionReply) busy(context.Context) {}

func (r *interactionReply) decline(ctx context.Context, m message) error {
	return r.respond(ctx, discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseChannelMessageWithSource,
		Data: &discordgo.InteractionResponseData{Content: m.content, Embeds: m.embeds, AllowedMentions: noMentions()},
	})
}

func (r *interactionReply) respond(ctx context.Context, response discordgo.InteractionResponse) error {
	err := r.acks.call(ctx, http.MethodPost, discordgo.EndpointInteractionResponse(r.id, r.token), response, nil)
	if isCode(err, discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged) {
		return nil // by an attempt whose answer got lost
	}
	return err
}

func (r *interactionReply) show(ctx context.Context, m message) error {
	return r.api.call(ctx, http.MethodPatch, r.original(), m.edit(), nil)
}

func (r *interactionReply) standing(ctx context.Context) (*discordgo.Message, error) {
	var m discordgo.Message
	err := r.api.call(ctx, http.MethodGet, r.original(), nil, &m)
	return &m, err
}

func (r *interactionReply) original() string {
	return discordgo.EndpointWebhookMessage(r.app, r.token, "@original")
}

// A messageReply is a message of the bot's that replies to another.
type messageReply struct {
	api                     *client
	bot, guild, channel, to string
	posted                  string // its id, once it stands
}

// acknowledge does nothing: Discord does not wait for replies to messages.
func (r *messageReply) acknowledge(context.Context) error { return nil }

const (
	// typingPause is a little less than Discord shows somebody typing for: 10 seconds.
	typingPause = 8 * time.Second
	// typingPatience is how long that is worth waiting for: in a rush the rate is
	// for replies.
	typingPatience = 100 * time.Millisecond
)

// busy shows the bot typing. That it cannot be shown is no error.
func (r *messageReply) busy(ctx context.Context) {
	for {
		r.api.call(withPatience(ctx, typingPatience), http.MethodPost, discordgo.EndpointChannelTyping(r.channel), nil, nil)
		if !pause(ctx, typingPause) {
			return
		}
	}
}

func (r *messageReply) decline(ctx context.Context, m message) error { return r.show(ctx, m) }

// show posts the reply, or edits it. The nonce makes Discord answer a repeated post
// with the message that stands already, which may be an earlier version.
func (r *messageReply) show(ctx context.Context, m message) error {
	if r.posted == "" {
		body := m.post(&discordgo.MessageReference{MessageID: r.to, ChannelID: r.channel, GuildID: r.guild}, r.to)
		var posted discordgo.Message
		if err := r.api.call(ctx, http.MethodPost, discordgo.EndpointChannelMessages(r.channel), body, &posted); err != nil {
			return err
		}
		r.posted = posted.ID
		if strings.TrimSpace(posted.Content) == strings.TrimSpace(m.content) { // Discord trims
			return nil
		}
	}
	return r.api.call(ctx, http.MethodPatch, discordgo.EndpointChannelMessage(r.channel, r.posted), m.edit(), nil)
}

func (r *messageReply) standing(ctx context.Context) (*discordgo.Message, error) {
	var after []*discordgo.Message
	address := discordgo.EndpointChannelMessages(r.channel) + "?" + url.Values{"after": {r.to}, "limit": {"100"}}.Encode()
	if err := r.api.call(ctx, http.MethodGet, address, nil, &after); err != nil {
		return nil, err
	}
	for _, m := range after {
		if m.Author != nil && m.Author.ID == r.bot && m.MessageReference != nil && m.MessageReference.MessageID == r.to {
			r.posted = m.ID
			return m, nil
		}
	}
	return nil, nil
}
