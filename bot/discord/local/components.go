package local

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Component types.
const (
	ComponentRow               = 1
	ComponentButton            = 2
	ComponentStringSelect      = 3
	ComponentTextInput         = 4 // in modals
	ComponentUserSelect        = 5
	ComponentRoleSelect        = 6
	ComponentMentionableSelect = 7
	ComponentChannelSelect     = 8
	ComponentText              = 10 // in modals
	ComponentLabel             = 18 // in modals
)

// Button styles that are special.
const (
	styleLink    = 5
	stylePremium = 6
)

// A Component is a row, or something in one: a button or a select menu in a
// message, a text input in a modal. Which fields it has depends on its type.
type Component struct {
	Type          int             `json:"type"`
	ID            int             `json:"id"`
	Style         int             `json:"style,omitempty"`
	Label         string          `json:"label,omitempty"`
	Description   string          `json:"description,omitempty"` // of a label
	Content       string          `json:"content,omitempty"`     // of a text
	Emoji         *ComponentEmoji `json:"emoji,omitempty"`
	CustomID      string          `json:"custom_id,omitempty"`
	URL           string          `json:"url,omitempty"`
	SKU           string          `json:"sku_id,omitempty"`
	Disabled      bool            `json:"disabled,omitempty"`
	Placeholder   string          `json:"placeholder,omitempty"`
	Options       []SelectOption  `json:"options,omitempty"`
	ChannelTypes  []int           `json:"channel_types,omitempty"`
	DefaultValues []DefaultValue  `json:"default_values,omitempty"`
	MinValues     *int            `json:"min_values,omitempty"`
	MaxValues     *int            `json:"max_values,omitempty"`
	MinLength     *int            `json:"min_length,omitempty"`
	MaxLength     *int            `json:"max_length,omitempty"`
	Required      *bool           `json:"required,omitempty"` // true when absent
	Value         string          `json:"value,omitempty"`
	Components    []Component     `json:"components,omitempty"` // of a row
	Component     *Component      `json:"component,omitempty"`  // of a label
}

// A ComponentEmoji is the picture on a button or an option.
type ComponentEmoji struct {
	ID       *string `json:"id,omitempty"`
	Name     string  `json:"name,omitempty"`
	Animated bool    `json:"animated,omitempty"`
}

// A SelectOption is one of the choices of a string select.
type SelectOption struct {
	Label       string          `json:"label"`
	Value       string          `json:"value"`
	Description string          `json:"description,omitempty"`
	Emoji       *ComponentEmoji `json:"emoji,omitempty"`
	Default     bool            `json:"default,omitempty"`
}

// A DefaultValue is what another select menu has selected already.
type DefaultValue struct {
	ID   string `json:"id"`
	Type string `json:"type"` // "user", "role" or "channel"
}

// isSelect reports whether the component is a select menu, which fills a row.
func (c *Component) isSelect() bool {
	return c.Type == ComponentStringSelect || c.Type >= ComponentUserSelect && c.Type <= ComponentChannelSelect
}

// Rows are a message's rows of components.
func (m *Message) Rows() []Component {
	var rows []Component
	for _, raw := range m.Components {
		var row Component
		if json.Unmarshal(raw, &row) == nil { // it was checked when it came
			rows = append(rows, row)
		}
	}
	return rows
}

// component finds an interactive component of a message.
func (m *Message) component(customID string) *Component {
	for _, row := range m.Rows() {
		for i := range row.Components {
			if c := &row.Components[i]; c.CustomID == customID && customID != "" {
				return c
			}
		}
	}
	return nil
}

// takes says why a person cannot select these values, or nil.
func (c *Component) takes(values []string) error {
	least, most := orElse(c.MinValues, 1), orElse(c.MaxValues, 1)
	if len(values) < least || len(values) > most {
		return fmt.Errorf("local: %s takes %d to %d values, not %d", c.CustomID, least, most, len(values))
	}
	for i, v := range values {
		known := c.Type != ComponentStringSelect || slices.ContainsFunc(c.Options, func(o SelectOption) bool { return o.Value == v })
		if !known || slices.Contains(values[:i], v) {
			return fmt.Errorf("local: %s has no value %q to select", c.CustomID, v)
		}
	}
	return nil
}

func orElse(n *int, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return *n
}
