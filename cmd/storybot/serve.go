package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"storybot/bot"
	"storybot/bot/discord"
	"storybot/bot/ledger"
	"storybot/retrieval/source"
)

var errNoToken = errors.New("serve needs DISCORD_TOKEN, the token of your application's bot")

func (p *program) serveCommand() *cobra.Command {
	var metrics, shards string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the bot in Discord until interrupted",
		Long: `Serve the bot in Discord, and read again the sources that are due, until
interrupted. It waits for Discord when that is not there.

Ctrl-C, or SIGTERM, stops it: what is under way has ten seconds to be finished,
five more are for telling the others to ask again. A second Ctrl-C does not wait.
The log goes to stderr.

With --metrics it tells how it is at an address: /metrics is for Prometheus,
/healthz says that the process lives, /readyz whether it can answer (200), or why
not (503). Nobody has to give a password there: let nobody reach it who should not
know how much the bot is asked. What was asked is not told.`,
		Example: `  DISCORD_TOKEN_FILE=token.txt storybot serve
  # With a model:
  DISCORD_TOKEN_FILE=token.txt OPENAI_BASE_URL=http://127.0.0.1:11434/v1 OPENAI_MODEL=llama3.1 storybot serve
  # Watched by Prometheus:
  DISCORD_TOKEN_FILE=token.txt storybot serve --metrics 127.0.0.1:9090 --log json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if p.shards, err = parseShards(shards); err != nil {
				return err
			}
			return p.serve(cmd.Context(), cmp.Or(metrics, p.settings.Metrics))
		},
	}
	cmd.Flags().StringVar(&metrics, "metrics", "", "tell at `HOST:PORT` how it is: /metrics, /healthz, /readyz; without a password (default STORYBOT_METRICS; none)")
	cmd.Flags().StringVar(&shards, "shards", "auto", "in how many parts the servers are divided among all processes on one database: `N`, or auto, as Discord advises")
	return cmd
}

// parseShards is 0 for auto.
func parseShards(text string) (int, error) {
	if text == "auto" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > ledger.MaxShards {
		return 0, usageError{fmt.Errorf("--shards takes auto or a number from 1 to %d", ledger.MaxShards)}
	}
	return n, nil
}

func (p *program) serve(ctx context.Context, metrics string) error {
	if p.settings.DiscordToken == "" {
		return usageError{errNoToken}
	}
	log := p.logger(slog.LevelInfo)
	m := newMetrics()
	var listener net.Listener
	if metrics != "" {
		var err error
		if listener, err = new(net.ListenConfig).Listen(ctx, "tcp", metrics); err != nil {
			return fmt.Errorf("--metrics: %w", err)
		}
		defer listener.Close()
		log.Info("metrics are told", "address", listener.Addr().String())
	}
	lib, err := p.open(ctx, log)
	if err != nil {
		return err
	}
	defer lib.close()
	config := p.botConfig(lib, log)
	config.Model, config.Judge, config.Spent = m.model(config.Model, log), m.model(config.Judge, log), m.spent
	return p.serveBot(ctx, lib, log, service{
		bot: countedBot{bot.New(config), m}, token: p.settings.DiscordToken, apiURL: p.settings.DiscordAPIURL, metrics: m, listener: listener,
	})
}

// A service is a bot and where it is served.
type service struct {
	bot      discord.Bot
	token    string
	apiURL   string       // of Discord's API; "" for Discord itself
	metrics  *metrics     // nil: nothing is counted
	listener net.Listener // where they are told; nil: nowhere
}

// serveBot serves a bot over the library until ctx ends; what is due is refreshed meanwhile.
func (p *program) serveBot(ctx context.Context, lib *library, log *slog.Logger, s service) error {
	inbox, err := ledger.OpenInbox(ctx, lib.db)
	if err != nil {
		return err
	}
	defer inbox.Close()
	var observe func(discord.Observation)
	var refreshed func(source.Report, error)
	if s.metrics != nil {
		observe, refreshed = s.metrics.observe, s.metrics.refresh
	}
	keeper, client := p.keeper(lib, log, refreshed)
	defer client.Close()
	server, err := discord.New(discord.Config{
		Token:  s.token,
		APIURL: s.apiURL,
		Bot:    s.bot,
		Corpus: lib.corpus,
		Keeper: keeper,
		Ledger: lib.ledger,
		Inbox:  inbox,
		AtOnce: p.atOnce(),
		Shards: p.shards,
		Rates:  discord.Rates{User: p.settings.RateUser, Channel: p.settings.RateChannel, Guild: p.settings.RateGuild},
		Reads:  p.settings.Reads,
		Log:    log,

		Observe: observe,
	})
	if err != nil {
		return err
	}
	if s.listener != nil {
		_, folder := p.paths()
		s.metrics.watch(ctx, lib, folder, server, log)
		defer s.metrics.expose(s.listener, log, func(ctx context.Context) error { return ready(ctx, lib, server) })()
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
