package discord

import (
	"context"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"

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

// keepRegistering registers the commands. A try that fails is followed by others, in
// the background: without its commands the bot still answers messages.
func (s *Server) keepRegistering(ctx context.Context, background *sync.WaitGroup) {
	try := func() error {
		within, cancel := context.WithTimeout(ctx, attemptLimit)
		defer cancel()
		return s.register(within)
	}
	err := try()
	if err == nil {
		return
	}
	background.Go(func() {
		defer recovered(s.log)
		again := &backoff.ExponentialBackOff{InitialInterval: s.beatPause, Multiplier: 2, MaxInterval: time.Hour}
		for ; err != nil; err = try() {
			wait := again.NextBackOff()
			s.log.Error("discord: registering the commands", "error", err, "again_in", wait)
			if !pause(ctx, wait) {
				return
			}
		}
	})
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
