package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	for _, test := range []struct {
		value string
		want  time.Duration
	}{
		{"", 0}, {"0", 0}, {"120", 2 * time.Minute}, {" 120 ", 2 * time.Minute}, {"86400", 24 * time.Hour},
		{"86401", 24 * time.Hour}, {"99999999999999999999999", 24 * time.Hour},
		{"-1", 0}, {"+1", 0}, {"1.5", 0}, {"soon", 0},
		{"Mon, 04 May 2026 03:03:01 GMT", time.Minute},
		{"Monday, 04-May-26 03:03:01 GMT", time.Minute},
		{"Mon May  4 03:03:01 2026", time.Minute},
		{"Mon, 04 May 2026 03:02:00 GMT", 0},
		{"Fri, 31 Dec 9999 23:59:59 GMT", 24 * time.Hour},
		{"Mon, 01 Jan 0001 00:00:00 GMT", 0},
	} {
		if got := retryAfter(test.value, now); got != test.want {
			t.Errorf("%q: %v, want %v", test.value, got, test.want)
		}
	}
}

// Property: whatever is sent is from nothing to a day; and what is written for a time is read as it.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"", "0", "-1", "120", "Mon, 04 May 2026 03:02:01 GMT", "99999999999999999999", "1e3", " 7\t"} {
		f.Add(value, int64(7))
	}
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string, seconds int64) {
		if d := retryAfter(value, now); d < 0 || d > maxRetryAfter {
			t.Fatalf("%q: %v", value, d)
		}
		seconds &= 1<<32 - 1
		want := min(time.Duration(seconds)*time.Second, maxRetryAfter)
		if d := retryAfter(fmt.Sprint(seconds), now); d != want {
			t.Fatalf("%d: %v, want %v", seconds, d, want)
		}
		date := now.Add(time.Duration(seconds) * time.Second).Format(http.TimeFormat)
		if d := retryAfter(date, now); d != want {
			t.Fatalf("%s: %v, want %v", date, d, want)
		}
	})
}

