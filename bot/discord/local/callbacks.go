package local

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	acknowledgeLimit = 3 * time.Second  // from the interaction to its callback
	tokenLife        = 15 * time.Minute // of an interaction's token
)

// Interaction callback types.
const (
	CallbackMessage        = 4 // answers at once
	CallbackDeferred       = 5 // "… is thinking", to be edited
	CallbackDeferredUpdate = 6 // the component's message will be edited
	CallbackUpdate         = 7 // edits the component's message
	CallbackChoices        = 8 // suggestions
	CallbackModal          = 9
)

// A callbackForm is the body of the first response. What its data is depends
// on the type.
type callbackForm struct {
	Type int             `json:"type"`
	Data json.RawMessage `json:"data"`
}

// callbacks are the types that may answer an interaction.
func (i *Interaction) callbacks() []int {
	switch i.Type {
	case InteractionComponent:
		return []int{CallbackMessage, CallbackDeferred, CallbackDeferredUpdate, CallbackUpdate, CallbackModal}
	case InteractionAutocomplete:
		return []int{CallbackChoices}
	case InteractionModal:
		if i.MessageID != "" { // a component opened it
			return []int{CallbackMessage, CallbackDeferred, CallbackDeferredUpdate, CallbackUpdate}
		}
		return []int{CallbackMessage, CallbackDeferred}
	default:
		return []int{CallbackMessage, CallbackDeferred, CallbackModal}
	}
}

// postCallback takes the first response to an interaction: once, and within
// three seconds. One that is refused does not count.
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
	if s.state.channels[i.ChannelID] == nil {
		return nil, errUnknownChannel // it was deleted meanwhile
	}
	var cf callbackForm
	files, err := readFiles(r, body, &cf)
	if err != nil {
		return nil, err
	}
	if allowed := i.callbacks(); !slices.Contains(allowed, cf.Type) {
		var f form
		f.fail("type", "BASE_TYPE_CHOICES", "Value must be one of {"+strings.Trim(strings.ReplaceAll(fmt.Sprint(allowed), " ", ", "), "[]")+"}.")
		return nil, f.err()
	}
	m, err := s.callback(i, cf, files)
	if err != nil {
		return nil, under("data", err)
	}
	i.AcknowledgedAt, i.Callback = s.state.now(), cf.Type
	if !flagged(r, "with_response") {
		return nil, nil
	}
	return s.callbackResponse(i, m), nil
}

// callback acts on a response whose type fits, and returns the message that
// it made or changed, if any.
func (s *Server) callback(i *Interaction, cf callbackForm, files []upload) (*Message, error) {
	given := len(cf.Data) > 0 && string(cf.Data) != "null"
	if !given && slices.Contains([]int{CallbackMessage, CallbackChoices, CallbackModal}, cf.Type) {
		var f form
		f.fail("", "BASE_TYPE_REQUIRED", "This field is required")
		return nil, f.err()
	}
	switch cf.Type {
	case CallbackChoices:
		return nil, s.callbackChoices(i, cf.Data)
	case CallbackModal:
		return nil, s.callbackModal(i, cf.Data)
	}
	mf := messageForm{}
	if given {
		if err := decode(cf.Data, &mf); err != nil {
			return nil, err
		}
	}
	mf.files = files
	if cf.Type == CallbackDeferredUpdate || cf.Type == CallbackUpdate {
		m := s.state.message(i.ChannelID, i.MessageID)
		if m == nil {
			return nil, errUnknownMessage
		}
		if cf.Type == CallbackUpdate {
			if err := s.edit(m, mf, mentionsOfResponses); err != nil {
				return nil, err
			}
		}
		i.ResponseID = m.ID
		return m, nil
	}
	m := s.response(i, mf.Flags)
	if cf.Type == CallbackDeferred {
		m.Flags = m.Flags&FlagEphemeral | FlagLoading
	} else if err := s.state.apply(mf, &m, mentionsOfResponses); err != nil {
		return nil, err
	}
	posted := s.state.post(m)
	i.ResponseID, i.Ephemeral = posted.ID, m.Flags&FlagEphemeral != 0
	s.announce("MESSAGE_CREATE", posted)
	return posted, nil
}

func (s *Server) callbackChoices(i *Interaction, data []byte) error {
	var d struct {
		Choices *[]CommandChoice `json:"choices"`
	}
	if err := decode(data, &d); err != nil {
		return err
	}
	var f form
	if d.Choices == nil {
		f.fail("choices", "BASE_TYPE_REQUIRED", "This field is required")
		return f.err()
	}
	f.choices("choices", *d.Choices, i.suggesting)
	if err := f.err(); err != nil {
		return err
	}
	i.choices = []CommandChoice{}
	for _, c := range *d.Choices {
		i.choices = append(i.choices, c.inLocale(s.state.locale(i.User.ID)))
	}
	return nil
}

func (s *Server) callbackModal(i *Interaction, data []byte) error {
	var m Modal
	if err := decode(data, &m); err != nil {
		return err
	}
	var f form
	if f.modal(&m); f.err() != nil {
		return f.err()
	}
	i.modal = &m
	return nil
}

// callbackResponse is what a callback with with_response gets: "Interaction
// Callback Response Object".
func (s *Server) callbackResponse(i *Interaction, m *Message) map[string]any {
	of := map[string]any{"id": i.ID, "type": i.Type}
	w := map[string]any{"interaction": of}
	if m == nil {
		return w
	}
	of["response_message_id"] = m.ID
	of["response_message_loading"] = m.Flags&FlagLoading != 0
	of["response_message_ephemeral"] = m.Flags&FlagEphemeral != 0
	if i.Callback == CallbackMessage || i.Callback == CallbackUpdate {
		w["resource"] = map[string]any{"type": i.Callback, "message": s.wire(m, true)}
	}
	return w
}

// response is an empty message of the bot's that belongs to an interaction,
// with those flags that it may have.
func (s *Server) response(i *Interaction, flags int) Message {
	m := s.state.newMessage(i.ChannelID)
	m.ApplicationID, m.InteractionID = s.state.app.ID, i.ID
	m.Flags = flags & (FlagEphemeral | FlagSuppressEmbeds | FlagSuppressNotifications)
	if m.Flags&FlagEphemeral != 0 {
		m.SeenBy = i.User.ID
	}
	guild := s.state.channels[i.ChannelID].GuildID
	switch {
	case i.MessageID != "":
		m.Type = TypeReply
		m.Reference = &Reference{MessageID: i.MessageID, ChannelID: i.ChannelID, GuildID: guild}
	case i.CommandType == CommandMessage:
		m.Type = TypeMenuCommand
		m.Reference = &Reference{MessageID: i.TargetID, ChannelID: i.ChannelID, GuildID: guild}
	case i.CommandType == CommandUser:
		m.Type = TypeMenuCommand
	default:
		m.Type = TypeCommand
	}
	return m
}
