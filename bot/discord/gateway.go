package discord

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
	"github.com/gorilla/websocket"
)

// No privileged intents: the bot reads only what is addressed to it.
const intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages

// Close codes after which connecting again is no use: the first, and all from
// the second to the third.
const (
	closeAuthenticationFailed = 4004
	closeInvalidShard         = 4010
	closeDisallowedIntents    = 4014
)

// A gateway is a session with Discord's gateway, whose events start work. It
// is opened again when its connection is lost, and then takes up where it was.
type gateway struct {
	session *discordgo.Session
	line    line
	lost    chan struct{} // holds one when the connection has been lost
}

// newGateway makes a gateway that is not open yet. The library does not
// reconnect here: it would do so for ever, without a word.
func (s *Server) newGateway(work context.Context) *gateway {
	session := newSession(s.session.Token)
	g := &gateway{session: session, lost: make(chan struct{}, 1)}
	session.Client = s.session.Client
	session.Dialer = g.line.dialer()
	session.Identify.Intents = intents
	session.StateEnabled = false // nothing here reads the library's copy of the guilds
	session.ShouldReconnectOnError = false
	session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case g.lost <- struct{}{}:
		default:
		}
	})
	// The library calls each handler in a goroutine of its own, and does not
	// recover.
	session.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) {
		defer s.recovered()
		if x, ok := s.fromCommand(e.Interaction); ok {
			s.serve(work, x)
		}
	})
	session.AddHandler(func(_ *discordgo.Session, e *discordgo.MessageCreate) {
		defer s.recovered()
		if x, ok := s.fromMessage(e.Message); ok {
			s.serve(work, x)
		}
	})
	return g
}

func (s *Server) recovered() {
	if p := recover(); p != nil {
		s.log.Error("discord: a handler panicked", "panic", p, "stack", string(debug.Stack()))
	}
}

// stay keeps a gateway open until ctx ends, or until Discord will not have
// the bot any more, which is the error. It returns the last gateway.
func (s *Server) stay(ctx, work context.Context) (*gateway, error) {
	g := s.newGateway(work)
	open := func() (struct{}, error) {
		err := g.open(ctx)
		if err != nil {
			g = s.newGateway(work) // one that failed to open may hang
		}
		return struct{}{}, final(err)
	}
	report := func(err error, next time.Duration) {
		s.log.Warn("discord: cannot connect to the gateway", "error", err, "again_in", next)
	}
	for {
		if _, err := backoff.Retry(ctx, open, backoff.WithMaxElapsedTime(0), backoff.WithNotify(report)); err != nil {
			return g, err
		}
		s.log.Info("discord: connected")
		select {
		case <-g.lost:
			s.log.Warn("discord: the connection was lost")
		case <-ctx.Done():
			return g, nil
		}
	}
}

// final marks the errors after which connecting again is no use.
func final(err error) error {
	var closed *websocket.CloseError
	switch {
	case !errors.As(err, &closed):
		return err
	case closed.Code == closeAuthenticationFailed:
		return backoff.Permanent(ErrBadToken)
	case closeInvalidShard <= closed.Code && closed.Code <= closeDisallowedIntents:
		return backoff.Permanent(err)
	}
	return err
}

// open connects, for the first time or again. The library waits for Discord's
// first words without a limit, and can lock itself up: a gateway that fails
// to open is not to be used again.
func (g *gateway) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	opened := make(chan error, 1)
	go func() { opened <- g.session.Open() }()
	select {
	case err := <-opened:
		if errors.Is(err, discordgo.ErrWSAlreadyOpen) {
			return nil // the loss had been reported twice
		}
		if err != nil {
			return fmt.Errorf("discord: opening the gateway: %w", err)
		}
		return nil
	case <-ctx.Done():
		g.line.cut()
		return fmt.Errorf("discord: opening the gateway: %w", ctx.Err())
	}
}

// close leaves the gateway. The limit is for a connection that takes no more
// bytes.
func (g *gateway) close() {
	overdue := time.AfterFunc(closeLimit, g.line.cut)
	defer overdue.Stop()
	g.session.Close() // its error is of a connection that is gone anyway
}
