package local

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Whatever a client sends after what else, a session that a connection has is
// one that is known and has that connection, and what is dropped has none.
func FuzzPayload(f *testing.F) {
	const id = `{"op":2,"d":{"token":"` + token + `","intents":513,"shard":[0,1]}}`
	for _, seed := range []string{
		`{"op":1,"d":null}`, `{"op":2,"d":{}}`, `{"op":3}`, `{"op":6,"d":{"token":"` + token + `","session_id":"%s","seq":1}}`,
		`{"op":6,"d":{"token":"` + token + `","session_id":"%s","seq":-9223372036854775808}}`, `{"op":9}`, `[]`, ``, id,
		`{"op":2,"d":{"token":"` + token + `","intents":0,"shard":[-1,-9223372036854775808]}}`,
	} {
		f.Add(seed, id)
		f.Add(id, seed)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		s := New(Options{Token: token, Name: "testbot", Now: func() time.Time { return time.Unix(1.7e9, 0) }})
		s.AddGuild("Readers")
		lost := ""
		for _, text := range []string{first, second, second} {
			c := &conn{version: "9", gone: make(chan struct{}), hurry: make(chan struct{}), wake: make(chan struct{}, 1)}
			c.beats = time.NewTimer(time.Hour)
			if lost != "" && len(text) < maxPayload {
				text = fmt.Sprintf(text, lost)
			}
			s.mu.Lock()
			s.conns[c] = true
			for range 2 {
				if !c.dropped {
					s.take(c, []byte(text))
				}
				if x := c.session; x != nil && (x.conn != c || !slices.Contains(s.sessions, x) || c.dropped) {
					t.Errorf("a session that is not the connection's")
				}
			}
			if c.session != nil {
				lost = c.session.id
			}
			s.detach(c)
			s.mu.Unlock()
		}
	})
}
