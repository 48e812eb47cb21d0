package llm

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// maxBody bounds a response, in bytes. A streamed token takes up to 500 of
	// them on the way, and a reply has a few thousand tokens with its reasoning.
	maxBody = 8 << 20

	// maxTries counts the first one. The bot answers in quotes when the model
	// does not, so it is better to give up than to keep a person waiting.
	maxTries = 3
)

// A transport sends a request again when the server is busy or away, bounds what
// it reads, and puts streams into the form that the library takes.
type transport struct {
	next     http.RoundTripper
	patience time.Duration // how long after the first try another one may still start
	key      secret
	log      *slog.Logger
}

// dialer is http.DefaultTransport with a limit on how long it takes to connect.
func dialer(limit time.Duration) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: limit}).DialContext
	t.TLSHandshakeTimeout = limit
	return t
}

// RoundTrip returns the last try's response, or its error.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() // each try reads a copy
	}
	ctx := req.Context()
	limit := t.patience
	if deadline, ok := ctx.Deadline(); ok {
		limit = max(1, min(limit, time.Until(deadline))) // 0 would mean no limit
	}

	resp, err := backoff.Retry(ctx, func() (*http.Response, error) {
		resp, err := t.send(req)
		if err != nil {
			return nil, err
		}
		return resp, retryable(resp)
	},
		backoff.WithMaxTries(maxTries),
		backoff.WithMaxElapsedTime(limit),
		backoff.WithNotify(func(err error, wait time.Duration) {
			t.log.WarnContext(ctx, "the model server is busy or away, trying again", "cause", t.key.redact(ctx, err.Error()), "wait", wait)
		}))
	if resp != nil {
		return resp, nil // whatever its status: the library reads it
	}
	return nil, err
}

func (t *transport) send(req *http.Request) (*http.Response, error) {
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	resp, err := t.next.RoundTrip(again)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxBody), resp.Body}
	if resp.StatusCode == http.StatusOK && req.Header.Get("Accept") == "text/event-stream" {
		resp.Body = newEvents(resp.Body)
	}
	return resp, nil
}

// retryable returns why resp should be asked for again, and when, if the
// server says so; nil when it is final.
func retryable(resp *http.Response) error {
	status := resp.StatusCode
	if status == http.StatusNotImplemented || status != http.StatusTooManyRequests && status < http.StatusInternalServerError {
		return nil
	}
	said, _ := io.ReadAll(resp.Body) // as far as it comes
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(said))
	if tooLong.Match(said) || bytes.Contains(said, []byte("insufficient_quota")) {
		return nil
	}
	after := resp.Header.Get("Retry-After")
	if ms, err := strconv.ParseUint(resp.Header.Get("Retry-After-Ms"), 10, 31); err == nil { // Azure's OpenAI
		return &backoff.RetryAfterError{Duration: time.Duration(ms) * time.Millisecond}
	}
	if seconds, err := strconv.ParseUint(after, 10, 31); err == nil {
		return backoff.RetryAfter(int(seconds))
	}
	if date, err := http.ParseTime(after); err == nil {
		return &backoff.RetryAfterError{Duration: max(0, time.Until(date))}
	}
	return fmt.Errorf("status %d", status)
}
