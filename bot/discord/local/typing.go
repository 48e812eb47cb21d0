package local

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// typingLife is how long a client shows that someone writes: "Trigger Typing
// Indicator".
const typingLife = 10 * time.Second

func (s *Server) postTyping(r *http.Request, _ []byte) (any, error) {
	c, err := s.channel(r, PermSendMessages)
	if err != nil {
		return nil, err
	}
	s.typing(c, s.state.app.ID)
	return nil, nil
}

// typing tells the bot that someone writes.
func (s *Server) typing(c *Channel, user string) {
	if s.state.typing[c.ID] == nil {
		s.state.typing[c.ID] = map[string]time.Time{}
	}
	s.state.typing[c.ID][user] = s.state.now()
	event := map[string]any{"channel_id": c.ID, "user_id": user, "timestamp": s.state.now().Unix()}
	intent := intentDirectTyping
	if g := s.state.guild(c.GuildID); g != nil {
		intent = intentGuildTyping
		event["guild_id"] = c.GuildID
		if m := g.member(user); m != nil {
			event["member"] = m.wire(true)
		}
	}
	s.tell(c, "TYPING_START", intent, func(bool) any { return event })
}

// Typing returns who is writing in a channel: they said so a short while ago,
// and have not sent anything since.
func (s *Server) Typing(channel string) []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []User
	writing := s.state.typing[channel]
	for _, id := range slices.SortedFunc(maps.Keys(writing), compareIDs) {
		if s.state.now().Sub(writing[id]) < typingLife {
			list = append(list, s.state.users[id])
		}
	}
	return list
}
