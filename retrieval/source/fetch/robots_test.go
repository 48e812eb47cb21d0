package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/temoto/robotstxt"
)

func TestRules(t *testing.T) {
	for _, test := range []struct {
		name, file, path string
		want             bool
	}{
		{"empty", "", "/", true},
		{"others", "User-agent: *\nDisallow: /", "/a", false},
		{"no rule", "User-agent: *\nDisallow:\n", "/a", true},
		{"by name", "User-agent: *\nDisallow: /\nUser-agent: storybot\nDisallow: /b", "/a", true},
		{"by name, any case and version", "user-AGENT : StoryBot/2.0 # us\ndisALLOW : /a", "/a", false},
		{"by name, with a blank", "User-agent: storybot beta\nDisallow: /a", "/a", false},
		{"another's name", "User-agent: story\nDisallow: /", "/a", true},
		{"another's longer name", "User-agent: storybots\nDisallow: /", "/a", true},
		{"a group of two", "User-agent: a\nUser-agent: storybot\n\nDisallow: /a", "/a", false},
		{"groups are joined", "User-agent: storybot\nDisallow: /b\nUser-agent: a\nDisallow: /\nUser-agent: storybot\nDisallow: /a", "/a", false},
		{"a group without rules", "User-agent: *\nDisallow: /\nUser-agent: storybot\n", "/a", true},
		{"a sitemap ends no group", "User-agent: storybot\nSitemap: https://a/b\nUser-agent: b\nDisallow: /a", "/a", false},
		{"a rule ends the names", "User-agent: storybot\nDisallow:\nUser-agent: b\nDisallow: /a", "/a", true},
		{"allowed by the longer", "User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true},
		{"disallowed by the longer", "User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", false},
		{"as long: allowed", "User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
		{"the start of a name", "User-agent: *\nDisallow: /fish", "/fishheads/a.html", false},
		{"case", "User-agent: *\nDisallow: /Fish", "/fish", true},
		{"with a slash", "User-agent: *\nDisallow: /fish/", "/fish", true},
		{"without its slash", "User-agent: *\nDisallow: fish", "/fish", false},
		{"the end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf", false},
		{"not the end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf?b", true},
		{"the front page only", "User-agent: *\nDisallow: /\nAllow: /$", "/", true},
		{"not another's end", "User-agent: *\nDisallow: /\nAllow: /$", "/a/", false},
		{"any text, from the start", "User-agent: *\nDisallow: /a*b", "/x/a/b", true},
		{"any text", "User-agent: *\nDisallow: /a*b", "/a/x/b/c", false},
		{"any text twice", "User-agent: *\nDisallow: /*/x*$", "/a/x/y", false},
		{"the last piece at the end", "User-agent: *\nDisallow: /*a$", "/aba", false},
		{"the last piece, not before", "User-agent: *\nDisallow: /a*ab$", "/ab", true},
		{"an asterisk first", "User-agent: *\nDisallow: *print", "/a/print", false},
		{"the weight of an asterisk", "User-agent: *\nDisallow: /a.b.c\nAllow: /a.*.c", "/a.b.c", true},
		{"a query", "User-agent: *\nDisallow: /*?s=", "/?s=a", false},
		{"escapes", "User-agent: *\nDisallow: /%7ea%2fb", "/~a%2Fb", false},
		{"an escaped slash is none", "User-agent: *\nDisallow: /a%2fb", "/a/b", true},
		{"not ASCII", "User-agent: *\nDisallow: /größe", "/gr%C3%B6%c3%9fe", false},
		{"an escaped asterisk", "User-agent: *\nDisallow: /a%2Ab", "/a*b", false},
		{"an escaped asterisk is none", "User-agent: *\nDisallow: /a%2Ab", "/axb", true},
		{"a dollar inside", "User-agent: *\nDisallow: /a$b", "/a$b", false},
		{"a byte order mark", "\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", false},
		{"old line ends", "User-agent: *\rDisallow: /a\r", "/a", false},
		{"what cannot be read", "Disallow: /a\nfoo\n:\nUser-agent: *\nCrawl-delay: soon\nDisallow: /b\n\xff\x00", "/a", true},
		{"what can, beside it", "Disallow: /a\nfoo\n:\nUser-agent: *\nCrawl-delay: soon\nDisallow: /b\n\xff\x00", "/b", false},
		{"a page instead", "<!doctype html><title>User-agent: *</title>", "/a", true},
	} {
		a, err := parseAddress("http://example.org" + test.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := parseRobots([]byte(test.file)).allow(a); got != test.want {
			t.Errorf("%s: %s is allowed: %t", test.name, test.path, got)
		}
	}
}

func TestCrawlDelay(t *testing.T) {
	for _, test := range []struct {
		value string
		want  time.Duration
	}{
		{"10", 10 * time.Second}, {"0.5", time.Second / 2}, {"0", 0}, {"3600", maxCrawlDelay}, {"1e300", maxCrawlDelay},
		{"inf", maxCrawlDelay}, {"nan", 0}, {"-1", 0}, {"", 0}, {"10s", 0},
	} {
		if got := parseRobots([]byte("User-agent: *\nCrawl-delay: " + test.value)).delay; got != test.want {
			t.Errorf("%q: %v, want %v", test.value, got, test.want)
		}
	}
}

func TestRobots(t *testing.T) {
	const closed = "User-agent: *\nDisallow: /a\nAllow: /a/open\n"
	elsewhere := serve(t, publicIP, 0, pages{"/robots.txt": text(closed), "/a": text("a story"), "/b": text("a story")})
	long := strings.Repeat("# a line of fifty bytes, without a word for robots\n", 11000) // over 500 KiB
	for _, test := range []struct {
		name   string
		robots http.HandlerFunc
		path   string
		err    error
		cause  error
	}{
		{"said", text(closed), "/a", ErrRobots, nil},
		{"not said", text(closed), "/b", nil, nil},
		{"opened", text(closed), "/a/open", nil, nil},
		{"missing", status(404), "/a", nil, nil},
		{"gone", status(410), "/a", nil, nil},
		{"for others", status(403), "/a", nil, nil},
		{"empty", status(204), "/a", nil, nil},
		{"broken", status(500), "/a", ErrRobots, &StatusError{Code: 500}},
		{"away", status(503), "/a", ErrRobots, &StatusError{Code: 503}},
		{"strange", status(304), "/a", ErrRobots, &StatusError{Code: 304}},
		{"broken off", raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser-agent: *"), "/a", ErrRobots, ErrUnreachable},
		{"unreadable", status(200, "Content-Encoding", "br"), "/a", ErrRobots, ErrEncoding},
		{"hanging", hang, "/a", ErrRobots, ErrSlow},
		{"dripping", drip, "/a", ErrRobots, ErrSlow},
		{"endless", endless, "/a", nil, nil},
		{"long", text(closed + long), "/a", ErrRobots, nil},
		{"too long", text(long + closed), "/a", nil, nil},
		{"a cut line", text(strings.Repeat("#", maxRobots-25) + "\nUser-agent: *\nDisallow: /b"), "/a", nil, nil},
		{"moved", redirect(301, elsewhere.URL+"/robots.txt"), "/a", ErrRobots, nil},
		{"moved, not said", redirect(301, elsewhere.URL+"/robots.txt"), "/b", nil, nil},
		{"moved in a circle", redirect(302, "/robots.txt"), "/a", nil, nil},
		{"moved to no place", redirect(302, "ftp://a/"), "/a", ErrRobots, ErrAddress},
		{"moved to a private place", redirect(302, "http://10.0.0.1/"), "/a", ErrRobots, ErrPrivate},
		{"moved to the operator's", redirect(302, "http://127.0.0.2/"), "/a", ErrRobots, ErrPrivate},
		{"forbids a redirect", text("User-agent: *\nDisallow: /away"), "/away", ErrRobots, nil},
		{"of the place moved to", status(404), "/away", ErrRobots, nil},
		{"of the place moved to, not said", status(404), "/away/b", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, _ := newWeb(t, newNames(t))
			if test.cause == ErrSlow {
				c.robotsLimit = 50 * time.Millisecond
			}
			s := serve(t, publicIP, 0, pages{"/robots.txt": test.robots, "/a": text("a story"), "/a/open": text("a story"), "/b": text("a story"),
				"/away": redirect(302, elsewhere.URL+"/a"), "/away/b": redirect(302, elsewhere.URL+"/b")})
			for range 2 { // the second time from memory
				got, err := c.Get(t.Context(), Request{URL: s.URL + test.path})
				if !errors.Is(err, test.err) || err == nil && string(got.Body) != "a story" {
					t.Errorf("%s: %q, %v; want %v", test.path, got.Body, err, test.err)
				}
				var status *StatusError
				if errors.As(err, &status); test.cause != nil && !errors.Is(err, test.cause) && !gocmp.Equal(error(status), test.cause) {
					t.Errorf("%s: %v does not wrap %v", test.path, err, test.cause)
				}
			}
			want := 1
			if test.name == "moved in a circle" {
				want = 6
			}
			if got := count(s.asked(), "/robots.txt"); got != want {
				t.Errorf("robots.txt was asked for %d times, want %d", got, want)
			}
		})
	}
}

func count(all []string, one string) int {
	n := 0
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// A file is asked for once a day, one that could not be had after some minutes, each
// port's by itself.
func TestRobotsAge(t *testing.T) {
	c, clock := newWeb(t, newNames(t))
	var broken atomic.Bool
	broken.Store(true)
	both := pages{"/": text("a story"), "/robots.txt": func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}}
	one, two := serve(t, publicIP, 0, both), serve(t, publicIP, 0, both)
	get := func(s *site, want int, wantErr error) {
		t.Helper()
		if _, err := c.Get(t.Context(), Request{URL: s.URL}); !errors.Is(err, wantErr) {
			t.Errorf("%v, want %v", err, wantErr)
		}
		if got := count(s.asked(), "/robots.txt"); got != want {
			t.Errorf("robots.txt was asked for %d times, want %d", got, want)
		}
	}
	get(one, 1, ErrRobots)
	get(two, 1, ErrRobots)
	broken.Store(false)
	get(one, 0, ErrRobots)
	clock.at = clock.at.Add(robotsRetry)
	get(one, 1, nil)
	clock.at = clock.at.Add(robotsAge - time.Minute)
	get(one, 0, nil)
	clock.at = clock.at.Add(time.Minute)
	get(one, 1, nil)
}

// The time that a page has left is no news about a robots.txt: the next request asks again.
func TestRobotsOfSlowPage(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	var slow atomic.Bool
	slow.Store(true)
	s := serve(t, publicIP, 0, pages{"/": text("a story"), "/robots.txt": func(w http.ResponseWriter, r *http.Request) {
		if slow.Swap(false) {
			hang(w, r)
		}
	}})
	c.limit = 50 * time.Millisecond
	if _, err := c.Get(t.Context(), Request{URL: s.URL}); !errors.Is(err, ErrSlow) || errors.Is(err, ErrRobots) {
		t.Errorf("%v, want ErrSlow alone", err)
	}
	c.limit = limit
	if _, err := c.Get(t.Context(), Request{URL: s.URL}); err != nil {
		t.Error(err)
	}
}

// Requests that start together ask for the file once.
func TestRobotsOnce(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	s := serve(t, publicIP, 0, pages{"/": text("a story")})
	errs := make(chan error)
	for range 8 {
		go func() {
			_, err := c.Get(t.Context(), Request{URL: s.URL})
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := s.asked(); count(got, "/robots.txt") != 1 || count(got, "/") != 8 {
		t.Errorf("asked for %q", got)
	}
}

// What is remembered is bounded, whatever sites send.
func TestRobotsCacheIsBounded(t *testing.T) {
	cache, now := newRobotsCache(), time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for i := range 25000 {
		fmt.Fprintf(&b, "Disallow: /%d\n", i)
	}
	large := parseRobots([]byte(b.String()))
	for i := range 2 * maxRobotsFiles {
		file := robotsFile{until: now.Add(time.Duration(i) * time.Second)}
		if i%8 == 0 {
			file.rules = large
		}
		cache.put(robotsKey{origin: fmt.Sprint(i)}, file, now)
	}
	bytes := 0
	for _, file := range cache.files {
		bytes += file.rules.size()
	}
	if len(cache.files) > maxRobotsFiles || cache.bytes > maxRobotsBytes || cache.bytes != bytes || len(cache.files) < 8 {
		t.Errorf("%d files, %d bytes, counted as %d", len(cache.files), bytes, cache.bytes)
	}
	if _, ok := cache.get(robotsKey{origin: fmt.Sprint(2*maxRobotsFiles - 1)}, now); !ok {
		t.Error("the last one is forgotten")
	}
}

// Property: any file is read, in time that grows with it; a path that is escaped is the same path; and where
// the two mean the same (plain rules, for the bot by its name or for all) temoto/robotstxt agrees.
func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: /%7e\nCrawl-delay: 1", "/a", "/ab", uint8(1))
	f.Add("\ufeffuser-agent: storybot/1\r\rdisallow:***$$", "/a/b", "/a", uint8(2))
	f.Add("User-agent: storybot\nDisallow: /%\nDisallow: %2", "/%41", "/A", uint8(0))
	f.Fuzz(func(t *testing.T, file, first, path string, allow uint8) {
		a, err := parseAddress("http://example.org" + path)
		if err != nil {
			return
		}
		r := parseRobots([]byte(file))
		if r.delay < 0 || r.delay > maxCrawlDelay || r.size() > 64+34*(len(file)+1)*3 {
			t.Fatalf("%q: %v, %d bytes", file, r.delay, r.size())
		}
		escaped := strings.ReplaceAll(a.String(), "a", "%61")
		escaped = strings.Replace(escaped, "ex%61mple", "example", 1)
		if b, err := parseAddress(escaped); err == nil && r.allow(a) != r.allow(b) {
			t.Fatalf("%q: %s is allowed: %t, %s: %t", file, a, r.allow(a), b, r.allow(b))
		}

		plain := func(s string) bool {
			return s != "" && s[0] == '/' && strings.Trim(s, "/abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
		}
		second := strings.TrimSuffix(first, first[strings.LastIndexByte(first, '/')+1:])
		if !plain(path) || !plain(first) || !plain(second) || first == second {
			return
		}
		names := [2]string{"Disallow", "Allow"}
		simple := fmt.Sprintf("User-agent: other\nDisallow: /\n\nUser-agent: %s\n%s: %s\n%s: %s\n",
			cmp.Or(strings.Repeat("storybot", int(allow>>2&1)), "*"), names[allow&1], first, names[allow>>1&1], second)
		theirs, err := robotstxt.FromString(simple)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := parseRobots([]byte(simple)).allow(a), theirs.TestAgent(path, robotsAgent); got != want {
			t.Fatalf("%q: %s is allowed: %t, by robotstxt %t", simple, path, got, want)
		}
	})
}

// The worst file and path: each of many rules has many pieces.
func BenchmarkRulesWorst(b *testing.B) {
	line := "Disallow: /" + strings.Repeat("a*", 100) + "b\n"
	r := parseRobots([]byte("User-agent: *\n" + strings.Repeat(line, maxRobots/len(line)-1)))
	a, err := parseAddress("http://example.org/" + strings.Repeat("a", 1900))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if !r.allow(a) {
			b.Fatal("not allowed")
		}
	}
}
