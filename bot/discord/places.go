package discord

import (
	"context"
	"slices"
	"sync"

	"github.com/bwmarrin/discordgo"
)

// Guilds are the servers that the bot is in, as the gateway tells of them, and the
// channels in them.
type guilds struct {
	mu      sync.Mutex
	all     map[string]guildFacts
	parents map[string]string // of a thread its channel's id, of any other channel ""
	people  map[string]string // what people read, by Discord's name, since they have used a command
}

type guildFacts struct {
	Name   string `json:"name"`
	Locale string `json:"preferred_locale"`
}

// A channelFacts is what is known of a channel.
type channelFacts struct {
	ID       string                `json:"id"`
	Type     discordgo.ChannelType `json:"type"`
	ParentID string                `json:"parent_id"`
}

// parent is the channel in which a thread is, "" for other channels.
func (c channelFacts) parent() string {
	switch c.Type {
	case discordgo.ChannelTypeGuildNewsThread, discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread:
		return c.ParentID
	}
	return ""
}

// guildEvent is a guild as the gateway tells of it.
type guildEvent struct {
	ID          string `json:"id"`
	Unavailable bool   `json:"unavailable"`
	guildFacts
	Channels []channelFacts `json:"channels"`
	Threads  []channelFacts `json:"threads"`
}

func newGuilds() *guilds {
	return &guilds{all: make(map[string]guildFacts), parents: make(map[string]string), people: make(map[string]string)}
}

func (g *guilds) enter(e guildEvent) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all[e.ID] = e.guildFacts
	for _, c := range slices.Concat(e.Channels, e.Threads) {
		g.parents[c.ID] = c.parent()
	}
}

// maxPeople bounds of how many people it is remembered what they read.
const maxPeople = 100_000

// reads notes what a person reads: only interactions tell.
func (g *guilds) reads(user, locale string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.people) >= maxPeople {
		clear(g.people)
	}
	g.people[user] = locale
}

// readBy is what a person reads; "" when it is not known.
func (g *guilds) readBy(user string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.people[user]
}

func (g *guilds) leave(guild string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.all, guild)
}

// locale is a guild's, "" when it is not known.
func (g *guilds) locale(guild string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all[guild].Locale
}

func (g *guilds) name(guild string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all[guild].Name
}

// names are the names of all guilds, by their ids.
func (g *guilds) names() map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	names := make(map[string]string, len(g.all))
	for id, facts := range g.all {
		names[id] = facts.Name
	}
	return names
}

// maxChannels bounds of how many channels the parents are known; of others Discord is
// asked.
const maxChannels = 1_000_000

func (g *guilds) channel(c channelFacts) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.parents) >= maxChannels {
		clear(g.parents)
	}
	g.parents[c.ID] = c.parent()
}

func (g *guilds) forgetChannel(channel string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.parents, channel)
}

func (g *guilds) parent(channel string) (parent string, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	parent, known = g.parents[channel]
	return parent, known
}

// parent is the channel in which a thread is, "" for other channels. Discord is asked
// when the gateway has not told.
func (s *Server) parent(ctx context.Context, channel string) (string, error) {
	if parent, known := s.guilds.parent(channel); known {
		return parent, nil
	}
	c, err := s.channel(ctx, channel)
	if err != nil {
		return "", err
	}
	facts := channelFacts{ID: c.ID, Type: c.Type, ParentID: c.ParentID}
	s.guilds.channel(facts)
	return facts.parent(), nil
}
