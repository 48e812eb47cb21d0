package fetch

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

// maxRedirects: more are a loop, or a place that wants cookies.
const maxRedirects = 5

// follow gets a page, wherever it is redirected. Each address on the way is checked as the first
// one is, and asks its own host's robots.txt.
func (c *Client) follow(ctx context.Context, to address, request Request) (Response, error) {
	spent := &budget{c.limit}
	ask := ask{trusted: request.Trusted, most: MaxBody}
	request.From = cmp.Or(request.From, to.String())
	permanent := true // all redirects so far
	askedPrivate := false
	seen := map[string]bool{}
	for {
		if seen[to.String()] || len(seen) > maxRedirects {
			return Response{}, ErrRedirects
		}
		seen[to.String()] = true
		if err := c.guard.checkAddress(to, ask.trusted, c.config.Dial != nil); err != nil {
			return Response{}, err
		}
		rules, err := c.rules(ctx, spent, to, ask.trusted)
		if err != nil {
			return Response{}, err
		}
		if !rules.allow(to) {
			return Response{}, ErrRobots
		}
		ask.delay = rules.delay
		here := request
		if to.String() != request.From {
			here.ETag, here.LastModified = "", ""
		}
		ask.header = c.header(here)
		got, err := c.ask(ctx, spent, to, ask)
		if err != nil {
			return Response{}, err
		}
		if len(seen) == 1 {
			askedPrivate = got.private
		}
		if got.location == "" {
			response, err := got.response(to, here)
			response.AskedPrivate = askedPrivate && err == nil
			if len(seen) > 1 && permanent {
				response.Moved = response.URL
			}
			return response, err
		}
		// Who wrote the page must not aim the bot at the operator's network: only what is found
		// there may point there.
		ask.trusted = ask.trusted && got.private
		permanent = permanent && (got.status == http.StatusMovedPermanently || got.status == http.StatusPermanentRedirect)
		if to, err = to.follow(got.location); err != nil {
			return Response{}, err
		}
	}
}

// An ask is how one request is made.
type ask struct {
	trusted bool
	header  http.Header
	robots  bool          // for a robots.txt, not for a page
	delay   time.Duration // since the last page of the host: its Crawl-delay
	most    int64         // bytes of a body
	cut     bool          // a longer body is cut, not an error
	needed  func() bool   // asked when it is this request's turn, whether it is made at all; nil: it is
}

// ask makes one request, in its turn, and reads the answer.
func (c *Client) ask(ctx context.Context, spent *budget, to address, a ask) (answer, error) {
	turn, err := c.pace.enter(ctx, to.host, a.trusted, a.delay)
	if err != nil {
		return answer{}, err
	}
	if a.needed != nil && !a.needed() {
		turn.skip()
		return answer{}, errNotNeeded
	}
	started := time.Now()
	limited, done := spent.spend(ctx)
	defer done()
	got, err := c.roundTrip(limited, to, a)
	turn.leave(!a.robots, got.private, got.refused())
	if err != nil {
		err = failure(ctx, limited, err)
	}
	c.log.DebugContext(ctx, "asked", "url", to.String(), "status", got.status, "bytes", len(got.body),
		"ms", time.Since(started).Milliseconds(), "error", err)
	return got, err
}
