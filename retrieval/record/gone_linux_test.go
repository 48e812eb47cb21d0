package record

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestStirs has a connection, by TCP and by a socket of this machine's, be at rest, and then
// be ended by the other side.
func TestStirs(t *testing.T) {
	folder, err := os.MkdirTemp("", "") // as a socket's name may have 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(folder, "s")} {
		listener, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		dialer := net.Dialer{Control: noticeGone}
		ours, err := dialer.Dial(network, listener.Addr().String())
		if err != nil {
			t.Error(err)
			continue
		}
		defer ours.Close()
		theirs, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if stirs(ours) {
			t.Errorf("%s: it stirs at rest", network)
		}
		theirs.Close()
		for !stirs(ours) { // it takes a moment
			runtime.Gosched()
		}
	}
}
