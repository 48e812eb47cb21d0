package local

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"unicode/utf8"
)

// getMessages lists a channel's newest messages, newest first. Without the
// permission to read its history there are none.
func (s *Server) getMessages(r *http.Request, _ []byte) (any, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(r, 50, 100)
	if err != nil {
		return nil, err
	}
	list := []wireMessage{}
	if !s.state.can(c, s.state.app.ID, PermReadMessageHistory) {
		return list, nil
	}
	for _, m := range p.of(s.state.inChannel(c.ID)) {
		list = append(list, s.wire(m, s.opts.Privileged))
	}
	return list, nil
}

func (s *Server) getMessage(r *http.Request, _ []byte) (any, error) {
	m, c, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	if err := s.state.require(c, s.state.app.ID, PermReadMessageHistory); err != nil {
		return nil, err
	}
	return s.wire(m, s.opts.Privileged), nil
}

// postMessage sends a message of the bot's. With enforce_nonce the same
// nonce twice gives the first message again, in whatever channel that is.
func (s *Server) postMessage(r *http.Request, body []byte) (any, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, err
	}
	var mf messageForm
	if mf.files, err = readFiles(r, body, &mf); err != nil {
		return nil, err
	}
	m, err := s.send(s.state.app.ID, c, mf)
	if err != nil {
		return nil, err
	}
	return s.wire(m, true), nil
}

