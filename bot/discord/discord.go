// Package discord serves a bot in Discord: people ask by the command /ask,
// by mentioning the bot or by writing to it, and get the answer with the
// cited paragraphs beside it.
//
// What Discord asks of the bot takes one way: a gateway hears of it, it is claimed in
// the inbox, acknowledged, answered, and finished in the inbox. What a lost
// connection or a killed process leaves undone is found again in the inbox, and
// in the channels where people talk to the bot.
package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/time/rate"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// Errors. Those without a capital do not leave the package: why a question is not
// answered, and why a request of Discord's API fails.
var (
	ErrBadToken    = errors.New("discord: Discord refused the token; check DISCORD_TOKEN")
	errRestarting  = errors.New("discord: the bot is restarting")
	errInterrupted = errors.New("discord: the bot was interrupted at its work")
	errBusy        = errors.New("discord: a rate limit is in the way of what was not worth waiting for")
	errLimited     = errors.New("discord: a rate limit lasts longer than the request may wait")
	errSlow        = errors.New("discord: Discord did not answer in time")

	// Why connections to the gateway end.
	errReconnect      = errors.New("discord: the gateway wants the bot to connect again")
	errInvalidSession = errors.New("discord: the gateway calls the session invalid")
	errNoHeartbeat    = errors.New("discord: the gateway does not answer heartbeats")
	errProtocol       = errors.New("discord: the gateway said what it should not")
)

// Config says how to serve, and what. APIURL, Rates, Reads and Observe may be left empty.
type Config struct {
	Token  string // of the bot, without "Bot " before it
	APIURL string // another server that speaks Discord's API, for example "http://127.0.0.1:8080/api"
	Bot    Bot
	Corpus *retrieval.Corpus
	Keeper *source.Keeper
	Ledger *ledger.Ledger
	Inbox  *ledger.Inbox
	AtOnce int   // how many questions are answered at once; a guild has a quarter of them
	Shards int   // of Discord's gateway, divided among the processes on one record; 0: as many as Discord advises
	Rates  Rates // what is zero is as in DefaultRates
	Reads  bool  // the bot may read what is not said to it, and answer unasked: the application has the Message Content intent
	Log    *slog.Logger

	// Observe is told what happens, at once and by many goroutines: it must not wait.
	Observe func(Observation)
}

// A Bot is what the questions are put to, and what keeps them: see bot.Bot.
type Bot interface {
	Ask(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error)
	Summarise(ctx context.Context, r bot.SummaryRequest, show func(bot.Answer)) (bot.Answer, error)
	Check(ctx context.Context, r bot.CheckRequest) (bot.FactCheck, error)
	Replay(ctx context.Context, e ledger.Entry, wrong int) (bot.Replayed, error)
	Forget(ctx context.Context, user string) (ledger.Forgotten, error)
}

// A Server is the bot's presence in Discord.
type Server struct {
	bot         Bot
	corpus      *retrieval.Corpus
	keeper      *source.Keeper
	ledger      *ledger.Ledger
	inbox       *ledger.Inbox
	texts       *texts
	reads       bool
	now         func() time.Time // by which tokens, and others' claims of wishes, expire
	log         *slog.Logger
	observe     func(Observation)
	api         *client // for all but acknowledgements
	acks        *client
	files       *fetcher
	offers      *shelf[offer]
	reports     *shelf[finding]
	refreshes   *shelf[context.CancelFunc] // that are under way
	shards      int
	gateway     gateway // what each connection is made of
	connections *connections
	work        pending // exchanges, and what they have started
	acking      pending // exchanges that are to be acknowledged
	turns       *turns
	readings    *turns // of what reads from the web
	allowance   *allowance
	guilds      *guilds
	cursors     cursors
	closed      *channelSet   // the bot may not write there
	unread      *channelSet   // the bot may not read there what was written before
	missed      chan struct{} // holds one when messages may have been missed
	again       replays
	tellings    *rate.Limiter   // of answers that people wait for
	talk        context.Context // of all that is said to Discord about exchanges
	stopping    <-chan struct{} // closed when no more questions are to be taken
	app         string          // the application's id
	user        string          // the bot user's id

	workLimit  time.Duration // of one question, from when its turn comes
	drainLimit time.Duration // for questions under way when the bot stops
	replyLimit time.Duration // for Discord to take what is not a reply, with repeats
	editPause  time.Duration // between two versions of a reply
	beatPause  time.Duration // between two looks into the inbox
}

