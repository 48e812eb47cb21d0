package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// A permission is a bit of Discord's, with its name in Discord's settings.
type permission struct {
	bit  int64
	name string
}

// needed are the permissions that a reply takes.
func needed(inThread bool) []permission {
	send := permission{discordgo.PermissionSendMessages, "Send Messages"}
	if inThread {
		send = permission{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads"}
	}
	return []permission{
		{discordgo.PermissionViewChannel, "View Channel"}, send,
		{discordgo.PermissionEmbedLinks, "Embed Links"},
		{discordgo.PermissionReadMessageHistory, "Read Message History"},
	}
}

// isForbidden reports whether the bot lacks a permission.
func isForbidden(err error) bool { return isStatus(err, http.StatusForbidden) }

// tellOwner tells a guild's owner, once for each channel, that the bot was asked
// there and may not answer. Who asked cannot be told.
func (s *Server) tellOwner(ctx context.Context, r ledger.Request, cause error) {
	if r.Guild == "" || r.Kind != ledger.MessageRequest || !isForbidden(cause) {
		return
	}
	log := s.log.With("guild", r.Guild, "channel", r.Channel)
	first, err := s.inbox.Once(ctx, "forbidden in "+r.Channel)
	if err == nil && first {
		err = s.writeToOwner(ctx, r)
	}
	if err != nil {
		log.Warn("discord: telling the owner of a missing permission", "error", err)
	}
}

func (s *Server) writeToOwner(ctx context.Context, r ledger.Request) error {
	var guild discordgo.Guild
	if err := s.api.call(ctx, http.MethodGet, discordgo.EndpointGuild(r.Guild), nil, &guild); err != nil {
		return err
	}
	missing := "a permission that it needs"
	if names := s.missing(ctx, &guild, r.Channel); len(names) > 0 {
		missing = strings.Join(names, ", ")
	}
	var dm discordgo.Channel
	to := map[string]string{"recipient_id": guild.OwnerID}
	if err := s.api.call(ctx, http.MethodPost, discordgo.EndpointUserChannels("@me"), to, &dm); err != nil {
		return err
	}
	m := message{content: fmt.Sprintf("Somebody asked me a question in <#%s> of your server %s, and I may not answer there. "+
		"In that channel's settings, under Permissions, my role lacks: %s. (You are told this once.)", r.Channel, escape(guild.Name), missing)}
	return s.api.call(ctx, http.MethodPost, discordgo.EndpointChannelMessages(dm.ID), m.post(nil, "f"+r.Channel), nil)
}

// missing names the permissions that the bot lacks in a channel; none when that
// cannot be found out.
func (s *Server) missing(ctx context.Context, guild *discordgo.Guild, channel string) []string {
	c, err := s.channel(ctx, channel)
	if isForbidden(err) {
		return []string{needed(false)[0].name}
	}
	inThread := err == nil && c.IsThread()
	if inThread { // it has its parent's permissions
		c, err = s.channel(ctx, c.ParentID)
	}
	if err != nil {
		return nil
	}
	var me discordgo.Member
	if s.api.call(ctx, http.MethodGet, discordgo.EndpointGuildMember(guild.ID, s.user), nil, &me) != nil {
		return nil
	}
	// The library computes permissions from what it keeps of guilds.
	me.GuildID, c.GuildID = guild.ID, guild.ID
	state := discordgo.NewState()
	if errors.Join(state.GuildAdd(guild), state.MemberAdd(&me), state.ChannelAdd(c)) != nil {
		return nil
	}
	has, err := state.UserChannelPermissions(s.user, c.ID)
	if err != nil {
		return nil
	}
	var names []string
	for _, p := range needed(inThread) {
		if has&p.bit == 0 {
			names = append(names, p.name)
		}
	}
	return names
}

func (s *Server) channel(ctx context.Context, id string) (*discordgo.Channel, error) {
	var c discordgo.Channel
	err := s.api.call(ctx, http.MethodGet, discordgo.EndpointChannel(id), nil, &c)
	return &c, err
}
