package discord

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// A shard is a part of the guilds, of which one connection tells.
// https://discord.com/developers/docs/events/gateway#sharding
type shard struct{ number, total int }

// has reports whether a guild is the shard's; what has no guild is the first's.
func (s shard) has(guild string) bool {
	return int(uint64(parseSnowflake(guild))>>22%uint64(s.total)) == s.number
}

// stay keeps this process's connections with the gateway until ctx ends, or Discord will
// not have the bot any more. When the bot has come into more servers than so many shards may
// serve, it goes on with as many as Discord advises then, unless it was told how many.
func (s *Server) stay(ctx, work context.Context) error {
	var refused error
	for total := 0; ; {
		advice, err := s.advised(ctx)
		if err != nil || ctx.Err() != nil {
			return err
		}
		before := total
		if total = cmp.Or(s.shards, max(1, advice.Shards)); total <= before {
			return refused
		}
		if total > 1 {
			s.log.Info("discord: the servers are divided", "shards", total)
			refused = s.staySharded(ctx, work, total, max(1, advice.SessionStartLimit.MaxConcurrency))
		} else {
			refused = s.stayWhole(ctx, work, advice)
		}
		if !errors.Is(refused, errFewShards) {
			return refused
		}
		if !pause(ctx, s.gateway.pace.identify) { // the one that was refused counts
			return nil
		}
	}
}

// stayWhole serves all guilds by one connection.
func (s *Server) stayWhole(ctx, work context.Context, advice discordgo.GatewayBotResponse) error {
	only := s.gateway.of(shard{0, 1}, s.log)
	only.advice = &advice
	only.handle = func(e *discordgo.Event) { s.event(work, shard{0, 1}, e) }
	s.connections.add(&served{gateway: only, leave: func() {}})
	defer s.connections.end()
	return only.stay(ctx)
}

// advised learns how many shards there are to be, and how many sessions may be begun
// beside each other.
func (s *Server) advised(ctx context.Context) (advice discordgo.GatewayBotResponse, err error) {
	for {
		advice, err = s.gateway.ask(ctx)
		switch {
		case err == nil:
			return advice, nil
		case isUnauthorized(err):
			return advice, ErrBadToken
		case ctx.Err() == nil:
			s.log.Warn("discord: Discord does not tell where its gateway is; trying again", "error", err, "again_in", s.beatPause)
		}
		if !pause(ctx, s.beatPause) {
			return advice, nil
		}
	}
}

// staySharded serves those of so many shards that are this process's. When the bot stops
// they are handed over to the others.
func (s *Server) staySharded(ctx, work context.Context, total, beside int) error {
	ctx, end := context.WithCancel(ctx)
	defer s.connections.end()
	defer end()
	leave, handed := s.connections.divided()
	defer handed()
	settled, refused := make(chan struct{}, 1), make(chan error, total)
	lines := &lines{beside: beside, inbox: s.inbox, pause: s.beatPause / 4, heads: make(map[int]chan struct{})}
	for leaving := false; ; {
		mine, alone, err := s.inbox.Shards(ctx, total, leaving)
		if err != nil && ctx.Err() == nil {
			s.log.Error("discord: dividing the shards", "error", err)
		}
		if err == nil {
			for _, lease := range s.connections.keep(mine) {
				s.serveShard(ctx, work, lease, lines, settled, refused)
			}
			s.takeOver(ctx)
			if leaving && (alone || len(mine) == 0) {
				handed()
			}
		}
		wait := s.beatPause
		if leaving {
			wait /= 4 // others take over meanwhile
		}
		select {
		case err := <-refused:
			return err
		case <-ctx.Done():
			return nil
		case <-leave:
			leaving, leave = true, nil
		case <-settled:
		case <-time.After(wait):
		}
	}
}

// serveShard connects a shard. Settled is told when it has a session, refused when
// Discord will not have it.
func (s *Server) serveShard(ctx, work context.Context, lease ledger.Shard, lines *lines, settled chan<- struct{}, refused chan<- error) {
	at := shard{lease.Number, lease.Total}
	log := s.log.With("shard", at.number)
	g := s.gateway.of(at, log)
	g.handle = func(e *discordgo.Event) { s.event(work, at, e) }
	g.turn = func(ctx context.Context) (func(), error) { return lines.turn(ctx, at.number%lines.beside) }
	g.settled = func() {
		select {
		case settled <- struct{}{}:
		default: // it has yet to look
		}
	}
	ctx, leave := context.WithCancel(ctx)
	c := &served{gateway: g, lease: lease, leave: leave}
	s.connections.add(c)
	c.gone.Go(func() {
		if err := g.stay(ctx); err != nil {
			refused <- err
		}
	})
}

// takeOver makes this process the owner of the shards that it has connected while another
// served them.
func (s *Server) takeOver(ctx context.Context) {
	for _, c := range s.connections.ready() {
		took, err := s.inbox.Took(ctx, c.lease)
		if err != nil {
			s.log.Error("discord: taking a shard over", "shard", c.lease.Number, "error", err)
		}
		if took {
			s.connections.own(c)
		}
	}
}

