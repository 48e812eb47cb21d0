package discord

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// event starts the work that something in Discord asks for, and does not wait for any
// of it: others come behind.
func (s *Server) event(work context.Context, at shard, e *discordgo.Event) {
	switch e.Type {
	case "READY": // of a new session: the end of the last one may have been missed
		s.cursors.gap(at)
		s.mayHaveMissed()
	case "INTERACTION_CREATE":
		s.interact(work, e)
	case "MESSAGE_CREATE":
		s.take(work, func() {}, func() (exchange, bool) { return s.readMessage(e) })
	case "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE":
		s.noteGuild(e)
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE", "CHANNEL_DELETE", "THREAD_DELETE":
		s.noteChannel(e)
	case "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE":
		s.closed.clear()
		s.unread.clear()
	}
}

func (s *Server) noteGuild(e *discordgo.Event) {
	var g guildEvent
	switch {
	case !s.understands(e, &g):
	case e.Type != "GUILD_DELETE":
		s.guilds.enter(g)
	case !g.Unavailable: // the bot was taken out of it
		s.guilds.leave(g.ID)
	}
}

func (s *Server) noteChannel(e *discordgo.Event) {
	var c channelFacts
	switch {
	case !s.understands(e, &c):
		return
	case strings.HasSuffix(e.Type, "DELETE"):
		s.guilds.forgetChannel(c.ID)
	default:
		s.guilds.channel(c)
	}
	// Who mends a permission asks again at once.
	s.closed.remove(c.ID)
	s.unread.remove(c.ID)
}

// mayHaveMissed has the gaps be read.
func (s *Server) mayHaveMissed() {
	select {
	case s.missed <- struct{}{}:
	default:
	}
}

// interact serves an interaction. It counts as to be acknowledged from here on.
func (s *Server) interact(work context.Context, e *discordgo.Event) {
	acknowledged := s.acking.begin()
	taken := s.takes()
	s.spawn(s.log, func() {
		defer acknowledged()
		var i interaction
		if !s.understands(e, &i) {
			return
		}
		if i.Type == discordgo.InteractionApplicationCommandAutocomplete {
			s.suggest(&i)
			return
		}
		if x, ok := s.fromInteraction(&i); ok {
			s.cursors.follow(i.ChannelID, i.GuildID, parseSnowflake(i.ID))
			s.serve(work, x, taken, acknowledged)
		}
	})
}

func (s *Server) readMessage(e *discordgo.Event) (exchange, bool) {
	var m heard
	if !s.understands(e, &m) {
		return exchange{}, false
	}
	return s.hear(&m)
}

// understands reads an event's data. What cannot be read is logged.
func (s *Server) understands(e *discordgo.Event, v any) bool {
	err := decode(e, v)
	if err != nil {
		s.log.Error("discord: reading an event", "error", err)
	}
	return err == nil
}

// hear is the exchange that a message opens, if it does, which came or was found later.
func (s *Server) hear(m *heard) (exchange, bool) {
	x, ok := s.fromMessage(m)
	s.cursors.saw(m, ok)
	return x, ok
}

// take serves an exchange, if there is one; acknowledged is called once Discord has
// heard of it, or need not. After the stop people are only told.
func (s *Server) take(work context.Context, acknowledged func(), find func() (exchange, bool)) {
	taken := s.takes()
	s.spawn(s.log, func() {
		defer acknowledged()
		if x, ok := find(); ok {
			s.serve(work, x, taken, acknowledged)
		}
	})
}

// takes reports whether new questions are answered: after the stop they are not.
func (s *Server) takes() bool {
	select {
	case <-s.stopping:
		return false
	default:
		return true
	}
}

// spawn does a part of the work, for which a stop waits.
func (s *Server) spawn(log *slog.Logger, do func()) {
	ended := s.work.begin()
	go func() {
		defer ended()
		defer recovered(log)
		do()
	}()
}

// recovered logs a panic, whose goroutine then ends.
func recovered(log *slog.Logger) {
	if p := recover(); p != nil {
		logPanic(log, p)
	}
}

func logPanic(log *slog.Logger, p any) {
	log.Error("discord: panic", "panic", p, "stack", string(debug.Stack()))
}
