package local

import (
	"fmt"
	"slices"
	"strconv"
)

// Press presses a button or selects in a menu that is on a message, as far as
// a person can: they see the message, and the component is there and not
// disabled.
func (s *Server) Press(user, message, customID string, values ...string) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, in, err := s.seen(user, message)
	if err != nil {
		return Interaction{}, err
	}
	c := m.component(customID)
	switch {
	case c == nil:
		return Interaction{}, fmt.Errorf("local: message %s has no component %s", message, customID)
	case c.Disabled:
		return Interaction{}, fmt.Errorf("local: component %s is disabled", customID)
	case in.Thread != nil && in.Thread.Archived:
		return Interaction{}, fmt.Errorf("local: %w", errArchived)
	case !c.isSelect() && len(values) > 0:
		return Interaction{}, fmt.Errorf("local: button %s takes no values", customID)
	}
	data := map[string]any{"component_type": c.Type, "id": c.ID}
	r := resolved{}
	if c.isSelect() {
		if err := c.takes(values); err != nil {
			return Interaction{}, err
		}
		if err := s.resolveAll(c.Type, values, in, user, r); err != nil {
			return Interaction{}, fmt.Errorf("local: the value of %s %w", customID, err)
		}
		for _, v := range values {
			if of := s.state.channels[v]; of != nil && len(c.ChannelTypes) > 0 && !slices.Contains(c.ChannelTypes, of.Type) {
				return Interaction{}, fmt.Errorf("local: %s takes no channel of type %d", customID, of.Type)
			}
		}
		data["values"] = append([]string{}, values...)
	}
	return s.press(m, in, user, customID, data, r), nil
}

// PressForged has a client that makes up what it sends press something on a
// message of the bot's that its person sees: with whatever custom id, whether
// that is on the message or not. With values it says that it is a string
// select, otherwise a button.
func (s *Server) PressForged(user, message, customID string, values ...string) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, in, err := s.seen(user, message)
	if err != nil {
		return Interaction{}, err
	}
	if m.Author.ID != s.state.app.ID {
		return Interaction{}, fmt.Errorf("local: message %s is not the bot's", message)
	}
	data := map[string]any{"component_type": ComponentButton, "id": 1}
	if len(values) > 0 {
		data["component_type"], data["values"] = ComponentStringSelect, slices.Clone(values)
	}
	return s.press(m, in, user, customID, data, nil), nil
}

// press tells the bot of a component that a person used.
func (s *Server) press(m *Message, in *Channel, user, customID string, data map[string]any, r resolved) Interaction {
	i := s.openInteraction(InteractionComponent, in, user)
	i.MessageID, i.CustomID, data["custom_id"] = m.ID, customID, customID
	s.interact(i, data, r)
	return i.copy()
}

// resolveAll is resolve for the values of a select menu; those of a string
// select stand for themselves.
func (s *Server) resolveAll(menu int, values []string, in *Channel, user string, r resolved) error {
	if menu == ComponentStringSelect {
		return nil
	}
	for _, v := range values {
		if err := s.resolve(menu, v, in, user, r); err != nil {
			return err
		}
	}
	return nil
}

// Submit fills in the modal that answered an interaction of the person's, by
// the inputs' custom ids, and sends it.
func (s *Server) Submit(user, interaction string, values map[string]string) (Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := s.state.interactions[interaction]
	if from == nil || from.modal == nil || from.submitted || from.User.ID != user {
		return Interaction{}, fmt.Errorf("local: no modal is open for user %s", user)
	}
	in := s.state.channels[from.ChannelID]
	if err := s.state.mayUse(in, user); err != nil {
		return Interaction{}, err
	}
	components, selected, err := from.modal.filled(values)
	if err != nil {
		return Interaction{}, err
	}
	r := resolved{}
	for _, of := range selected {
		menu, _ := strconv.Atoi(of[0]) // filled wrote it
		if err := s.resolveAll(menu, of[1:], in, user, r); err != nil {
			return Interaction{}, fmt.Errorf("local: a value %w", err)
		}
	}
	from.submitted = true
	i := s.openInteraction(InteractionModal, in, user)
	i.CustomID, i.OpenedBy, i.MessageID = from.modal.CustomID, from.ID, from.MessageID
	s.interact(i, map[string]any{"custom_id": i.CustomID, "components": components}, r)
	return i.copy(), nil
}
