package discord

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// A permission is a bit of Discord's.
type permission struct {
	bit  int64
	name string // the key of its name in Discord's settings
}

// permissions are all that the bot has to have, in the order of Discord's settings. The
// invite link asks for them, for no more.
func permissions() []permission {
	return []permission{
		{discordgo.PermissionViewChannel, "permission_view_channel"},
		{discordgo.PermissionSendMessages, "permission_send_messages"},
		{discordgo.PermissionSendMessagesInThreads, "permission_send_in_threads"},
		{discordgo.PermissionReadMessageHistory, "permission_read_history"},
	}
}

// needed are the permissions that a reply takes.
func needed(inThread bool) []permission {
	other := int64(discordgo.PermissionSendMessagesInThreads)
	if inThread {
		other = discordgo.PermissionSendMessages
	}
	return slices.DeleteFunc(permissions(), func(p permission) bool { return p.bit == other })
}

// InviteLink is where a moderator adds an application's bot to a server, with exactly the
// permissions that it needs. Who is there already is given what it lacks.
func InviteLink(application string) string {
	var bits int64
	for _, p := range permissions() {
		bits |= p.bit
	}
	return "https://discord.com/oauth2/authorize?client_id=" + url.QueryEscape(application) +
		"&scope=bot+applications.commands&permissions=" + strconv.FormatInt(bits, 10)
}

// setLife is how long it is believed that the bot lacks a permission in a channel. Every
// request that Discord refuses for that counts towards a ban, of 10,000 in 10 minutes.
const setLife = time.Minute

// A channelSet has the channels in which the bot lacks a permission.
type channelSet struct {
	mu    sync.Mutex
	until map[string]time.Time // by channel
}

func newChannelSet() *channelSet { return &channelSet{until: make(map[string]time.Time)} }

func (c *channelSet) add(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.until, func(_ string, until time.Time) bool { return time.Now().After(until) })
	c.until[channel] = time.Now().Add(setLife)
}

func (c *channelSet) has(channel string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.until[channel])
}

func (c *channelSet) remove(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.until, channel)
}

// clear is for when permissions may have changed.
func (c *channelSet) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.until)
}

// tellOwner tells a guild's owner, once for each channel, that the bot was asked
// there and may not answer. Who asked cannot be told.
func (s *Server) tellOwner(r ledger.Request) {
	if r.Guild == "" || r.Kind != ledger.MessageRequest {
		return
	}
	ctx, cancel := context.WithTimeout(s.talk, s.replyLimit)
	defer cancel()
	log := s.log.With("guild", r.Guild, "channel", r.Channel)
	told := "forbidden in " + r.Channel
	first, err := s.inbox.Once(ctx, told)
	if err == nil && first {
		err = s.writeToOwner(ctx, r)
		if err != nil && !refused(err) {
			err = errors.Join(err, s.inbox.Forget(ctx, told))
		}
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
	say := s.texts.in(guild.PreferredLocale)
	missing := say.say("owner_missing_unknown")
	if names := s.missing(ctx, say, &guild, r.Channel); len(names) > 0 {
		missing = strings.Join(names, ", ")
	}
	var dm discordgo.Channel
	to := map[string]string{"recipient_id": guild.OwnerID}
	if err := s.api.call(ctx, http.MethodPost, discordgo.EndpointUserChannels("@me"), to, &dm); err != nil {
		return err
	}
	m := message{content: say.say("owner_forbidden", "Channel", "<#"+r.Channel+">", "Server", escape(guild.Name), "Missing", missing)}
	err := s.api.call(ctx, http.MethodPost, discordgo.EndpointChannelMessages(dm.ID), m.post(nil, "f"+r.Channel), nil)
	if refused(err) && guild.SystemChannelID != "" && guild.SystemChannelID != r.Channel { // the owner takes no messages
		err = s.api.call(ctx, http.MethodPost, discordgo.EndpointChannelMessages(guild.SystemChannelID), m.post(nil, "f"+r.Channel), nil)
	}
	return err
}

// missing names the permissions that the bot lacks in a channel; none when that
// cannot be found out.
func (s *Server) missing(ctx context.Context, say *phrases, guild *discordgo.Guild, channel string) []string {
	c, err := s.channel(ctx, channel)
	if isForbidden(err) {
		return []string{say.say(needed(false)[0].name)}
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
	has, err := permissionsIn(guild, c, &me)
	if err != nil {
		return nil
	}
	var names []string
	for _, p := range needed(inThread) {
		if has&p.bit == 0 {
			names = append(names, say.say(p.name))
		}
	}
	return names
}

func (s *Server) channel(ctx context.Context, id string) (*discordgo.Channel, error) {
	var c discordgo.Channel
	err := s.api.call(ctx, http.MethodGet, discordgo.EndpointChannel(id), nil, &c)
	return &c, err
}
