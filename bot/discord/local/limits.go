package local

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a message. Lengths are in code points: discord-api-docs issue
// 1315.
const (
	maxContent     = 2000
	maxEmbeds      = 10
	maxEmbedTotal  = 6000 // title, description, fields, footer and author of all embeds
	maxTitle       = 256
	maxDescription = 4096
	maxFields      = 25
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxFooter      = 2048
	maxURL         = 2048
	maxNonce       = 25
	maxRows        = 5
	maxInRow       = 5
	maxCustomID    = 100
	maxLabel       = 80
	maxChoices     = 25 // of an option, a select menu and an autocomplete
)

// Limits of a command.
const (
	maxCommands    = 100
	maxOptions     = 25
	maxCommandText = 100 // a description, a choice's name
	maxOptionValue = 6000
)

// length fails when value has fewer than min or more than max code points.
func (f *form) length(path, value string, min, max int) {
	n := utf8.RuneCountInString(value)
	switch {
	case n == 0 && min > 0:
		f.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
	case n > max && min > 0:
		f.fail(path, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", min, max))
	case n > max:
		f.fail(path, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", max))
	}
}

// count fails when a list has more than max entries.
func (f *form) count(path string, n, max int) {
	if n > max {
		f.fail(path, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", max))
	}
}

// link fails when value is set and not an address that Discord would link.
func (f *form) link(path, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || utf8.RuneCountInString(value) > maxURL || strings.ContainsAny(value, " \n\t"):
		f.fail(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	case u.Scheme != "http" && u.Scheme != "https":
		f.fail(path, "URL_TYPE_INVALID_SCHEME", fmt.Sprintf("Scheme %q must be one of ('http', 'https').", u.Scheme))
	case u.Hostname() == "":
		f.fail(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}

// embeds checks all embeds of a message.
func (f *form) embeds(embeds []Embed) {
	f.count("embeds", len(embeds), maxEmbeds)
	total := 0
	for i, e := range embeds {
		path := fmt.Sprintf("embeds.%d", i)
		f.embed(path, e)
		total += e.size()
	}
	if total > maxEmbedTotal {
		f.fail("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", maxEmbedTotal))
	}
}

func (f *form) embed(path string, e Embed) {
	f.length(path+".title", e.Title, 0, maxTitle)
	f.length(path+".description", e.Description, 0, maxDescription)
	f.link(path+".url", e.URL)
	f.count(path+".fields", len(e.Fields), maxFields)
	for i, field := range e.Fields {
		at := fmt.Sprintf("%s.fields.%d", path, i)
		f.length(at+".name", field.Name, 1, maxFieldName)
		f.length(at+".value", field.Value, 1, maxFieldValue)
	}
	if e.Footer != nil {
		f.length(path+".footer.text", e.Footer.Text, 0, maxFooter)
	}
	if e.Author != nil {
		f.length(path+".author.name", e.Author.Name, 1, maxTitle)
		f.link(path+".author.url", e.Author.URL)
	}
	if e.Image != nil {
		f.link(path+".image.url", e.Image.URL)
	}
	if e.size() == 0 && e.Image == nil {
		f.fail(path+".description", "BASE_TYPE_REQUIRED", "This field is required")
	}
}

// size is an embed's share of maxEmbedTotal, in code points.
func (e Embed) size() int {
	text := []string{e.Title, e.Description}
	for _, field := range e.Fields {
		text = append(text, field.Name, field.Value)
	}
	if e.Footer != nil {
		text = append(text, e.Footer.Text)
	}
	if e.Author != nil {
		text = append(text, e.Author.Name)
	}
	return utf8.RuneCountInString(strings.Join(text, ""))
}

// component is the part of a message component that has limits.
type component struct {
	Type       int               `json:"type"`
	CustomID   string            `json:"custom_id"`
	Label      string            `json:"label"`
	URL        string            `json:"url"`
	Options    []json.RawMessage `json:"options"`
	Components []component       `json:"components"`
}

// isSelect reports whether the component is a select menu, which fills a row.
func (c component) isSelect() bool { return slices.Contains([]int{3, 5, 6, 7, 8}, c.Type) }

// components checks the rows of a message: buttons and select menus.
func (f *form) components(raw []json.RawMessage) {
	f.count("components", len(raw), maxRows)
	seen := map[string]bool{}
	for i, body := range raw {
		path := fmt.Sprintf("components.%d", i)
		var row component
		if err := json.Unmarshal(body, &row); err != nil || row.Type != 1 {
			f.fail(path+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
			continue
		}
		if len(row.Components) == 0 || len(row.Components) > maxInRow {
			f.fail(path+".components", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxInRow))
		}
		for j, c := range row.Components {
			f.component(fmt.Sprintf("%s.components.%d", path, j), c, len(row.Components), seen)
		}
	}
}

// component checks one component of a row that holds inRow of them; seen has
// the custom ids of the message so far.
func (f *form) component(path string, c component, inRow int, seen map[string]bool) {
	switch {
	case c.Type == 2:
		f.length(path+".label", c.Label, 0, maxLabel)
		f.link(path+".url", c.URL)
	case !c.isSelect():
		f.fail(path+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).")
	case inRow > 1:
		f.fail(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
	default:
		f.count(path+".options", len(c.Options), maxChoices)
	}
	if c.Type != 2 || c.URL == "" {
		f.length(path+".custom_id", c.CustomID, 1, maxCustomID)
	}
	if c.CustomID != "" && seen[c.CustomID] {
		f.fail(path+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	seen[c.CustomID] = true
}

// mentions checks that an allowed-mentions object does not contradict itself.
func (f *form) mentions(a *AllowedMentions) {
	if a == nil {
		return
	}
	for _, kind := range a.Parse {
		if !slices.Contains([]string{"users", "roles", "everyone"}, kind) {
			f.fail("allowed_mentions.parse", "BASE_TYPE_CHOICES", "Value must be one of {'roles', 'users', 'everyone'}.")
		}
	}
	if slices.Contains(a.Parse, "users") && len(a.Users) > 0 || slices.Contains(a.Parse, "roles") && len(a.Roles) > 0 {
		f.fail("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse and the ids of the same kind are mutually exclusive.")
	}
}

// commandName is Discord's pattern for the names of slash commands and their
// options.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// commands checks a whole set of commands, as bulk overwrite gives it.
func (f *form) commands(commands []Command) {
	f.count("commands", len(commands), maxCommands)
	seen := map[string]bool{}
	for i, c := range commands {
		path := fmt.Sprint(i)
		f.name(path+".name", c.Name, seen)
		f.length(path+".description", c.Description, 1, maxCommandText)
		f.options(path, c.Options)
	}
}

func (f *form) options(path string, options []CommandOption) {
	f.count(path+".options", len(options), maxOptions)
	seen := map[string]bool{}
	optional := false
	for i, o := range options {
		at := fmt.Sprintf("%s.options.%d", path, i)
		f.name(at+".name", o.Name, seen)
		f.length(at+".description", o.Description, 1, maxCommandText)
		f.count(at+".choices", len(o.Choices), maxChoices)
		for j, choice := range o.Choices {
			f.length(fmt.Sprintf("%s.choices.%d.name", at, j), choice.Name, 1, maxCommandText)
		}
		if o.Type < 1 || o.Type > 11 {
			f.fail(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).")
		}
		if o.MaxLength < 0 || o.MaxLength > maxOptionValue || o.MinLength < 0 || o.MinLength > maxOptionValue {
			f.fail(at+".max_length", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", maxOptionValue))
		}
		if o.Required && optional {
			f.fail(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
	}
}

// name checks the name of a command or an option, which is its only one in
// its place and has no capitals.
func (f *form) name(path, name string, seen map[string]bool) {
	if !commandName.MatchString(name) || name != strings.ToLower(name) {
		f.fail(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
	if seen[name] {
		f.fail(path, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
	}
	seen[name] = true
}
