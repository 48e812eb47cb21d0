package local

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Storm is Discord on a very bad day: one request in seven fails, is lost or comes late,
// connections end in all ways that there are, each after so many payloads in the mean, and
// payloads come late, twice or not at all. The seed decides what chance does.
func Storm(seed uint64, payloads int) Faults {
	s := &storm{rand: rand.New(rand.NewPCG(seed, seed)), payloads: payloads}
	return Faults{Request: s.request, Payload: s.payload}
}

// A storm is the chance in it.
type storm struct {
	payloads int // that a connection lasts for

	mu   sync.Mutex
	rand *rand.Rand
}

func (s *storm) n(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.IntN(n)
}

func (s *storm) one(in int) bool { return s.n(in) == 0 }

// A request is refused, lost or late.
func (s *storm) request(string, string) RequestFault {
	switch {
	case s.one(30):
		return RequestFault{Status: http.StatusTooManyRequests, RetryAfter: 50 * time.Millisecond}
	case s.one(200):
		return RequestFault{Status: http.StatusTooManyRequests, RetryAfter: 100 * time.Millisecond, Global: true}
	case s.one(30):
		return RequestFault{Status: http.StatusServiceUnavailable, Served: s.one(2)}
	case s.one(30):
		return RequestFault{Status: http.StatusBadGateway, Served: s.one(2)}
	case s.one(30):
		return RequestFault{Cut: true, Served: s.one(2)}
	case s.one(20):
		return RequestFault{Delay: 20 * time.Millisecond}
	}
	return RequestFault{}
}

// A payload ends the connection in one of all ways, or comes late, twice, or not at all.
func (s *storm) payload(name string) PayloadFault {
	if s.one(s.payloads) {
		return s.end()
	}
	switch {
	case name == "HELLO" && s.one(10):
		return PayloadFault{Drop: true}
	case s.one(30):
		return PayloadFault{Duplicate: true}
	case s.one(30):
		return PayloadFault{Late: 2}
	case s.one(30):
		return PayloadFault{Delay: 20 * time.Millisecond}
	}
	return PayloadFault{}
}

func (s *storm) end() PayloadFault {
	switch n := s.n(44); {
	case n < 10:
		return PayloadFault{Cut: true}
	case n < 20:
		return PayloadFault{Reconnect: true}
	case n < 30:
		return PayloadFault{Close: []int{1001, 4000, 4008}[s.n(3)]}
	case n < 35:
		return PayloadFault{Invalid: Resumable}
	case n < 38:
		return PayloadFault{HalfOpen: true}
	case n < 41: // what comes until there is another session is lost
		return PayloadFault{Invalid: NotResumable}
	default:
		return PayloadFault{Close: []int{4007, 4009}[s.n(2)]}
	}
}
