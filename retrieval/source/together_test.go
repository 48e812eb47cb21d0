package source_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

// TestCancel ends a refresh of a feed half-way: what was read is stored, and the next
// one reads the rest.
func TestCancel(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	const n, until = 60, 45
	var entries [][2]string
	for i := range n {
		path := fmt.Sprintf("/%02d", i)
		entries = append(entries, [2]string{path, "Story " + path})
		s.html(path, "Story "+path, long(fmt.Sprintf("Number %02d is a number.", i)))
	}
	s.rss(entries...)
	id := l.add(t, k, "g", feedAddress, source.Discord)
	ctx, cancel := context.WithCancel(t.Context())
	s.serve(fmt.Sprintf("/%02d", until), func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	reports, err := k.Refresh(ctx, "g", source.Discord, nil, id)
	if !errors.Is(err, context.Canceled) || len(reports) != 1 || reports[0].Added != until-1 {
		t.Fatalf("%+v, %v", reports, err)
	}
	if got := len(l.texts(t, "g", id)); got != until {
		t.Errorf("%d stories", got)
	}
	s.html(fmt.Sprintf("/%02d", until), "Story", long("Number 45 is a number."))
	if got := refreshed(t, k, "g", id); !strings.HasPrefix(got, fmt.Sprintf("+%d ~0 =%d -0 !0", n-until, until)) {
		t.Error(got)
	}
}

// TestProgress tells how far a refresh is.
func TestProgress(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	var got []string
	_, err := k.Refresh(t.Context(), "g", source.Discord, func(p source.Progress) {
		got = append(got, fmt.Sprintf("%s %d/%d", p.Source.Title, p.Done, p.Total))
	}, id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Odda News 0/3", "Odda News 1/3", "Odda News 2/3", "Odda News 3/3"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestTogether has several who refresh a source at once, in two processes, never read
// it at the same time, and those in one process be told of one refresh.
func TestTogether(t *testing.T) {
	l, s := open(t), newSite(t)
	one, two := l.keeper(t, s.config()), l.keeper(t, s.config())
	s.html("/a", "The harbour", long("The harbour is closed."))
	id := l.add(t, one, "g", "http://news.example/a", source.Discord)
	asked, answer := make(chan bool, 9), make(chan bool)
	var now, most, times atomic.Int32
	s.serve("/a", func(w http.ResponseWriter, r *http.Request) {
		times.Add(1)
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		asked <- true
		<-answer
		document("text/html", page("The harbour", long("The harbour is open.")))(w, r)
	})
	type told struct {
		reports []source.Report
		err     error
	}
	refresh := func(ctx context.Context, k *source.Keeper) chan told {
		result := make(chan told, 1)
		go func() {
			reports, err := k.Refresh(ctx, "g", source.Discord, nil, id)
			result <- told{reports, err}
		}()
		return result
	}
	first := refresh(t.Context(), one)
	<-asked
	ctx, leave := context.WithCancel(t.Context())
	leaver, second, other := refresh(ctx, one), refresh(t.Context(), one), refresh(t.Context(), two)
	for source.Waiting(one, id) < 3 {
		runtime.Gosched()
	}
	// One of those who wait goes away: the refresh goes on.
	leave()
	if got := <-leaver; !errors.Is(got.err, context.Canceled) {
		t.Errorf("%+v", got)
	}
	close(answer)
	for i, result := range []chan told{first, second, other} {
		got := <-result
		if got.err != nil || len(got.reports) != 1 || got.reports[0].Failed > 0 {
			t.Fatalf("%d: %+v", i, got)
		}
		if i < 2 && got.reports[0].Changed != 1 {
			t.Errorf("%d: %+v", i, got.reports[0])
		}
	}
	if most.Load() != 1 || times.Load() > 2 {
		t.Errorf("read %d times, %d at once", times.Load(), most.Load())
	}
	if diff := cmp.Diff([]string{"The harbour r2|The harbour is open"}, l.texts(t, "g", id)); diff != "" {
		t.Error(diff)
	}
}

// TestProgressEnds tells nothing any more to who went away while another waits.
func TestProgressEnds(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	asked, answer := make(chan bool), make(chan bool)
	s.serve("/a", func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		<-answer
		http.NotFound(w, r)
	})
	ctx, leave := context.WithCancel(t.Context())
	var left atomic.Bool
	done := make(chan bool)
	go func() {
		defer close(done)
		k.Refresh(ctx, "g", source.Discord, func(p source.Progress) {
			if left.Load() {
				t.Error("told after its end")
			}
		}, id)
		left.Store(true)
	}()
	<-asked
	stays := make(chan error)
	go func() {
		_, err := k.Refresh(t.Context(), "g", source.Discord, nil, id)
		stays <- err
	}()
	for source.Waiting(k, id) < 2 {
		runtime.Gosched()
	}
	leave()
	<-done
	close(answer)
	if err := <-stays; err != nil {
		t.Error(err)
	}
}

// TestServe has a source that takes long keep no other waiting, and be read further
// later.
func TestServe(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	source.SetServing(k, time.Millisecond, 50*time.Millisecond)
	s.html("/page", "The plan", long("The plan is secret."))
	slow := l.add(t, k, "g", feedAddress, source.Discord)
	s.serve("/b", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	other := l.add(t, k, "h", "http://other.example/page", source.Discord)
	read := make(chan bool)
	s.serve("/page", func(w http.ResponseWriter, r *http.Request) {
		select {
		case read <- true:
		default:
		}
		http.NotFound(w, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan bool)
	go func() {
		defer close(served)
		k.Serve(ctx)
	}()
	for { // the feed is being read
		if source.Waiting(k, slow) > 0 {
			break
		}
		runtime.Gosched()
	}
	l.later(24 * time.Hour)
	<-read
	for {
		src, err := l.Source(t.Context(), "g", slow)
		if err != nil {
			t.Fatal(err)
		}
		if src.Error == "it takes long; the rest is read next time" && src.DueAt.After(l.now()) {
			break
		}
		runtime.Gosched()
	}
	cancel()
	<-served
	if source.Waiting(k, slow)+source.Waiting(k, other) > 0 {
		t.Error("it goes on")
	}
}

// TestCutElsewhere has who waits for the refresh of another process read the source
// when that one was cut off after a part of it.
func TestCutElsewhere(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	source.SetLease(k, 10*time.Second) // of which a tenth is between two looks
	s.html("/a", "The harbour", long("The harbour is closed."))
	id := l.add(t, k, "g", "http://news.example/a", source.Discord)
	if held, _, err := l.Hold(t.Context(), id, "other", retrieval.Hold{}); err != nil || !held {
		t.Fatal(held, err)
	}
	s.html("/a", "The harbour", long("The harbour is open."))
	result := make(chan string)
	go func() {
		reports, err := k.Refresh(t.Context(), "g", source.Discord, nil, id)
		if err != nil || len(reports) != 1 {
			result <- fmt.Sprint(reports, err)
			return
		}
		result <- counts(reports[0])
	}()
	for source.Waiting(k, id) == 0 {
		runtime.Gosched()
	}
	src, err := l.Source(t.Context(), "g", id)
	if err != nil {
		t.Fatal(err)
	}
	stories, err := l.Stories(t.Context(), "g", id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Put(t.Context(), src, stories); err != nil { // as a refresh does with a part
		t.Fatal(err)
	}
	if err := l.Release(t.Context(), id, "other", false); err != nil {
		t.Fatal(err)
	}
	if got := <-result; !strings.HasPrefix(got, "+0 ~1 =0 -0 !0") {
		t.Error(got)
	}
}

// TestAgainAtOnce begins a refresh while the one before, that nobody waits for any more,
// is still ending: the page is not read by both.
func TestAgainAtOnce(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	var now, most atomic.Int32
	s.serve("/feed.xml", func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		document("application/rss+xml", feed([2]string{"/a", "The harbour"}))(w, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	again := make(chan error)
	ending := make(chan bool)
	_, err := k.Refresh(ctx, "g", source.Discord, func(p source.Progress) {
		if ctx.Err() != nil {
			return
		}
		cancel()
		for source.Waiting(k, id) > 0 {
			runtime.Gosched()
		}
		go func() {
			_, err := k.Refresh(t.Context(), "g", source.Discord, func(source.Progress) {
				select {
				case <-ending:
				default:
					t.Error("begun before the other has ended")
				}
			}, id)
			again <- err
		}()
		for source.Waiting(k, id) == 0 {
			runtime.Gosched()
		}
		time.AfterFunc(50*time.Millisecond, func() { close(ending) })
		<-ending
	}, id)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := <-again; err != nil || most.Load() != 1 {
		t.Errorf("%v, %d at once", err, most.Load())
	}
}

// TestPanic has a fault of the program end a refresh, without its text being told.
func TestPanic(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	reports, err := k.Refresh(t.Context(), "g", source.Discord, func(source.Progress) { panic("10.0.0.7") }, id)
	if err == nil || strings.Contains(err.Error(), "10.0.0.7") || len(reports) > 0 {
		t.Errorf("%v, %v", reports, err)
	}
	if got := refreshed(t, k, "g", id); got != "+2 ~0 =1 -0 !0; added The bakery; added The road" {
		t.Error(got)
	}
}

// TestJoinScheduled has a person's refresh of a feed read what one by schedule, which is
// under way, leaves out; and no more than is under way when they do not wait for it.
func TestJoinScheduled(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	s.status("/b", 500)
	id := l.add(t, k, "g", feedAddress, source.Discord)
	k.ServeDue(t.Context())
	l.later(time.Hour)
	asked, answer := make(chan bool), make(chan bool)
	s.serve("/feed.xml", func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		<-answer
		document("application/rss+xml", feed([2]string{"/a", "The harbour"}, [2]string{"/b", "The bakery"}))(w, r)
	})
	s.html("/b", "The bakery", long("The bakery sells rye."))
	// It failed just now.
	if err := l.FailedEntry(t.Context(), "g", id, "/b", "status 500", ""); err != nil {
		t.Fatal(err)
	}
	served := make(chan bool)
	go func() {
		defer close(served)
		k.ServeDue(t.Context())
	}()
	<-asked
	ctx, leave := context.WithCancel(t.Context())
	left, result := make(chan error, 1), make(chan string, 1)
	go func() {
		_, err := k.Refresh(ctx, "g", source.Discord, nil, id)
		left <- err
	}()
	for source.Thorough(k, id) != 1 {
		runtime.Gosched()
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) { // though nothing has ended
		t.Error(err)
	}
	go func() {
		reports, err := k.Refresh(t.Context(), "g", source.Discord, nil, id)
		if err != nil || len(reports) != 1 {
			result <- fmt.Sprint(reports, err)
			return
		}
		result <- counts(reports[0])
	}()
	for source.Thorough(k, id) != 1 {
		runtime.Gosched()
	}
	answer <- true
	<-served
	<-asked
	answer <- true
	if got := <-result; got != "+1 ~0 =2 -0 !0; added The bakery" {
		t.Error(got)
	}
}

// TestJustRead has what another process could not read be told in the same word.
func TestJustRead(t *testing.T) {
	report := source.JustRead(retrieval.Source{Error: "the text is for subscribers only", Code: "paywall"})
	if report.Failed != 1 || report.Reason == nil || source.Code(report.Reason) != "paywall" {
		t.Errorf("%+v", report)
	}
}
