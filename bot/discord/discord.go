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
	session *discordgo.Session // for REST only; a gateway has its own
	work    workload
	app     string // the application's id
	user    string // the bot user's id

	askLimit   time.Duration // of one question, from its acknowledgement
	drainLimit time.Duration // for questions under way when the bot stops
}

// How long Discord may take. An interaction has to be acknowledged within 3
// seconds and answered within 15 minutes; people wait less.
const (
	acknowledgeLimit = 3 * time.Second
	replyLimit       = 15 * time.Second
	startLimit       = 30 * time.Second
	closeLimit       = 3 * time.Second
)

// New makes a Server. It fails when APIURL is not a web address.
func New(cfg Config) (*Server, error) {
	session := newSession("Bot " + cfg.Token)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	session.Client = &http.Client{Transport: transport, Timeout: replyLimit}
	if cfg.APIURL != "" {
		to, err := url.Parse(cfg.APIURL)
		if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
			return nil, fmt.Errorf("discord: DISCORD_API_URL is not a web address: %q", cfg.APIURL)
		}
		session.Client.Transport = redirect{Transport: transport, to: to}
	}
	return &Server{
		ask: cfg.Ask, log: cfg.Log, session: session,
		askLimit: 20 * time.Second, drainLimit: 10 * time.Second,
	}, nil
}

func newSession(token string) *discordgo.Session {
	session, err := discordgo.New(token)
	if err != nil {
		panic("discord: unreachable: the library only fills in a struct: " + err.Error())
	}
	session.LogLevel = -1 // it logs past slog; what matters is logged here
	return session
}

// Run serves until ctx ends. It then takes no more questions, finishes those
// under way, tells the people whose questions take too long that the bot is
// restarting, and returns nil. It fails when Discord cannot be reached at the start
// or will not have the bot, with ErrBadToken or what Discord said. A Server
// runs once.
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
	s.work.stop = ctx.Done()
	work, abandon := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abandon(nil)
	g, err := s.stay(ctx, work)
	s.log.Info("discord: stopping")
	if !s.work.drain(s.drainLimit) {
		abandon(errRestarting)
		s.work.drain(replyLimit)
	}
	g.close()
	return err
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
