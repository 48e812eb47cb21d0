package discord

import (
	"context"
	"errors"
	"net/http"

	"github.com/bwmarrin/discordgo"
)

// sees reports whether a person is a member of a guild now, and may see a channel of it, or
// a thread; any where it is "". Everybody is a member of what is shared, "". It is never
// remembered, as isMember. Where the bot itself does not see the channel any more it cannot
// tell, and that is false too.
func (s *Server) sees(ctx context.Context, guild, channel, user string) (bool, error) {
	if guild == "" {
		return true, nil
	}
	if channel == "" {
		return s.isMember(ctx, guild, user)
	}
	bits, err := s.permissionsOf(ctx, guild, channel, user)
	if isGone(err) || isForbidden(err) {
		return false, nil
	}
	return err == nil && bits&discordgo.PermissionViewChannel != 0, err
}

// permissionsOf is what a member may do in a channel; in a thread what they may do in its
// channel, nothing when it is private and they are not in it.
func (s *Server) permissionsOf(ctx context.Context, guild, channel, user string) (int64, error) {
	c, err := s.channel(ctx, channel)
	if err != nil || c.GuildID != guild {
		return 0, err
	}
	if c.Type == discordgo.ChannelTypeGuildPrivateThread {
		if err := s.api.call(ctx, http.MethodGet, discordgo.EndpointThreadMember(channel, user), nil, nil); err != nil {
			return 0, err
		}
	}
	if c.IsThread() {
		if c, err = s.channel(ctx, c.ParentID); err != nil {
			return 0, err
		}
	}
	var of discordgo.Guild
	if err := s.api.call(ctx, http.MethodGet, discordgo.EndpointGuild(guild), nil, &of); err != nil {
		return 0, err
	}
	var who discordgo.Member
	if err := s.api.call(ctx, http.MethodGet, discordgo.EndpointGuildMember(guild, user), nil, &who); err != nil {
		return 0, err
	}
	return permissionsIn(&of, c, &who)
}

// permissionsIn computes what a member of a guild may do in a channel of it that is no
// thread: the library does from what it keeps of guilds.
func permissionsIn(guild *discordgo.Guild, c *discordgo.Channel, who *discordgo.Member) (int64, error) {
	who.GuildID, c.GuildID = guild.ID, guild.ID
	state := discordgo.NewState()
	if err := errors.Join(state.GuildAdd(guild), state.MemberAdd(who), state.ChannelAdd(c)); err != nil {
		return 0, err
	}
	return state.UserChannelPermissions(who.User.ID, c.ID)
}

// isGone reports whether a request was refused because what it is of does not exist, or not
// any more.
func isGone(err error) bool {
	for _, code := range []int{
		discordgo.ErrCodeUnknownMember, discordgo.ErrCodeUnknownUser, discordgo.ErrCodeUnknownGuild, discordgo.ErrCodeUnknownChannel,
	} {
		if isCode(err, code) {
			return true
		}
	}
	return false
}