// Connections are those that this process has with the gateway, by shard.
type connections struct {
	changed chan struct{} // holds one when a connection was added, or became this process's own

	mu       sync.Mutex
	all      map[int]*served
	known    bool // which there are to be
	presence *presence

	leave  chan struct{} // closed when all are to be handed over; nil: there is but one, which others have too
	handed chan struct{} // closed when they are, or nobody is there to take them
}

// A served shard has a gateway of its own.
type served struct {
	gateway *gateway
	lease   ledger.Shard
	leave   context.CancelFunc
	gone    sync.WaitGroup
}

func newConnections() *connections {
	return &connections{all: make(map[int]*served), changed: make(chan struct{}, 1)}
}

func (c *connections) add(one *served) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one.gateway.presence.Store(c.presence)
	c.all[one.lease.Number] = one
	c.known = true
	c.tell()
}

// own notes that a shard, which is connected, is this process's now.
func (c *connections) own(one *served) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one.lease.Owned = true
	c.tell()
}

func (c *connections) tell() {
	select {
	case c.changed <- struct{}{}:
	default: // who looks has yet to
	}
}

// serves reports whether a guild's shard, for "" the first, is this process's own. As long as
// the guilds are not divided all are everybody's.
func (c *connections) serves(guild string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.all {
		if one.lease.Owned && (shard{one.lease.Number, one.lease.Total}).has(guild) {
			return true
		}
	}
	return c.leave == nil
}

// keep ends the connections of all shards but those, and returns those that have none.
func (c *connections) keep(mine []ledger.Shard) (missing []ledger.Shard) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = c.known || len(mine) == 0
	kept := make(map[int]bool)
	for _, lease := range mine {
		kept[lease.Number] = true
		if one := c.all[lease.Number]; one != nil {
			one.lease = lease
		} else {
			missing = append(missing, lease)
		}
	}
	for number, one := range c.all {
		if !kept[number] {
			one.leave()
			one.gone.Wait()
			delete(c.all, number)
		}
	}
	return missing
}

// end ends all connections. Which there are to be is not known from then on.
func (c *connections) end() {
	c.keep(nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = false
}

// ready are the shards with a connection that are another's by the ledger.
func (c *connections) ready() (ready []*served) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.all {
		if !one.lease.Owned && one.gateway.connected.Load() != nil {
			ready = append(ready, one)
		}
	}
	return ready
}

// states are how those are that there are, and whether these are as many as there are to be.
func (c *connections) states() (states []ShardState, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for number, one := range c.all {
		state := ShardState{Number: number}
		if session := one.gateway.connected.Load(); session != nil {
			state.Connected, state.RoundTrip = true, time.Duration(session.trip.Load())
		}
		states = append(states, state)
	}
	slices.SortFunc(states, func(a, b ShardState) int { return cmp.Compare(a.Number, b.Number) })
	return states, c.known
}

// present shows a presence, now and in the sessions to come.
func (c *connections) present(p *presence) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.presence = p
	for _, one := range c.all {
		one.gateway.present(p)
	}
}

// divided says that the shards are divided among processes. leave is closed when this
// one's are to be handed over; handed says that they are.
func (c *connections) divided() (leave <-chan struct{}, handed func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leave, c.handed = make(chan struct{}), make(chan struct{})
	return c.leave, sync.OnceFunc(func() { close(c.handed) })
}

// handOver has other processes serve the shards, if there are any, and waits until they
// do: so nobody is told that the bot restarts when only this process does.
func (c *connections) handOver(limit time.Duration) {
	c.mu.Lock()
	leave, handed := c.leave, c.handed
	c.mu.Unlock()
	if leave == nil {
		return
	}
	close(leave)
	select {
	case <-handed:
	case <-time.After(limit):
	}
}

// Lines are where shards wait until they may begin a session: Discord has one begin in
// each every five seconds, whatever the process.
type lines struct {
	beside int // how many there are
	inbox  *ledger.Inbox
	pause  time.Duration // between two looks

	mu    sync.Mutex
	heads map[int]chan struct{} // each holds one while the turn is a shard's of this process
}

// turn waits for the turn in a line, and gives what ends it.
func (l *lines) turn(ctx context.Context, line int) (end func(), err error) {
	l.mu.Lock()
	if l.heads[line] == nil {
		l.heads[line] = make(chan struct{}, 1)
	}
	head := l.heads[line]
	l.mu.Unlock()
	select {
	case head <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		has, err := l.inbox.Turn(ctx, line)
		if has {
			return sync.OnceFunc(func() { go l.end(line, head) }), nil
		}
		if err == nil && !pause(ctx, l.pause) {
			err = ctx.Err()
		}
		if err != nil {
			<-head
			return nil, err
		}
	}
}

// end ends the turn in a line: no other process begins a session there until that is
// stored, or this one is dead.
func (l *lines) end(line int, head chan struct{}) {
	for {
		err := l.inbox.EndTurn(context.Background(), line)
		if err == nil || errors.Is(err, ledger.ErrClosed) {
			<-head
			return
		}
		time.Sleep(l.pause)
	}
}
