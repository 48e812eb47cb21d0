package local

import (
	"context"
	"net/http"
	"time"
)

// Faults are what goes wrong. The zero Faults: nothing does. The functions
// are called without any lock, from many goroutines, and may call the Server.
type Faults struct {
	// Request is asked of each REST request before it is served, which the
	// gateway's connections are not. The path is without the /api/v9 before it.
	Request func(method, path string) RequestFault

	// Payload is asked of each payload before it is sent on the gateway, by
	// "HELLO", "HEARTBEAT_ACK", "HEARTBEAT", "INVALID_SESSION", or an event's
	// name as READY, RESUMED, MESSAGE_CREATE.
	Payload func(name string) PayloadFault
}

// A RequestFault is what goes wrong with one request.
type RequestFault struct {
	Status     int           // the answer's status in place of what the request would get
	RetryAfter time.Duration // of a 429
	Global     bool          // of a 429: it is the global limit
	Shared     bool          // of a 429: it is the resource's limit, which is not held against the bot
	Served     bool          // the request is served all the same, only its answer is replaced or lost
	Delay      time.Duration // before it is served, by the wall clock; a client that gives up is not served
	Cut        bool          // the connection ends without an answer; Go's client then repeats a GET by itself
}

// A PayloadFault is what goes wrong with one payload, or between two. What
// ends the connection does so in the payload's place. Of several faults the
// one named first here happens first.
type PayloadFault struct {
	Delay     time.Duration // by the wall clock; what comes after it waits as well, as on TCP
	Reconnect bool          // op 7 goes out before it
	Invalid   Invalidation  // op 9 goes out before it
	Cut       bool          // the TCP connection ends without a close frame
	HalfOpen  bool          // from now on nothing is sent and nothing read, the TCP connection stays open
	Close     int           // the connection ends with this close code
	Drop      bool          // it is not sent; it counts as sent to a client that resumes
	Late      int           // reorder: it is sent after that many later payloads
	Duplicate bool          // it is sent twice
}

// An Invalidation is an Invalid Session (op 9) that nobody asked for.
type Invalidation int

const (
	Valid        Invalidation = iota
	Resumable                 // d is true: the session has lost its connection
	NotResumable              // d is false: the session has ended
)

// SetFaults replaces what goes wrong from now on.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Disturb does f to every gateway connection at once, behind what is on its
// way already. It hits no payload: Drop, Late and Duplicate do nothing. When
// it returns, the sessions that it ends have ended, and those that it takes
// the connection from have none.
func (s *Server) Disturb(f PayloadFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if !c.dropped {
			c.enqueue(outgoing{fault: &f})
			s.suffer(c, f)
		}
	}
	s.touch()
}

// suffer is what a fault means for a connection's session. s.mu is held.
func (s *Server) suffer(c *conn, f PayloadFault) {
	if f.Invalid != Valid {
		x := c.session
		s.detach(c)
		if f.Invalid == NotResumable {
			s.end(x)
		}
	}
	if f.Cut || f.HalfOpen || f.Close != 0 {
		c.dropped, c.deaf = true, f.HalfOpen && !f.Cut
		s.lose(c, f.Close)
		if c.deaf {
			c.beats.Stop() // it would close the connection
		}
	}
}

// payloadFault asks what goes wrong with a payload.
func (s *Server) payloadFault(c *conn, o outgoing) PayloadFault {
	if o.fault != nil {
		return *o.fault
	}
	s.mu.Lock()
	ask := s.faults.Payload
	s.mu.Unlock()
	if ask == nil {
		return PayloadFault{}
	}
	f := ask(o.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.suffer(c, f)
	s.touch()
	return f
}

// lateness holds the payloads that others overtake.
type lateness []latecomer

type latecomer struct {
	body      []byte
	duplicate bool
	after     int // so many others
}

func (l *lateness) add(o outgoing, f PayloadFault) {
	*l = append(*l, latecomer{o.body, f.Duplicate, f.Late})
}

// all returns what is still to be sent, at the end of a connection: what is lost there was
// never overtaken, as the client would take it for received.
func (l *lateness) all() (bodies [][]byte) {
	for len(*l) > 0 {
		bodies = append(bodies, l.due()...)
	}
	return bodies
}

// ends reports whether the connection comes to its end.
func (f PayloadFault) ends() bool {
	return f.Cut || f.HalfOpen || f.Reconnect || f.Close != 0 || f.Invalid != Valid
}

// due returns what is to be sent after one more payload has been.
func (l *lateness) due() [][]byte {
	var due [][]byte
	var rest lateness
	for _, late := range *l {
		late.after--
		switch {
		case late.after > 0:
			rest = append(rest, late)
		case late.duplicate:
			due = append(due, late.body, late.body)
		default:
			due = append(due, late.body)
		}
	}
	*l = rest
	return due
}

// requestFault asks what goes wrong with a request, and delays it. Its error
// is that the client has given up.
func (s *Server) requestFault(r *http.Request) (RequestFault, error) {
	s.mu.Lock()
	ask := s.faults.Request
	s.mu.Unlock()
	if ask == nil {
		return RequestFault{}, nil
	}
	f := ask(r.Method, r.URL.Path)
	if f.Delay <= 0 {
		return f, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), f.Delay)
	defer cancel()
	<-ctx.Done()
	return f, r.Context().Err()
}

// replaced says whether the request's own answer is not sent.
func (f RequestFault) replaced() bool { return f.Status != 0 || f.Cut }
