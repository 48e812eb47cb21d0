package discord

import (
	"context"
	"net/http"
	"reflect"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

const (
	askCommand     = "ask"
	questionOption = "question"
)

// commands are the slash commands, as they are registered in all guilds and
// in DMs.
func commands() []*discordgo.ApplicationCommand {
	return []*discordgo.ApplicationCommand{{
		Type:        discordgo.ChatApplicationCommand,
		Name:        askCommand,
		Description: "Ask the stories a question",
		Contexts: &[]discordgo.InteractionContextType{
			discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM,
		},
		IntegrationTypes: &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
		Options: []*discordgo.ApplicationCommandOption{{
			Type:        discordgo.ApplicationCommandOptionString,
			Name:        questionOption,
			Description: "What do you want to know?",
			Required:    true,
			MaxLength:   bot.MaxQuestion,
		}},
	}}
}

// register makes the registered commands ours. Nothing is written when they
// are already: Discord limits how often commands are made.
func (s *Server) register(ctx context.Context) error {
	url := discordgo.EndpointApplicationGlobalCommands(s.app)
	var registered []*discordgo.ApplicationCommand
	if err := s.api.call(ctx, http.MethodGet, url, nil, &registered); err != nil {
		return err
	}
	wanted := commands()
	if reflect.DeepEqual(described(registered), wanted) {
		return nil
	}
	if err := s.api.call(ctx, http.MethodPut, url, wanted, nil); err != nil {
		return err
	}
	s.log.Info("discord: registered the commands", "count", len(wanted))
	return nil
}

// described strips registered commands of what Discord adds to them, so that
// they compare with those that are wanted.
func described(registered []*discordgo.ApplicationCommand) []*discordgo.ApplicationCommand {
	var list []*discordgo.ApplicationCommand
	for _, c := range registered {
		list = append(list, &discordgo.ApplicationCommand{
			Type: c.Type, Name: c.Name, Description: c.Description, Options: c.Options,
			Contexts: c.Contexts, IntegrationTypes: c.IntegrationTypes,
			DefaultMemberPermissions: c.DefaultMemberPermissions,
		})
	}
	return list
}
