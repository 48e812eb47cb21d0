package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot/discord/local"
)

// measured runs the program with its metrics told, and gives what is at a path of theirs.
func measured(t *testing.T, s *serving, environ ...string) (get func(path string) (status int, body string), address string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	free.Close()
	s.start(t, environ, "--metrics", address, "--log", "json")
	return func(path string) (int, string) {
		response, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}, address
}

// TestMetrics asks in every way that there is, with a model that is right, wrong and broken,
// and reads what was counted. What was asked is neither in it nor in the log, in which one
// id leads from the interaction to the model.
func TestMetrics(t *testing.T) {
	guide, err := os.ReadFile("guides/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", harbour+"\n")
	succeed(t, nil, "sources", "add", "--title", "The harbour", "--refresh", "every 5m", "harbour.txt")
	update(t, "storybot.db", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE sources SET due_at = 1 WHERE schedule <> ''`)
		return err
	})
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(body), "xylophones"): // servers may say what they were asked
			w.WriteHeader(http.StatusBadRequest)
			var asked struct{ Messages []struct{ Content string } }
			json.Unmarshal(body, &asked)
			json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": "blocked: " + asked.Messages[1].Content}})
		case strings.Contains(string(body), "How many"):
			completing(written(1, "A storm had sunk 2 boats in it.", "A storm had sunk 3 boats in it."))(w, r)
		default:
			completing(written(1, closed, closed))(w, r)
		}
	}))
	defer model.Close()
	var posted atomic.Int32
	s := found(t, local.Faults{Request: func(method, path string) local.RequestFault {
		if method == http.MethodPost && strings.HasSuffix(path, "/messages") && posted.Add(1) == 1 {
			return local.RequestFault{Status: http.StatusTooManyRequests, RetryAfter: time.Millisecond}
		}
		return local.RequestFault{}
	}})
	get, address := measured(t, s, "OPENAI_BASE_URL="+model.URL+"/v1", "OPENAI_MODEL=test", "STORYBOT_PRICE_PROMPT=1000000")
	for status := 0; status != http.StatusOK; { // Discord knows it a moment before
		var body string
		if status, body = get("/readyz"); s.ctx.Err() != nil {
			t.Fatalf("not ready: %s", body)
		}
	}
	if err := checkRunning(t.Context(), address); err != nil {
		t.Errorf("it is not running: %v", err)
	}

	s.ask(t, question)
	s.ask(t, "How many boats has the storm sunk in the harbour of Odda?")
	s.ask(t, "When was the harbour of Odda closed to xylophones?")
	s.mention(t, "Who conquered Atlantis with ukuleles?")
	s.mention(t, "") // refused
	// Who was answered is counted when they have the answer.
	_, body := get("/metrics")
	for !strings.Contains(body, `storybot_stage_seconds_count{stage="answer"} 4`) || !strings.Contains(body, "storybot_refreshes_total{") {
		if s.ctx.Err() != nil {
			t.Fatalf("an answer or a refresh is not counted:\n%s", body)
		}
		_, body = get("/metrics")
	}
	for _, want := range []string{
		`storybot_questions_total{mode="model",outcome="answered"} 1`,
		`storybot_questions_total{mode="quote",outcome="answered"} 2`,
		`storybot_questions_total{mode="quote",outcome="not_in_stories"} 1`,
		`storybot_questions_total{mode="",outcome="refused"} 1`,
		`storybot_questions_total{mode="",outcome="failed"} 0`,
		`storybot_fallbacks_total{why="all_removed"} 1`,
		`storybot_fallbacks_total{why="model_failed"} 1`,
		`storybot_removed_statements_total{why="number"} 1`,
		`storybot_model_requests_total{result="failed"} [1-9]`,
		`storybot_model_tokens_total{kind="prompt"} 2100`,
		`storybot_model_tokens_total{kind="completion"} 90`,
		`storybot_model_cost_total 2100`,
		`storybot_stage_seconds_count{stage="acknowledged"} 4`,
		`storybot_stage_seconds_count{stage="search"} 4`,
		`storybot_stage_seconds_count{stage="model"} 4`,
		`storybot_refreshes_total{result="done"} 1`,
		`storybot_refreshed_stories_total{outcome="unchanged"} 1`,
		`storybot_shards 1`,
		`storybot_shards_connected 1`,
		`storybot_shard_connected{shard="0"} 1`,
		`storybot_gateway_connections_total{event="connected"} 1`,
		`storybot_gateway_connections_total{event="disconnected"} 0`,
		`storybot_questions_waiting 0`,
		`storybot_discord_rate_limits_total 1`,
		`storybot_stories 2`,
		`storybot_paragraphs \d+`,
		`storybot_sources 2`,
		`storybot_database_bytes [1-9]\S+`,
		`storybot_index_bytes [1-9]\S+`,
		`storybot_build_info{version="[^"]+"} 1`,
		`go_goroutines \d+`,
	} {
		if !regexp.MustCompile(`(?m)^` + want + `$`).MatchString(body) {
			t.Errorf("no %s", want)
		}
	}
	for _, help := range regexp.MustCompile(`(?m)^# HELP (storybot_\w+)`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(string(guide), help[1]) {
			t.Errorf("the operators' guide does not tell of %s", help[1])
		}
	}
	if t.Failed() {
		t.Log(regexp.MustCompile(`(?m)^storybot_[^{ ]*[^b]ucket.*\n|^#.*\n|^(go|process)_.*\n`).ReplaceAllString(body, ""))
	}

	s.close() // the end of Discord
	for {
		status, body := get("/readyz")
		if status == http.StatusServiceUnavailable {
			if body != "there is no session with Discord's gateway\n" {
				t.Errorf("why it is not ready: %q", body)
			}
			break
		}
		if s.ctx.Err() != nil {
			t.Fatal("it is ready without Discord")
		}
	}
	if err := checkRunning(t.Context(), address); err == nil || err.Error() != "there is no session with Discord's gateway" {
		t.Errorf("checkRunning: %v", err)
	}
	if status, _ := get("/healthz"); status != http.StatusOK {
		t.Errorf("alive: %d", status)
	}

	log := s.stop().stderr
	if err := checkRunning(t.Context(), address); err == nil {
		t.Error("it runs no more, and is ready")
	}
	for _, word := range []string{"Odda", "boats", "xylophones", "ukuleles"} {
		if strings.Contains(log+body, word) {
			t.Errorf("the log, or the metrics, tell what was asked: %s", word)
		}
	}
	ids := make(map[string][]string) // what was logged under each
	for line := range strings.Lines(log) {
		var entry struct{ ID, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("%v: %s", err, line)
		}
		if entry.Msg == "asked the model" || entry.Msg == "discord: answered" || entry.Msg == "model failed" {
			ids[entry.ID] = append(ids[entry.ID], entry.Msg)
		}
	}
	if len(ids) != 4 || ids[""] != nil {
		t.Errorf("four questions have the ids %v", ids)
	}
	if t.Failed() {
		t.Log(log)
	}
}

