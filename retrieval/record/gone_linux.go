package record

import (
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
func noticeGone(_, _ string, socket syscall.RawConn) (err error) {
	failed := socket.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(goneAfter.Milliseconds()))
	})
	if failed != nil {
		return failed
	}
	return err
}
