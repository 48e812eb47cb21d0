package discord

import (
	"strconv"
	"strings"

	"storybot/bot/ledger"
)

// settingNames are the settings as the ledger names them, in the order in which they are
// shown.
var settingNames = []string{
	"channels", "auto", "threshold", "roles", "language", "check", "guild_budget", "user_budget", "revisions",
	"private", "audit_channel",
}

// settingName is what people call a setting.
func settingName(say *phrases, name string) string {
	switch name {
	case "channels":
		return say.say("setting_channels")
	case "auto":
		return say.say("setting_auto")
	case "threshold":
		return say.say("setting_threshold")
	case "roles":
		return say.say("setting_roles")
	case "language":
		return say.say("setting_language")
	case "check":
		return say.say("setting_check")
	case "guild_budget":
		return say.say("setting_server_budget")
	case "user_budget":
		return say.say("setting_person_budget")
	case "revisions":
		return say.say("setting_revisions")
	case "private":
		return say.say("setting_private")
	case "audit_channel":
		return say.say("setting_log")
	}
	return name
}

// settingNow is a setting's value in words, which says when it is the one that holds where
// none is set.
func (s *Server) settingNow(say *phrases, name string, now ledger.Settings) string {
	var text string
	for _, setting := range now.All() {
		if setting.Name == name {
			text = setting.Value
		}
	}
	value := s.settingValue(say, name, text, maxListed)
	switch unset := ledger.Defaults(); {
	case name == "check" && now.Check == unset.Check, name == "threshold" && now.Threshold == unset.Threshold,
		name == "revisions" && now.Revisions == unset.Revisions:
		return say.say("value_default", "Value", value)
	}
	return value
}

// unsetValue is how the ledger's acts tell of what is empty.
const unsetValue = "none"

// settingValue is a setting's value, as the ledger's acts tell it, in words: of channels or
// roles at most so many.
func (s *Server) settingValue(say *phrases, name, value string, most int) string {
	empty := value == unsetValue || value == ""
	switch {
	case name == "channels" && empty:
		return say.say("value_everywhere")
	case (name == "auto" || name == "audit_channel") && empty:
		return say.say("value_nowhere")
	case name == "roles" && empty:
		return say.say("value_none")
	case name == "channels" || name == "auto" || name == "audit_channel" || name == "roles":
		return settingIDs(name, value, most)
	case name == "language" && empty:
		return say.say("value_automatic")
	case name == "language":
		if p := s.texts.speaks(value); p != nil {
			return p.say("language_name")
		}
	case name == "check":
		return strictness(say, value)
	case name == "private" && value == "true":
		return say.say("value_on")
	case name == "private":
		return say.say("value_off")
	case (name == "guild_budget" || name == "user_budget") && value == "0":
		return say.say("value_no_limit")
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		return value // as it is: its point would be escaped
	}
	return oneLine(value, maxDetail)
}

func strictness(say *phrases, value string) string {
	switch ledger.Strictness(value) {
	case ledger.Strict:
		return say.say("value_strict")
	case ledger.Normal:
		return say.say("value_normal")
	case ledger.Verbatim:
		return say.say("value_verbatim")
	}
	return oneLine(value, maxDetail)
}

// settingIDs shows the channels or roles of a list, at most so many.
func settingIDs(name, list string, most int) string {
	ids := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	var shown []string
	for _, id := range ids[:min(len(ids), most)] {
		shown = append(shown, settingID(name, id))
	}
	if len(ids) > most {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

// settingID shows a channel or a role by its name, which Discord's clients put in. What is no
// id, as the terminal may have it, is shown as it is.
func settingID(name, id string) string {
	if _, err := strconv.ParseUint(id, 10, 64); err != nil {
		return oneLine(id, maxDetail)
	}
	if name == "roles" {
		return "<@&" + id + ">"
	}
	return "<#" + id + ">"
}