// TestSizesAreKept has what takes long to count be counted once in a while, whoever asks, and
// tells what was counted last, also while it is counted and when it cannot be.
func TestSizesAreKept(t *testing.T) {
	var counts atomic.Int64
	fails := errors.New("the database is away")
	counting, counted := make(chan bool), make(chan bool)
	var said strings.Builder
	s := &sizes{log: slog.New(slog.NewTextHandler(&said, nil))}
	s.measure = func() (extent, error) {
		n := counts.Add(1)
		counting <- true
		<-counted
		if n == 3 {
			return extent{}, fails
		}
		return extent{index: n}, nil
	}
	tells := func(want int64) {
		t.Helper()
		if got := s.latest(); got == nil || got.index != want {
			t.Errorf("told %+v, want %d", got, want)
		}
	}
	old := func() { // as if it was counted long ago
		s.mu.Lock()
		defer s.mu.Unlock()
		s.begun = s.begun.Add(-measureEvery)
	}
	var first sync.WaitGroup
	for range 9 {
		first.Go(func() { tells(1) })
	}
	<-counting
	counted <- true
	first.Wait()
	tells(1)
	old()
	tells(1)
	<-counting
	tells(1)
	done := s.done
	counted <- true
	<-done
	tells(2)
	old()
	tells(2)
	<-counting
	done = s.done
	counted <- true
	<-done
	tells(2) // and it is tried again
	<-counting
	done = s.done
	counted <- true
	<-done
	if n := counts.Load(); n != 4 {
		t.Errorf("counted %d times", n)
	}

	s.measure = func() (extent, error) { return extent{}, fmt.Errorf("counting: %w", context.Canceled) }
	old()
	tells(4)
	s.mu.Lock()
	done = s.done
	s.mu.Unlock()
	<-done
	if got := strings.Count(said.String(), "not measured"); got != 1 {
		t.Errorf("that the bot stops is told too:\n%s", &said)
	}
}

// TestMetricsRefused begins with what cannot be.
func TestMetricsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct {
		args   []string
		status int
		stderr string
	}{
		{[]string{"--metrics", taken.Addr().String()}, statusFailed, "storybot: --metrics: listen tcp " + taken.Addr().String()},
		{[]string{"--log", "xml"}, statusUsage, `storybot: --log takes text or json, not "xml"`},
	} {
		got := invoke(t, t.Context(), []string{"DISCORD_TOKEN=" + secretToken}, append([]string{"serve"}, tt.args...)...)
		if got.status != tt.status || !strings.HasPrefix(got.stderr, tt.stderr) {
			t.Errorf("%q: exit status %d\n%s", tt.args, got.status, got.stderr)
		}
	}
}
