package local

import (
	"encoding/json"
	"slices"
	"strings"
)

// A wireMessage is a message as clients get it.
type wireMessage struct {
	Message
	GuildID    string           `json:"guild_id,omitempty"` // in events only
	Member     map[string]any   `json:"member,omitempty"`   // in events only
	Reactions  []map[string]any `json:"reactions,omitempty"`
	Thread     map[string]any   `json:"thread,omitempty"`
	Metadata   map[string]any   `json:"interaction_metadata,omitempty"`
	Pinned     bool             `json:"pinned"`
	TTS        bool             `json:"tts"`
	Referenced **wireMessage    `json:"referenced_message,omitempty"` // null inside when it is gone
}

// wire is the message as a client with or without the Message Content intent
// gets it. Without it, text is left out but from DMs, from messages that
// mention the bot, and from its own.
func (s *Server) wire(m *Message, content bool) wireMessage {
	w := wireMessage{Message: s.linked(m)}
	mentioned := slices.ContainsFunc(m.Mentions, func(u User) bool { return u.ID == s.state.app.ID })
	inDM := s.state.channels[m.ChannelID].Type == ChannelDM
	if !content && !mentioned && !inDM && m.Author.ID != s.state.app.ID {
		w.Content, w.Embeds, w.Components, w.Attachments = "", []Embed{}, []json.RawMessage{}, []Attachment{}
	}
	for _, r := range m.Reactions {
		w.Reactions = append(w.Reactions, r.wire(s.state.app.ID))
	}
	if thread := s.state.channels[m.ID]; thread != nil && m.Flags&FlagHasThread != 0 {
		w.Thread = s.wireChannel(thread)
	}
	if i := s.state.interactions[m.InteractionID]; i != nil {
		w.Metadata = s.metadata(i)
		if i.ResponseID != m.ID && i.ResponseID != "" {
			w.Metadata["original_response_message_id"] = i.ResponseID
		}
	}
	if m.Reference != nil && m.Reference.MessageID != "" {
		var of *wireMessage
		if to := s.state.message(m.Reference.ChannelID, m.Reference.MessageID); to != nil {
			w := s.wire(to, content)
			w.Referenced = nil // Discord goes one step back only
			of = &w
		}
		w.Referenced = &of
	}
	return w
}

// linked is a copy of the message in which files have addresses that are valid
// now, and embeds are left out when they are suppressed. A file that an embed
// shows is not among the attachments. The rest it shares with the message.
func (s *Server) linked(m *Message) Message {
	w := *m
	w.Attachments, w.Embeds = []Attachment{}, []Embed{}
	byName := map[string]Attachment{}
	for _, a := range m.Attachments {
		byName[a.Filename] = s.signed(m.ChannelID, a)
	}
	used := map[string]bool{}
	resolve := func(link *string) {
		if name, ok := strings.CutPrefix(*link, attachmentScheme); ok && byName[name].ID != "" {
			*link, used[name] = byName[name].URL, true
		}
	}
	for _, e := range m.Embeds {
		e = e.clone()
		e.eachImage(resolve)
		if m.Flags&FlagSuppressEmbeds == 0 {
			w.Embeds = append(w.Embeds, e)
		}
	}
	for _, a := range m.Attachments {
		if !used[a.Filename] {
			w.Attachments = append(w.Attachments, s.signed(m.ChannelID, a))
		}
	}
	return w
}
