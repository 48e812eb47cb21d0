package local

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Statuses of a presence: "Status Types".
const (
	StatusOnline    = "online"
	StatusIdle      = "idle"
	StatusBusy      = "dnd"
	StatusInvisible = "invisible" // people are shown StatusOffline
	StatusOffline   = "offline"
)

// Activity types.
const (
	ActivityPlaying   = 0
	ActivityStreaming = 1
	ActivityListening = 2
	ActivityWatching  = 3
	ActivityCustom    = 4 // people are shown its state alone
	ActivityCompeting = 5
)

// An Activity is what stands under the bot's name: of an activity's fields
// those that a bot can set.
type Activity struct {
	Name  string `json:"name"`
	Type  int    `json:"type"`
	URL   string `json:"url"` // of a stream
	State string `json:"state"`
}

// A presence is the payload that a client updates it with, which may stand in
// its identify too: "Update Presence".
type presence struct {
	Since      *float64   `json:"since"` // when it went idle
	Activities []Activity `json:"activities"`
	Status     string     `json:"status"` // online when empty, as clients that say nothing of it send it
	AFK        bool       `json:"afk"`
}

// readPresence reads one, and reports whether it can be one.
func readPresence(data json.RawMessage) (presence, bool) {
	var p presence
	if len(data) > 0 && json.Unmarshal(data, &p) != nil {
		return presence{}, false
	}
	p.Status = cmp.Or(p.Status, StatusOnline)
	known := slices.Contains([]string{StatusOnline, StatusIdle, StatusBusy, StatusInvisible, StatusOffline}, p.Status)
	odd := slices.ContainsFunc(p.Activities, func(a Activity) bool { return a.Type < ActivityPlaying || a.Type > ActivityCompeting })
	return p, known && !odd
}

// updatePresence takes the presence of a session that is there. s.mu is held.
func (s *Server) updatePresence(c *conn, data json.RawMessage) {
	p, ok := readPresence(data)
	if !ok {
		s.drop(c, closeDecodeError, "Error while decoding payload.")
		return
	}
	c.session.presence = p // whoever waits is woken once the payload has been taken
}

// Presence returns what people see of the bot: the status and the activities
// that its newest session has set, or StatusOffline while it has none with a
// connection.
func (s *Server) Presence() (status string, activities []Activity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range slices.Backward(s.sessions) {
		if x.conn == nil {
			continue
		}
		if x.presence.Status == StatusInvisible || x.presence.Status == StatusOffline {
			return StatusOffline, nil
		}
		return x.presence.Status, slices.Clone(x.presence.Activities)
	}
	return StatusOffline, nil
}
