package discord

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// A reply is the bot's answer to one request, as it stands in Discord. Every
// request that it makes may be made again.
type reply interface {
	// acknowledge tells Discord that there will be one, for all to see or for who asked, or
	// in place of the message whose component was used.
	acknowledge(ctx context.Context, p plan) error
	// busy shows that the bot is at work until ctx ends.
	busy(ctx context.Context)
	// respond acknowledges with all that there will be.
	respond(ctx context.Context, r response) error
	// show makes m the reply, in place of what was.
	show(ctx context.Context, m message) error
	// makeUp makes m the reply, where another process left it undone. What is
	// finished stands.
	makeUp(ctx context.Context, m message) error
}

func (s *Server) replyTo(r ledger.Request) reply {
	after := &messageReply{server: s, request: r, posted: r.Reply}
	if r.Kind == ledger.CommandRequest {
		return &interactionReply{server: s, request: r, after: after}
	}
	return after
}

// A response is what an interaction is answered with at once. Only a message can
// also answer a message.
type response struct {
	message
	kind    discordgo.InteractionResponseType
	private bool
	modal   *discordgo.InteractionResponseData
}

// privately is a response that only who asked sees.
func privately(m message) response {
	return response{message: m, kind: discordgo.InteractionResponseChannelMessageWithSource, private: true}
}

// inPlace is a response that replaces the message whose component was used.
func inPlace(m message) response {
	return response{message: m, kind: discordgo.InteractionResponseUpdateMessage}
}

// body is the response as Discord takes it.
func (r response) body() discordgo.InteractionResponse {
	if r.modal != nil {
		return discordgo.InteractionResponse{Type: discordgo.InteractionResponseModal, Data: r.modal}
	}
	if r.kind == discordgo.InteractionResponseDeferredMessageUpdate {
		return discordgo.InteractionResponse{Type: r.kind}
	}
	data := &discordgo.InteractionResponseData{
		Content: r.content, Embeds: r.embeds, Components: r.components, AllowedMentions: noMentions(), Flags: flags(r.private),
	}
	if r.kind == discordgo.InteractionResponseUpdateMessage { // none is not null
		data.Embeds, data.Components = append([]*discordgo.MessageEmbed{}, r.embeds...), append([]discordgo.MessageComponent{}, r.components...)
	}
	return discordgo.InteractionResponse{Type: r.kind, Data: data}
}

func flags(private bool) discordgo.MessageFlags {
	if private {
		return discordgo.MessageFlagsEphemeral
	}
	return 0
}

// An interactionReply is the response to an interaction.
type interactionReply struct {
	server  *Server
	request ledger.Request
	private bool
	after   *messageReply // when the interaction's token does not hold any more
}

func (r *interactionReply) acknowledge(ctx context.Context, p plan) error {
	r.private = p.private
	if p.updates {
		return r.send(ctx, discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredMessageUpdate})
	}
	return r.send(ctx, discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseDeferredChannelMessageWithSource,
		Data: &discordgo.InteractionResponseData{Flags: flags(p.private)},
	})
}

// busy does nothing: Discord shows the bot thinking.
func (r *interactionReply) busy(context.Context) {}

func (r *interactionReply) respond(ctx context.Context, answer response) error {
	return r.send(ctx, answer.body())
}

func (r *interactionReply) send(ctx context.Context, response discordgo.InteractionResponse) error {
	err := r.server.acks.call(ctx, http.MethodPost, discordgo.EndpointInteractionResponse(r.request.ID, r.request.Token), response, nil)
	if isCode(err, discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged) {
		return nil // by an attempt whose answer got lost
	}
	return err
}

// show makes m the response while the interaction's token holds. Later m is posted in the
// channel, unless it is for one person alone.
func (r *interactionReply) show(ctx context.Context, m message) error {
	left := r.request.At.Add(ledger.TokenLife).Sub(r.server.now())
	if r.private || r.after.posted == "" && left > tokenReserve {
		within, cancel := context.WithTimeout(ctx, left)
		defer cancel()
		err := r.server.api.call(within, http.MethodPatch, r.original(), m.edit(), nil)
		if err == nil || refused(err) || ctx.Err() != nil || r.private {
			return err
		}
	}
	if r.request.Guild != "" { // where there are others
		m.content = quietMention(r.request.User) + "\n" + m.content
	}
	return r.after.show(ctx, m)
}

// tokenReserve is how long before its end a token is not relied on any more.
const tokenReserve = 5 * time.Second

// quietMention names a person. As no message of the bot's pings anyone, it does not either.
func quietMention(user string) string { return "<@" + user + ">" }

