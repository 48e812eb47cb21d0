package discord

import (
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// commandTexts makes commands with their texts in all languages. The texts of a command or
// option named by key are command_KEY_name and command_KEY_description, or option_KEY_…; of a
// choice, choice_KEY.
type commandTexts struct{ *texts }

func (c commandTexts) slash(key, name string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommand {
	names, descriptions := c.localized("command_"+key+"_name"), c.localized("command_"+key+"_description")
	return &discordgo.ApplicationCommand{
		Type:                     discordgo.ChatApplicationCommand,
		Name:                     name,
		NameLocalizations:        &names,
		Description:              c.english.say("command_" + key + "_description"),
		DescriptionLocalizations: &descriptions,
		Options:                  options,
		IntegrationTypes:         &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
	}
}

// menu is a command in the menu of a message.
func (c commandTexts) menu(key, name string) *discordgo.ApplicationCommand {
	names := c.localized("command_" + key + "_name")
	return &discordgo.ApplicationCommand{
		Type:              discordgo.MessageApplicationCommand,
		Name:              name,
		NameLocalizations: &names,
		IntegrationTypes:  &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
	}
}

func (c commandTexts) sub(key, name string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	return c.named(discordgo.ApplicationCommandOptionSubCommand, "command_"+key, name, options...)
}

func (c commandTexts) option(kind discordgo.ApplicationCommandOptionType, key, name string) *discordgo.ApplicationCommandOption {
	return c.named(kind, "option_"+key, name)
}

func (c commandTexts) named(kind discordgo.ApplicationCommandOptionType, key, name string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{
		Type:                     kind,
		Name:                     name,
		NameLocalizations:        c.localized(key + "_name"),
		Description:              c.english.say(key + "_description"),
		DescriptionLocalizations: c.localized(key + "_description"),
		Options:                  options,
	}
}

// choosing limits an option to values, each after the key of its text.
func (c commandTexts) choosing(o *discordgo.ApplicationCommandOption, choices ...any) *discordgo.ApplicationCommandOption {
	for choice := range slices.Chunk(choices, 2) {
		key := fmt.Sprint("choice_", choice[0])
		o.Choices = append(o.Choices, &discordgo.ApplicationCommandOptionChoice{
			Name: c.english.say(key), NameLocalizations: c.localized(key), Value: fmt.Sprint(choice[1]),
		})
	}
	return o
}

// localized is a text in each of Discord's locales that the bot speaks, English aside: that is
// what people of all others see.
func (c commandTexts) localized(key string) map[discordgo.Locale]string {
	by := make(map[discordgo.Locale]string)
	for locale := range discordgo.Locales {
		if p := c.speaks(string(locale)); p != nil && p != c.english {
			by[locale] = p.say(key)
		}
	}
	return by
}
