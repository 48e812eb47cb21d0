package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
)

// How long one attempt of a request may take, from when a connection is asked for to
// the end of its answer. Discord answers in a fraction of a second; a connection
// that died without a word never does, and the time is for another attempt.
const (
	attemptLimit    = 10 * time.Second
	ackAttemptLimit = time.Second // there have to be several within acknowledgeLimit
)

// The pauses between attempts double from the first to about the longest, and
// vary by half, so that what failed together does not come again together.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 3500 * time.Millisecond // 5.25 s at most
)

// worthNoting is how many attempts fail before the log says so.
const worthNoting = 3

// A client makes requests of Discord's REST API for one bot, over
// connections of its own.
type client struct {
	session   *discordgo.Session // for its request function
	transport *http.Transport
	wall      *wall
	log       *slog.Logger
	limited   func() // is told of each rate limit that was met
}

// newClient makes a client of api, or of Discord's where that is nil. limit
// is one attempt's. Each layer is put around the transport, and the attempt's
// limit does not run while a request waits in one.
func newClient(token string, api *url.URL, limit time.Duration, layers ...func(http.RoundTripper) http.RoundTripper) *client {
	c := &client{session: newSession("Bot " + token), transport: newTransport(), wall: new(wall), log: slog.New(slog.DiscardHandler), limited: func() {}}
	var way http.RoundTripper = c.transport
	if api != nil {
		way = redirect{next: way, to: api}
	}
	way = hasty{next: way, limit: limit, suspect: c.transport.CloseIdleConnections}
	for _, layer := range layers {
		way = layer(way)
	}
	c.session.Client = &http.Client{Transport: way, CheckRedirect: stayHere}
	return c
}

// stayHere follows no redirect: the API has none, and tokens go nowhere else.
func stayHere(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// close ends the connections that no request uses.
func (c *client) close() { c.transport.CloseIdleConnections() }

// call makes a request with body as JSON, or none when it is nil, and reads
// the answer into result unless that is nil. It makes the request again when
// Discord limits its rate (after the time that Discord says), fails or does
// not answer, until ctx ends; one without an end is never given up. So a
// request must do no harm when it is made twice, even if the first was served
// and only its answer got lost: a message that is posted needs an enforced
// nonce. What Discord refuses is final, and so is a rate limit that lasts
// longer than ctx (errLimited). No error holds the address, in which there
// may be an interaction's token.
func (c *client) call(ctx context.Context, method, url string, body, result any) error {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return err
		}
	}
	var last error // of an attempt that ctx did not end
	try := func() ([]byte, error) {
		answer, err := c.attempt(ctx, method, url, sent)
		if ctx.Err() == nil {
			last = err
		}
		return answer, err
	}
	pauses := &backoff.ExponentialBackOff{
		InitialInterval: firstPause, MaxInterval: longestPause, Multiplier: 2, RandomizationFactor: 0.5,
	}
	tries := 0
	notify := func(err error, _ time.Duration) {
		if tries++; tries == worthNoting {
			c.log.Warn("discord: a request fails again and again", "error", err)
		}
	}
	answer, err := backoff.Retry(ctx, try, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0), backoff.WithNotify(notify))
	switch ended := context.Cause(ctx); {
	case err != nil && last != nil && errors.Is(err, ended):
		return fmt.Errorf("%w; before that: %w", err, last)
	case err != nil || result == nil:
		return err
	}
	return json.Unmarshal(answer, result)
}

// attempt makes a request once. Its errors are what backoff.Retry goes by.
func (c *client) attempt(ctx context.Context, method, url string, body []byte) ([]byte, error) {
	seen := &witness{next: c.session.Client.Transport}
	if err := await(ctx, c.wall.remains()); err != nil {
		return nil, backoff.Permanent(err)
	}
	bucket := new(discordgo.Bucket) // the library unlocks it, and would keep its own for ever
	bucket.Lock()
	answer, err := c.session.RequestWithLockedBucket(method, url, "application/json", body, bucket, 0,
		discordgo.WithClient(&http.Client{Transport: seen, CheckRedirect: stayHere}),
		discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))
	switch {
	case err == nil && len(answer) > 0 && !json.Valid(answer): // some walls say 200
		c.wall.rise()
		return nil, errors.New("discord: the answer is not Discord's: it is no JSON")
	case err == nil:
		return answer, nil
	case seen.status == http.StatusTooManyRequests:
		c.limited()
		if seen.wait <= 0 {
			c.wall.rise()
		}
		return nil, limited(ctx, seen.wait)
	case seen.status == http.StatusBadGateway:
		return nil, errors.New("discord: HTTP 502 Bad Gateway") // the library speaks of its own repeats
	case seen.status == http.StatusForbidden && !refused(err):
		c.wall.rise()
	}
	return nil, retryable(err)
}

