package discord

import (
	"context"
	"log/slog"
	"runtime/debug"

	"github.com/bwmarrin/discordgo"
)

// event starts the work that something in Discord asks for, and does not wait for any
// of it: others come behind.
func (s *Server) event(work context.Context, e *discordgo.Event) {
	switch e.Type {
	case "READY": // of a new session: the end of the last one may have been missed
		s.cursors.gap()
		s.mayHaveMissed()
	case "INTERACTION_CREATE":
		s.take(work, s.acking.begin(), func() (exchange, bool) { return s.readInteraction(e) })
	case "MESSAGE_CREATE":
		s.take(work, func() {}, func() (exchange, bool) { return s.readMessage(e) })
	case "CHANNEL_UPDATE", "THREAD_UPDATE": // who mends a permission asks again at once
		var channel struct{ ID string }
		if s.understands(e, &channel) {
			s.closed.remove(channel.ID)
			s.unread.remove(channel.ID)
		}
	case "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE":
		s.closed.clear()
		s.unread.clear()
	}
}

// mayHaveMissed has the gaps be read.
func (s *Server) mayHaveMissed() {
	select {
	case s.missed <- struct{}{}:
	default:
	}
}

func (s *Server) readInteraction(e *discordgo.Event) (exchange, bool) {
	var i discordgo.Interaction
	if !s.understands(e, &i) {
		return exchange{}, false
	}
	x, ok := s.fromInteraction(&i)
	if ok {
		s.cursors.follow(i.ChannelID, i.GuildID, parseSnowflake(i.ID))
	}
	return x, ok
}

func (s *Server) readMessage(e *discordgo.Event) (exchange, bool) {
	var m discordgo.Message
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
func (s *Server) hear(m *discordgo.Message) (exchange, bool) {
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
