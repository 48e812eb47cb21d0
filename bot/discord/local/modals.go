package local

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// A Modal is a form that the bot puts before a person.
type Modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []Component `json:"components"` // rows with a text input each, labels and texts
}

// Inputs are what a person fills in, in their order.
func (m *Modal) Inputs() []Component {
	var inputs []Component
	eachComponent(m.Components, func(c *Component) {
		if c.CustomID != "" {
			inputs = append(inputs, *c)
		}
	})
	return inputs
}

// modal checks a modal, and fills in what Discord does.
func (f *form) modal(m *Modal) {
	f.length("custom_id", m.CustomID, 1, maxCustomID)
	f.length("title", m.Title, 1, maxModalTitle)
	if len(m.Components) == 0 || len(m.Components) > maxRows {
		f.fail("components", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxRows))
	}
	check := componentCheck{form: f, ids: map[int]bool{}, customIDs: map[string]bool{}}
	for i := range m.Components {
		c := &m.Components[i]
		path := fmt.Sprintf("components.%d", i)
		check.id(path, c.ID)
		switch {
		case c.Type == ComponentRow && len(c.Components) != 1:
			f.fail(path+".components", "BASE_TYPE_BAD_LENGTH", "Must be 1 in length.")
		case c.Type == ComponentRow && c.Components[0].Type != ComponentTextInput:
			f.fail(path+".components.0.type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (4,).")
		case c.Type == ComponentRow:
			check.textInput(path+".components.0", &c.Components[0], true)
		case c.Type == ComponentLabel:
			check.label(path, c)
		case c.Type == ComponentText:
			f.length(path+".content", c.Content, 1, maxTextInput)
		default:
			f.fail(path+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18).")
		}
	}
	numberComponents(m.Components)
}

func (f *componentCheck) label(path string, c *Component) {
	f.length(path+".label", c.Label, 1, maxModalTitle)
	f.length(path+".description", c.Description, 0, maxOptionText)
	at := path + ".component"
	in := c.Component
	switch {
	case in == nil:
		f.fail(at, "BASE_TYPE_REQUIRED", "This field is required")
	case in.Type == ComponentTextInput:
		f.textInput(at, in, false)
	case !in.isSelect():
		f.fail(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (3, 4, 5, 6, 7, 8).")
	default:
		if in.Disabled {
			f.fail(at+".disabled", "UNSUPPORTED", "A modal has no disabled components")
		}
		if orElse(in.MinValues, 1) == 0 && (in.Required == nil || *in.Required) {
			f.fail(at+".min_values", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
		}
		f.selectMenu(at, in)
	}
}

// textInput checks a text input; in a row it carries its label itself.
func (f *componentCheck) textInput(path string, c *Component, inRow bool) {
	f.id(path, c.ID)
	f.customID(path, c.CustomID)
	if c.Style != 1 && c.Style != 2 {
		f.fail(path+".style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
	}
	if inRow {
		f.length(path+".label", c.Label, 1, maxModalTitle)
	}
	least, most := orElse(c.MinLength, 0), orElse(c.MaxLength, maxTextInput)
	if least < 0 || least > maxTextInput {
		f.fail(path+".min_length", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between 0 and %d.", maxTextInput))
	}
	if most < 1 || most > maxTextInput || most < least {
		f.fail(path+".max_length", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between %d and %d.", max(least, 1), maxTextInput))
	}
	f.length(path+".placeholder", c.Placeholder, 0, maxOptionText)
	if n := utf8.RuneCountInString(c.Value); c.Value != "" && (n < least || n > most) {
		f.fail(path+".value", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	}
}

// filled is the components of a modal's submission, or why the client would
// not send it. What a person leaves alone keeps the value it came with.
func (m *Modal) filled(values map[string]string) ([]map[string]any, [][]string, error) {
	inputs := m.Inputs()
	for id := range values {
		if !slices.ContainsFunc(inputs, func(c Component) bool { return c.CustomID == id }) {
			return nil, nil, fmt.Errorf("local: the modal has no input %s", id)
		}
	}
	var list []map[string]any
	var selected [][]string // type and value of what selects hold, for their resolved data
	for _, c := range m.Components {
		switch c.Type {
		case ComponentText:
			list = append(list, map[string]any{"type": c.Type, "id": c.ID})
		case ComponentRow:
			in, err := c.Components[0].filled(values)
			if err != nil {
				return nil, nil, err
			}
			list = append(list, map[string]any{"type": c.Type, "id": c.ID, "components": []any{in}})
		default:
			in, err := c.Component.filled(values)
			if err != nil {
				return nil, nil, err
			}
			if of, isSelect := in["values"].([]string); isSelect {
				selected = append(selected, append([]string{fmt.Sprint(c.Component.Type)}, of...))
			}
			list = append(list, map[string]any{"type": c.Type, "id": c.ID, "component": in})
		}
	}
	return list, selected, nil
}

// filled is one input with its value; a select's is one value.
func (c *Component) filled(values map[string]string) (map[string]any, error) {
	value, given := values[c.CustomID]
	if !given {
		value = c.Value
	}
	w := map[string]any{"type": c.Type, "id": c.ID, "custom_id": c.CustomID}
	required := c.Required == nil || *c.Required
	if c.isSelect() {
		of := []string{}
		if value != "" {
			of = append(of, value)
		}
		w["values"] = of
		if !required && len(of) == 0 {
			return w, nil
		}
		return w, c.takes(of)
	}
	w["value"] = value
	n := utf8.RuneCountInString(value)
	switch {
	case value == "" && required:
		return nil, errors.New("local: the modal needs its input " + c.CustomID)
	case value != "" && (n < orElse(c.MinLength, 0) || n > orElse(c.MaxLength, maxTextInput)):
		return nil, fmt.Errorf("local: input %s of the modal may not be %d characters long", c.CustomID, n)
	}
	return w, nil
}
