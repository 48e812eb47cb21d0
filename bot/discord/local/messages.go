package local

import (
	"encoding/json"
	"slices"
)

// A messageForm is the body of a new message, an edit, a response or a
// follow-up. A field that is absent or null is nil.
type messageForm struct {
	Content         *string            `json:"content"`
	Embeds          *[]Embed           `json:"embeds"`
	Components      *[]json.RawMessage `json:"components"`
	AllowedMentions *AllowedMentions   `json:"allowed_mentions"`
	Reference       *Reference         `json:"message_reference"`
	Nonce           any                `json:"nonce"`
	EnforceNonce    bool               `json:"enforce_nonce"`
	Flags           int                `json:"flags"`
}

// apply checks the form and writes it into m. m is left alone on an error.
func (st *state) apply(mf messageForm, m *Message) error {
	var f form
	next := *m
	if mf.Content != nil {
		next.Content = *mf.Content
	}
	if mf.Embeds != nil {
		next.Embeds = slices.Clone(*mf.Embeds)
	}
	if mf.Components != nil {
		next.Components = *mf.Components
	}
	f.length("content", next.Content, 0, maxContent)
	f.embeds(next.Embeds)
	f.components(next.Components)
	f.mentions(mf.AllowedMentions)
	if err := f.err(); err != nil {
		return err
	}
	if next.Content == "" && len(next.Embeds) == 0 && len(next.Components) == 0 {
		return errEmptyMessage
	}
	for i := range next.Embeds {
		next.Embeds[i].Type = "rich"
	}
	st.setMentions(&next, mf.AllowedMentions)
	*m = next
	return nil
}

// newMessage is an empty message of the bot's.
func (st *state) newMessage(channel string) Message {
	return Message{
		ChannelID: channel, Author: st.app, Embeds: []Embed{}, Components: []json.RawMessage{},
		Mentions: []User{}, MentionRoles: []string{},
	}
}

// A wireMessage is a message as clients get it.
type wireMessage struct {
	Message
	GuildID     string         `json:"guild_id,omitempty"` // in events only
	Member      map[string]any `json:"member,omitempty"`   // in events only
	Attachments []any          `json:"attachments"`
	Pinned      bool           `json:"pinned"`
	TTS         bool           `json:"tts"`
	Referenced  *wireMessage   `json:"referenced_message,omitempty"`
}

// wire is the message as a client with or without the Message Content intent
// gets it. Without it, text is left out but from DMs, from messages that
// mention the bot, and from its own.
func (s *Server) wire(m *Message, content bool) wireMessage {
	w := wireMessage{Message: *m, Attachments: []any{}}
	mentioned := slices.ContainsFunc(m.Mentions, func(u User) bool { return u.ID == s.state.app.ID })
	inDM := s.state.channels[m.ChannelID].Type == ChannelDM
	if !content && !mentioned && !inDM && m.Author.ID != s.state.app.ID {
		w.Content, w.Embeds, w.Components = "", []Embed{}, []json.RawMessage{}
	}
	if m.Reference != nil {
		if to := s.state.message(m.ChannelID, m.Reference.MessageID); to != nil {
			of := s.wire(to, content)
			of.Referenced = nil // Discord goes one step back only
			w.Referenced = &of
		}
	}
	return w
}

// announce sends MESSAGE_CREATE or MESSAGE_UPDATE. Ephemeral messages are
// between Discord and one person. s.mu is held.
func (s *Server) announce(event string, m *Message) {
	if m.Flags&FlagEphemeral != 0 {
		return
	}
	guild := s.state.channels[m.ChannelID].GuildID
	s.dispatch(event, messageIntent(guild), func(content bool) any {
		w := s.wire(m, content)
		if w.GuildID = guild; guild != "" {
			w.Member = member(nil)
		}
		return w
	})
}

// messageIntent is the intent for messages in a guild, or in a DM.
func messageIntent(guild string) int {
	if guild == "" {
		return intentDirectMessages
	}
	return intentGuildMessages
}

// delete forgets a message and tells the bot. s.mu is held.
func (s *Server) delete(m *Message) {
	s.state.remove(m)
	guild := s.state.channels[m.ChannelID].GuildID
	event := map[string]any{"id": m.ID, "channel_id": m.ChannelID}
	if guild != "" {
		event["guild_id"] = guild
	}
	s.dispatch("MESSAGE_DELETE", messageIntent(guild), func(bool) any { return event })
}

// edit changes a message and keeps what it was.
func (s *Server) edit(m *Message, mf messageForm) error {
	before := *m
	before.Edits = nil
	if err := s.state.apply(mf, m); err != nil {
		return err
	}
	now := s.state.now().UTC()
	m.EditedTimestamp = &now
	m.Flags &^= FlagLoading
	m.Edits = append(m.Edits, before)
	s.announce("MESSAGE_UPDATE", m)
	return nil
}