// After a 429 or 503 the host is left alone until then, the others are not.
func TestKeepsAway(t *testing.T) {
	names := newNames(t)
	names.set("one.example", []netip.Addr{publicIP})
	names.set("two.example", []netip.Addr{publicIP})
	for _, test := range []struct {
		code  int
		value string
		away  time.Duration
	}{
		{429, "60", time.Minute},
		{503, "60", time.Minute},
		{429, "Mon, 04 May 2026 04:00:00 GMT", 0}, // set below
		{429, "", 0},
		{404, "60", 0},
	} {
		c, clock := newWeb(t, names)
		s := serve(t, publicIP, 0, pages{"/": text("a story"), "/busy": status(test.code, "Retry-After", test.value)})
		one, two := s.at("one.example", ""), s.at("two.example", "")
		_, err := c.Get(t.Context(), Request{URL: one + "/busy"})
		var first *StatusError
		if !errors.As(err, &first) || first.Code != test.code {
			t.Fatalf("%d: %v", test.code, err)
		}
		if strings.Contains(test.value, "GMT") {
			until, _ := http.ParseTime(test.value)
			test.away = until.Sub(clock.now())
		}
		if test.code != 404 && first.RetryAfter != test.away {
			t.Errorf("%d, %q: in %v, want %v", test.code, test.value, first.RetryAfter, test.away)
		}
		s.asked()

		_, err = c.Get(t.Context(), Request{URL: one})
		if test.away == 0 {
			if err != nil {
				t.Errorf("%d, %q: %v", test.code, test.value, err)
			}
			continue
		}
		var second *StatusError
		if !errors.As(err, &second) || second.Code != test.code || second.RetryAfter != test.away || s.asked() != nil {
			t.Errorf("%d, %q: %v, want the same at once", test.code, test.value, err)
		}
		if _, err := c.Get(t.Context(), Request{URL: two}); err != nil {
			t.Errorf("another host: %v", err)
		}
		clock.at = clock.at.Add(test.away)
		if _, err := c.Get(t.Context(), Request{URL: one}); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
}

// A host that wants to be left alone when it is asked for its robots.txt is so for its pages, too: its 429
// forbids nothing, but is not passed over.
func TestKeepsAwayFromRobots(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	s := serve(t, publicIP, 0, pages{"/": text("a story"), "/robots.txt": status(429, "Retry-After", "60")})
	for range 2 {
		var away *StatusError
		if _, err := c.Get(t.Context(), Request{URL: s.URL}); !errors.As(err, &away) || away.Code != 429 || errors.Is(err, ErrRobots) {
			t.Errorf("%v, want a *StatusError", err)
		}
	}
	if got, want := s.asked(), []string{"/robots.txt"}; !cmp.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

func TestWaits(t *testing.T) {
	const sec = time.Second
	names := newNames(t)
	names.set("own.example", []netip.Addr{ownIP})
	c, clock := newWeb(t, names)
	slow := pages{"/robots.txt": text("User-agent: *\nCrawl-delay: 10"), "/": text("a story")}
	quick := pages{"/robots.txt": text("User-agent: *\nCrawl-delay: 0.1"), "/": text("a story"), "/to": redirect(302, "/")}
	site := serve(t, publicIP, 0, quick)
	own := serve(t, ownIP, 0, slow)
	get := func(name, url string, trusted bool, want ...time.Duration) {
		t.Helper()
		if _, err := c.Get(t.Context(), Request{URL: url, Trusted: trusted}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := clock.waited(); !cmp.Equal(got, want) {
			t.Errorf("%s: waited for %v, want %v", name, got, want)
		}
	}
	get("a first page, after its robots.txt", site.URL, false, sec)
	get("the next", site.URL, false, sec)
	get("a redirect to the same host", site.URL+"/to", false, sec, sec)
	clock.at = clock.at.Add(300 * time.Millisecond)
	get("some time later", site.URL, false, 700*time.Millisecond)
	clock.at = clock.at.Add(sec)
	get("long after", site.URL, false)
	get("the operator's", own.URL, true)
	get("the operator's again", own.URL, true)
	get("the operator's by name", own.at("own.example", "/"), true)
	get("the operator's by name again", own.at("own.example", "/"), true)

	names.set("slow.example", []netip.Addr{publicIP})
	asks := serve(t, publicIP, 0, slow)
	get("a Crawl-delay, before the first page", asks.at("slow.example", "/"), false, sec)
	get("a Crawl-delay", asks.at("slow.example", "/"), false, 10*sec)
}

// Waiting for a host does not use up the time for a page.
func TestWaitIsNotSlow(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	c.limit = time.Second
	s := serve(t, publicIP, 0, pages{"/": redirect(302, "/1"), "/1": redirect(302, "/2"), "/2": text("a story")})
	synchronous := c.pace.wait
	c.pace.wait = func(ctx context.Context, d time.Duration) error {
		if _, ok := ctx.Deadline(); ok {
			t.Error("there is a limit on the waiting")
		}
		return synchronous(ctx, d)
	}
	if _, err := c.Get(t.Context(), Request{URL: s.URL}); err != nil {
		t.Error(err)
	}
}

// One request at a time to a host, in the order they came, an interval apart; other hosts at once; who gives up
// holds nobody up.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(time.Second)
		start := time.Now()
		var mu sync.Mutex
		var got []string
		busy := map[string]int{}
		request := func(ctx context.Context, label, host string) {
			turn, err := p.enter(ctx, host, false, 0)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				got = append(got, fmt.Sprintf("%v %s: %v", time.Since(start), label, err))
				return
			}
			if busy[host]++; busy[host] > 1 {
				t.Errorf("%s: two at once", label)
			}
			got = append(got, fmt.Sprintf("%v %s", time.Since(start), label))
			mu.Unlock()
			<-time.After(500 * time.Millisecond) // as long as a request takes
			mu.Lock()
			busy[host]--
			turn.leave(true, false, nil)
		}
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		waiting, cancel2 := context.WithTimeout(t.Context(), 2500*time.Millisecond) // has the turn, and waits
		defer cancel2()
		var group sync.WaitGroup
		for _, r := range []struct {
			ctx         context.Context
			label, host string
		}{
			{t.Context(), "a1", "a"}, {impatient, "a2", "a"}, {t.Context(), "a3", "a"}, {waiting, "a4", "a"}, {t.Context(), "a5", "a"},
			{t.Context(), "b1", "b"},
		} {
			group.Go(func() { request(r.ctx, r.label, r.host) })
			synctest.Wait()
		}
		group.Wait()
		want := []string{"0s a1", "0s b1", "100ms a2: context deadline exceeded", "1.5s a3", "2.5s a4: context deadline exceeded", "3s a5"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for name, h := range p.hosts {
			if h.users != 0 || len(h.turn) != 0 {
				t.Errorf("%s has %d users, %d turns", name, h.users, len(h.turn))
			}
		}
	})
}

