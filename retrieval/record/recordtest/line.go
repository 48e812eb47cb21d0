package recordtest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Line is a way to a server. It may be long, it may break at a commit, and it counts how
// often it is gone to and fro.
type Line struct {
	server  string
	address string
	delay   atomic.Int64 // each way, in nanoseconds
	breaks  atomic.Bool  // at the next commit
	trips   atomic.Int64
}

// Line is a way to a database in which nothing is yet.
func (s *Server) Line(t testing.TB) *Line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	at, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	at.Host = listener.Addr().String()
	l := &Line{server: fmt.Sprintf("127.0.0.1:%d", s.port), address: at.String()}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.join(client)
		}
	}()
	return l
}

// URL is the database's address by way of the line.
func (l *Line) URL() string { return l.address }

// BreakAtCommit has the next commit be carried out, and nobody hear of it.
func (l *Line) BreakAtCommit() { l.breaks.Store(true) }

// Lengthen has whatever is sent from now on take that long to come.
func (l *Line) Lengthen(each time.Duration) { l.delay.Store(int64(each)) }

// Trips is how often the server was asked and has answered, over all connections: however
// many statements are sent together, they are one trip.
func (l *Line) Trips() int64 { return l.trips.Load() }

func (l *Line) join(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	var asked atomic.Bool
	go func() {
		defer server.Close()
		l.relay(server, client, func([]byte) bool {
			asked.Store(true)
			return true
		})
	}()
	l.relay(client, server, func(said []byte) bool {
		if asked.CompareAndSwap(true, false) {
			l.trips.Add(1)
		}
		committed := bytes.Contains(said, []byte("COMMIT\x00")) // the tag of what was carried out
		return !committed || !l.breaks.CompareAndSwap(true, false)
	})
}

// relay passes on what it reads, as long as it may.
func (l *Line) relay(to io.Writer, from io.Reader, may func([]byte) bool) {
	type piece struct {
		data []byte
		due  time.Time
	}
	pieces := make(chan piece, 1000)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer close(pieces)
	writing.Go(func() {
		for p := range pieces {
			time.Sleep(time.Until(p.due))
			to.Write(p.data) // when that fails, reading soon does
		}
	})
	for {
		buffer := make([]byte, 64<<10)
		n, err := from.Read(buffer)
		if err != nil || !may(buffer[:n]) {
			return
		}
		pieces <- piece{buffer[:n], time.Now().Add(time.Duration(l.delay.Load()))}
	}
}
