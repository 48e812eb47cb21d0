package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A roundTripper stands for Discord.
type roundTripper func(*http.Request) *http.Response

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if resp := f(r); resp != nil {
		return resp, nil
	}
	return nil, io.ErrUnexpectedEOF
}

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

// A counting Discord has one bucket a method and channel, of limit requests
// a window, and takes latency for each. It records when it let each request
// in, and how many it had to refuse.
type counting struct {
	limit   int
	window  time.Duration
	latency time.Duration

	mu      sync.Mutex
	ends    map[string]time.Time
	used    map[string]int
	served  []time.Time
	bodies  []string
	refused int
}

func (d *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
	}
	time.Sleep(d.latency / 2)
	resp := d.serve(r.Method+placeOf(r.Method, r.URL.Path).major, body)
	time.Sleep(d.latency / 2)
	return resp, nil
}

func (d *counting) serve(key, body string) *http.Response {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ends == nil {
		d.ends, d.used = map[string]time.Time{}, map[string]int{}
	}
	now := time.Now()
	if !now.Before(d.ends[key]) {
		d.ends[key], d.used[key] = now.Add(d.window), 0
	}
	after := fmt.Sprintf("%.3f", d.ends[key].Sub(now).Seconds())
	headers := []string{
		"X-RateLimit-Limit", strconv.Itoa(d.limit), "X-RateLimit-Bucket", "abc",
		"X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(d.ends[key].UnixMilli())/1000), "X-RateLimit-Reset-After", after,
	}
	if d.used[key] == d.limit {
		d.refused++
		return answer(429, `{"retry_after":`+after+`}`, append(headers, "X-RateLimit-Remaining", "0")...)
	}
	d.used[key]++
	d.served = append(d.served, now)
	d.bodies = append(d.bodies, body)
	return answer(200, "", append(headers, "X-RateLimit-Remaining", strconv.Itoa(d.limit-d.used[key]))...)
}

// request makes one through the limiter; its status is 0 when it fails.
func request(ctx context.Context, l *limiter, method, path, body string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, "https://discord.com/api/v9"+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	resp, err := l.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	return resp.StatusCode, nil
}

// Once a limit is known, a burst is spread over as many windows as it needs,
// in order, and none of it is refused.
func TestBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &counting{limit: 5, window: 2 * time.Second, latency: 300 * time.Millisecond}
		l := newLimiter(d)
		begin := time.Now()
		request(t.Context(), l, "POST", "/channels/1/messages", "0")
		var burst sync.WaitGroup
		for i := range 20 {
			burst.Go(func() {
				if status, err := request(t.Context(), l, "POST", "/channels/1/messages", strconv.Itoa(i+1)); status != 200 {
					t.Errorf("request %d: %d, %v", i, status, err)
				}
			})
			synctest.Wait() // in this order
		}
		burst.Wait()
		if d.refused != 0 {
			t.Errorf("%d were refused", d.refused)
		}
		// 21 in fives: the last goes with the fifth window. Each begins when
		// its first request reaches Discord, 0.15 s after it was made.
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
		for i, body := range d.bodies {
			if n, _ := strconv.Atoi(body); n/5 > i/5+1 {
				t.Errorf("request %d was served as number %d: %v", n, i, d.bodies)
			}
		}
	})
}

// A limit known from one channel holds for the first requests to another;
// channels do not wait for each other.
func TestLimitOfRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &counting{limit: 2, window: time.Second, latency: 100 * time.Millisecond}
		l := newLimiter(d)
		request(t.Context(), l, "POST", "/channels/1/messages", "")
		begin := time.Now()
		var burst sync.WaitGroup
		for i := range 8 {
			burst.Go(func() { request(t.Context(), l, "POST", fmt.Sprintf("/channels/%d/messages", 2+i%4), "") })
		}
		burst.Wait()
		if took := time.Since(begin); d.refused != 0 || took > 500*time.Millisecond {
			t.Errorf("%d were refused; took %v", d.refused, took)
		}
	})
}

