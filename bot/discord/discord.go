// Package discord serves a bot in Discord: people ask by the command /ask,
// by mentioning the bot or by writing to it, and get the answer with the
// cited paragraphs beside it.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// Errors. Those without a capital do not leave the package: a question is not
// answered during a shutdown, and a connection is cut at its end.
var (
	ErrBadToken   = errors.New("discord: Discord refused the token; check DISCORD_TOKEN")
	errRestarting = errors.New("discord: the bot is restarting")
	errCut        = errors.New("discord: the connection was cut")
)

// Config says how to serve, and what. Only APIURL may be left empty.
type Config struct {
	Token  string // of the bot, without "Bot " before it
	APIURL string // another server that speaks Discord's API, for example "http://127.0.0.1:3001/api"
	Ask    func(context.Context, bot.Question) (bot.Answer, error)
	Log    *slog.Logger
}

// A Server is the bot's presence in Discord.
type Server struct {
	ask     func(context.Context, bot.Question) (bot.Answer, error)
	log     *slog.Logger
	session *discordgo.Session
	line    *line
	work    workload
	app     string // the application's id
	user    string // the bot user's id

	askLimit   time.Duration // of one question, from its acknowledgement
	drainLimit time.Duration // for questions under way when the bot stops
}

// No privileged intents: the bot reads only what is addressed to it.
const intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages

// Limits of what Discord may take. An interaction's token lives 15 minutes
// and has to be acknowledged within 3 seconds.
const (
	acknowledgeLimit = 3 * time.Second
	replyLimit       = 15 * time.Second
	startLimit       = 30 * time.Second
	closeLimit       = 3 * time.Second
)

// New makes a Server. It fails when APIURL is not a web address.
func New(cfg Config) (*Server, error) {
	session, err := discordgo.New("Bot " + cfg.Token)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	session.Client = &http.Client{Transport: transport, Timeout: replyLimit}
	if cfg.APIURL != "" {
		to, err := url.Parse(cfg.APIURL)
		if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
			return nil, fmt.Errorf("discord: DISCORD_API_URL is not a web address: %q", cfg.APIURL)
		}
		session.Client.Transport = redirect{Transport: transport, to: to}
	}
	line := &line{}
	session.Dialer = line.dialer()
	session.Identify.Intents = intents
	session.StateEnabled = false // nothing here reads the library's copy of the guilds
	session.LogLevel = -1        // it logs past slog; what matters is logged here
	return &Server{
		ask: cfg.Ask, log: cfg.Log, session: session, line: line,
		askLimit: 20 * time.Second, drainLimit: 10 * time.Second,
	}, nil
}

// Run serves until ctx ends. It then takes no more questions, finishes those
// under way, tells the people whose questions take too long that the bot is
// restarting, and returns nil. It fails when it cannot start: with
// ErrBadToken, or with what Discord said. A Server runs once.
func (s *Server) Run(ctx context.Context) error {
	defer s.session.Client.CloseIdleConnections()
	err := s.run(ctx)
	if ctx.Err() != nil {
		return nil // a start that was stopped is no failure
	}
	return err
}

func (s *Server) run(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	work, abandon := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abandon(nil)
	s.handle(work)
	defer s.close()
	if err := s.open(ctx); err != nil {
		return err
	}
	<-ctx.Done()

	s.log.Info("discord: stopping")
	if !s.work.drain(s.drainLimit) {
		abandon(errRestarting)
		s.work.drain(replyLimit)
	}
	return nil
}

// start checks the token, learns the bot's ids and registers its commands.
func (s *Server) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var user discordgo.User
	if err := s.get(ctx, discordgo.EndpointUser("@me"), &user); err != nil {
		var refused *discordgo.RESTError
		if errors.As(err, &refused) && refused.Response.StatusCode == http.StatusUnauthorized {
			return ErrBadToken
		}
		return fmt.Errorf("discord: Discord cannot be reached: %w", err)
	}
	var app discordgo.Application
	if err := s.get(ctx, discordgo.EndpointOAuth2Application("@me"), &app); err != nil {
		return fmt.Errorf("discord: reading the application: %w", err)
	}
	s.user, s.app = user.ID, app.ID
	if err := s.register(ctx); err != nil {
		return fmt.Errorf("discord: registering the commands: %w", err)
	}
	return nil
}

// handle connects Discord's events to the work they ask for. The library
// calls each handler in a goroutine of its own and does not recover.
func (s *Server) handle(work context.Context) {
	s.session.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) {
		defer s.recovered()
		if x, ok := s.fromCommand(e.Interaction); ok {
			s.serve(work, x)
		}
	})
	s.session.AddHandler(func(_ *discordgo.Session, e *discordgo.MessageCreate) {
		defer s.recovered()
		if x, ok := s.fromMessage(e.Message); ok {
			s.serve(work, x)
		}
	})
	s.session.AddHandler(func(*discordgo.Session, *discordgo.Connect) { s.log.Info("discord: connected") })
	s.session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { s.log.Info("discord: disconnected") })
}

func (s *Server) recovered() {
	if p := recover(); p != nil {
		s.log.Error("discord: a handler panicked", "panic", p, "stack", string(debug.Stack()))
	}
}

// open connects to the gateway. The library waits for Discord's first words
// without a limit and cannot be told to stop: its connection is cut instead.
func (s *Server) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	stop := context.AfterFunc(ctx, s.line.cut)
	defer stop()
	if err := s.session.Open(); err != nil {
		return fmt.Errorf("discord: connecting to the gateway: %w", err)
	}
	return nil
}

// close leaves the gateway, for good: afterwards the library cannot
// reconnect. Close waits for a connection that is being opened, hence the
// limit.
func (s *Server) close() {
	overdue := time.AfterFunc(closeLimit, s.line.cut)
	defer overdue.Stop()
	if err := s.session.Close(); err != nil {
		s.log.Debug("discord: closing", "error", err)
	}
	s.line.cut()
}
