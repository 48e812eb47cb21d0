package local

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Storm is Discord on a very bad day: one request in seven fails, is lost or comes late,
// connections end in all ways that there are, and payloads come late, twice or not at
// all. The seed decides what chance does.
func Storm(seed uint64) Faults {
	s := &storm{rand: rand.New(rand.NewPCG(seed, seed))}
	return Faults{Request: s.request, Payload: s.payload}
}

// A storm is the chance in it.
type storm struct {
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

// A connection lasts for some hundred payloads.
func (s *storm) payload(name string) PayloadFault {
	switch {
	case s.one(300):
		return PayloadFault{Cut: true}
	case s.one(300):
		return PayloadFault{Reconnect: true}
	case s.one(300):
		return PayloadFault{Close: []int{1001, 4000, 4008}[s.n(3)]}
	case s.one(600):
		return PayloadFault{Invalid: Resumable}
	case s.one(1000):
		return PayloadFault{HalfOpen: true}
	case s.one(1000): // what comes until there is another session is lost
		return PayloadFault{Invalid: NotResumable}
	case s.one(1000):
		return PayloadFault{Close: []int{4007, 4009}[s.n(2)]}
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