const (
	// acknowledgeLimit is Discord's, for an interaction.
	acknowledgeLimit = 3 * time.Second
	// drainRest is for telling those whose questions are not finished at a stop.
	drainRest = 5 * time.Second
	// readingsAtOnce is how many moderators have something read from the web at once: hosts are
	// waited for most of the time.
	readingsAtOnce = 32
	// rushLimit bounds how long an answer waits for others to be acknowledged.
	rushLimit = time.Second
)

// New makes a Server. It fails when APIURL is not a web address, or Token cannot be one
// (ErrBadToken).
func New(cfg Config) (*Server, error) {
	var api *url.URL
	var err error
	if cfg.Token, api, err = readAccess(cfg.Token, cfg.APIURL); err != nil {
		return nil, err
	}
	texts, err := loadTexts()
	if err != nil {
		return nil, err
	}
	texts.missing = func(key string, err error) { cfg.Log.Error("discord: a text is missing", "key", key, "error", err) }
	if cfg.Observe == nil {
		cfg.Observe = func(Observation) {}
	}
	s := &Server{
		observe: cfg.Observe, shards: cfg.Shards, connections: newConnections(),
		bot: cfg.Bot, corpus: cfg.Corpus, keeper: cfg.Keeper, ledger: cfg.Ledger, inbox: cfg.Inbox, texts: texts, reads: cfg.Reads, now: time.Now, log: cfg.Log,
		allowance: newAllowance(cfg.Rates.orDefault()), guilds: newGuilds(),
		api: newClient(cfg.Token, api, attemptLimit, limitedTo), acks: newClient(cfg.Token, api, ackAttemptLimit),
		files: newFetcher(api), offers: newShelf[offer](), reports: newShelf[finding](), refreshes: newShelf[context.CancelFunc](),
		turns: newTurns(cfg.AtOnce), readings: newTurns(readingsAtOnce), closed: newChannelSet(), unread: newChannelSet(), missed: make(chan struct{}, 1),
		again: newReplays(), tellings: rate.NewLimiter(rate.Every(time.Minute/maxTellings), maxTellings),
		workLimit: 10 * time.Minute, drainLimit: 10 * time.Second, replyLimit: time.Minute,
		editPause: time.Second, beatPause: ledger.BeatEvery,
	}
	s.acks.wall = s.api.wall
	for _, c := range []*client{s.api, s.acks} {
		c.log = cfg.Log
		c.limited = func() { cfg.Observe(Observation{What: RateLimited}) }
	}
	s.gateway = gateway{token: "Bot " + cfg.Token, intents: intents(cfg.Reads), api: s.api, log: cfg.Log, pace: gatewayPace(),
		observe: func(what What) { cfg.Observe(Observation{What: what}) }}
	return s, nil
}

// readAccess reads a token, and the address of an API, nil for Discord's own. It fails as New
// does.
func readAccess(token, apiURL string) (string, *url.URL, error) {
	var api *url.URL
	if apiURL != "" {
		var err error
		if api, err = url.Parse(apiURL); err != nil || api.Host == "" || api.Scheme != "http" && api.Scheme != "https" {
			return "", nil, fmt.Errorf("discord: DISCORD_API_URL is not a web address, which begins with http:// or https://: %q", apiURL)
		}
	}
	token = strings.TrimPrefix(strings.TrimSpace(token), "Bot ")
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", nil, fmt.Errorf("%w: it has characters in it that no token has", ErrBadToken)
	}
	return token, api, nil
}

