package local

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Message flags.
const (
	FlagSuppressEmbeds        = 1 << 2
	FlagHasThread             = 1 << 5  // a thread with the message's id was started from it
	FlagEphemeral             = 1 << 6  // seen only by the person who asked
	FlagLoading               = 1 << 7  // "… is thinking": deferred, not answered yet
	FlagSuppressNotifications = 1 << 12 // "@silent"
	flagComponentsV2          = 1 << 15 // refused here
)

// Message types.
const (
	TypeDefault       = 0
	TypeThreadCreated = 18 // the note in the parent channel
	TypeReply         = 19
	TypeCommand       = 20 // the response to a slash command
	TypeThreadStarter = 21 // a thread's first, which points to the message it was started from
	TypeMenuCommand   = 23 // the response to a context menu's command
)

// A Message is one message as it stands now. Its mentions are those that
// ping: what the content names and its allowed mentions let through.
type Message struct {
	ID              string            `json:"id"`
	Type            int               `json:"type"`
	ChannelID       string            `json:"channel_id"`
	Author          User              `json:"author"`
	Content         string            `json:"content"`
	Embeds          []Embed           `json:"embeds"`
	Attachments     []Attachment      `json:"attachments"`
	Components      []json.RawMessage `json:"components"` // rows, each with the fields of Component
	Mentions        []User            `json:"mentions"`
	MentionRoles    []string          `json:"mention_roles"`
	MentionEveryone bool              `json:"mention_everyone"`
	Timestamp       time.Time         `json:"timestamp"`
	EditedTimestamp *time.Time        `json:"edited_timestamp"`
	Flags           int               `json:"flags"`
	Reference       *Reference        `json:"message_reference,omitempty"`
	ApplicationID   string            `json:"application_id,omitempty"`
	Nonce           any               `json:"nonce,omitempty"` // string or json.Number
	Reactions       []Reaction        `json:"-"`
	InteractionID   string            `json:"-"` // that it is a response to, or a follow-up of
	SeenBy          string            `json:"-"` // the person that an ephemeral message is for
	Edits           []Message         `json:"-"` // as it was before, oldest first
}

// A Reference names the message that another replies to.
type Reference struct {
	Type            int    `json:"type"` // 0; forwards are not supported
	MessageID       string `json:"message_id,omitempty"`
	ChannelID       string `json:"channel_id,omitempty"`
	GuildID         string `json:"guild_id,omitempty"`
	FailIfNotExists *bool  `json:"fail_if_not_exists,omitempty"` // true when absent
}

// A messageForm is the body of a new message, an edit, a response or a
// follow-up. A field that is absent or null is nil; a content that is null
// is empty, which an edit makes the message too.
type messageForm struct {
	Content         *string            `json:"content"`
	Embeds          *[]Embed           `json:"embeds"`
	Components      *[]json.RawMessage `json:"components"`
	AllowedMentions *AllowedMentions   `json:"allowed_mentions"`
	Reference       *Reference         `json:"message_reference"`
	Nonce           json.RawMessage    `json:"nonce"`
	EnforceNonce    bool               `json:"enforce_nonce"`
	Flags           int                `json:"flags"`
	FlagsGiven      *int               `json:"-"` // Flags, when the body has them
	Attachments     *[]attachmentForm  `json:"attachments"`

	files   []upload
	forPost bool // the first message of a forum post
}

