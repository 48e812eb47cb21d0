package discord

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A bucket is one limit at one place. The limiter's lock guards it.
type bucket struct {
	key       string
	limit     int // 0: unknown
	remaining int // of limit, until reset; less underWay they may be used
	reset     time.Time
	window    float64   // when the time of remaining ends, by Discord's clock, seconds since 1970; tells one from the next
	closed    time.Time // a request was limited until then
	underWay  int
	queue     []*waiter
	timer     *time.Timer
}

// A waiter is told nil when it may go, once.
type waiter struct {
	admitted chan error
	deadline time.Time // zero: none
}

func (b *bucket) admits(now time.Time) bool {
	if !now.Before(b.reset) {
		b.remaining = b.limit
	}
	return !now.Before(b.closed) && (b.limit == 0 || b.remaining > b.underWay)
}

// shut is until when surely nothing is admitted, whatever comes back before.
func (b *bucket) shut(now time.Time) time.Time {
	until := later(b.closed, now)
	if b.limit > 0 && b.remaining <= 0 {
		until = later(until, b.reset)
	}
	return until
}

// close is for a request that Discord limited. A bucket of which it says no
// more admits them one by one then.
func (b *bucket) close(until time.Time) {
	b.closed = later(b.closed, until)
	if b.limit == 0 {
		b.limit, b.remaining, b.reset = 1, 0, b.closed
	}
}

// sameWindow is by how much Discord's times of one reset may differ, which
// it rounds: in seconds.
const sameWindow = 0.05

// learn takes in what an answer says. Answers overtake each other: of one
// window the lowest rest is right, and the earliest reset, for only the way
// here adds to it.
func (b *bucket) learn(told report, now time.Time) {
	same := math.Abs(told.window-b.window) <= sameWindow
	if told.window == 0 { // no more than a guess
		same = now.Before(b.reset)
	}
	switch {
	case same:
		b.remaining = min(b.remaining, told.remaining)
		if told.reset.Before(b.reset) {
			b.reset = told.reset
		}
	case told.window != 0 && told.window < b.window:
		return
	default:
		b.remaining, b.reset, b.window = told.remaining, told.reset, told.window
	}
	b.limit = told.limit
}

// A report is what the headers of an answer say of its bucket.
type report struct {
	name             string
	limit, remaining int
	reset            time.Time
	window           float64 // 0: not said
}

// read is false for headers that do not say it all.
func read(h http.Header, now time.Time) (report, bool) {
	r := report{name: h.Get("X-RateLimit-Bucket")}
	var err1, err2 error
	r.limit, err1 = strconv.Atoi(h.Get("X-RateLimit-Limit"))
	r.remaining, err2 = strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	after, ok := seconds(h.Get("X-RateLimit-Reset-After"))
	if r.name == "" || err1 != nil || err2 != nil || !ok || r.limit < 1 {
		return report{}, false
	}
	r.reset = now.Add(after)
	r.window, _ = strconv.ParseFloat(h.Get("X-RateLimit-Reset"), 64)
	return r, true
}

// retryAfter is for how long an answer with status 429 limits requests, and
// whether all of them. Discord's body is more exact than its header; a proxy
// on the way has only the header. 0 is that neither says. The body stays readable.
func retryAfter(resp *http.Response) (wait time.Duration, all bool) {
	// Discord's is a hundred bytes, a proxy's page a few thousand.
	start, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), resp.Body), resp.Body}
	var body struct {
		RetryAfter json.Number `json:"retry_after"`
		Global     bool        `json:"global"`
	}
	_ = json.Unmarshal(start, &body) // what it does not say is in the headers
	wait, ok := seconds(body.RetryAfter.String())
	if !ok {
		wait, ok = seconds(resp.Header.Get("Retry-After"))
	}
	if ok { // no time at all is a short one; 0 is that nothing was said
		wait = max(wait, firstPause)
	}
	all = body.Global || resp.Header.Get("X-RateLimit-Global") == "true" || resp.Header.Get("X-RateLimit-Scope") == "global"
	return wait, all
}

// seconds is a duration in Discord's form, such as 64.57. No more than a day
// is believed, which is longer than anything waits.
func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0) {
		return 0, false
	}
	return time.Duration(min(f, 24*60*60) * float64(time.Second)), true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// A place is where a request goes, as far as rate limits tell places apart.
type place struct {
	route string // the method and the path without ids
	major string // the ids that have limits of their own
	free  bool   // the limit of all requests does not count it
}

// placeOf reads a path such as /api/v9/channels/123/messages/456, whose
// route is GET/channels/{}/messages/{} and whose major id is 123.
func placeOf(method, path string) place {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if segments[0] == "api" && len(segments) > 1 {
		segments = segments[1:]
		if len(segments) > 1 && strings.HasPrefix(segments[0], "v") {
			segments = segments[1:]
		}
	}
	at := place{route: method}
	major := 0 // how many of the ids that follow the first segment
	switch segments[0] {
	case "channels", "guilds":
		major = 1
	case "webhooks", "interactions": // an id and a token
		major = 2
		at.free = len(segments) > 2
	}
	for i, s := range segments {
		switch {
		case i > 0 && i <= major:
			at.major += "/" + s
			at.route += "/{}"
		case strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-@") != "":
			at.route += "/{}"
		default:
			at.route += "/" + s
		}
	}
	return at
}
