package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
	"github.com/gorilla/websocket"
)

// A gateway keeps a session with Discord's gateway, whatever happens to its
// connections: each is given up at the first sign that it is lost, and the next
// takes up the session where it was, or begins another.
//
// The library has a client of its own, which can wait for ever for a connection
// that is gone, and lock itself up; it is used here for what travels, not for how.
type gateway struct {
	token   string // with "Bot " before it
	intents discordgo.Intent
	shard   shard
	api     *client
	handle  func(*discordgo.Event)                        // of each event, in order; it must not wait
	settled func()                                        // when there is a session; it must not wait
	turn    func(context.Context) (end func(), err error) // waits until a session may be begun; nil: at once
	advice  *discordgo.GatewayBotResponse                 // that was given just now; nil: it is asked for
	log     *slog.Logger
	observe func(What)
	pace    pace

	presence  atomic.Pointer[presence]   // nil: none is to be shown
	connected atomic.Pointer[connection] // the one that has a session now

	session    session
	home       string    // the gateway's address for new sessions
	identified time.Time // when the last one was asked for
	endTurn    func()    // lets others begin a session
}

// A session can be resumed while Discord remembers it.
type session struct {
	id  string // "" where there is none
	url string // where to resume it
	seq int64  // of the last event that was handled
}

// A pace is how long the parts of a gateway's life take.
type pace struct {
	dial       time.Duration               // until the connection stands; then, until there is a session
	hello      time.Duration               // until Discord's first word
	write      time.Duration               // until a connection has taken what is written
	identify   time.Duration               // between two identifies: Discord allows one in 5 seconds
	invalid    func() time.Duration        // before a session follows one that Discord calls invalid, at least
	retry      *backoff.ExponentialBackOff // between connections
	retryReset time.Duration               // one that had a session for so long is followed at once, and resets retry
}

func gatewayPace() pace {
	return pace{
		dial:       20 * time.Second,
		hello:      5 * time.Second,
		write:      5 * time.Second,
		identify:   5 * time.Second,
		invalid:    func() time.Duration { return time.Second + rand.N(4*time.Second) }, // as Discord asks for
		retry:      &backoff.ExponentialBackOff{InitialInterval: 500 * time.Millisecond, RandomizationFactor: .5, Multiplier: 2, MaxInterval: time.Minute},
		retryReset: 10 * time.Second,
	}
}

// sessionReserve is how many of a day's identifies are left alone. With the last
// one Discord ends all the application's sessions and resets its token, until
// somebody puts another in place; and other processes with the token, or another
// start of this one, count as well.
const sessionReserve = 20

// Close codes of Discord's: those that end a session, and those after which no
// other can be had.
const (
	closeAuthenticationFailed = 4004
	closeInvalidSequence      = 4007
	closeSessionTimedOut      = 4009
	closeInvalidShard         = 4010
	closeShardingRequired     = 4011
	closeInvalidVersion       = 4012
	closeInvalidIntents       = 4013
	closeDisallowedIntents    = 4014
)

// of is a gateway like this one, of a shard.
func (g *gateway) of(at shard, log *slog.Logger) *gateway {
	return &gateway{token: g.token, intents: g.intents, api: g.api, pace: g.pace, observe: g.observe, shard: at, log: log}
}

// stay keeps the session until ctx ends, which is no error, or until Discord will
// not have the bot any more. That error says what to change.
func (g *gateway) stay(ctx context.Context) error {
	retry := *g.pace.retry
	for {
		lasted, err := g.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}
		g.observe(Disconnected)
		if final := refusal(err); final != nil {
			return final
		}
		var wait time.Duration
		if lasted > g.pace.retryReset {
			retry.Reset()
		} else {
			wait = retry.NextBackOff()
		}
		if errors.Is(err, errInvalidSession) {
			wait = max(wait, g.pace.invalid())
		}
		g.log.Warn("discord: not connected to the gateway", "error", err, "resumes", g.session.id != "", "again_in", wait)
		if !pause(ctx, wait) {
			return nil
		}
	}
}

// connect makes a connection and serves it to its end, which is an error. It
// returns how long the connection had a session too, from READY or RESUMED on. A panic is
// an error: a shard that nobody serves is not to seem served.
func (g *gateway) connect(ctx context.Context) (lasted time.Duration, err error) {
	defer caught(&err)
	address := g.session.url
	if g.session.id == "" {
		if err := g.begin(ctx); err != nil {
			return 0, err
		}
		address = g.home
	}
	c, err := dial(ctx, address, g.session.seq, g.pace)
	if err != nil {
		g.session.url = g.home // that address may be what is wrong
		if g.session.id == "" {
			g.endTurn()
		}
		return 0, err
	}
	defer c.leave()
	defer g.connected.Store(nil)
	err = g.converse(c)
	lasted = c.lasted()
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed) && (closed.Code == closeInvalidSequence || closed.Code == closeSessionTimedOut),
		errors.Is(err, errProtocol): // Discord would say it again
		g.session = session{}
	}
	return lasted, err
}

