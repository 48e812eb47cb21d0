package local

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Limit lets so many requests through in a time. The zero Limit lets all
// through.
//
// Each has a name. "global" is the bot's requests on all routes; "identify" and
// "payloads" are what it sends to the gateway. The others are of routes:
// "create message", "edit message", "delete message", "get message",
// "get messages", "react", "typing", "edit channel", "overwrite commands",
// "create command", "edit command", "delete command", "get member", "gateway"
// (GET /gateway/bot) and "webhook" (what follows an interaction's first answer).
type Limit struct {
	Requests int
	Per      time.Duration
}

// Unlimited lifts every rate limit, as Options.Limits.
func Unlimited(string, Limit) Limit { return Limit{} }

// A bucket counts what has been let through since the first of it, until its
// time is over.
type bucket struct {
	limit Limit
	used  int
	reset time.Time
}

// take lets one through, or not.
func (b *bucket) take(now time.Time) bool {
	if b.limit.Requests == 0 {
		return true
	}
	if !now.Before(b.reset) {
		b.used, b.reset = 0, now.Add(b.limit.Per)
	}
	if b.used >= b.limit.Requests {
		return false
	}
	b.used++
	return true
}

// left returns how many more may come, and when it will be the full number
// again.
func (b *bucket) left(now time.Time) (int, time.Duration) {
	if !now.Before(b.reset) {
		return b.limit.Requests, 0
	}
	return b.limit.Requests - b.used, b.reset.Sub(now)
}

// invalidMemory is the time over which Discord counts the requests that got
// 401, 403 or 429: it bans at 10,000.
const invalidMemory = 10 * time.Minute

const maxBuckets = 1000 // before those whose time is over are thrown out

// A limiter holds requests and payloads to their limits.
type limiter struct {
	routes   []routeLimit
	byRoute  map[string]*routeLimit // once looked up; nil for none
	buckets  map[string]*bucket     // by name and what the route is of
	global   bucket
	identify Limit
	payloads Limit
	invalid  []time.Time
}

func newLimiter(opts Options) limiter {
	limit := func(name string, discord Limit) Limit {
		if opts.Limits == nil {
			return discord
		}
		return opts.Limits(name, discord)
	}
	l := limiter{
		byRoute: map[string]*routeLimit{}, buckets: map[string]*bucket{},
		global:   bucket{limit: limit("global", globalLimit)},
		identify: limit("identify", identifyLimit),
		payloads: limit("payloads", payloadLimit),
	}
	for _, rl := range routeLimits {
		rl.discord, rl.limit = rl.limit, limit(rl.name, rl.limit)
		l.routes = append(l.routes, rl)
	}
	return l
}

// payload counts one that a connection sends to the gateway.
func (l *limiter) payload(c *conn, now time.Time) bool {
	c.payloads.limit = l.payloads
	return c.payloads.take(now)
}

// request counts a request. The header is for its answer; with refused it is
// not to be served, and that is the answer. Interactions are not under the
// global limit.
func (l *limiter) request(r *http.Request, global bool, now time.Time) (header http.Header, refused *answer) {
	if global && !l.global.take(now) {
		_, after := l.global.left(now)
		return nil, tooMany(after, scopeGlobal)
	}
	of := l.of(r.Pattern)
	if of == nil || of.limit.Requests == 0 {
		return nil, nil
	}
	b := l.bucket(of.key(r), of.limit, now)
	taken := b.take(now)
	remaining, after := b.left(now)
	header = of.header(remaining, after, now)
	if !taken {
		refused = tooMany(after, scopeUser)
		maps.Copy(refused.header, header)
	}
	return header, refused
}

// fault is the answer in place of a request's own, which is logged with status
// 0 when the connection is cut. It counts nothing: a user's 429 says that the
// route's limit has been hit, a resource's how that limit would stand.
func (l *limiter) fault(f RequestFault, r *http.Request, now time.Time) answer {
	switch {
	case f.Cut:
		return answer{}
	case f.Status != http.StatusTooManyRequests:
		status, body := encode(nil, &apiError{status: f.Status, Message: fmt.Sprintf("%d: %s", f.Status, http.StatusText(f.Status))})
		return answer{status: status, body: body}
	case f.Global && !f.Shared:
		return *tooMany(f.RetryAfter, scopeGlobal)
	}
	scope, remaining, after := scopeUser, 0, f.RetryAfter
	of := l.of(r.Pattern)
	if f.Shared {
		scope = scopeShared
	}
	a := tooMany(f.RetryAfter, scope)
	if of == nil {
		return *a
	}
	if f.Shared {
		b := bucket{limit: of.stated()}
		known := l.buckets[of.key(r)]
		if known != nil {
			b = *known
		}
		if known == nil || !f.Served {
			b.take(now) // of the copy
		}
		remaining, after = b.left(now)
	}
	maps.Copy(a.header, of.header(remaining, after, now))
	return *a
}

