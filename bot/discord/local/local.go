// Package local is a small Discord in one process: guilds, channels, people,
// messages and slash commands behind the REST API (v9) and the gateway that
// bots speak, with Discord's real limits and its errors. It serves the one
// application whose token it is given, and is written against Discord's
// documentation, not against any client library.
//
// A bot talks to it over HTTP and WebSocket; a test, or a demo's web page,
// drives it by the methods of Server: AddGuild, Say, Slash, Wait and so on.
//
// Source of everything here unless a comment names another:
// https://discord.com/developers/docs.
package local

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Options set up a Server. All are required but Privileged.
type Options struct {
	Token      string           // the bot token that is let in
	Name       string           // of the application and its bot user
	Now        func() time.Time // the clock that timestamps and deadlines go by
	Privileged bool             // the application may use the privileged intents
}

// A Server is the local Discord, an http.Handler. Its methods may be called
// from any goroutine.
type Server struct {
	opts    Options
	routes  *http.ServeMux
	mu      sync.Mutex // guards all below, and everything they point to
	state   state
	conns   map[*conn]bool
	log     []Request
	changed chan struct{} // closed and replaced whenever anything above changes
}

// New makes a local Discord without guilds and people: only the
// application's bot user is there.
func New(opts Options) *Server {
	s := &Server{opts: opts, conns: map[*conn]bool{}, changed: make(chan struct{})}
	s.state = newState(opts.Now, opts.Name)
	s.routes = s.newRoutes()
	return s
}

// Close drops every gateway connection. The HTTP side is the caller's.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.drop(closeGoingAway, "The server is closing.")
	}
}

// Wait returns nil as soon as cond holds, or ctx's error. It looks again
// after every change of the server's state. cond may call the Server.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// touch wakes everyone in Wait. s.mu is held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}
