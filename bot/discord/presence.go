package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"
)

// presencePause is how many looks into the inbox are between two at how many stories
// there are: Discord takes five presences in 20 seconds.
const presencePause = 20

// A presence is what Discord shows of the bot among the members, as the gateway takes it.
type presence struct {
	Since      *int                  `json:"since"` // null: it is not idle
	Activities []*discordgo.Activity `json:"activities"`
	Status     discordgo.Status      `json:"status"`
	AFK        bool                  `json:"afk"`
}

// watching is the presence of a bot that knows so many stories: "Watching 12 stories". All
// servers see the same, so it is in English.
func watching(stories string) *presence {
	return &presence{
		Activities: []*discordgo.Activity{{Name: stories, Type: discordgo.ActivityTypeWatching}},
		Status:     discordgo.StatusOnline,
	}
}

// keepPresent has Discord show, until ctx ends, how many stories the bot knows.
func (s *Server) keepPresent(ctx context.Context) {
	defer recovered(s.log)
	shown := -1
	for {
		if n, err := s.corpus.Size(ctx); err != nil {
			if ctx.Err() == nil {
				s.log.Warn("discord: counting the stories", "error", err)
			}
		} else if n != shown {
			s.connections.present(watching(s.texts.in().count("presence_stories", n)))
			shown = n
		}
		if !pause(ctx, presencePause*s.beatPause) {
			return
		}
	}
}

// present shows a presence, now and in the sessions to come.
func (g *gateway) present(p *presence) {
	g.presence.Store(p)
	if c := g.connected.Load(); c != nil {
		if err := c.write(opPresence, p); err != nil { // the next connection tells
			g.log.Debug("discord: showing the presence", "error", err)
		}
	}
}