// key is what a limit's bucket for a request is found by.
func (of *routeLimit) key(r *http.Request) string { return of.name + " " + major(r) }

// stated is the limit as headers have it: Discord's, when it has been lifted.
func (of *routeLimit) stated() Limit {
	if of.limit.Requests == 0 {
		return of.discord
	}
	return of.limit
}

// header says how a limit stands: "Header Format".
func (of *routeLimit) header(remaining int, after time.Duration, now time.Time) http.Header {
	sum := md5.Sum([]byte(cmp.Or(of.hashOf, of.name)))
	h := http.Header{}
	h.Set("X-RateLimit-Limit", strconv.Itoa(of.stated().Requests))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", seconds(time.Duration(now.Add(after).UnixNano())))
	h.Set("X-RateLimit-Reset-After", seconds(after))
	h.Set("X-RateLimit-Bucket", hex.EncodeToString(sum[:]))
	return h
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// of is the limit of a route, nil for none.
func (l *limiter) of(pattern string) *routeLimit {
	if known, ok := l.byRoute[pattern]; ok {
		return known
	}
	route := wildcard.ReplaceAllString(pattern, "{}")
	var found *routeLimit
	for i := range l.routes {
		for _, r := range l.routes[i].routes {
			prefix, open := strings.CutSuffix(r, "*")
			if found == nil && (r == route || open && strings.HasPrefix(route, prefix)) {
				found = &l.routes[i]
			}
		}
	}
	l.byRoute[pattern] = found
	return found
}

// major is what a route's limit is counted apart for.
func major(r *http.Request) string {
	return r.PathValue("channel") + "/" + r.PathValue("guild") + "/" + r.PathValue("token")
}

func (l *limiter) bucket(key string, limit Limit, now time.Time) *bucket {
	if l.buckets[key] == nil {
		if len(l.buckets) >= maxBuckets {
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return !now.Before(b.reset) })
		}
		l.buckets[key] = &bucket{limit: limit}
	}
	return l.buckets[key]
}

// Whose limit it is that has been hit.
const (
	scopeUser   = "user"   // the bot's, on a route
	scopeGlobal = "global" // the bot's, on all
	scopeShared = "shared" // everyone's, on a resource
)

// tooMany is the answer 429.
func tooMany(after time.Duration, scope string) *answer {
	message := "You are being rate limited."
	if scope == scopeShared {
		message = "The resource is being rate limited."
	}
	a := &answer{status: http.StatusTooManyRequests, header: http.Header{}}
	a.body = marshal(map[string]any{
		"message": message, "retry_after": json.Number(seconds(after)), "global": scope == scopeGlobal,
	})
	a.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	a.header.Set("X-RateLimit-Scope", scope)
	if scope == scopeGlobal {
		a.header.Set("X-RateLimit-Global", "true")
	}
	return a
}

// seconds writes a time with milliseconds, rounded up: who waits that long
// has waited enough.
func seconds(d time.Duration) string {
	ms := (d + time.Millisecond - 1) / time.Millisecond
	return strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64)
}

// count notes a request that Discord holds against the bot's address.
func (l *limiter) count(a answer, now time.Time) {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if a.header.Get("X-RateLimit-Scope") != scopeShared {
			l.invalid = append(l.invalid, now)
		}
	}
	for len(l.invalid) > 0 && now.Sub(l.invalid[0]) >= invalidMemory {
		l.invalid = l.invalid[1:]
	}
}

// InvalidRequests returns how many requests of the last ten minutes got 401,
// 403 or 429. Discord bans an address at 10,000.
func (s *Server) InvalidRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limiter.count(answer{}, s.state.now())
	return len(s.limiter.invalid)
}