func (r *interactionReply) makeUp(ctx context.Context, m message) error {
	if r.after.posted != "" {
		return r.after.makeUp(ctx, m)
	}
	var now heard
	err := r.server.api.call(ctx, http.MethodGet, r.original(), nil, &now)
	if isStatus(err, http.StatusNotFound) {
		return nil // never acknowledged, or deleted
	}
	if err != nil || !isUnfinished(&now) {
		return err
	}
	return r.server.api.call(ctx, http.MethodPatch, r.original(), m.finished(&now), nil)
}

func (r *interactionReply) original() string {
	return discordgo.EndpointWebhookMessage(r.server.app, r.request.Token, "@original")
}

// A messageReply is a message of the bot's that replies to another.
type messageReply struct {
	server  *Server
	request ledger.Request
	posted  string // the reply's id, once it stands
	late    bool   // there may be one that nobody remembers
}

// acknowledge does nothing: Discord does not wait for replies to messages.
func (r *messageReply) acknowledge(context.Context, plan) error { return nil }

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
		err := r.server.api.call(withPatience(ctx, typingPatience), http.MethodPost, discordgo.EndpointChannelTyping(r.request.Channel), nil, nil)
		if refused(err) || !pause(ctx, typingPause) {
			return
		}
	}
}

func (r *messageReply) respond(ctx context.Context, answer response) error {
	return r.show(ctx, answer.message)
}

func (r *messageReply) show(ctx context.Context, m message) error {
	if r.posted == "" && r.late {
		if _, err := r.standing(ctx, r.request.At.Add(3*r.server.replyLimit)); err != nil {
			return err
		}
		r.late = false
	}
	if r.posted == "" {
		posted, err := r.post(ctx, m)
		if err != nil || same(posted, m) {
			return err
		}
	}
	return r.edit(ctx, m.edit())
}

func (r *messageReply) makeUp(ctx context.Context, m message) error {
	known := r.posted != ""
	now, err := r.standing(ctx, r.request.At.Add(patience))
	if known && isForbidden(err) {
		return nil // it may be finished: what cannot be read is not replaced
	}
	if err != nil {
		return err
	}
	if now == nil {
		if now, err = r.post(ctx, m); err != nil || same(now, m) {
			return err
		}
	}
	if !isUnfinished(now) {
		return nil
	}
	return r.edit(ctx, m.finished(now))
}

// post makes m a new message, unless there is one under its nonce: then that is
// what comes back, which may be another version. Where the bot may not read what was
// written before it cannot reply, and posts all the same.
func (r *messageReply) post(ctx context.Context, m message) (*heard, error) {
	address := discordgo.EndpointChannelMessages(r.request.Channel)
	var to *discordgo.MessageReference
	if r.request.Kind == ledger.MessageRequest && !r.server.unread.has(r.request.Channel) {
		to = &discordgo.MessageReference{MessageID: r.request.ID, ChannelID: r.request.Channel, GuildID: r.request.Guild}
	}
	var posted heard
	err := r.server.api.call(ctx, http.MethodPost, address, m.post(to, r.request.ID), &posted)
	if isCode(err, codeNoHistory) {
		r.server.unread.add(r.request.Channel)
		err = r.server.api.call(ctx, http.MethodPost, address, m.post(nil, r.request.ID), &posted)
	}
	if err != nil {
		return nil, err
	}
	r.posted = posted.ID
	if err := r.server.inbox.Replied(ctx, r.request.ID, posted.ID); err != nil { // it can be searched for
		r.server.log.Error("discord: noting a reply", "error", err)
	}
	return &posted, nil
}

func (r *messageReply) edit(ctx context.Context, body *discordgo.WebhookEdit) error {
	return r.server.api.call(ctx, http.MethodPatch, discordgo.EndpointChannelMessage(r.request.Channel, r.posted), body, nil)
}

// same reports whether a message stands as m. Discord trims what is posted.
func same(posted *heard, m message) bool {
	return strings.TrimSpace(posted.Content) == strings.TrimSpace(m.content)
}

// standing finds the reply as it is now; nil where there is none. If nobody knows its
// id, it is looked for among what was posted before a moment.
func (r *messageReply) standing(ctx context.Context, before time.Time) (*heard, error) {
	if r.posted != "" {
		var m heard
		err := r.server.api.call(ctx, http.MethodGet, discordgo.EndpointChannelMessage(r.request.Channel, r.posted), nil, &m)
		return &m, err
	}
	after, until := parseSnowflake(r.request.ID), firstAt(before)
	for after < until {
		page, err := r.server.api.messages(ctx, r.request.Channel, after)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			after = max(after, parseSnowflake(m.ID))
			if m.Author != nil && m.Author.ID == r.server.user && m.Reference != nil && m.Reference.MessageID == r.request.ID {
				r.posted = m.ID
				return m, nil
			}
		}
		if len(page) < pageSize {
			break
		}
	}
	return nil, nil
}
