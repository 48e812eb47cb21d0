//go:build !linux

package record

import (
	"net"
	"syscall"
)

// noticeGone leaves it to keep-alives, and to the system's patience.
func noticeGone(string, string, syscall.RawConn) error { return nil }

// stirs leaves it to what is sent next to find out.
func stirs(net.Conn) bool { return false }
