package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var (
	// ErrAddress is for what is not http or https, has a user name, no host or control characters, or
	// is longer than 2000 bytes; of a redirect too.
	ErrAddress = errors.New("fetch: not an address of the web")

	// ErrPrivate is for what the public web does not reach: loopback, private networks, metadata services.
	ErrPrivate = errors.New("fetch: the address is not on the public web")

	ErrPort        = errors.New("fetch: only ports 80 and 443 are open")
	ErrRedirects   = errors.New("fetch: too many redirects") // more than 5, or a loop
	ErrTooLarge    = errors.New("fetch: larger than 10 MiB")
	ErrSlow        = errors.New("fetch: the server took too long")            // 30 s
	ErrUnreachable = errors.New("fetch: the server cannot be reached")        // DNS, connection, TLS, or an answer that breaks off; wraps the cause
	ErrEncoding    = errors.New("fetch: the content encoding cannot be read") // broken, or one that nobody asked for

	// ErrRobots is for what robots.txt forbids. When that file cannot be had, it forbids everything, and
	// the error wraps the cause as well: of a site that is down it is ErrRobots and ErrUnreachable, and says
	// the latter only.
	ErrRobots = errors.New("fetch: not allowed by the site's robots.txt")

	// errNotNeeded is for an ask that another was faster with; it does not leave the package.
	errNotNeeded = errors.New("fetch: not needed any more")
)

// A down host has no robots.txt to be had, which is ErrRobots; what people are told is that it is
// down.
type down struct{ cause error }

func (e down) Error() string { return e.cause.Error() }

func (e down) Unwrap() []error { return []error{ErrRobots, e.cause} }

// A StatusError is an answer other than the page: any status but 200, and but a 304 that was
// asked for.
type StatusError struct {
	Code       int           // 404, 410, 429 …
	RetryAfter time.Duration // from now; at most 24 h, 0 when the server tells none
	Body       string        // of a 403, 429 or 503, which may be a wall against bots; at most maxRefusal
}

func (e *StatusError) Error() string {
	status := strings.TrimSpace(fmt.Sprint("status ", e.Code, " ", http.StatusText(e.Code)))
	switch {
	case e.Code == http.StatusNotFound:
		return "fetch: nothing is at that address (" + status + "); check it in a browser"
	case e.Code == http.StatusGone:
		return "fetch: what was at that address is gone for good (" + status + "); remove it, or add its new address"
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusPaymentRequired, e.Code == http.StatusForbidden, e.Code == http.StatusUnavailableForLegalReasons:
		return "fetch: the site does not let it be read (" + status + "); save the page from a browser and add the file, if you may"
	case e.RetryAfter > 0:
		return "fetch: the server wants to be asked later (" + status + "); try again in " + e.RetryAfter.Round(time.Second).String()
	case e.Code == http.StatusTooManyRequests, e.Code == http.StatusServiceUnavailable:
		return "fetch: the server wants to be asked later (" + status + "); try again in a while"
	case e.Code >= 500:
		return "fetch: the server fails (" + status + "); try again later"
	}
	return "fetch: the server does not give the page (" + status + "); check the address in a browser"
}

// maxRetryAfter bounds how long a server can keep the client away: one that says a year is
// asked again tomorrow.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header of that name, seconds or a date (RFC 9110, 10.2.3). What is
// neither, or past, is 0.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseUint(value, 10, 32)
		if err != nil || seconds > uint64(maxRetryAfter/time.Second) {
			return maxRetryAfter // out of range is a long time too
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	// Sub saturates, so that a date of the year 9999 stays a long time.
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

// failure says what an error of a request is for the caller: the caller's own context first,
// then our limit (the cause of limited), then what this package said inside the dialer, then
// a server that could not be reached or broke off.
func failure(ctx, limited context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(context.Cause(limited), ErrSlow):
		return ErrSlow
	case errors.Is(err, ErrPrivate):
		return ErrPrivate // without the address that a name has in the operator's network
	case errors.Is(err, ErrPort):
		return ErrPort
	case errors.Is(err, ErrEncoding), errors.Is(err, ErrTooLarge):
		return err
	}
	return &unreachable{err}
}

// An unreachable is ErrUnreachable with its cause. Its text goes to who asked, so it has
// none of the addresses that the cause's may have: of the machine, its resolver, or what a
// name has in the operator's network.
type unreachable struct{ cause error }

func (e *unreachable) Unwrap() []error { return []error{ErrUnreachable, e.cause} }

func (e *unreachable) Error() string {
	text := "the connection fails"
	var dns *net.DNSError
	var errno syscall.Errno
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.As(e.cause, &dns) && dns.IsNotFound:
		text = "no such host"
	case errors.As(e.cause, &dns):
		text = "its name cannot be looked up"
	case errors.As(e.cause, &errno):
		text = errno.Error()
	case errors.As(e.cause, &timeout) && timeout.Timeout():
		text = "it does not answer"
	case !errors.As(e.cause, &op):
		text = e.cause.Error()
	}
	return ErrUnreachable.Error() + ": " + text
}
