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

// messageComponents checks the rows of a message, and returns them with the
// fields that Discord fills in.
func (f *form) messageComponents(raw []json.RawMessage) []json.RawMessage {
	f.count("components", len(raw), maxRows)
	check := componentCheck{form: f, ids: map[int]bool{}, customIDs: map[string]bool{}}
	var rows []Component
	for i, body := range raw {
		path := fmt.Sprintf("components.%d", i)
		var row Component
		if err := json.Unmarshal(body, &row); err != nil || row.Type != ComponentRow {
			f.fail(path+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
			continue
		}
		check.row(path, row)
		rows = append(rows, row)
	}
	numberComponents(rows)
	out := []json.RawMessage{}
	for _, row := range rows {
		body, err := json.Marshal(row)
		if err != nil {
			panic("local: unreachable: components are made of plain fields: " + err.Error())
		}
		out = append(out, body)
	}
	return out
}

// numberComponents gives ids, from 1, to components that have none, and
// select menus their numbers of values.
func numberComponents(all []Component) {
	taken := map[int]bool{}
	eachComponent(all, func(c *Component) { taken[c.ID] = true })
	next := 0
	eachComponent(all, func(c *Component) {
		for c.ID == 0 {
			if next++; !taken[next] {
				c.ID = next
			}
		}
		if c.isSelect() {
			one, also := 1, 1
			if c.MinValues == nil {
				c.MinValues = &one
			}
			if c.MaxValues == nil {
				c.MaxValues = &also
			}
		}
	})
}

func eachComponent(all []Component, do func(*Component)) {
	for i := range all {
		do(&all[i])
		eachComponent(all[i].Components, do)
		if all[i].Component != nil {
			do(all[i].Component)
		}
	}
}

// A componentCheck goes through the components of one message or modal.
type componentCheck struct {
	*form
	ids       map[int]bool
	customIDs map[string]bool
}

func (f *componentCheck) row(path string, row Component) {
	f.id(path, row.ID)
	if len(row.Components) == 0 || len(row.Components) > maxInRow {
		f.fail(path+".components", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxInRow))
	}
	for j := range row.Components {
		c := &row.Components[j]
		at := fmt.Sprintf("%s.components.%d", path, j)
		switch {
		case c.Type == ComponentButton:
			f.button(at, c)
		case !c.isSelect():
			f.fail(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).")
		case len(row.Components) > 1:
			f.fail(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
		default:
			f.selectMenu(at, c)
		}
	}
}

// id checks that a component's own id, if it has one, is its alone.
func (f *componentCheck) id(path string, id int) {
	if id < 0 || id > 1<<31-1 {
		f.fail(path+".id", "NUMBER_TYPE_MAX", "int value should be between 0 and 2147483647.")
	}
	if id != 0 && f.ids[id] {
		f.fail(path+".id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
	}
	f.ids[id] = true
}

func (f *componentCheck) customID(path, id string) {
	f.length(path+".custom_id", id, 1, maxCustomID)
	if id != "" && f.customIDs[id] {
		f.fail(path+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	f.customIDs[id] = true
}

func (f *componentCheck) button(path string, c *Component) {
	f.id(path, c.ID)
	f.length(path+".label", c.Label, 0, maxLabel)
	switch {
	case c.Style < 1 || c.Style > stylePremium:
		f.fail(path+".style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
		return
	case c.Style == stylePremium:
		f.fail(path+".style", "UNSUPPORTED", "The local Discord sells nothing.")
	case c.Style == styleLink:
		if c.CustomID != "" {
			f.fail(path+".custom_id", "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A link button cannot have a custom id")
		}
		f.length(path+".url", c.URL, 1, maxButtonURL)
		f.link(path+".url", c.URL)
	default:
		if c.URL != "" {
			f.fail(path+".url", "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "Only a link button can have a url")
		}
		f.customID(path, c.CustomID)
	}
	if c.Label == "" && c.Emoji == nil {
		f.fail(path+".label", "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
	}
}

func (f *componentCheck) selectMenu(path string, c *Component) {
	f.id(path, c.ID)
	f.customID(path, c.CustomID)
	f.length(path+".placeholder", c.Placeholder, 0, maxPlaceholder)
	least, most := orElse(c.MinValues, 1), orElse(c.MaxValues, 1)
	if least < 0 || least > maxChoices {
		f.fail(path+".min_values", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between 0 and %d.", maxChoices))
	}
	if most < 1 || most > maxChoices || most < least {
		f.fail(path+".max_values", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between %d and %d.", max(least, 1), maxChoices))
	}
	if c.Type != ComponentStringSelect {
		if n := len(c.DefaultValues); n > 0 && (n < least || n > most) {
			f.fail(path+".default_values", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
		}
		return
	}
	if len(c.Options) == 0 || len(c.Options) > maxChoices {
		f.fail(path+".options", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxChoices))
	}
	if c.MaxValues != nil && most > len(c.Options) {
		f.fail(path+".max_values", "SELECT_COMPONENT_MAX_VALUES_TOO_LARGE", "There are fewer options than values to be selected")
	}
	values, selected := map[string]bool{}, 0
	for i, o := range c.Options {
		at := fmt.Sprintf("%s.options.%d", path, i)
		f.length(at+".label", o.Label, 1, maxOptionText)
		f.length(at+".value", o.Value, 1, maxOptionText)
		f.length(at+".description", o.Description, 0, maxOptionText)
		if values[o.Value] {
			f.fail(at+".value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[o.Value] = true
		if o.Default {
			selected++
		}
	}
	if selected > most {
		f.fail(path+".options", "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More options are selected by default than may be")
	}
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
