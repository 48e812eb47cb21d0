package local

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxReplay     = 1 << 12         // events that a session keeps for a client that resumes, unless told otherwise
	sessionMemory = 3 * time.Minute // after its connection was lost: "a few minutes"
)

// A session is what a client has from its identifying on, over one connection
// after another.
type session struct {
	id            string
	version       string
	sharded       bool // the client said which shard it is
	shard, shards int
	intents       int
	presence      presence
	seq           int     // of the last event
	events        []event // the last of them
	keep          int     // how many, at most
	conn          *conn   // nil while there is none
	lostAt        time.Time
	resumed       int
	elsewhere     int
}

// An event is one dispatch as it was sent, or would have been.
type event struct {
	seq  int
	name string
	body []byte
}

// A Session describes a gateway session that has not ended.
type Session struct {
	ID        string
	Shard     int
	Shards    int // 1 without sharding
	Intents   int
	Seq       int  // of its last event
	Connected bool // otherwise it waits to be resumed
	Beating   bool // has had a heartbeat on this connection
	Resumed   int  // how often
	Elsewhere int  // how often of these not by its resume_gateway_url, as it should have been
}

// Sessions returns the sessions that have not ended, oldest first.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	var list []Session
	for _, x := range s.sessions {
		list = append(list, Session{
			ID: x.id, Shard: x.shard, Shards: x.shards, Intents: x.intents, Seq: x.seq,
			Connected: x.conn != nil, Beating: x.conn != nil && x.conn.beating, Resumed: x.resumed, Elsewhere: x.elsewhere,
		})
	}
	return list
}

// online says whether there is a session with a connection. s.mu is held.
func (s *Server) online() bool {
	return slices.ContainsFunc(s.sessions, func(x *session) bool { return x.conn != nil })
}

// resume gives a session another connection, and sends what it has missed.
// s.mu is held.
func (s *Server) resume(c *conn, data json.RawMessage) {
	var asked struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	if json.Unmarshal(data, &asked) != nil {
		s.drop(c, closeDecodeError, "Error while decoding payload.")
		return
	}
	if !s.isToken(asked.Token) {
		s.drop(c, closeAuthFailed, "Authentication failed.")
		return
	}
	s.expire()
	i := slices.IndexFunc(s.sessions, func(x *session) bool { return x.id == asked.Session })
	if i < 0 || s.sessions[i].version != c.version || s.sessions[i].forgot(asked.Seq) {
		c.send("INVALID_SESSION", opInvalidSession, false)
		return
	}
	x := s.sessions[i]
	if asked.Seq < 0 || asked.Seq > x.seq {
		s.end(x)
		s.drop(c, closeInvalidSeq, "Invalid seq.")
		return
	}
	if x.conn != nil {
		s.drop(x.conn, closeUnknownError, "The session has been resumed by another connection.")
	}
	x.conn, c.session = c, x
	x.resumed++
	if !c.byResume {
		x.elsewhere++
	}
	for _, e := range x.events {
		if e.seq > asked.Seq {
			c.enqueue(outgoing{name: e.name, body: e.body})
		}
	}
	x.dispatch("RESUMED", []byte("{}"))
}

// forgot says whether an event after seq is kept no more.
func (x *session) forgot(seq int) bool {
	return len(x.events) > 0 && 0 <= seq && seq < x.events[0].seq-1
}

// dispatch sends an event to every session that wants it and whose shard it
// belongs to. event makes the data, for a session with or without the Message
// Content intent. s.mu is held.
func (s *Server) dispatch(name string, intent int, event func(content bool) any) {
	s.expire()
	made := map[bool]json.RawMessage{}
	for _, x := range slices.Clone(s.sessions) {
		if x.intents&intent != intent {
			continue
		}
		content := x.intents&intentMessageContent != 0
		if made[content] == nil {
			made[content] = marshal(event(content))
		}
		if x.shards > 1 && shardOf(guildOf(name, made[content]), x.shards) != x.shard {
			continue
		}
		x.dispatch(name, made[content])
		if x.conn != nil && len(x.conn.queue) > maxQueued {
			x.conn.queue = nil
			s.drop(x.conn, closeUnknownError, "The client does not read.")
		}
	}
	s.touch()
}

// dispatch numbers an event, sends it if there is a connection, and keeps it
// for the next one.
func (x *session) dispatch(name string, data json.RawMessage) {
	x.seq++
	seq := x.seq
	body := fmt.Appendf(nil, `{"op":%d,"s":%d,"t":%q,"d":%s}`, opDispatch, seq, name, data) // data is JSON, which Marshal would go through again
	if x.conn != nil {
		x.conn.enqueue(outgoing{name: name, body: body})
	}
	if name == "RESUMED" {
		return // it ends one replay, and is no part of the next
	}
	if len(x.events) >= x.keep {
		x.events = slices.Delete(x.events, 0, max(1, x.keep/4))
	}
	x.events = append(x.events, event{seq, name, body})
}

// guildOf is the guild that an event belongs to, "" for none.
func guildOf(name string, data json.RawMessage) string {
	var of struct {
		ID      string `json:"id"`
		GuildID string `json:"guild_id"`
	}
	json.Unmarshal(data, &of) // an event without them is of no guild
	switch name {
	case "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE":
		return of.ID
	}
	return of.GuildID
}

// shardOf is Discord's formula. What has no guild goes to shard 0.
func shardOf(guild string, shards int) int {
	id, _ := strconv.ParseUint(guild, 10, 64)
	return int(id >> 22 % uint64(shards))
}

// lose ends what a connection has of its session, by the code that the server
// closes it with. s.mu is held.
func (s *Server) lose(c *conn, code int) {
	x := c.session
	s.detach(c)
	switch code {
	case closeAuthFailed, closeInvalidSeq, closeInvalidShard, closeShardingRequired,
		closeInvalidVersion, closeInvalidIntents, closeDisallowedIntents:
		s.end(x)
	}
}

// detach leaves a connection without its session, which can be resumed.
func (s *Server) detach(c *conn) {
	if x := c.session; x != nil {
		x.conn, c.session, x.lostAt = nil, nil, s.state.now()
	}
}

// end ends a session: it cannot be resumed. nil is none.
func (s *Server) end(x *session) {
	if x == nil {
		return
	}
	if x.conn != nil {
		s.detach(x.conn)
	}
	s.sessions = slices.DeleteFunc(s.sessions, func(other *session) bool { return other == x })
}

// expire ends the sessions that have been without a connection for too long.
func (s *Server) expire() {
	s.sessions = slices.DeleteFunc(s.sessions, func(x *session) bool {
		return x.conn == nil && s.state.now().Sub(x.lostAt) > sessionMemory
	})
}

// isToken is for the token in a payload, which clients write with "Bot "
// before it or without.
func (s *Server) isToken(token string) bool {
	return !s.starts.reset && strings.TrimPrefix(token, "Bot ") == s.opts.Token
}

const resumePath = "/socket/resume/"

func isResumePath(path string) bool { return strings.HasPrefix(path+"/", resumePath) }

// socketURL is the gateway's address, at the host that the client has asked.
func socketURL(r *http.Request) string { return hostURL("ws", r) + "/socket" }
