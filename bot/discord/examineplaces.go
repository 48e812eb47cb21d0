package discord

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// A Place is a channel or thread in which the bot is to work, or may be.
type Place struct {
	ID      string
	Name    string   // "" where Discord does not tell
	Setting string   // that names it: channels, auto or audit_channel; "" when none does
	Missing []string // permissions that the bot lacks there, by Discord's English names
	Hidden  bool     // the bot does not see it
	Private bool     // nor does everyone else: it may well be meant so
	Gone    bool     // it was deleted, or was never the guild's
}

// Places are the channels of a guild that its settings name, and where they do not say in
// which ones the bot answers, all others in which people write too. The bot has to be in
// the guild.
func (e *Examiner) Places(ctx context.Context, guild string, settings ledger.Settings) ([]Place, error) {
	var of discordgo.Guild
	if err := e.api.call(ctx, http.MethodGet, discordgo.EndpointGuild(guild), nil, &of); err != nil {
		return nil, err
	}
	var me discordgo.Member
	if err := e.api.call(ctx, http.MethodGet, discordgo.EndpointGuildMember(guild, e.self.User), nil, &me); err != nil {
		return nil, err
	}
	var channels []*discordgo.Channel
	if err := e.api.call(ctx, http.MethodGet, discordgo.EndpointGuildChannels(guild), nil, &channels); err != nil {
		return nil, err
	}
	byID := make(map[string]*discordgo.Channel)
	for _, c := range channels {
		byID[c.ID] = c
	}

	var places []Place
	for _, n := range namedBy(settings) {
		place, err := e.named(ctx, n, &of, byID, &me)
		if err != nil {
			return nil, err
		}
		places = append(places, place)
	}
	if len(settings.Channels) > 0 {
		return places, nil
	}
	slices.SortFunc(channels, func(a, b *discordgo.Channel) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(parseSnowflake(a.ID), parseSnowflake(b.ID)))
	})
	for _, c := range channels {
		if !writable(c) || slices.ContainsFunc(places, func(p Place) bool { return p.ID == c.ID }) {
			continue
		}
		place, err := e.place(Place{ID: c.ID, Name: c.Name}, neededIn(c), &of, c, &me)
		if err != nil {
			return nil, err
		}
		places = append(places, place)
	}
	return places, nil
}

// namedBy are the channels that settings name, each once.
func namedBy(s ledger.Settings) (named []Place) {
	add := func(setting string, ids ...string) {
		for _, id := range ids {
			if id != "" && !slices.ContainsFunc(named, func(p Place) bool { return p.ID == id }) {
				named = append(named, Place{ID: id, Setting: setting})
			}
		}
	}
	add("channels", s.Channels...)
	add("auto", s.Auto...)
	add("audit_channel", s.AuditChannel)
	return named
}

// named fills in a place that a setting names, which may be a thread.
func (e *Examiner) named(ctx context.Context, p Place, guild *discordgo.Guild, channels map[string]*discordgo.Channel, me *discordgo.Member) (Place, error) {
	if c := channels[p.ID]; c != nil {
		p.Name = c.Name
		return e.place(p, neededIn(c), guild, c, me)
	}
	var thread discordgo.Channel
	err := e.api.call(ctx, http.MethodGet, discordgo.EndpointChannel(p.ID), nil, &thread)
	switch {
	case isForbidden(err):
		return e.withoutSight(p), nil
	case isGone(err) || err == nil && thread.GuildID != guild.ID:
		p.Gone = true
		return p, nil
	case err != nil:
		return p, err
	}
	p.Name = thread.Name
	parent := channels[thread.ParentID]
	if parent == nil {
		p.Gone = true
		return p, nil
	}
	return e.place(p, needed(true), guild, parent, me)
}

// place compares what the bot may do in a channel with what it needs there.
func (e *Examiner) place(p Place, need []permission, guild *discordgo.Guild, c *discordgo.Channel, me *discordgo.Member) (Place, error) {
	has, err := permissionsIn(guild, c, me)
	if err != nil {
		return p, err
	}
	if has&discordgo.PermissionViewChannel == 0 {
		stranger := &discordgo.Member{User: &discordgo.User{ID: "0"}} // has what everyone has
		others, err := permissionsIn(guild, c, stranger)
		p.Private = others&discordgo.PermissionViewChannel == 0
		return e.withoutSight(p), err
	}
	for _, n := range need {
		if has&n.bit == 0 {
			p.Missing = append(p.Missing, e.texts.english.say(n.name))
		}
	}
	return p, nil
}

// withoutSight is a place that the bot does not see: what else it lacks there is told once
// it does.
func (e *Examiner) withoutSight(p Place) Place {
	p.Hidden, p.Missing = true, []string{e.texts.english.say(permissions()[0].name)}
	return p
}

// neededIn are the permissions that the bot needs in a channel, its threads included.
func neededIn(c *discordgo.Channel) []permission {
	switch c.Type {
	case discordgo.ChannelTypeGuildForum, discordgo.ChannelTypeGuildMedia:
		return needed(true)
	case discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews:
		return permissions()
	}
	return needed(false)
}

// writable reports whether a channel is one in which people mostly write.
func writable(c *discordgo.Channel) bool {
	switch c.Type {
	case discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildForum, discordgo.ChannelTypeGuildMedia:
		return true
	}
	return false
}
