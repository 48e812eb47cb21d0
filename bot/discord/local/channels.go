package local

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// How long enforce_nonce remembers: "the past few minutes".
const nonceMemory = 5 * time.Minute

func (s *Server) getChannel(r *http.Request, _ []byte) (any, error) {
	if c := s.state.channels[r.PathValue("channel")]; c != nil {
		return c, nil
	}
	return nil, errUnknownChannel
}

func (s *Server) postTyping(r *http.Request, _ []byte) (any, error) {
	c := s.state.channels[r.PathValue("channel")]
	if c == nil {
		return nil, errUnknownChannel
	}
	event := map[string]any{"channel_id": c.ID, "user_id": s.state.app.ID, "timestamp": s.state.now().Unix()}
	intent := intentDirectTyping
	if c.GuildID != "" {
		intent = intentGuildTyping
		event["guild_id"], event["member"] = c.GuildID, member(&s.state.app)
	}
	s.dispatch("TYPING_START", intent, func(bool) any { return event })
	return nil, nil
}

// getMessages lists a channel's newest messages, newest first.
func (s *Server) getMessages(r *http.Request, _ []byte) (any, error) {
	c := s.state.channels[r.PathValue("channel")]
	if c == nil {
		return nil, errUnknownChannel
	}
	limit := 50
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			var f form
			f.fail("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
			return nil, f.err()
		}
		limit = n
	}
	list := []wireMessage{}
	for _, m := range slices.Backward(s.state.inChannel(c.ID)) {
		if len(list) < limit && m.Flags&FlagEphemeral == 0 {
			list = append(list, s.wire(m, s.opts.Privileged))
		}
	}
	return list, nil
}

func (s *Server) getMessage(r *http.Request, _ []byte) (any, error) {
	m, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	return s.wire(m, s.opts.Privileged), nil
}

// postMessage sends a message of the bot's. With enforce_nonce the same
// nonce twice gives the first message again.
func (s *Server) postMessage(r *http.Request, body []byte) (any, error) {
	c := s.state.channels[r.PathValue("channel")]
	if c == nil {
		return nil, errUnknownChannel
	}
	var mf messageForm
	if err := decode(body, &mf); err != nil {
		return nil, err
	}
	if err := mf.checkNonce(); err != nil {
		return nil, err
	}
	if sent := s.sent(c.ID, mf); sent != nil {
		return s.wire(sent, true), nil
	}
	m := s.state.newMessage(c.ID)
	m.Nonce = mf.Nonce
	if err := s.refer(&m, mf.Reference); err != nil {
		return nil, err
	}
	if err := s.state.apply(mf, &m); err != nil {
		return nil, err
	}
	posted := s.state.post(m)
	s.announce("MESSAGE_CREATE", posted)
	return s.wire(posted, true), nil
}

func (mf *messageForm) checkNonce() error {
	var f form
	switch nonce := mf.Nonce.(type) {
	case nil, float64:
	case string:
		if utf8.RuneCountInString(nonce) > maxNonce {
			f.fail("nonce", "NONCE_TYPE_TOO_LONG", fmt.Sprintf("Nonce must be no longer than %d characters.", maxNonce))
		}
	default:
		f.fail("nonce", "NONCE_TYPE_INVALID", "Nonce must be a string or an integer.")
	}
	return f.err()
}

// sent is the message that an enforced nonce stands for already, or nil.
func (s *Server) sent(channel string, mf messageForm) *Message {
	if !mf.EnforceNonce || mf.Nonce == nil {
		return nil
	}
	for _, m := range s.state.inChannel(channel) {
		recent := s.state.now().Sub(m.Timestamp) < nonceMemory
		if m.Nonce == mf.Nonce && m.Author.ID == s.state.app.ID && recent {
			return m
		}
	}
	return nil
}

// refer makes m a reply. To a message that is gone it is a plain message, if
// the reference allows that.
func (s *Server) refer(m *Message, ref *Reference) error {
	if ref == nil {
		return nil
	}
	if s.state.message(m.ChannelID, ref.MessageID) == nil {
		if ref.FailIfNotExists != nil && !*ref.FailIfNotExists {
			return nil
		}
		var f form
		f.fail("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
		return f.err()
	}
	guild := s.state.channels[m.ChannelID].GuildID
	m.Type = TypeReply
	m.Reference = &Reference{MessageID: ref.MessageID, ChannelID: m.ChannelID, GuildID: guild}
	return nil
}

func (s *Server) patchMessage(r *http.Request, body []byte) (any, error) {
	m, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	if m.Author.ID != s.state.app.ID {
		return nil, errOthersMessage
	}
	var mf messageForm
	if err := decode(body, &mf); err != nil {
		return nil, err
	}
	if err := s.edit(m, mf); err != nil {
		return nil, err
	}
	return s.wire(m, true), nil
}

func (s *Server) deleteMessage(r *http.Request, _ []byte) (any, error) {
	m, err := s.requested(r)
	if err != nil {
		return nil, err
	}
	if m.Author.ID != s.state.app.ID {
		return nil, errMissingPermissions
	}
	s.delete(m)
	return nil, nil
}

// requested is the message that a request's path names. The bot's ephemeral
// ones are not to be had here.
func (s *Server) requested(r *http.Request) (*Message, error) {
	c := s.state.channels[r.PathValue("channel")]
	if c == nil {
		return nil, errUnknownChannel
	}
	m := s.state.message(c.ID, r.PathValue("message"))
	if m == nil || m.Flags&FlagEphemeral != 0 {
		return nil, errUnknownMessage
	}
	return m, nil
}
