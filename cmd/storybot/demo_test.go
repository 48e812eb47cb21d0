package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
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
	d.address = regexp.MustCompile(`http://\S+`).FindString(d.said)
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

// TestDemoFirstAnswer has an answer two seconds after the program was started, and keeps it
// in the database that is named.
func TestDemoFirstAnswer(t *testing.T) {
	folder := t.TempDir()
	start := time.Now()
	d := startDemo(t, nil, "--db", folder+"/kept.db")
	var known struct {
		People []struct{ ID string }
	}
	getJSON(t, d.address+"client/start", &known)
	me := known.People[0].ID
	resp, err := http.Get(d.address + "client/view?as=" + me)
	if err != nil {
		t.Fatal(err)
	}
	var channel string
	events := bufio.NewScanner(resp.Body)
	events.Buffer(nil, 1<<20)
	for channel == "" && events.Scan() {
		if text, ok := strings.CutPrefix(events.Text(), "data: "); ok {
			var v struct{ Channels []struct{ ID string } }
			decode(t, text, &v)
			channel = v.Channels[0].ID
		}
	}
	resp.Body.Close()
	view, err := http.Get(d.address + "client/view?as=" + me + "&channel=" + channel)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Body.Close()
	ask := `{"as": "` + me + `", "channel": "` + channel + `", "command": "ask", "options": [{"Name": "question", "Value": "When did Putin visit North Korea?"}]}`
	asked, err := http.Post(d.address+"client/slash", "application/json", strings.NewReader(ask))
	if err != nil {
		t.Fatal(err)
	}
	asked.Body.Close()
	events = bufio.NewScanner(view.Body)
	events.Buffer(nil, 1<<20)
	for events.Scan() && !strings.Contains(events.Text(), "19 June 2024") {
	}
	if err := events.Err(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("the first answer was there after %v", took)
	if took > 10*time.Second { // two on an idle machine: tests share theirs
		t.Errorf("the first answer took %v", took)
	}
	d.stop()
	if _, err := os.Stat(folder + "/kept.db"); err != nil {
		t.Error(err)
	}
}

func getJSON(t *testing.T, address string, value any) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	decode(t, string(body), value)
}

// TestDemoUsage has nobody else's machine reach the page.
func TestDemoUsage(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.org:80", "[::]:0", "3001"} {
		got := invoke(t, t.Context(), nil, "demo", "--addr", addr)
		if got.status != statusUsage || !strings.Contains(got.stderr, "--addr has to be") {
			t.Errorf("%s: exit status %d\n%s", addr, got.status, got.stderr)
		}
	}
}
