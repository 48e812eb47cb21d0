// Package recordtest gives tests records to work on: files, or, when a package's tests
// are run by InPostgreSQL, databases of a server that runs on loopback meanwhile.
package recordtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// remote names the server that tests make their records in; else they are files.
const remote = "STORYBOT_TEST_RECORD"

// Name is the name of a record that does not exist yet.
func Name(t testing.TB) string {
	if address := os.Getenv(remote); address != "" {
		return fresh(address)
	}
	return filepath.Join(t.TempDir(), "c.db")
}

// Remote says whether records are in PostgreSQL.
func Remote() bool { return os.Getenv(remote) != "" }

// OnlyFile skips what is about records in files.
func OnlyFile(t testing.TB) {
	t.Helper()
	if Remote() {
		t.Skip("it is about records in files")
	}
}

// InPostgreSQL runs the package's other tests once more, in a process of their own, with
// their records in PostgreSQL: what holds of a file holds there. It is skipped where no
// server is installed, and in short.
func InPostgreSQL(t *testing.T) {
	t.Helper()
	if Remote() {
		t.Skip("it is what runs this")
	}
	if testing.Short() {
		t.Skip("it takes as long as all others")
	}
	server := Serve(t)
	args := []string{"-test.run=."}
	if testing.Verbose() {
		args = append(args, "-test.v")
	}
	again := exec.CommandContext(t.Context(), os.Args[0], args...)
	again.Env = append(os.Environ(), remote+"="+server.URL())
	output, err := again.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("in PostgreSQL: %v\n%s", err, output)
	case testing.Verbose():
		t.Logf("in PostgreSQL:\n%s", output)
	}
}