// Of answers that overtake each other the lowest rest of a window counts.
func TestOvertaking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		l := newLimiter(roundTripper(func(*http.Request) *http.Response {
			n++
			mine := n
			headers := func(remaining, after string) *http.Response {
				return answer(200, "", "X-RateLimit-Limit", "3", "X-RateLimit-Bucket", "abc", "X-RateLimit-Reset", "1000.5",
					"X-RateLimit-Remaining", remaining, "X-RateLimit-Reset-After", after)
			}
			switch mine {
			case 1: // the slowest
				time.Sleep(3 * time.Second)
				return headers("2", "10")
			case 2:
				time.Sleep(time.Second)
				return headers("0", "10")
			}
			return headers("2", "10")
		}))
		begin := time.Now()
		var both sync.WaitGroup
		both.Go(func() { request(t.Context(), l, "GET", "/channels/1", "") })
		synctest.Wait()
		both.Go(func() { request(t.Context(), l, "GET", "/channels/1", "") })
		both.Wait()
		request(t.Context(), l, "GET", "/channels/1", "")
		if at := time.Since(begin); at != 11*time.Second {
			t.Errorf("the third request was made after %v, want 11s", at)
		}
	})
}

// Waiting ends with the context, at once; or is not begun where it would be
// in vain.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &counting{limit: 1, window: time.Minute}
		l := newLimiter(d)
		const path = "/channels/1/messages"
		request(t.Context(), l, "POST", path, "")
		begin := time.Now()

		short, cancel := context.WithTimeout(t.Context(), 59*time.Second)
		defer cancel()
		if _, err := request(short, l, "POST", path, ""); !errors.Is(err, errLimited) {
			t.Errorf("with too little time: %v", err)
		}
		if _, err := request(withPatience(t.Context(), 0), l, "POST", path, ""); !errors.Is(err, errBusy) {
			t.Errorf("without waiting: %v", err)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("waited %v in vain", took)
		}

		gone := errors.New("gone")
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(10*time.Second, func() { stop(gone) })
		if _, err := request(ctx, l, "POST", path, ""); err != gone || time.Since(begin) != 10*time.Second {
			t.Errorf("got %v after %v", err, time.Since(begin))
		}
		// Those who gave up take nothing from those who wait.
		if status, err := request(t.Context(), l, "POST", path, ""); status != 200 || time.Since(begin) != time.Minute {
			t.Errorf("got %d, %v after %v", status, err, time.Since(begin))
		}
	})
}

// A waiter is told when the wait grows past what it has.
func TestWaitGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		l := newLimiter(roundTripper(func(*http.Request) *http.Response {
			n++
			if n == 1 {
				return answer(200, "", "X-RateLimit-Limit", "1", "X-RateLimit-Bucket", "abc", "X-RateLimit-Remaining", "1", "X-RateLimit-Reset-After", "1")
			}
			time.Sleep(time.Second)
			return answer(429, `{"retry_after":60}`)
		}))
		request(t.Context(), l, "GET", "/channels/1", "")
		begin := time.Now()
		var all sync.WaitGroup
		all.Go(func() { request(t.Context(), l, "GET", "/channels/1", "") })
		synctest.Wait()
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if _, err := request(ctx, l, "GET", "/channels/1", ""); !errors.Is(err, errLimited) {
				t.Errorf("got %v", err)
			}
		})
		all.Wait()
		if took := time.Since(begin); took != time.Second {
			t.Errorf("took %v, want 1s", took)
		}
	})
}

