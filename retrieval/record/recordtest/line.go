package recordtest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
)

// A Line is a way to a server that may break at a commit.
type Line struct {
	server  string
	address string
	breaks  atomic.Bool // at the next commit
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

func (l *Line) join(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	var broken atomic.Bool
	go func() {
		defer server.Close()
		relay(server, client, func(sent []byte) bool {
			if bytes.Contains(sent, []byte("commit\x00")) && l.breaks.CompareAndSwap(true, false) {
				broken.Store(true)
			}
			return true
		})
	}()
	relay(client, server, func([]byte) bool { return !broken.Load() })
}

// relay passes on what it reads, as long as it may.
func relay(to io.Writer, from io.Reader, may func([]byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !may(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
