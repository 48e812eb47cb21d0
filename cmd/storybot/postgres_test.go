package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/retrieval/record/recordtest"
)

// TestPostgreSQL has every command that uses the record use one in PostgreSQL, and none
// print its password.
func TestPostgreSQL(t *testing.T) {
	server := recordtest.Serve(t)
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("harbour.md", []byte("# The harbour\n\nThe harbour of Ostend was closed on Monday.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := strings.Replace(server.URL(), "postgres@", "postgres:hunter2@", 1) // which the server does not ask for
	if err := os.WriteFile("address", []byte(address+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		environ := []string{"STORYBOT_DB_FILE=" + filepath.Join(dir, "address")}
		got := run(t.Context(), args, environ, strings.NewReader(""), &stdout, &stderr)
		if got != want {
			t.Fatalf("storybot %q: %d, want %d\n%s%s", args, got, want, &stdout, &stderr)
		}
		if strings.Contains(stdout.String()+stderr.String(), "hunter2") {
			t.Errorf("storybot %q prints the password: %s%s", args, &stdout, &stderr)
		}
		return stdout.String() + stderr.String()
	}
	contains := func(text, want string) {
		t.Helper()
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}

	contains(command(2, "backup", address), "names the database, not a file")
	contains(command(2, "restore", address), "names the database, not a file")
	contains(command(0, "doctor"), "holds no tables of storybot's yet")
	contains(command(0, "ask", "Who is the Kremlin's spokesperson?"), "Peskov")
	command(0, "sources", "add", "harbour.md")
	contains(command(0, "ask", "When was the harbour of Ostend closed?"), "“The harbour of Ostend was closed on Monday.”")
	contains(command(0, "ask", "--after", "last", "And why?"), "[1]")
	contains(command(0, "summary", "The harbour"), "Ostend")
	contains(command(0, "check", "The harbour of Ostend was closed on Monday."), "Supported")
	contains(command(0, "sources", "list"), "harbour.md")
	command(0, "sources", "refresh")
	contains(command(0, "settings", "check=strict"), "strict")
	contains(command(0, "usage"), "No model has been used there.")
	contains(command(0, "forget", "123"), "")
	contains(command(0, "reindex"), "")
	contains(command(0, "sources", "export", "all.json"), "")
	if _, err := os.Stat("postgres.index"); err != nil {
		t.Error("the index is not named after the database: ", err)
	}
	var findings []finding
	if err := json.Unmarshal([]byte(command(0, "doctor", "--json")), &findings); err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Status == statusBroken {
			t.Errorf("%+v", f)
		}
	}
	server.Kill()
	contains(command(1, "ask", "Who?"), "the database cannot be reached")
	contains(command(1, "doctor"), "the database cannot be reached")
}
