package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary, run again under the name storybot, the
// program itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"storybot": main})
}

// TestScripts runs the program as its user does, a process a command, in an
// empty folder.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if raced { // those in which much goes on at once: in the others a command follows the other
		files = []string{"testdata/backup.txtar", "testdata/loadtest.txtar", "testdata/processes.txtar", "testdata/refresh.txtar"}
	}
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"capture": capture,
			"site":    site,
		},
	})
}

// exits STATUS COMMAND… runs a command that has to end with that status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	status := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want, err := strconv.Atoi(args[0]); err != nil || status != want {
		ts.Fatalf("exit status %d, want %s", status, args[0])
	}
}

// capture VARIABLE PATTERN sets a variable to what the pattern's group matches
// in the last command's output.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if match == nil {
		ts.Fatalf("no match for %s", args[1])
	}
	ts.Setenv(args[0], match[1])
}

// site VARIABLE FOLDER serves a folder's files on loopback until the script ends, and
// sets a variable to where.
func site(ts *testscript.TestScript, _ bool, args []string) {
	folder := os.DirFS(ts.MkAbs(args[1]))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := cmp.Or(strings.TrimPrefix(r.URL.Path, "/"), "index.html")
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		// By its text: a file that is changed within a second has the same time.
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(content)))
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
}

// Secrets of the tests: no run may print what is in both.
const (
	secretKey   = "sk-s3cret-of-the-model"
	secretToken = "s3cret.token.of-discord"
)

// An invocation is one run of the program in this process.
type invocation struct {
	status         int
	stdout, stderr string
}

// invoke runs the program; no secret may come out of it.
func invoke(t testing.TB, ctx context.Context, environ []string, args ...string) invocation {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(ctx, args, environ, strings.NewReader(""), &stdout, &stderr)
	if strings.Contains(stdout.String()+stderr.String(), "s3cret") {
		t.Errorf("%q prints a secret:\n%s\n%s", args, &stdout, &stderr)
	}
	return invocation{status, stdout.String(), stderr.String()}
}

// succeed is invoke for what has to end with status 0.
func succeed(t *testing.T, environ []string, args ...string) invocation {
	t.Helper()
	got := invoke(t, t.Context(), environ, args...)
	if got.status != statusDone {
		t.Fatalf("%q: exit status %d\n%s", args, got.status, got.stderr)
	}
	return got
}

// write makes a file in the current folder, which is the test's own.
func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
