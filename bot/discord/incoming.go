package discord

import (
	"context"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// What Discord sends is read into types of our own, which take from it what the bot
// goes by: the library's refuse a whole message for one component that they do not know.

// A heard message is one that the bot was sent or has read in a channel.
type heard struct {
	ID         string                      `json:"id"`
	ChannelID  string                      `json:"channel_id"`
	GuildID    string                      `json:"guild_id"` // only in events
	Type       discordgo.MessageType       `json:"type"`
	Author     *discordgo.User             `json:"author"`
	WebhookID  string                      `json:"webhook_id"`
	Content    string                      `json:"content"`
	Flags      discordgo.MessageFlags      `json:"flags"`
	Mentions   []*discordgo.User           `json:"mentions"`
	Reference  *discordgo.MessageReference `json:"message_reference"`
	Referenced *heard                      `json:"referenced_message"`
	Components []component                 `json:"components"`
}

// A component is a button or a menu, or holds some.
type component struct {
	CustomID   string      `json:"custom_id"`
	Value      string      `json:"value"` // of a field of a modal
	Components []component `json:"components"`
}

// An interaction is what a person has done with the bot's commands or components.
type interaction struct {
	ID          string                           `json:"id"`
	Type        discordgo.InteractionType        `json:"type"`
	Token       string                           `json:"token"`
	GuildID     string                           `json:"guild_id"`
	ChannelID   string                           `json:"channel_id"`
	Context     discordgo.InteractionContextType `json:"context"`
	Locale      string                           `json:"locale"`
	GuildLocale string                           `json:"guild_locale"`
	User        *discordgo.User                  `json:"user"`   // in a DM
	Member      *member                          `json:"member"` // in a guild
	Message     *heard                           `json:"message"`
	Data        interactionData                  `json:"data"`
}

// A member is who used the bot in a guild.
type member struct {
	User        *discordgo.User `json:"user"`
	Roles       []string        `json:"roles"`
	Permissions string          `json:"permissions"` // in the channel, a decimal number
}

type interactionData struct {
	Name       string                           `json:"name"` // of the command
	Type       discordgo.ApplicationCommandType `json:"type"`
	Options    []option                         `json:"options"`
	TargetID   string                           `json:"target_id"`
	CustomID   string                           `json:"custom_id"` // of the component or modal
	Values     []string                         `json:"values"`    // chosen in a menu
	Components []component                      `json:"components"`
	Resolved   struct {
		Messages    map[string]*heard                       `json:"messages"`
		Attachments map[string]*discordgo.MessageAttachment `json:"attachments"`
	} `json:"resolved"`
}

// An option of a command as it was given, or a subcommand with its own.
type option struct {
	Name    string                                 `json:"name"`
	Type    discordgo.ApplicationCommandOptionType `json:"type"`
	Value   any                                    `json:"value"`
	Focused bool                                   `json:"focused"`
	Options []option                               `json:"options"`
}

// forItsEyes has what would replace a message that others see too be shown to the person
// alone: nobody's page is turned by somebody else, and nothing that a component says changes
// what the bot has said to all.
func (i *interaction) forItsEyes(do func(context.Context) (response, error)) func(context.Context) (response, error) {
	return func(ctx context.Context) (response, error) {
		r, err := do(ctx)
		if r.kind == discordgo.InteractionResponseUpdateMessage && !i.isOnPrivate() {
			return privately(r.message), err
		}
		return r, err
	}
}

// isOnPrivate reports whether a component was used on a message that nobody else sees.
func (i *interaction) isOnPrivate() bool {
	return i.Message != nil && i.Message.Flags&discordgo.MessageFlagsEphemeral != 0
}

// invoker is the id of who did it: a member in a guild, a user in a DM.
func (i *interaction) invoker() string {
	switch {
	case i.Member != nil && i.Member.User != nil:
		return i.Member.User.ID
	case i.User != nil:
		return i.User.ID
	}
	return ""
}

// subcommand is the one that was used, "" when the command has none, with its options.
func (i *interaction) subcommand() (name string, options []option) {
	for _, o := range i.Data.Options {
		if o.Type == discordgo.ApplicationCommandOptionSubCommand {
			return o.Name, o.Options
		}
	}
	return "", i.Data.Options
}

func (i *interaction) option(name string) (option, bool) {
	_, options := i.subcommand()
	at := slices.IndexFunc(options, func(o option) bool { return o.Name == name })
	if at < 0 {
		return option{}, false
	}
	return options[at], true
}

// text is an option's value, as text; "" when it was not given. An attachment's, a
// channel's and a role's is its id.
func (i *interaction) text(name string) string {
	o, _ := i.option(name)
	value, _ := o.Value.(string)
	return value
}

// flag is an option's value, or otherwise.
func (i *interaction) flag(name string, otherwise bool) bool {
	o, _ := i.option(name)
	if value, ok := o.Value.(bool); ok {
		return value
	}
	return otherwise
}

// number is an option's value, if one was given.
func (i *interaction) number(name string) (value float64, given bool) {
	o, _ := i.option(name)
	value, given = o.Value.(float64)
	return value, given
}

// choice is what was chosen in a menu, or otherwise where the component is none.
func (i *interaction) choice(otherwise string) string {
	if len(i.Data.Values) != 1 {
		return otherwise
	}
	return i.Data.Values[0]
}

// chosen is the number that was chosen in a menu, 0 for none.
func (i *interaction) chosen() int {
	if len(i.Data.Values) != 1 {
		return 0
	}
	n, _ := strconv.Atoi(i.Data.Values[0]) // 0 beside an error
	return n
}

// focused is the option that is being typed.
func (i *interaction) focused() option {
	_, options := i.subcommand()
	at := slices.IndexFunc(options, func(o option) bool { return o.Focused })
	if at < 0 {
		return option{}
	}
	return options[at]
}

// field is what was written in a field of a modal.
func (i *interaction) field(id string) string {
	for _, row := range i.Data.Components {
		for _, c := range row.Components {
			if c.CustomID == id {
				return c.Value
			}
		}
	}
	return ""
}

// has reports whether the member has a permission in the channel.
func (m *member) has(permission int64) bool {
	if m == nil {
		return false
	}
	all, err := strconv.ParseInt(m.Permissions, 10, 64)
	return err == nil && all&permission != 0
}