// begin waits until a new session may be begun, and learns where.
func (g *gateway) begin(ctx context.Context) (err error) {
	g.endTurn = func() {}
	if g.turn != nil {
		if g.endTurn, err = g.turn(ctx); err != nil {
			return err
		}
	}
	bot, err := g.advised(ctx) // after the turn: other shards may have begun many meanwhile
	if err != nil {
		g.endTurn()
		return err
	}
	wait := time.Until(g.identified.Add(g.pace.identify))
	// A server may allow fewer than the reserve, or (Total 0) not say.
	if limit := bot.SessionStartLimit; limit.Remaining < min(sessionReserve, limit.Total) {
		wait = max(wait, time.Duration(limit.ResetAfter)*time.Millisecond)
		g.log.Error("discord: nearly all the sessions that Discord allows the bot in a day are used up, "+
			"and after the last Discord would reset its token; the bot is away until there are new ones",
			"remaining", limit.Remaining, "total", limit.Total, "wait", wait)
	}
	if !pause(ctx, wait) {
		g.endTurn()
		return ctx.Err()
	}
	g.home = bot.URL
	return nil
}

// advised is what ask learns, or has learned a moment ago.
func (g *gateway) advised(ctx context.Context) (discordgo.GatewayBotResponse, error) {
	if known := g.advice; known != nil {
		g.advice = nil
		return *known, nil
	}
	return g.ask(ctx)
}

// ask learns where the gateway is, and how many sessions may be begun.
func (g *gateway) ask(ctx context.Context) (bot discordgo.GatewayBotResponse, err error) {
	ctx, cancel := context.WithTimeout(ctx, g.pace.dial)
	defer cancel()
	err = g.api.call(ctx, http.MethodGet, discordgo.EndpointGatewayBot, nil, &bot)
	if isStatus(err, http.StatusNotFound) { // not every server that speaks the API has it
		err = g.api.call(ctx, http.MethodGet, discordgo.EndpointGateway, nil, &bot)
	}
	if err != nil {
		return bot, fmt.Errorf("discord: asking for the gateway: %w", err)
	}
	return bot, nil
}

// converse handles what Discord says until the connection ends.
func (g *gateway) converse(c *connection) error {
	if err := g.introduce(c); err != nil {
		return err
	}
	for {
		e, err := c.read()
		if err != nil {
			return err
		}
		switch e.Operation {
		case opDispatch:
			g.session.seq = e.Sequence
			if err := g.settle(c, e); err != nil {
				return err
			}
			g.handle(e)
		case opHeartbeat:
			err = c.beat()
		case opHeartbeatAck:
			c.acknowledged()
		case opReconnect:
			return errReconnect
		case opInvalidSession:
			if string(e.RawData) != "true" {
				g.session = session{}
			}
			return errInvalidSession
		}
		if err != nil {
			return err
		}
	}
}

// introduce tells Discord who is there: one that comes back, or a new one.
func (g *gateway) introduce(c *connection) error {
	if g.session.id != "" {
		return c.write(opResume, map[string]any{"token": g.token, "session_id": g.session.id, "seq": g.session.seq})
	}
	defer func() {
		g.identified = time.Now()
		time.AfterFunc(g.pace.identify, g.endTurn)
	}()
	identify := map[string]any{
		"token": g.token, "intents": g.intents,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "storybot", "device": "storybot"},
	}
	if g.shard.total > 1 {
		identify["shard"] = []int{g.shard.number, g.shard.total}
	}
	if p := g.presence.Load(); p != nil {
		identify["presence"] = p
	}
	return c.write(opIdentify, identify)
}

// settle notes what an event says of the session.
func (g *gateway) settle(c *connection, e *discordgo.Event) error {
	switch e.Type {
	case "READY":
		var r struct {
			SessionID string `json:"session_id"`
			URL       string `json:"resume_gateway_url"`
		}
		if err := decode(e, &r); err != nil {
			return err
		}
		g.session.id, g.session.url = r.SessionID, resumeAddress(g.home, r.URL)
		g.log.Info("discord: connected")
		g.observe(Connected)
	case "RESUMED":
		g.log.Info("discord: connected again")
		g.observe(Resumed)
	default:
		return nil
	}
	c.settled()
	g.connected.Store(c)
	if g.settled != nil {
		g.settled()
	}
	if p := g.presence.Load(); p != nil { // it may be another than when this session began
		return c.write(opPresence, p)
	}
	return nil
}

// resumeAddress is where to resume a session that READY offers at an address, ""
// for none. The host is Discord's to choose, but the token goes there: no less
// encrypted than it went home.
func resumeAddress(home, offered string) string {
	h, herr := url.Parse(home)
	o, oerr := url.Parse(offered)
	if herr != nil || oerr != nil || o.Host == "" || o.Scheme != h.Scheme {
		return home
	}
	return offered
}

// refusal is the error that ends the bot's stay, or nil where another connection
// may be let in.
func refusal(err error) error {
	if isUnauthorized(err) {
		return ErrBadToken
	}
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return nil
	}
	switch closed.Code {
	case closeAuthenticationFailed:
		return ErrBadToken
	case closeInvalidShard, closeInvalidVersion, closeInvalidIntents: // no fault of who runs it
		return fmt.Errorf("discord: Discord does not understand this version of storybot; install a newer storybot: %w", err)
	case closeShardingRequired:
		return fmt.Errorf("%w: %w", errFewShards, err)
	case closeDisallowedIntents:
		return fmt.Errorf("discord: the application may not use an intent that storybot asks for, though it asks for no privileged one; "+
			"look under Bot, Privileged Gateway Intents, in Discord's developer portal, or install a newer storybot: %w", err)
	}
	return nil
}

var errFewShards = errors.New("discord: the bot is in more servers than so few connections may serve; start it again, with --shards auto or a higher number")

// pause waits, and reports whether ctx has not ended.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
