package discord

import (
	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/retrieval/source"
)

// Names of the commands, their subcommands and their options, in English: so they come
// with an interaction, whatever language a person sees.
const (
	askCommand      = "ask"
	summaryCommand  = "summary"
	checkCommand    = "check"
	helpCommand     = "help"
	forgetMeCommand = "forget-me"
	serverCommand   = "server"

	askMenu   = "Ask the stories about this"
	checkMenu = "Check against the stories"

	sourcesCommand = "sources"
	listSources    = "list"
	addSource      = "add"
	removeSource   = "remove"
	refreshSource  = "refresh"
	showSource     = "show"
	planSource     = "plan"

	gapsCommand     = "gaps"
	feedbackCommand = "feedback"

	settingsCommand  = "settings"
	showSettings     = "show"
	settingsHistory  = "history"
	channelsSetting  = "channels"
	autoSetting      = "auto"
	rolesSetting     = "roles"
	languageSetting  = "language"
	checkSetting     = "check"
	budgetSetting    = "budget"
	revisionsSetting = "revisions"
	privateSetting   = "private"
	logSetting       = "log"

	questionOption  = "question"
	storyOption     = "story"
	privateOption   = "private"
	styleOption     = "style"
	sinceOption     = "since"
	textOption      = "text"
	nameOption      = "name"
	fileOption      = "file"
	titleOption     = "title"
	dateOption      = "date"
	linkOption      = "link"
	sourceOption    = "source"
	refreshOption   = "refresh"
	daysOption      = "days"
	addOption       = "add"    // a channel or a role
	removeOption    = "remove" // likewise
	thresholdOption = "threshold"
	languageOption  = "language"
	modeOption      = "mode"
	serverOption    = "server"
	personOption    = "person"
	keepOption      = "keep"
	defaultOption   = "default"
	channelOption   = "channel"
)

// automaticLanguage is the choice of the language of whoever asks: Discord allows no
// empty value.
const automaticLanguage = "auto"

// maxTitleOption bounds the title that a person gives a source, in characters.
const maxTitleOption = 200

// commands are all commands, as they are registered for every guild and for DMs, with
// their names and descriptions in every language there is.
func commands(t *texts) []*discordgo.ApplicationCommand {
	c := commandTexts{t}
	private := c.option(discordgo.ApplicationCommandOptionBoolean, "private", privateOption)
	story := suggested(c.option(discordgo.ApplicationCommandOptionString, "story", storyOption))
	return append([]*discordgo.ApplicationCommand{
		everywhere(c.slash("ask", askCommand,
			atMost(bot.MaxQuestion, required(c.option(discordgo.ApplicationCommandOptionString, "question", questionOption))),
			story, private,
		)),
		everywhere(c.slash("summary", summaryCommand,
			story,
			c.choosing(c.option(discordgo.ApplicationCommandOptionString, "style", styleOption),
				"style_brief", bot.Brief, "style_bullets", bot.Bullets, "style_timeline", bot.Timeline),
			c.option(discordgo.ApplicationCommandOptionString, "since", sinceOption),
			private,
		)),
		everywhere(c.slash("check", checkCommand,
			atMost(bot.MaxCheck, required(c.option(discordgo.ApplicationCommandOptionString, "text", textOption))),
			story, private,
		)),
		everywhere(c.slash("help", helpCommand)),
		everywhere(c.slash("forget_me", forgetMeCommand)),
		inContexts(c.slash("server", serverCommand,
			suggested(c.option(discordgo.ApplicationCommandOptionString, "name", nameOption)),
		), discordgo.InteractionContextBotDM),
		everywhere(c.menu("ask_menu", askMenu)),
		everywhere(c.menu("check_menu", checkMenu)),
	}, c.moderators()...)
}

// moderators are the commands of a guild's moderators. Discord shows them to those who may
// manage the server, and a guild can show them to others; who may use them is for the bot
// to decide, at every call.
func (c commandTexts) moderators() []*discordgo.ApplicationCommand {
	which := suggested(c.option(discordgo.ApplicationCommandOptionString, "source", sourceOption))
	refresh := suggested(c.option(discordgo.ApplicationCommandOptionString, "refresh", refreshOption))
	days := c.option(discordgo.ApplicationCommandOptionInteger, "days", daysOption)
	days.MinValue, days.MaxValue = new(float64), source.MaxDays
	commands := []*discordgo.ApplicationCommand{
		c.slash("sources", sourcesCommand,
			c.sub("sources_list", listSources),
			c.sub("sources_add", addSource,
				c.option(discordgo.ApplicationCommandOptionAttachment, "file", fileOption),
				atMost(maxTitleOption, c.option(discordgo.ApplicationCommandOptionString, "title", titleOption)),
				c.option(discordgo.ApplicationCommandOptionString, "date", dateOption),
				c.option(discordgo.ApplicationCommandOptionString, "link", linkOption),
				refresh, days,
			),
			c.sub("sources_remove", removeSource, required(which)),
			c.sub("sources_refresh", refreshSource, which),
			c.sub("sources_show", showSource, required(which)),
			c.sub("sources_plan", planSource, required(which), refresh, days),
		),
		c.slash("gaps", gapsCommand),
		c.slash("feedback", feedbackCommand),
		c.slash("settings", settingsCommand, c.settings()...),
	}
	for _, command := range commands {
		inContexts(command, discordgo.InteractionContextGuild)
		manage := int64(discordgo.PermissionManageGuild)
		command.DefaultMemberPermissions = &manage
	}
	return commands
}