// Run serves until ctx ends, whatever becomes of Discord meanwhile. It then takes no
// more questions, finishes those under way, tells the people whose questions take too
// long that the bot is restarting, and returns nil. It fails when Discord will not have
// the bot, with ErrBadToken or what to change, and when the inbox cannot be read. A
// Server runs once.
func (s *Server) Run(ctx context.Context) error {
	defer s.api.close()
	defer s.acks.close()
	if err := s.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // a start that was stopped is no failure
		}
		return err
	}
	up, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	s.stopping = up.Done()
	// Work goes on for a while after ctx, and the gateway stays: who asks
	// meanwhile is told. What is said to Discord goes on a little longer, and the
	// inbox is attended to the end.
	attended, leaveInbox := context.WithCancel(context.WithoutCancel(ctx))
	defer leaveInbox()
	var hangUp context.CancelFunc
	s.talk, hangUp = context.WithCancel(attended)
	defer hangUp()
	work, abandon := context.WithCancelCause(s.talk)
	defer abandon(nil)
	stay, leaveGateway := context.WithCancel(s.talk)
	defer leaveGateway()

	var attending, background sync.WaitGroup
	s.keepRegistering(up, &background)
	gone := make(chan error, 1)
	go func() { gone <- s.stay(stay, work) }()
	attending.Go(func() { s.attend(attended) })
	background.Go(func() { s.catchUp(up, work) })
	background.Go(func() { s.keepPresent(up) })
	background.Go(func() { s.keepTidy(up) })
	background.Go(func() { s.keepReplaying(up) })

	var refusal error
	select {
	case <-ctx.Done():
	case refusal = <-gone:
		gone <- nil
	}
	if refusal == nil {
		s.connections.handOver(s.drainLimit)
	}
	stop()
	if refusal == nil {
		s.log.Info("discord: stopping", "under_way", s.work.size(), "at_most", s.drainLimit+drainRest)
	}
	if !s.work.idle(s.drainLimit) {
		abandon(errRestarting)
		s.work.idle(drainRest)
	}
	leaveGateway()
	<-gone
	hangUp() // what is left is told when the bot is back
	background.Wait()
	leaveInbox()
	attending.Wait()
	s.work.idle(drainRest)
	return refusal
}

func newSession(token string) *discordgo.Session {
	session, err := discordgo.New(token)
	if err != nil {
		panic("discord: unreachable: the library only fills in a struct: " + err.Error())
	}
	session.LogLevel = -1 // it logs past slog; what matters is logged here
	return session
}

// start checks the token and learns the bot's ids. It goes on trying until ctx ends.
func (s *Server) start(ctx context.Context) error {
	var user discordgo.User
	if err := s.insist(ctx, discordgo.EndpointUser("@me"), &user); err != nil {
		return err
	}
	var app discordgo.Application
	if err := s.insist(ctx, discordgo.EndpointOAuth2Application("@me"), &app); err != nil {
		return err
	}
	s.user, s.app = user.ID, app.ID
	s.log.Info("discord: logged in", "bot", user.Username, "id", user.ID)
	return s.cursors.load(ctx, s.inbox, time.Now())
}

// insist reads what the bot cannot begin without. It fails only when Discord refuses
// that.
func (s *Server) insist(ctx context.Context, address string, result any) error {
	for {
		answer, err := s.api.attempt(ctx, http.MethodGet, address, nil)
		switch {
		case err == nil:
			return json.Unmarshal(answer, result)
		case ctx.Err() != nil:
			return ctx.Err()
		case isUnauthorized(err), refused(err):
			return unwelcome(err)
		}
		s.log.Warn("discord: Discord cannot be reached; trying again", "error", err, "again_in", max(s.beatPause, s.api.wall.remains().Round(time.Second)))
		if !pause(ctx, s.beatPause) {
			return ctx.Err()
		}
	}
}

// unwelcome is why Discord will not have the bot, by the error of a request that anyone
// with a token may make.
func unwelcome(err error) error {
	switch {
	case isUnauthorized(err):
		return ErrBadToken
	case refused(err):
		return fmt.Errorf("discord: this is not Discord's API, nor another that DISCORD_API_URL should name: %w", err)
	}
	return err
}
