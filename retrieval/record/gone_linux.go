package record

import (
	"crypto/tls"
	"net"
	"strings"
	"syscall"
	"time"
)

// goneAfter is how long a server does not take what it was sent until it is held for gone.
// The system's own patience is a quarter of an hour, in which nothing would be stored.
const goneAfter = 30 * time.Second

// userTimeout is TCP_USER_TIMEOUT: see tcp(7).
const userTimeout = 0x12

// noticeGone has a connection to a server that is gone without a word, as when its machine
// is, break. Keep-alives do not while something is under way.
func noticeGone(network, _ string, socket syscall.RawConn) (err error) {
	if !strings.HasPrefix(network, "tcp") { // it is on this machine
		return nil
	}
	failed := socket.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(goneAfter.Milliseconds()))
	})
	if failed != nil {
		return failed
	}
	return err
}

// stirs says whether something has come over a connection at rest: mostly that the server has
// ended it. It reads nothing of it, and waits for nothing.
func stirs(c net.Conn) (came bool) {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	socket, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) {
			_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
			came = err != syscall.EAGAIN
		})
	}
	return came || err != nil
}