func (c commandTexts) settings() []*discordgo.ApplicationCommandOption {
	// A thread has its parent's settings.
	places := []discordgo.ChannelType{
		discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildVoice, discordgo.ChannelTypeGuildNews,
		discordgo.ChannelTypeGuildStageVoice, discordgo.ChannelTypeGuildForum,
	}
	unasked := []discordgo.ChannelType{
		discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildForum,
	}
	written := []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews}

	threshold := c.option(discordgo.ApplicationCommandOptionNumber, "threshold", thresholdOption)
	threshold.MinValue, threshold.MaxValue = new(float64), 1
	server := c.option(discordgo.ApplicationCommandOptionInteger, "server_budget", serverOption)
	person := c.option(discordgo.ApplicationCommandOptionInteger, "person_budget", personOption)
	server.MinValue, person.MinValue = new(float64), new(float64)
	keep := required(c.option(discordgo.ApplicationCommandOptionInteger, "keep", keepOption))
	least := 1.0
	keep.MinValue, keep.MaxValue = &least, ledger.MaxRevisions
	language := c.choosing(required(c.option(discordgo.ApplicationCommandOptionString, "language", languageOption)), "language_automatic", automaticLanguage)
	for _, p := range c.languages {
		language.Choices = append(language.Choices, &discordgo.ApplicationCommandOptionChoice{Name: p.say("language_name"), Value: p.code})
	}
	return []*discordgo.ApplicationCommandOption{
		c.sub("settings_show", showSettings),
		c.sub("settings_history", settingsHistory),
		c.sub("settings_channels", channelsSetting,
			channelsOf(places, c.option(discordgo.ApplicationCommandOptionChannel, "add_channel", addOption)),
			channelsOf(places, c.option(discordgo.ApplicationCommandOptionChannel, "remove_channel", removeOption)),
		),
		c.sub("settings_auto", autoSetting,
			channelsOf(unasked, c.option(discordgo.ApplicationCommandOptionChannel, "add_channel", addOption)),
			channelsOf(unasked, c.option(discordgo.ApplicationCommandOptionChannel, "remove_channel", removeOption)),
			threshold,
		),
		c.sub("settings_roles", rolesSetting,
			c.option(discordgo.ApplicationCommandOptionRole, "add_role", addOption),
			c.option(discordgo.ApplicationCommandOptionRole, "remove_role", removeOption),
		),
		c.sub("settings_language", languageSetting, language),
		c.sub("settings_check", checkSetting,
			c.choosing(required(c.option(discordgo.ApplicationCommandOptionString, "mode", modeOption)),
				"check_strict", ledger.Strict, "check_normal", ledger.Normal, "check_verbatim", ledger.Verbatim),
		),
		c.sub("settings_budget", budgetSetting, server, person),
		c.sub("settings_revisions", revisionsSetting, keep),
		c.sub("settings_private", privateSetting,
			required(c.option(discordgo.ApplicationCommandOptionBoolean, "default", defaultOption)),
		),
		c.sub("settings_log", logSetting,
			channelsOf(written, c.option(discordgo.ApplicationCommandOptionChannel, "log_channel", channelOption)),
		),
	}
}

// everywhere makes a command one of guilds and of DMs with the bot.
func everywhere(c *discordgo.ApplicationCommand) *discordgo.ApplicationCommand {
	return inContexts(c, discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM)
}

func inContexts(c *discordgo.ApplicationCommand, contexts ...discordgo.InteractionContextType) *discordgo.ApplicationCommand {
	c.Contexts = &contexts
	return c
}

// The following change an option and return it. One that several commands have must not be
// changed for one of them, so each copies it.

func required(o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	changed := *o
	changed.Required = true
	return &changed
}

func suggested(o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	changed := *o
	changed.Autocomplete = true
	return &changed
}

func atMost(characters int, o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	changed := *o
	changed.MaxLength = characters
	return &changed
}

func channelsOf(types []discordgo.ChannelType, o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	changed := *o
	changed.ChannelTypes = types
	return &changed
}
