package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A demonstration is 'storybot demo' under way.
type demonstration struct {
	address string
	said    string            // on stdout, by the time that the page is there
	stop    func() invocation // SIGTERM, and what came of it
}

// startDemo runs the program until the test ends; temporary files are in a folder of
// the test's.
func startDemo(t *testing.T, environ []string, args ...string) *demonstration {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	ctx, interrupt := context.WithTimeout(context.Background(), 100*time.Second)
	out, in := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan invocation, 1)
	go func() {
		status := run(ctx, append([]string{"demo", "--addr", "127.0.0.1:0"}, args...), environ, strings.NewReader(""), in, &stderr)
		in.Close()
		ended <- invocation{status, "", stderr.String()}
	}()
	d := &demonstration{}
	d.stop = sync.OnceValue(func() invocation {
		interrupt()
		return <-ended
	})
	t.Cleanup(func() {
		if got := d.stop(); got.status != statusDone {
			t.Errorf("exit status %d\n%s", got.status, got.stderr)
		}
	})
	lines := bufio.NewReader(out)
	for range 2 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("%v\n%s", err, d.stop().stderr)
		}
		d.said += line
	}
	d.address = pageIn(d.said)
	return d
}

// TestDemo has the page be there when its address is printed, for this machine alone, and
// nothing be left when it ends.
func TestDemo(t *testing.T) {
	d := startDemo(t, nil)
	if !strings.Contains(d.said, "No model is configured") {
		t.Errorf("stdout: %s", d.said)
	}
	for _, tt := range []struct {
		method, path, host, origin string
		status                     int
	}{
		{"GET", "", "", "", 200},
		{"HEAD", "", "", "", 200},
		{"GET", "client/start", "", "", 200},
		{"GET", "", "localhost", "", 200},
		{"GET", "", "storybot.example", "", 403},
		{"GET", "client/start", "", "http://storybot.example", 403},
		{"POST", "client/slash", "", "null", 403},
		{"GET", "api/v9/users/@me", "", "", 401},
		{"GET", "api/v9/users/@me", "storybot.example", "", 403},
		{"GET", "nothing", "", "", 404},
		{"POST", "client/slash", "", "", 415},
	} {
		r, err := http.NewRequest(tt.method, d.address+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = tt.host
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.status {
			t.Errorf("%+v: %d", tt, resp.StatusCode)
		}
		if policy := resp.Header.Get("Content-Security-Policy"); tt.path == "" && tt.status == 200 && !strings.HasPrefix(policy, "default-src 'self';") {
			t.Errorf("%+v: %q", tt, policy)
		}
	}
	d.stop()
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestDemoKeeps keeps what was asked in the database that is named.
func TestDemoKeeps(t *testing.T) {
	folder := t.TempDir()
	d := startDemo(t, nil, "--db", folder+"/kept.db")
	newVisitor(t, d.address).asks("When did Putin visit North Korea?", "19 June 2024")
	d.stop()
	if _, err := os.Stat(folder + "/kept.db"); err != nil {
		t.Error(err)
	}
}

// TestDemoForgets tells no more how answers came to be once somebody has had what is kept of
// them deleted.
func TestDemoForgets(t *testing.T) {
	v := newVisitor(t, startDemo(t, nil).address)
	m := v.asks("When did Putin visit North Korea?", "19 June 2024")
	var told struct {
		Answer struct {
			Explain struct{ Passages []struct{ Text string } }
		}
	}
	decode(t, v.explanation(m.ID), &told)
	if p := told.Answer.Explain.Passages; len(p) == 0 || !strings.Contains(p[0].Text, "19 June 2024") {
		t.Errorf("passages: %+v", p)
	}
	v.does("slash", map[string]any{"command": "forget-me"})
	v.does("press", map[string]any{"message": v.sees("Shall I delete").ID, "custom_id": "forget"})
	if v.sees("Deleted: 1 answer"); v.sees("19 June 2024").Explained {
		t.Error("the answer's account is still offered")
	}
	if got := v.explanation(m.ID); got != "null" {
		t.Errorf("how the answer came to be: %s", got)
	}
}

// BenchmarkDemoFirstAnswer is the time from the start of the program, as a process, to the
// first answer on its page.
func BenchmarkDemoFirstAnswer(b *testing.B) {
	b.Setenv("TMPDIR", b.TempDir())
	for b.Loop() {
		demo := exec.Command("storybot", "demo", "--addr", "127.0.0.1:0")
		out, err := demo.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := demo.Start(); err != nil {
			b.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		newVisitor(b, pageIn(line)).asks("When did Putin visit North Korea?", "19 June 2024")
		b.StopTimer()
		if err := errors.Join(demo.Process.Signal(os.Interrupt), demo.Wait()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// pageIn is the address of the page in what the program says.
func pageIn(said string) string { return regexp.MustCompile(`http://\S+`).FindString(said) }

// TestDemoUsage has nobody else's machine reach the page.
func TestDemoUsage(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.org:80", "[::]:0", "3001"} {
		got := invoke(t, t.Context(), nil, "demo", "--addr", addr)
		if got.status != statusUsage || !strings.Contains(got.stderr, "--addr has to be") {
			t.Errorf("%s: exit status %d\n%s", addr, got.status, got.stderr)
		}
	}
}