// A refusal closes the bucket for as long as it says, and no other.
func TestRefusal(t *testing.T) {
	known := []string{"X-RateLimit-Limit", "10", "X-RateLimit-Bucket", "abc", "X-RateLimit-Remaining", "9", "X-RateLimit-Reset-After", "1"}
	tests := []struct {
		name    string
		refusal *http.Response
		path    string
		want    time.Duration // until the next request there
		other   time.Duration // and in another channel
		edit    time.Duration // and of an interaction
	}{
		{"user", answer(429, `{"retry_after":2.5}`, append(known, "X-RateLimit-Scope", "user")...), "/channels/1", 2500 * time.Millisecond, 0, 0},
		{"shared", answer(429, `{"retry_after":1336.57}`, append(known, "X-RateLimit-Scope", "shared")...), "/channels/1", 1336570 * time.Millisecond, 0, 0},
		{"no body", answer(429, ``, append(known, "Retry-After", "3")...), "/channels/1", 3 * time.Second, 0, 0},
		{"no bucket", answer(429, `{"retry_after":2}`), "/channels/1", 2 * time.Second, 0, 0},
		{"global by its header", answer(429, ``, "Retry-After", "4", "X-RateLimit-Global", "true"), "/channels/1", 4 * time.Second, 4 * time.Second, 0},
		{"global by its scope", answer(429, ``, "Retry-After", "4", "X-RateLimit-Scope", "global"), "/channels/1", 4 * time.Second, 4 * time.Second, 0},
		{"global by its body", answer(429, `{"retry_after":4.5,"global":true}`), "/channels/1", 4500 * time.Millisecond, 4500 * time.Millisecond, 0},
		{"global for an edit", answer(429, `{"retry_after":5,"global":true}`), "/webhooks/1/t1/messages/@original", 5 * time.Second, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := true
				l := newLimiter(roundTripper(func(*http.Request) *http.Response {
					if first {
						first = false
						return tt.refusal
					}
					return answer(200, "")
				}))
				begin := time.Now()
				if status, err := request(t.Context(), l, "GET", tt.path, ""); status != 429 {
					t.Errorf("got %d, %v", status, err)
				}
				var all sync.WaitGroup
				for path, want := range map[string]time.Duration{tt.path: tt.want, "/channels/2": tt.other, "/webhooks/1/t2/messages/@original": tt.edit} {
					all.Go(func() {
						request(t.Context(), l, "GET", path, "")
						if at := time.Since(begin); at != want {
							t.Errorf("%s: made after %v, want %v", path, at, want)
						}
					})
				}
				all.Wait()
			})
		})
	}
}

// No more than 50 requests fall into any second, however many there are;
// answers to interactions do not count and do not wait.
func TestGlobalLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var counted []time.Time
		l := newLimiter(roundTripper(func(r *http.Request) *http.Response {
			mu.Lock()
			defer mu.Unlock()
			if strings.Contains(r.URL.Path, "/channels/") {
				counted = append(counted, time.Now())
			}
			return answer(200, "")
		}))
		begin := time.Now()
		var all sync.WaitGroup
		for i := range 300 {
			all.Go(func() { request(t.Context(), l, "POST", fmt.Sprintf("/channels/%d/messages", i), "") })
		}
		synctest.Wait()
		for i := range 300 {
			for _, path := range []string{"/webhooks/1/t%d/messages/@original", "/interactions/%d/t/callback"} {
				all.Go(func() {
					request(t.Context(), l, "POST", fmt.Sprintf(path, i), "")
					if waited := time.Since(begin); waited != 0 {
						t.Errorf("an answer to an interaction waited %v", waited)
					}
				})
			}
		}
		if _, err := request(withPatience(t.Context(), 0), l, "POST", "/channels/1/typing", ""); !errors.Is(err, errBusy) {
			t.Errorf("without waiting: %v", err)
		}
		all.Wait()
		slices.SortFunc(counted, time.Time.Compare)
		for i := range len(counted) - 50 {
			if counted[i+50].Sub(counted[i]) < time.Second {
				t.Fatalf("request %d came %v before the fiftieth after it", i, counted[i+50].Sub(counted[i]))
			}
		}
		if took := time.Since(begin); len(counted) != 300 || took > 7*time.Second {
			t.Errorf("%d requests took %v", len(counted), took)
		}
	})
}

