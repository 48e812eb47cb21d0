package recordtest

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A Server is a PostgreSQL server that anybody on this machine may use as postgres,
// without a password.
type Server struct {
	programs string // folder
	data     string // folder
	port     int
	account  *syscall.Credential // that it runs as; nil: as the test does
	running  *exec.Cmd
}

// Serve starts a server that ends with the test. Where none is installed the test is
// skipped; with STORYBOT_POSTGRES=required it fails. That may also be the folder of a
// server's programs.
func Serve(t testing.TB) *Server {
	t.Helper()
	s := &Server{programs: programs()}
	if s.programs == "" {
		if os.Getenv("STORYBOT_POSTGRES") == "required" {
			t.Fatal("no PostgreSQL server is installed")
		}
		t.Skip("no PostgreSQL server is installed: on Debian it is the package postgresql")
	}
	if err := s.make(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		os.RemoveAll(s.data)
	})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// URL is the address of a database in which nothing is yet.
func (s *Server) URL() string { return fresh(s.address()) }

// address is the server's.
func (s *Server) address() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// fresh is an address of a server with a schema that nobody has used.
func fresh(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		panic(err) // unreachable: it is Server.URL's
	}
	query := at.Query()
	query.Set("search_path", "test_"+strings.ToLower(rand.Text()))
	at.RawQuery = query.Encode()
	return at.String()
}

// make makes the server's data. PostgreSQL refuses to run as root: it is nobody then.
func (s *Server) make() error {
	var err error
	if s.data, err = os.MkdirTemp("", "recordtest"); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if s.account, err = nobody(); err != nil {
			return err
		}
		if err := os.Chown(s.data, int(s.account.Uid), int(s.account.Gid)); err != nil {
			return err
		}
	}
	if output, err := s.command("initdb", "-D", s.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	return listener.Close()
}

// Start starts the server, again after Kill, and returns when it takes connections.
func (s *Server) Start() error {
	s.running = s.command("postgres", "-D", s.data, "-p", strconv.Itoa(s.port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off")
	log, err := s.running.StderrPipe()
	if err != nil {
		return err
	}
	if err := s.running.Start(); err != nil {
		return err
	}
	var said strings.Builder
	for lines := bufio.NewScanner(log); lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if strings.Contains(lines.Text(), "ready to accept connections") {
			go io.Copy(io.Discard, log)
			return nil
		}
	}
	return fmt.Errorf("postgres does not start:\n%s", said.String())
}

// Kill ends the server at once: connections break, and what was not committed is lost.
func (s *Server) Kill() {
	if s.running == nil || s.running.Process == nil {
		return
	}
	s.running.Process.Signal(syscall.SIGQUIT)
	s.running.Wait()
	s.running = nil
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.programs, name), args...)
	c.Dir = s.data
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.account}
	return c
}

// programs is the folder of the newest server that is installed, "" when none is.
func programs() string {
	if folder := os.Getenv("STORYBOT_POSTGRES"); filepath.IsAbs(folder) {
		return folder
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return major(a) - major(b) }))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// major is the version in the path of one of Debian's servers.
func major(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

func nobody() (*syscall.Credential, error) {
	account, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}