// What is remembered of hosts is bounded; a request under way and the longest wish are kept.
func TestPaceIsBounded(t *testing.T) {
	p := newPace(time.Second)
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	p.now = func() time.Time { return at }
	busy, err := p.enter(t.Context(), "busy", false, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * maxHosts {
		turn, err := p.enter(t.Context(), fmt.Sprint(i), false, 0)
		if err != nil {
			t.Fatal(err)
		}
		var away *StatusError
		if i == 0 {
			away = &StatusError{Code: 429, RetryAfter: time.Hour}
		}
		turn.leave(true, false, away)
	}
	if len(p.hosts) > maxHosts || p.hosts["busy"] == nil || p.hosts["0"] == nil {
		t.Errorf("%d hosts, busy %v, away %v", len(p.hosts), p.hosts["busy"], p.hosts["0"])
	}
	busy.leave(true, false, nil)
	at = at.Add(time.Minute) // nothing to remember of most
	for i := range maxHosts / 2 {
		turn, err := p.enter(t.Context(), fmt.Sprint("more ", i), false, 0)
		if err != nil {
			t.Fatal(err)
		}
		turn.leave(true, false, nil)
	}
	old := fmt.Sprint(2*maxHosts - 1)
	if p.hosts[old] != nil || p.hosts["0"] == nil || p.hosts["more 0"] == nil {
		t.Errorf("%d hosts, old %v, away %v, new %v", len(p.hosts), p.hosts[old], p.hosts["0"], p.hosts["more 0"])
	}
}

// With a dial function names are its affair; addresses written as numbers and ports are not.
func TestDial(t *testing.T) {
	own := netip.MustParsePrefix("10.0.0.0/8")
	s := serve(t, publicIP, 0, pages{"/": text("a story"), "/private": redirect(302, "http://192.168.0.1/"), "/own": redirect(302, "http://10.0.0.1/")})
	var dialed []string
	c, _ := newTest(t, Config{
		Allow: []netip.Prefix{own, netip.PrefixFrom(publicIP, 8)},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			dialed = append(dialed, address)
			if address == "absent.example:80" {
				return nil, io.ErrUnexpectedEOF
			}
			var d net.Dialer
			return d.DialContext(ctx, network, s.addr.String())
		},
	})
	for _, test := range []struct {
		address string
		trusted bool
		private bool
		err     error
	}{
		{"http://news.example/", false, false, nil},
		{"http://news.example/", true, false, nil},
		{"http://10.0.0.1/", true, true, nil},
		{"http://10.0.0.1:8080/", true, true, nil},
		{"http://10.0.0.1/", false, false, ErrPrivate},
		{"http://192.168.0.1/", true, false, ErrPrivate},
		{"http://news.example:8080/", true, false, ErrPort},
		{"http://news.example/private", true, false, ErrPrivate},
		{"http://news.example/own", true, false, ErrPrivate},
		{"http://absent.example/", false, false, ErrUnreachable},
		{"http://absent.example/", false, false, io.ErrUnexpectedEOF},
	} {
		got, err := c.Get(t.Context(), Request{URL: test.address, Trusted: test.trusted})
		if !errors.Is(err, test.err) || got.Private != test.private {
			t.Errorf("%s, trusted %t: private %t, %v; want %t, %v", test.address, test.trusted, got.Private, err, test.private, test.err)
		}
	}
	if strings.Contains(strings.Join(dialed, " "), "192.168") {
		t.Errorf("dialed %q", dialed)
	}
}