// A refusal of all requests holds for those, too, that have their turn by the
// bot's own count already.
func TestGlobalRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var made []time.Duration
		begin := time.Now()
		l := newLimiter(roundTripper(func(*http.Request) *http.Response {
			mu.Lock()
			made = append(made, time.Since(begin))
			first := len(made) == 1
			mu.Unlock()
			time.Sleep(10 * time.Millisecond) // of the 20 ms between two turns
			if first {
				return answer(429, `{"retry_after":60,"global":true}`)
			}
			return answer(200, "")
		}))
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() { request(t.Context(), l, "GET", fmt.Sprintf("/channels/%d", i), "") })
		}
		all.Wait()
		for _, at := range made {
			if at != 0 && at < time.Minute || at > time.Minute+time.Second {
				t.Errorf("requests were made after %v", made)
				break
			}
		}
	})
}

// Requests to a bucket that fail do not open it, nor lock it for good.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		l := newLimiter(roundTripper(func(*http.Request) *http.Response {
			n++
			if n == 1 {
				return answer(200, "", "X-RateLimit-Limit", "3", "X-RateLimit-Bucket", "abc", "X-RateLimit-Remaining", "2", "X-RateLimit-Reset-After", "10")
			}
			return nil
		}))
		begin := time.Now()
		for i, want := range []time.Duration{0, 0, 0, 10 * time.Second} {
			request(t.Context(), l, "GET", "/channels/1", "")
			if at := time.Since(begin); at != want {
				t.Errorf("request %d was made after %v, want %v", i, at, want)
			}
		}
	})
}

// Nothing is kept of an interaction once its bucket is full again.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &counting{limit: 5, window: time.Second}
		l := newLimiter(d)
		most := 0
		for i := range 10_000 {
			request(t.Context(), l, "PATCH", fmt.Sprintf("/webhooks/1/t%d/messages/@original", i), "")
			l.mu.Lock()
			most = max(most, len(l.buckets))
			l.mu.Unlock()
			time.Sleep(10 * time.Millisecond)
		}
		if most > 101 {
			t.Errorf("%d buckets at a time, want those of the last second: 100", most)
		}
		time.Sleep(2 * time.Second)
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.buckets) != 0 || len(l.routes) != 1 {
			t.Errorf("%d buckets and %d routes are left", len(l.buckets), len(l.routes))
		}
	})
}

func TestPlaceOf(t *testing.T) {
	tests := []struct {
		method, path string
		want         place
	}{
		{"GET", "/api/v9/users/@me", place{"GET/users/@me", "", false}},
		{"GET", "/api/v9/gateway/bot", place{"GET/gateway/bot", "", false}},
		{"PUT", "/api/v9/applications/12/commands", place{"PUT/applications/{}/commands", "", false}},
		{"POST", "/api/v9/channels/12/messages", place{"POST/channels/{}/messages", "/12", false}},
		{"GET", "/api/channels/12/messages/34", place{"GET/channels/{}/messages/{}", "/12", false}},
		{"PUT", "/api/v9/channels/12/messages/34/reactions/%F0%9F%8E%89/@me", place{"PUT/channels/{}/messages/{}/reactions/{}/@me", "/12", false}},
		{"GET", "/api/v9/guilds/12/members/34", place{"GET/guilds/{}/members/{}", "/12", false}},
		{"GET", "/api/v9/webhooks/12", place{"GET/webhooks/{}", "/12", false}},
		{"PATCH", "/api/v9/webhooks/12/secret/messages/@original", place{"PATCH/webhooks/{}/{}/messages/@original", "/12/secret", true}},
		{"POST", "/api/v9/interactions/12/secret/callback", place{"POST/interactions/{}/{}/callback", "/12/secret", true}},
		{"GET", "/", place{"GET/", "", false}},
		{"GET", "", place{"GET/", "", false}},
		{"GET", "/api", place{"GET/api", "", false}},
	}
	for _, tt := range tests {
		if got := placeOf(tt.method, tt.path); got != tt.want {
			t.Errorf("%s %s: got %+v, want %+v", tt.method, tt.path, got, tt.want)
		}
	}
}