// send posts a message of a user's, and tells the bot. In an archived thread
// it opens the thread again.
func (s *Server) send(user string, c *Channel, mf messageForm) (*Message, error) {
	if err := s.mayAttach(c, user, mf); err != nil {
		return nil, err
	}
	nonce, err := mf.nonce()
	if err != nil {
		return nil, err
	}
	if nonce != nil && mf.EnforceNonce {
		if sent := s.state.nonces.of(user, nonce, s.state.now()); sent != nil {
			return sent, nil
		}
	}
	m := s.state.newMessage(c.ID)
	m.Author, m.Nonce = s.state.users[user], nonce
	m.Flags = mf.Flags & (FlagSuppressEmbeds | FlagSuppressNotifications)
	if err := s.refer(&m, mf.Reference); err != nil {
		return nil, err
	}
	if err := s.state.apply(mf, &m, mentionsOfMessages); err != nil {
		return nil, err
	}
	if c.Thread != nil && c.Thread.Archived {
		c.Thread.Archived, c.Thread.ArchivedAt = false, s.now()
		s.tell(c, "THREAD_UPDATE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	}
	if c.Thread != nil {
		s.join(c, user)
	}
	posted := s.state.post(m)
	s.announce("MESSAGE_CREATE", posted)
	return posted, nil
}

// mayAttach says what keeps a user from sending such a message in a channel,
// or nil.
func (s *Server) mayAttach(c *Channel, user string, mf messageForm) error {
	if c.Type == ChannelDM {
		person := c.Recipients[0].ID
		if user == s.state.app.ID && (s.state.dmsClosed[person] || !s.state.shareGuild(person)) {
			return errClosedDM
		}
		return nil
	}
	if err := s.state.require(c, user, PermSendMessages); err != nil {
		return err
	}
	embeds := mf.Embeds != nil && len(*mf.Embeds) > 0
	switch {
	case c.Type == ChannelForum && !mf.forPost:
		return errForum
	case c.Thread != nil && c.Thread.Locked && !s.state.can(c, user, PermManageThreads):
		return errLocked
	case embeds && !s.state.can(c, user, PermEmbedLinks), len(mf.files) > 0 && !s.state.can(c, user, PermAttachFiles):
		return errMissingPermissions
	case mf.Reference != nil && !s.state.can(c, user, PermReadMessageHistory):
		return errNoHistory
	}
	return nil
}

var integer = regexp.MustCompile(`^-?\d{1,19}$`)

// nonce is the form's nonce: nil, a string or a json.Number.
func (mf *messageForm) nonce() (any, error) {
	var f form
	var text string
	switch raw := string(mf.Nonce); {
	case raw == "" || raw == "null":
		return nil, nil
	case integer.MatchString(raw):
		return json.Number(raw), nil
	case json.Unmarshal(mf.Nonce, &text) != nil:
		f.fail("nonce", "NONCE_TYPE_INVALID", "Nonce must be a string or an integer.")
	case utf8.RuneCountInString(text) > maxNonce:
		f.fail("nonce", "NONCE_TYPE_TOO_LONG", fmt.Sprintf("Nonce must be no longer than %d characters.", maxNonce))
	}
	return text, f.err()
}

// refer makes m a reply. To a message that is gone it is a plain message, if
// the reference allows that.
func (s *Server) refer(m *Message, ref *Reference) error {
	if ref == nil {
		return nil
	}
	var f form
	to := s.state.message(m.ChannelID, ref.MessageID)
	if to != nil && to.Flags&FlagEphemeral != 0 && m.InteractionID == "" {
		to = nil // only what comes of an interaction goes with it
	}
	switch {
	case ref.Type != 0:
		f.fail("message_reference.type", "UNSUPPORTED", "The local Discord does not support forwards.")
	case ref.ChannelID != "" && ref.ChannelID != m.ChannelID:
		f.fail("message_reference", "MESSAGE_REFERENCE_UNKNOWN_CHANNEL", "Cannot reply to a message in a different channel")
	case to == nil && ref.FailIfNotExists != nil && !*ref.FailIfNotExists:
		return nil
	case to == nil:
		f.fail("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
	case !slices.Contains([]int{TypeDefault, TypeReply, TypeCommand, TypeMenuCommand}, to.Type):
		f.fail("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
	}
	if err := f.err(); err != nil {
		return err
	}
	guild := s.state.channels[m.ChannelID].GuildID
	m.Type = TypeReply
	m.Reference = &Reference{MessageID: ref.MessageID, ChannelID: m.ChannelID, GuildID: guild}
	return nil
}

// mayChange says what keeps a user from editing messages in a thread, or nil:
// the page "Threads", "Locked Threads" and "Active & Archived Threads".
func (s *Server) mayChange(c *Channel, user string) error {
	switch {
	case c.Thread == nil:
		return nil
	case c.Thread.Archived:
		return errArchived
	case c.Thread.Locked && !s.state.can(c, user, PermManageThreads):
		return errLocked
	}
	return nil
}

// patchMessage edits a message of the bot's. Of others' it may change the
// flags, if it manages messages.
func (s *Server) patchMessage(r *http.Request, body []byte) (any, error) {
	m, c, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	var mf messageForm
	if mf.files, err = readFiles(r, body, &mf); err != nil {
		return nil, err
	}
	own := m.Author.ID == s.state.app.ID
	onlyFlags := mf.Content == nil && mf.Embeds == nil && mf.Components == nil && mf.Attachments == nil && mf.files == nil
	if err := s.mayChange(c, s.state.app.ID); err != nil {
		return nil, err
	}
	switch {
	case own || onlyFlags && s.state.can(c, s.state.app.ID, PermManageMessages) && c.GuildID != "":
	default:
		return nil, errOthersMessage
	}
	if err := s.edit(m, mf, mentionsOfMessages); err != nil {
		return nil, err
	}
	return s.wire(m, true), nil
}

func (s *Server) deleteMessage(r *http.Request, _ []byte) (any, error) {
	m, c, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	if m.Author.ID != s.state.app.ID {
		switch {
		case c.GuildID == "":
			return nil, errNotInDM
		case !s.state.can(c, s.state.app.ID, PermManageMessages):
			return nil, errMissingPermissions
		}
	}
	s.delete(m)
	return nil, nil
}

// requested is the message that a request's path names, and its channel. The
// bot's ephemeral ones are not to be had here.
func (s *Server) requested(r *http.Request) (*Message, *Channel, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, nil, err
	}
	m := s.state.message(c.ID, r.PathValue("message"))
	if m == nil || m.Flags&FlagEphemeral != 0 {
		return nil, nil, errUnknownMessage
	}
	return m, c, nil
}
