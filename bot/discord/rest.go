package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
)

// attempts bounds how often a request is made that Discord, or the way
// there, fails to serve.
const attempts = 4

func (s *Server) get(ctx context.Context, url string, result any) error {
	body, err := s.call(ctx, s.session.Ratelimiter, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, result)
}

// call makes a request, again when Discord limits its rate (after the time
// that Discord says) or fails, until ctx ends. Whoever calls sees to it that
// a repeated request does no harm. The library's own repeats do not heed
// ctx; nor does its wait, a few seconds, where limits knows of no request
// left.
func (s *Server) call(ctx context.Context, limits *discordgo.RateLimiter, method, url string, data any) ([]byte, error) {
	var body []byte
	if data != nil {
		var err error
		if body, err = json.Marshal(data); err != nil {
			return nil, err
		}
	}
	try := func() ([]byte, error) {
		answer, err := s.session.RequestWithLockedBucket(method, url, "application/json", body, limits.LockBucket(url), 0,
			discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))
		return answer, retryable(err)
	}
	return backoff.Retry(ctx, try, backoff.WithMaxTries(attempts))
}

// callOwn is call for an interaction, whose requests are limited for it
// alone. The library would keep a bucket for each for ever, and would make
// the edits of all interactions wait for each other.
func (s *Server) callOwn(ctx context.Context, method, url string, data any) error {
	_, err := s.call(ctx, discordgo.NewRatelimiter(), method, url, data)
	return err
}

// retryable marks the errors that a repeat cannot mend, and those that say
// when to repeat. It takes out addresses: they hold interactions' tokens, and
// errors are logged.
func retryable(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	var limited *discordgo.RateLimitError
	if errors.As(err, &limited) {
		return &backoff.RetryAfterError{Duration: limited.RetryAfter}
	}
	var refused *discordgo.RESTError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		return backoff.Permanent(err)
	}
	return err
}

// isCode reports whether Discord refused a request with one of its error
// codes.
func isCode(err error, code int) bool {
	var refused *discordgo.RESTError
	return errors.As(err, &refused) && refused.Message != nil && refused.Message.Code == code
}
