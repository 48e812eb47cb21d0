package main

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"

	"github.com/spf13/cobra"

	"storybot/bot/discord"
	"storybot/bot/ledger"
)

var errNoToken = errors.New("serve needs DISCORD_TOKEN, the token of your application's bot")

func (p *program) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve the bot in Discord until interrupted",
		Long: `Serve the bot in Discord, and read again the sources that are due, until
interrupted. It waits for Discord when that is not there.

Ctrl-C, or SIGTERM, stops it: what is under way has ten seconds to be finished,
five more are for telling the others to ask again. A second Ctrl-C does not wait.
The log goes to stderr.`,
		Example: `  DISCORD_TOKEN_FILE=token.txt storybot serve
  # With a model:
  DISCORD_TOKEN_FILE=token.txt OPENAI_BASE_URL=http://127.0.0.1:11434/v1 OPENAI_MODEL=llama3.1 storybot serve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context()) },
	}
}

func (p *program) serve(ctx context.Context) error {
	if p.settings.DiscordToken == "" {
		return usageError{errNoToken}
	}
	log := p.logger(slog.LevelInfo)
	lib, err := p.open(ctx, log)
	if err != nil {
		return err
	}
	defer lib.close()
	return p.serveBot(ctx, lib, log, p.bot(lib, log), p.settings.DiscordToken, p.settings.DiscordAPIURL)
}

// serveBot serves a bot over the library in the Discord at an address of its API, ""
// for Discord itself, until ctx ends; what is due is refreshed meanwhile.
func (p *program) serveBot(ctx context.Context, lib *library, log *slog.Logger, b discord.Bot, token, apiURL string) error {
	inbox, err := ledger.OpenInbox(ctx, lib.db)
	if err != nil {
		return err
	}
	defer inbox.Close()
	keeper, client := p.keeper(lib, log)
	defer client.Close()
	server, err := discord.New(discord.Config{
		Token:  token,
		APIURL: apiURL,
		Bot:    b,
		Corpus: lib.corpus,
		Keeper: keeper,
		Ledger: ledger.New(lib.db),
		Inbox:  inbox,
		AtOnce: p.atOnce(),
		Rates:  discord.Rates{User: p.settings.RateUser, Channel: p.settings.RateChannel, Guild: p.settings.RateGuild},
		Reads:  p.settings.Reads,
		Log:    log,
	})
	if err != nil {
		return err
	}
	// What is refreshed is stored before the database is closed.
	fresh, stop := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { keeper.Serve(fresh) })
	defer keeping.Wait()
	defer stop()
	return server.Run(ctx)
}

// atOnce is how many questions are answered at once. Without a model they take the
// processors, and more would only take turns; a model's server is waited for, and takes
// only so many.
func (p *program) atOnce() int {
	if p.settings.hasModel() {
		return 64
	}
	return 8 * runtime.GOMAXPROCS(0)
}
