package local

import (
	"encoding/json"
	"net/http"
	"time"
)

// starts counts the sessions that the bot starts.
type starts struct {
	total int // ever
	day   bucket
	keys  map[int]*bucket // by shard_id % max_concurrency
	reset bool            // the token is no good any more
}

func newStarts(opts Options) starts {
	return starts{keys: map[int]*bucket{}, day: bucket{limit: Limit{opts.SessionStarts, 24 * time.Hour}}}
}

// Identified returns how many sessions the bot has started.
func (s *Server) Identified() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.starts.total
}

// SpendStarts takes n of the sessions that the bot may start in a day, as a bot does that
// starts again and again.
func (s *Server) SpendStarts(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.starts.day.take(s.state.now())
	}
}

// Advise has so many shards be recommended to the bot from now on, and sessions with more
// guilds than so many be refused, as when the bot has come into many.
func (s *Server) Advise(shards, guildsPerShard int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Shards, s.opts.GuildsPerShard = shards, guildsPerShard
}

// ResetToken makes the bot's token worthless, as its owner can, and as
// Discord does to a bot that identifies too often: every session ends.
func (s *Server) ResetToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resetToken()
}

func (s *Server) resetToken() {
	s.starts.reset = true
	for c := range s.conns {
		s.drop(c, closeAuthFailed, "Authentication failed.")
	}
	s.sessions = nil
	s.touch()
}

// identify lets a session in and tells it where it is. s.mu is held.
func (s *Server) identify(c *conn, data json.RawMessage) {
	var id struct {
		Token    string          `json:"token"`
		Intents  *int            `json:"intents"`
		Shard    []int           `json:"shard"`
		Presence json.RawMessage `json:"presence"`
	}
	wrong := json.Unmarshal(data, &id)
	shown, ok := readPresence(id.Presence)
	if wrong != nil || !ok {
		s.drop(c, closeDecodeError, "Error while decoding payload.")
		return
	}
	x := &session{version: c.version, shards: 1, presence: shown, keep: s.opts.KeepEvents}
	if x.sharded = id.Shard != nil; len(id.Shard) == 2 {
		x.shard, x.shards = id.Shard[0], id.Shard[1]
	}
	switch {
	case !s.isToken(id.Token):
		s.drop(c, closeAuthFailed, "Authentication failed.")
		return
	case x.sharded && (len(id.Shard) != 2 || x.shard < 0 || x.shard >= x.shards):
		s.drop(c, closeInvalidShard, "Invalid shard.")
		return
	case id.Intents == nil || *id.Intents < 0 || *id.Intents > intentsAll:
		s.drop(c, closeInvalidIntents, "Invalid intent(s).")
		return
	case *id.Intents&intentsPrivileged != 0 && !s.opts.Privileged:
		s.drop(c, closeDisallowedIntents, "Disallowed intent(s).")
		return
	case len(s.guildsOf(x)) > s.opts.GuildsPerShard:
		s.drop(c, closeShardingRequired, "Sharding required.")
		return
	}
	if !s.starts.day.take(s.state.now()) {
		s.resetToken()
		return
	}
	if !s.mayStart(x.shard) {
		c.send("INVALID_SESSION", opInvalidSession, false)
		return
	}
	x.intents, x.id = *id.Intents, s.state.snowflake()
	s.starts.total++
	s.sessions = append(s.sessions, x)
	x.conn, c.session = c, x
	s.welcome(x)
}

// mayStart holds a shard to one start in five seconds, with the others of its
// key.
func (s *Server) mayStart(shard int) bool {
	key := shard % s.opts.MaxConcurrency
	if s.starts.keys[key] == nil {
		s.starts.keys[key] = &bucket{limit: s.limiter.identify}
	}
	return s.starts.keys[key].take(s.state.now())
}

// welcome tells a new session of its guilds: first that they are there, then
// what is in them.
func (s *Server) welcome(x *session) {
	guilds := s.guildsOf(x)
	unavailable := []map[string]any{}
	for _, g := range guilds {
		unavailable = append(unavailable, map[string]any{"id": g.ID, "unavailable": true})
	}
	ready := map[string]any{
		"v":                  json.RawMessage(x.version),
		"user":               s.state.app,
		"guilds":             unavailable,
		"session_id":         x.id,
		"resume_gateway_url": x.conn.socket + "/resume",
		"application":        map[string]any{"id": s.state.app.ID, "flags": s.appFlags()},
	}
	if x.sharded {
		ready["shard"] = []int{x.shard, x.shards}
	}
	x.dispatch("READY", marshal(ready))
	for _, g := range guilds {
		if x.intents&intentGuilds != 0 {
			x.dispatch("GUILD_CREATE", marshal(s.guildCreate(g)))
		}
	}
}

// guildsOf returns the guilds of a session's shard.
func (s *Server) guildsOf(x *session) []*Guild {
	var guilds []*Guild
	for _, g := range s.state.guilds {
		if shardOf(g.ID, x.shards) == x.shard {
			guilds = append(guilds, g)
		}
	}
	return guilds
}

func (s *Server) getGateway(r *http.Request, _ []byte) (any, error) {
	return map[string]any{"url": socketURL(r)}, nil
}

func (s *Server) getGatewayBot(r *http.Request, _ []byte) (any, error) {
	remaining, after := s.starts.day.left(s.state.now())
	return map[string]any{
		"url":    socketURL(r),
		"shards": s.opts.Shards,
		"session_start_limit": map[string]any{
			"total": s.opts.SessionStarts, "remaining": remaining,
			"reset_after": after.Milliseconds(), "max_concurrency": s.opts.MaxConcurrency,
		},
	}, nil
}
