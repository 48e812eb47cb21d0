package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"storybot/bot/discord"
)

// inviteCommand prints the link by which the bot is added to a server.
func (p *program) inviteCommand() *cobra.Command {
	var application string
	cmd := &cobra.Command{
		Use:   "invite",
		Short: "Print the link that adds the bot to a server, with exactly the permissions that it needs",
		Long: `Print the link that adds the bot to a server, with exactly the permissions that
it needs. Whoever opens it picks a server where they have Manage Server. A
server that the bot is in already gives it what its role lacks.`,
		Example: "  DISCORD_TOKEN_FILE=token.txt storybot invite\n  storybot invite --application 81384788765712384",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("application") {
				if _, err := strconv.ParseUint(application, 10, 64); err != nil {
					return usageError{fmt.Errorf("--application takes an application's id, a number, not %q", application)}
				}
				return p.printInvite(application)
			}
			return p.invite(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&application, "application", "", "`ID` of the application, as its page in the developer portal has it; without it Discord is asked whose the token is")
	return cmd
}

var errInviteToken = errors.New("invite needs DISCORD_TOKEN, the token of your application's bot, or --application ID")

func (p *program) invite(ctx context.Context) error {
	if p.settings.DiscordToken == "" {
		return usageError{errInviteToken}
	}
	e, err := discord.NewExaminer(p.settings.DiscordToken, p.settings.DiscordAPIURL)
	if err != nil {
		return err
	}
	defer e.Close()
	ctx, cancel := context.WithTimeout(ctx, examinationLimit)
	defer cancel()
	id, err := e.Identity(ctx)
	if errors.Is(err, discord.ErrBadToken) {
		return err
	}
	if err != nil {
		return fmt.Errorf("asking Discord for the application's id, which --application can name: %w", errors.New(p.unsecret(err.Error())))
	}
	return p.printInvite(id.Application)
}

func (p *program) printInvite(application string) error {
	link := discord.InviteLink(application)
	return p.print(map[string]string{"application": application, "link": link}, func(w io.Writer) { fmt.Fprintln(w, link) })
}
