package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// What RFC 9309 asks for: a file is good for a day (2.4), and 500 KiB of it are read (2.5).
	robotsAge = 24 * time.Hour
	maxRobots = 500 << 10

	// robotsRetry is for how long a file that could not be had counts as one that forbids
	// everything: a server that is started anew is back by then.
	robotsRetry = 5 * time.Minute

	// robotsLimit bounds the getting of a file, of the time of the page it is got for.
	robotsLimit = 10 * time.Second

	// Bounds of what is remembered: a refresh reaches as many hosts, and most files are of a few
	// KiB.
	maxRobotsFiles = 1024
	maxRobotsBytes = 16 << 20
)

// A robotsCache remembers robots.txt files.
type robotsCache struct {
	mu    sync.Mutex
	files map[robotsKey]robotsFile
	bytes int // of all files' rules
}

// A robotsKey says whose file it is. What a trusted request saw in the operator's network is not
// for others.
type robotsKey struct {
	origin  string
	trusted bool
}

// A robotsFile is one file, or why there is none.
type robotsFile struct {
	rules rules
	err   error // everything is forbidden
	until time.Time
	size  int // of the rules
}

func newRobotsCache() *robotsCache { return &robotsCache{files: map[robotsKey]robotsFile{}} }

func (r *robotsCache) get(key robotsKey, now time.Time) (robotsFile, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	file, ok := r.files[key]
	return file, ok && file.until.After(now)
}

// put remembers a file. Those that are past go when there is no room, then those that are so
// soonest.
func (r *robotsCache) put(key robotsKey, file robotsFile, now time.Time) {
	file.size = file.rules.size()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(key)
	full := func() bool { return len(r.files) >= maxRobotsFiles || r.bytes+file.size > maxRobotsBytes }
	if full() {
		for k, f := range r.files {
			if !f.until.After(now) {
				r.drop(k)
			}
		}
	}
	for len(r.files) > 0 && full() {
		var first robotsKey
		var soonest time.Time
		for k, f := range r.files {
			if soonest.IsZero() || f.until.Before(soonest) {
				first, soonest = k, f.until
			}
		}
		r.drop(first)
	}
	r.files[key] = file
	r.bytes += file.size
}

// drop forgets a file, if there is one. The caller holds mu.
func (r *robotsCache) drop(key robotsKey) {
	r.bytes -= r.files[key].size
	delete(r.files, key)
}

// rules is what the robots.txt of an address's host says. For a file that cannot be had the error
// is ErrRobots with its cause. Another error is no news about a file: the host may not be
// reached, or wants to be left alone, or the time is over.
func (c *Client) rules(ctx context.Context, spent *budget, to address, trusted bool) (rules, error) {
	key := robotsKey{to.origin(), trusted}
	if file, ok := c.robots.get(key, c.pace.now()); ok {
		return file.rules, file.err
	}
	own := &budget{min(spent.left, c.robotsLimit)}
	before := own.left
	found, err := c.askRobots(ctx, own, to, key)
	spent.left -= before - own.left
	if errors.Is(err, errNotNeeded) {
		file, _ := c.robots.get(key, c.pace.now())
		return file.rules, file.err
	}

	now := c.pace.now()
	file := robotsFile{rules: found, err: err, until: now.Add(robotsAge)}
	if err != nil {
		if errors.Is(err, ErrSlow) && spent.left <= 0 {
			return rules{}, ErrSlow // the page's time, not the file's
		}
		if !errors.Is(err, ErrRobots) {
			return rules{}, err
		}
		file.until = now.Add(robotsRetry)
	}
	c.robots.put(key, file, now)
	return found, err
}

// askRobots gets a host's robots.txt, wherever it is redirected to. It is errNotNeeded when another
// request got it meanwhile.
func (c *Client) askRobots(ctx context.Context, spent *budget, to address, key robotsKey) (rules, error) {
	ask := ask{
		trusted: key.trusted,
		header:  http.Header{"User-Agent": {c.agent}, "Accept": {"text/plain, */*;q=0.5"}},
		robots:  true,
		most:    maxRobots,
		cut:     true,
		needed: func() bool {
			_, ok := c.robots.get(key, c.pace.now())
			return !ok
		},
	}
	at, err := to.follow("/robots.txt")
	if err != nil {
		return rules{}, err // unreachable: to is an address
	}
	for redirects := 0; ; redirects++ {
		got, err := c.ask(ctx, spent, at, ask)
		var away *StatusError
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return rules{}, ctx.Err()
		case redirects == 0 && (errors.Is(err, errNotNeeded) || errors.Is(err, ErrPrivate) || errors.Is(err, ErrPort) || errors.As(err, &away)):
			return rules{}, err
		case redirects == 0 && (errors.Is(err, ErrUnreachable) || errors.Is(err, ErrSlow)):
			return rules{}, down{err}
		default:
			return rules{}, fmt.Errorf("%w: %w", ErrRobots, err)
		}

		switch {
		case got.location != "" && redirects == maxRedirects:
			return rules{}, nil // as if there were none (RFC 9309, 2.3.1.2)
		case got.location != "":
			ask.trusted, ask.needed = ask.trusted && got.private, nil
			if at, err = at.follow(got.location); err == nil {
				err = c.guard.checkAddress(at, ask.trusted, c.config.Dial != nil)
			}
			if err != nil {
				return rules{}, fmt.Errorf("%w: %w", ErrRobots, err)
			}
		case got.status >= 200 && got.status < 300:
			return parseRobots(got.body), nil
		case got.status >= 400 && got.status < 500:
			return rules{}, nil
		default:
			return rules{}, fmt.Errorf("%w: %w", ErrRobots, got.statusError())
		}
	}
}
