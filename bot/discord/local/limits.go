package local

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Limits of a message. Lengths are in code points: discord-api-docs issue
// 1315.
const (
	maxContent         = 2000
	maxEmbeds          = 10
	maxEmbedTotal      = 6000 // title, description, fields, footer and author of all embeds
	maxTitle           = 256
	maxDescription     = 4096
	maxFields          = 25
	maxFieldName       = 256
	maxFieldValue      = 1024
	maxFooter          = 2048
	maxURL             = 2048
	maxNonce           = 25
	maxMentions        = 100 // users, or roles, in allowed mentions
	maxReactions       = 20  // different ones on a message
	maxEmoji           = 64  // bytes; longer than any, not documented
	maxAttachments     = 10
	maxFile            = 10 << 20 // bytes: "Uploading Files"
	maxFileDescription = 1024
	maxChannelName     = 100
)

// Limits of components.
const (
	maxRows        = 5 // of a message or a modal
	maxInRow       = 5
	maxCustomID    = 100
	maxLabel       = 80 // of a button
	maxButtonURL   = 512
	maxPlaceholder = 150
	maxOptionText  = 100 // of a select menu's option; a label's description
	maxChoices     = 25  // of an option, a select menu and an autocomplete
	maxModalTitle  = 45  // and a label
	maxTextInput   = 4000
)

// Limits of commands.
const (
	maxCommands     = 100 // of type chat input
	maxMenuCommands = 15  // of type user, and of type message
	maxOptions      = 25
	maxCommandName  = 32
	maxCommandText  = 100 // a description, a choice's name
	maxCommandTotal = 8000
	maxOptionValue  = 6000
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

// mentions checks that an allowed-mentions object does not contradict itself.
func (f *form) mentions(a *AllowedMentions) {
	if a == nil {
		return
	}
	for i, kind := range a.Parse {
		if !slices.Contains([]string{"users", "roles", "everyone"}, kind) {
			f.fail(fmt.Sprintf("allowed_mentions.parse.%d", i), "BASE_TYPE_CHOICES", "Value must be one of {'roles', 'users', 'everyone'}.")
		}
	}
	f.count("allowed_mentions.users", len(a.Users), maxMentions)
	f.count("allowed_mentions.roles", len(a.Roles), maxMentions)
	if slices.Contains(a.Parse, "users") && len(a.Users) > 0 || slices.Contains(a.Parse, "roles") && len(a.Roles) > 0 {
		f.fail("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse and the ids of the same kind are mutually exclusive.")
	}
}