// UnmarshalJSON also notes whether there are flags, and a content that is
// null.
func (mf *messageForm) UnmarshalJSON(body []byte) error {
	type plain messageForm
	var given struct {
		Flags   *int            `json:"flags"`
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(body, (*plain)(mf)); err != nil {
		return err
	}
	if err := json.Unmarshal(body, &given); err != nil {
		return err
	}
	if mf.FlagsGiven = given.Flags; string(given.Content) == "null" {
		mf.Content = new(string)
	}
	return nil
}

// apply checks the form and writes it into m. m is left alone on an error.
// Mentions are worked out anew when the content is.
func (st *state) apply(mf messageForm, m *Message, usual AllowedMentions) error {
	var f form
	next := *m
	if mf.Content != nil {
		next.Content = *mf.Content
	}
	if mf.Embeds != nil {
		next.Embeds = trimmed(*mf.Embeds)
	}
	if mf.Components != nil {
		next.Components = f.messageComponents(*mf.Components)
	}
	if mf.Flags&flagComponentsV2 != 0 {
		f.fail("flags", "UNSUPPORTED", "The local Discord does not support components v2.")
	}
	f.length("content", next.Content, 0, maxContent)
	f.embeds(next.Embeds)
	f.mentions(mf.AllowedMentions)
	attached, stored := st.attach(&f, mf, next)
	if err := f.err(); err != nil {
		return err
	}
	if err := tooLarge(mf.files, len(attached)); err != nil {
		return err
	}
	next.Attachments = attached
	if strings.TrimSpace(next.Content) == "" && len(next.Embeds) == 0 && len(next.Components) == 0 && len(attached) == 0 {
		return errEmptyMessage
	}
	for i := range next.Embeds {
		next.Embeds[i].Type = "rich"
	}
	if mf.Content != nil || m.ID == "" {
		if mf.AllowedMentions != nil {
			usual = *mf.AllowedMentions
		}
		st.setMentions(&next, usual)
	}
	for id, file := range stored {
		st.files[id] = file
	}
	for _, a := range m.Attachments {
		if !slices.ContainsFunc(attached, func(kept Attachment) bool { return kept.ID == a.ID }) {
			delete(st.files, a.ID)
		}
	}
	*m = next
	return nil
}

// newMessage is an empty message of the bot's.
func (st *state) newMessage(channel string) Message {
	return Message{
		ChannelID: channel, Author: st.app, Embeds: []Embed{}, Components: []json.RawMessage{},
		Attachments: []Attachment{}, Mentions: []User{}, MentionRoles: []string{},
	}
}

// announce sends MESSAGE_CREATE or MESSAGE_UPDATE. Ephemeral messages are
// between Discord and one person. s.mu is held.
func (s *Server) announce(event string, m *Message) {
	if m.Flags&FlagEphemeral != 0 {
		s.touch()
		return
	}
	c := s.state.channels[m.ChannelID]
	s.tell(c, event, messageIntent(c.GuildID), func(content bool) any {
		w := s.wire(m, content)
		if g := s.state.guild(c.GuildID); g != nil {
			w.GuildID = c.GuildID
			if author := g.member(m.Author.ID); author != nil {
				w.Member = author.wire(false)
			}
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
	c := s.state.channels[m.ChannelID]
	event := map[string]any{"id": m.ID, "channel_id": m.ChannelID}
	if c.GuildID != "" {
		event["guild_id"] = c.GuildID
	}
	if m.Flags&FlagEphemeral != 0 {
		s.touch()
		return
	}
	s.tell(c, "MESSAGE_DELETE", messageIntent(c.GuildID), func(bool) any { return event })
}

// edit changes a message and keeps what it was. Of its flags only whether
// embeds are shown can be changed.
func (s *Server) edit(m *Message, mf messageForm, usual AllowedMentions) error {
	before := *m
	before.Edits, before.Reactions = nil, copyReactions(m.Reactions)
	next := *m
	if mf.FlagsGiven != nil {
		next.Flags = next.Flags&^FlagSuppressEmbeds | mf.Flags&FlagSuppressEmbeds
	}
	if err := s.state.apply(mf, &next, usual); err != nil {
		return err
	}
	*m = next
	now := s.now()
	m.EditedTimestamp = &now
	m.Flags &^= FlagLoading
	m.Edits = append(m.Edits, before)
	s.announce("MESSAGE_UPDATE", m)
	return nil
}
