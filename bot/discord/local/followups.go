package local

import (
	"net/http"
)

// postFollowUp sends another message after the response. While that is still
// deferred it edits it instead, as Discord does for old bots' sake.
func (s *Server) postFollowUp(r *http.Request, body []byte) (any, error) {
	i, err := s.acknowledged(r)
	if err != nil {
		return nil, err
	}
	var mf messageForm
	if mf.files, err = readFiles(r, body, &mf); err != nil {
		return nil, err
	}
	if original := s.state.message(i.ChannelID, i.ResponseID); original != nil && original.Flags&FlagLoading != 0 {
		if err := s.edit(original, mf, mentionsOfResponses); err != nil {
			return nil, err
		}
		return s.wire(original, true), nil
	}
	m := s.response(i, mf.Flags)
	m.Type, m.Reference = TypeDefault, nil
	if i.ResponseID != "" {
		gone := false // no matter
		if err := s.refer(&m, &Reference{MessageID: i.ResponseID, FailIfNotExists: &gone}); err != nil {
			return nil, err
		}
	}
	if err := s.state.apply(mf, &m, mentionsOfResponses); err != nil {
		return nil, err
	}
	posted := s.state.post(m)
	i.FollowUps = append(i.FollowUps, posted.ID)
	s.announce("MESSAGE_CREATE", posted)
	return s.wire(posted, true), nil
}

func (s *Server) getResponse(r *http.Request, _ []byte) (any, error) {
	_, m, err := s.responded(r)
	if err != nil {
		return nil, err
	}
	return s.wire(m, true), nil
}

func (s *Server) patchResponse(r *http.Request, body []byte) (any, error) {
	_, m, err := s.responded(r)
	if err != nil {
		return nil, err
	}
	var mf messageForm
	if mf.files, err = readFiles(r, body, &mf); err != nil {
		return nil, err
	}
	if err := s.edit(m, mf, mentionsOfResponses); err != nil {
		return nil, err
	}
	return s.wire(m, true), nil
}

func (s *Server) deleteResponse(r *http.Request, _ []byte) (any, error) {
	i, m, err := s.responded(r)
	if err != nil {
		return nil, err
	}
	s.delete(m)
	if i.ResponseID == m.ID {
		i.ResponseID = ""
	}
	return nil, nil
}

// acknowledged is the interaction whose token a path under /webhooks names.
// There is no webhook before its callback, and none after its token's life.
func (s *Server) acknowledged(r *http.Request) (*Interaction, error) {
	token := r.PathValue("token")
	i := s.state.byToken[token]
	switch {
	case r.PathValue("app") != s.state.app.ID:
	case i == nil && s.state.hadToken(token):
		return nil, errBadWebhookToken
	case i == nil:
	case s.state.now().Sub(i.CreatedAt) > tokenLife:
		return nil, errBadWebhookToken
	case s.state.channels[i.ChannelID] == nil:
		return nil, errUnknownChannel // it was deleted meanwhile
	case !i.AcknowledgedAt.IsZero() && i.Callback != CallbackChoices:
		return i, nil
	}
	return nil, errUnknownWebhook
}

// responded is the message of an interaction that a path under /webhooks
// names: "@original" is the response.
func (s *Server) responded(r *http.Request) (*Interaction, *Message, error) {
	i, err := s.acknowledged(r)
	if err != nil {
		return nil, nil, err
	}
	id := r.PathValue("message")
	if id == "@original" {
		id = i.ResponseID
	}
	m := s.state.message(i.ChannelID, id)
	if m == nil || m.InteractionID != i.ID && m.ID != i.ResponseID {
		return nil, nil, errUnknownMessage
	}
	return i, m, nil
}
