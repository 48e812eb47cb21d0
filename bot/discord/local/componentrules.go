package local

import (
	"encoding/json"
	"fmt"
)

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
