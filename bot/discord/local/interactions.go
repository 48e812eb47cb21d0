package local

import (
	"net/http"
	"time"
)

const (
	acknowledgeLimit = 3 * time.Second  // from the interaction to its callback
	tokenLife        = 15 * time.Minute // of an interaction's token
)

// Interaction callback types.
const (
	callbackMessage  = 4 // answers at once
	callbackDeferred = 5 // "… is thinking", to be edited
)

// allPermissions is a bot's permissions where nothing restricts them.
const allPermissions = "2248473465835073"

// postCallback takes the first response to an interaction: once, and within
// three seconds.
func (s *Server) postCallback(r *http.Request, body []byte) (any, error) {
	i := s.state.interactions[r.PathValue("interaction")]
	if i == nil || i.Token != r.PathValue("token") {
		return nil, errUnknownInteraction
	}
	if !i.AcknowledgedAt.IsZero() {
		return nil, errAcknowledged
	}
	if s.state.now().Sub(i.CreatedAt) > acknowledgeLimit {
		return nil, errUnknownInteraction
	}
	var callback struct {
		Type int         `json:"type"`
		Data messageForm `json:"data"`
	}
	if err := decode(body, &callback); err != nil {
		return nil, err
	}
	m := s.response(i)
	m.Flags = callback.Data.Flags & FlagEphemeral
	switch callback.Type {
	case callbackMessage:
		if err := s.state.apply(callback.Data, &m); err != nil {
			return nil, err
		}
	case callbackDeferred:
		m.Flags |= FlagLoading
	default:
		var f form
		f.fail("type", "BASE_TYPE_CHOICES", "Value must be one of {4, 5}.")
		return nil, f.err()
	}
	i.AcknowledgedAt = s.state.now()
	posted := s.state.post(m)
	i.ResponseID = posted.ID
	s.announce("MESSAGE_CREATE", posted)
	return nil, nil
}

// response is an empty message of the bot's that belongs to an interaction.
func (s *Server) response(i *Interaction) Message {
	m := s.state.newMessage(i.ChannelID)
	m.Type, m.ApplicationID = TypeCommand, s.state.app.ID
	return m
}

// postFollowUp sends another message after the response. While that is still
// deferred it edits it instead, as Discord does for old bots' sake.
func (s *Server) postFollowUp(r *http.Request, body []byte) (any, error) {
	i, err := s.acknowledged(r)
	if err != nil {
		return nil, err
	}
	var mf messageForm
	if err := decode(body, &mf); err != nil {
		return nil, err
	}
	if original := s.state.message(i.ChannelID, i.ResponseID); original != nil && original.Flags&FlagLoading != 0 {
		if err := s.edit(original, mf); err != nil {
			return nil, err
		}
		return s.wire(original, true), nil
	}
	m := s.response(i)
	m.Flags = mf.Flags & FlagEphemeral
	if i.ResponseID != "" {
		if err := s.refer(&m, &Reference{MessageID: i.ResponseID}); err != nil {
			return nil, err
		}
	}
	if err := s.state.apply(mf, &m); err != nil {
		return nil, err
	}
	posted := s.state.post(m)
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
	if err := decode(body, &mf); err != nil {
		return nil, err
	}
	if err := s.edit(m, mf); err != nil {
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
	for _, i := range s.state.interactions {
		if i.Token != r.PathValue("token") || r.PathValue("app") != s.state.app.ID {
			continue
		}
		if s.state.now().Sub(i.CreatedAt) > tokenLife {
			return nil, errBadWebhookToken
		}
		if !i.AcknowledgedAt.IsZero() {
			return i, nil
		}
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
	if m == nil || m.ApplicationID != s.state.app.ID {
		return nil, nil, errUnknownMessage
	}
	return i, m, nil
}

// event is the INTERACTION_CREATE that tells the bot of i.
func (s *Server) event(i *Interaction, c Command, options []Option) map[string]any {
	channel := s.state.channels[i.ChannelID]
	given := []map[string]any{}
	for _, o := range options {
		given = append(given, map[string]any{"name": o.Name, "type": optionString, "value": o.Value})
	}
	e := map[string]any{
		"id": i.ID, "application_id": s.state.app.ID, "type": 2, "token": i.Token, "version": 1,
		"channel_id": i.ChannelID, "channel": channel, "locale": "en-US",
		"app_permissions": allPermissions, "entitlements": []any{},
		"data": map[string]any{"id": c.ID, "name": c.Name, "type": c.Type, "options": given},
	}
	if i.GuildID == "" {
		e["user"], e["context"] = i.User, 1
		e["authorizing_integration_owners"] = map[string]string{"0": "0"}
		return e
	}
	person := member(&i.User)
	person["permissions"] = allPermissions
	e["member"], e["context"] = person, 0
	e["guild_id"], e["guild_locale"] = i.GuildID, "en-US"
	e["guild"] = map[string]any{"id": i.GuildID, "locale": "en-US", "features": []string{}}
	e["authorizing_integration_owners"] = map[string]string{"0": i.GuildID}
	return e
}