// limited is the error of a request whose rate Discord limits for wait.
func limited(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return errors.New("discord: Discord limits the rate and does not say for how long")
	}
	if err := worthwhile(ctx, wait); err != nil {
		return backoff.Permanent(err)
	}
	return fmt.Errorf("discord: Discord limits the rate: %w", &backoff.RetryAfterError{Duration: max(wait, firstPause)})
}

// retryable marks the errors that a repeat cannot mend. It takes out
// addresses: they hold interactions' tokens, and errors are logged.
func retryable(err error) error {
	final := errors.Is(err, errBusy) || errors.Is(err, errLimited)
	var failed *url.Error
	for errors.As(err, &failed) {
		final = final || failed.Op == "parse"
		err = failed.Err
	}
	if final || refused(err) || isUnauthorized(err) {
		return backoff.Permanent(err)
	}
	return err
}

// wallPause is how long nothing is asked of Discord after a request was turned away in
// front of it: its guards ban who comes too often.
const wallPause = 30 * time.Second

// A wall stands in front of Discord for a while, in the way of all clients that share it.
type wall struct {
	mu    sync.Mutex
	until time.Time
}

func (w *wall) rise() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = time.Now().Add(wallPause)
}

func (w *wall) remains() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Until(w.until)
}

// Codes of Discord's errors that the library has no names for.
const (
	codeBlocked   = 40333  // by Cloudflare, for what is taken for a client's fault
	codeNoHistory = 160002 // a reply where the bot may not read what was written before
)

// refused reports whether Discord has answered a request, and will say the same to
// it again, whoever makes it. A 403 without a code comes from something in front of
// Discord.
func refused(err error) bool {
	var answer *discordgo.RESTError
	if !errors.As(err, &answer) || isUnauthorized(err) {
		return false
	}
	status, coded := answer.Response.StatusCode, answer.Message != nil && answer.Message.Code != 0 && answer.Message.Code != codeBlocked
	return status >= http.StatusBadRequest && status < http.StatusInternalServerError && (status != http.StatusForbidden || coded)
}

// isUnauthorized reports whether Discord has refused the bot's token.
func isUnauthorized(err error) bool { return isStatus(err, http.StatusUnauthorized) && isCode(err, 0) }

// isForbidden reports whether the bot lacks a permission.
func isForbidden(err error) bool {
	return isCode(err, discordgo.ErrCodeMissingAccess) || isCode(err, discordgo.ErrCodeMissingPermissions) || isCode(err, codeNoHistory)
}

// isUnwanted reports whether a reply was refused because what it is to has been
// deleted, or the channel has, or an interaction was not acknowledged in time.
func isUnwanted(err error) bool {
	var answer *discordgo.RESTError
	return isCode(err, discordgo.ErrCodeUnknownMessage) || isCode(err, discordgo.ErrCodeUnknownChannel) ||
		isCode(err, discordgo.ErrCodeUnknownWebhook) || isCode(err, discordgo.ErrCodeInvalidWebhookTokenProvided) ||
		errors.As(err, &answer) && (bytes.Contains(answer.ResponseBody, []byte(`"MESSAGE_REFERENCE_UNKNOWN_MESSAGE"`)) ||
			bytes.Contains(answer.ResponseBody, []byte(`"REPLIES_UNKNOWN_MESSAGE"`))) // its name until 2025
}

// isStatus reports whether a request was answered with this status, not below 400.
func isStatus(err error, status int) bool {
	var answer *discordgo.RESTError
	return errors.As(err, &answer) && answer.Response.StatusCode == status
}

// isCode reports whether Discord refused a request with one of its error
// codes.
func isCode(err error, code int) bool {
	var answer *discordgo.RESTError
	return errors.As(err, &answer) && answer.Message != nil && answer.Message.Code == code
}

// pageSize is the most messages that Discord gives at once.
const pageSize = 100

// messages reads a channel's first messages after a snowflake, at most pageSize, the
// oldest first.
func (c *client) messages(ctx context.Context, channel string, after snowflake) ([]*heard, error) {
	query := url.Values{"after": {after.String()}, "limit": {strconv.Itoa(pageSize)}}
	var page []*heard
	err := c.call(ctx, http.MethodGet, discordgo.EndpointChannelMessages(channel)+"?"+query.Encode(), nil, &page)
	slices.SortFunc(page, func(a, b *heard) int { return cmp.Compare(parseSnowflake(a.ID), parseSnowflake(b.ID)) })
	return page, err
}

// A witness sees what the library does not tell of one attempt: a rate limit
// whose body is no JSON, for instance a proxy's, and the status behind an
// error. It keeps the headers of rate limits from the library, which would
// take a served request for a failed one when it cannot read them.
type witness struct {
	next   http.RoundTripper
	status int
	wait   time.Duration // that a rate limit asks for
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	w.status = resp.StatusCode
	if w.status == http.StatusTooManyRequests {
		w.wait, _ = retryAfter(resp)
	}
	for _, name := range []string{"X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Reset-After"} {
		resp.Header.Del(name)
	}
	return resp, nil
}
