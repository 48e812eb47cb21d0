package local

import "bytes"

// maxLogged bounds the bodies that the log of requests keeps, in bytes: a few
// of the largest, or very many as bots send them.
const maxLogged = 256 << 20

// A Request is one REST request as it came in, and the status it got.
type Request struct {
	Method      string
	Path        string // without the /api/v9 before it
	Query       string // what follows "?", as it came
	ContentType string
	Body        []byte // nil when it was too large to be taken
	Status      int
}

// Requests returns the REST requests so far, oldest first: the last of them,
// when there have been more than Options.KeepRequests, or their bodies have
// more than 256 MB together.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Request
	for _, r := range s.log.list {
		r.Body = bytes.Clone(r.Body)
		list = append(list, r)
	}
	return list
}

// A requestLog keeps the last requests.
type requestLog struct {
	most  int
	list  []Request // oldest first
	bytes int       // of their bodies
}

func (l *requestLog) add(r Request) {
	l.list = append(l.list, r)
	l.bytes += len(r.Body)
	for len(l.list) > l.most || l.bytes > maxLogged {
		l.bytes -= len(l.list[0].Body)
		l.list[0] = Request{} // the array is kept for a while, its body is not
		l.list = l.list[1:]
	}
}
