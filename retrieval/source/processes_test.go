package source_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/record/recordtest"
	"storybot/retrieval/source"
)

// TestProcesses has two processes on one record, a file and PostgreSQL, whose clocks are two
// hours apart: the first one's is behind, or ahead.
func TestProcesses(t *testing.T) {
	t.Parallel()
	apart := func(t *testing.T, name func() string) {
		for what, do := range map[string]func(t *testing.T, one, two *library){"elsewhere": dueElsewhere, "daily": dueDaily, "dead": waitForTheDead} {
			for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
				t.Run(fmt.Sprint(what, " ", ahead), func(t *testing.T) {
					t.Parallel()
					at := name()
					one, two := openOn(t, at), openOn(t, at)
					one.later(ahead)
					two.later(-ahead)
					do(t, one, two)
				})
			}
		}
	}
	t.Run("file", func(t *testing.T) { apart(t, func() string { return filepath.Join(t.TempDir(), "c.db") }) })
	t.Run("PostgreSQL", func(t *testing.T) { apart(t, recordtest.Serve(t).URL) })
}

// dueElsewhere has a source that is due be read by one of two processes that have found
// so at once, whatever their clocks are: the other leaves it to it while it is at it, and
// finds that it has been read afterwards. When the one dies the other reads it.
func dueElsewhere(t *testing.T, one, two *library) {
	s := newSite(t)
	first, second := one.keeper(t, s.config()), two.keeper(t, s.config())
	source.SetLease(first, 30*time.Millisecond)
	source.SetLease(second, 500*time.Millisecond)
	s.html("/a", "The harbour", long("The harbour is closed."))
	id := one.add(t, first, "g", "http://news.example/a", source.Discord)
	one.later(48 * time.Hour)
	two.later(48 * time.Hour)
	found, err := two.Due(t.Context(), 9)
	if err != nil || len(found) != 1 {
		t.Fatalf("due: %+v, %v", found, err)
	}
	asked, answer := make(chan bool), make(chan bool)
	s.serve("/a", func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		<-answer
		http.NotFound(w, r)
	})
	s.requests()
	read := make(chan bool)
	go func() {
		defer close(read)
		first.ServeDue(t.Context())
	}()
	<-asked
	second.ServeDue(t.Context())
	close(answer)
	<-read
	source.ServeOne(second, t.Context(), found[0]) // it had to wait for its turn
	if got := s.requests(); len(got) != 1 {
		t.Errorf("requests: %q", got)
	}
	if src, err := two.Source(t.Context(), "g", id); err != nil || src.Failures != 1 {
		t.Errorf("%d failures, %v", src.Failures, err)
	}

	s.html("/a", "The harbour", long("The harbour is open."))
	if held, _, err := one.Hold(t.Context(), id, "dead", retrieval.Hold{}); err != nil || !held {
		t.Fatal(held, err)
	}
	two.later(48 * time.Hour)
	second.ServeDue(t.Context())
	if got := s.requests(); len(got) != 1 {
		t.Errorf("after a death requests: %q", got)
	}
}

// dueDaily has two processes look for what is due for days: it is read once a day.
func dueDaily(t *testing.T, one, two *library) {
	s := newSite(t)
	first, second := one.keeper(t, s.config()), two.keeper(t, s.config())
	s.html("/a", "The harbour", long("The harbour is closed."))
	one.add(t, first, "g", "http://news.example/a", source.Discord) // at noon; it is read at six
	s.requests()
	const days = 3
	for range days * 24 * 2 {
		for _, l := range []*library{one, two} {
			l.later(30 * time.Minute)
		}
		first.ServeDue(t.Context())
		second.ServeDue(t.Context())
	}
	if got := s.requests(); len(got) != days {
		t.Errorf("requests in %d days: %q", days, got)
	}
}

// waitForTheDead has a person wait no longer than a lease for a source that a killed
// process was reading, whatever its clock was.
func waitForTheDead(t *testing.T, one, two *library) {
	s := newSite(t)
	k := two.keeper(t, s.config())
	source.SetLease(k, 300*time.Millisecond)
	s.html("/a", "The harbour", long("The harbour is closed."))
	id := two.add(t, k, "g", "http://news.example/a", source.Discord)
	s.html("/a", "The harbour", long("The harbour is open."))
	beat := func() {
		t.Helper()
		if held, _, err := one.Hold(t.Context(), id, "other", retrieval.Hold{}); err != nil || !held {
			t.Fatal(held, err)
		}
	}
	beat()
	begun := time.Now()
	result := make(chan string)
	go func() { result <- refreshed(t, k, "g", id) }()
	for source.Waiting(k, id) == 0 {
		runtime.Gosched()
	}
	var last time.Time                             // from which it can be seen to stand still
	for time.Since(begun) < 600*time.Millisecond { // it lives for longer than a lease
		last = time.Now()
		beat()
		runtime.Gosched()
	}
	if got := <-result; got != "+0 ~1 =0 -0 !0; changed The harbour r2 {0 1 0 0}" {
		t.Error(got)
	}
	if took := time.Since(last); took < 300*time.Millisecond {
		t.Errorf("taken after %v from who lives", took)
	}
}
