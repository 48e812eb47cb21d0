package fetch

import (
	"cmp"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

const (
	// MaxBody bounds what is read of a page, in bytes, after decompression: ten times
	// the largest articles.
	MaxBody = 10 << 20

	// maxRefusal bounds what is read of a page that is none, in bytes: walls against bots tell what
	// they are at once.
	maxRefusal = 64 << 10

	// maxValidator bounds an ETag and a Last-Modified that are handed out, in bytes: they are kept,
	// and sent again each time.
	maxValidator = 1 << 10
)

// A Response is what was found.
type Response struct {
	URL          string // where, after redirects; without a fragment
	Moved        string // where it is found from now on: URL, if there were redirects and all are permanent (301, 308); else ""
	Private      bool   // it was found in one of Config.Allow
	AskedPrivate bool   // the address that was asked for is in one of Config.Allow, wherever it leads
	NotModified  bool   // the copy that the request tells of is still good; there is no Body
	Type         string // Content-Type as sent
	Body         []byte // at most MaxBody, decompressed
	ETag         string // for the next Request, "" for none; of a NotModified the request's own if none was sent
	LastModified string // likewise
}

// An answer is what came back from one request.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	location string // where a redirect points to, else ""
	private  bool   // it came from the operator's network
	at       time.Time
}

// header is what a request for a page is sent with.
func (c *Client) header(request Request) http.Header {
	h := http.Header{
		"User-Agent": {c.agent},
		"Accept": {"text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, application/feed+json, " +
			"application/xml;q=0.9, text/*;q=0.9, application/pdf;q=0.9, */*;q=0.5"},
	}
	if v := request.ETag; v != "" && httpguts.ValidHeaderFieldValue(v) {
		h["If-None-Match"] = []string{v}
	}
	if v := request.LastModified; v != "" && httpguts.ValidHeaderFieldValue(v) {
		h["If-Modified-Since"] = []string{v}
	}
	return h
}

// roundTrip sends a request and reads the answer; ctx bounds both. Of the errors only this package's
// own are what callers see, the rest is for failure.
func (c *Client) roundTrip(ctx context.Context, to address, a ask) (answer, error) {
	var got answer
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { got.private = a.trusted && c.private(info.Conn, to) },
	})
	request := (&http.Request{Method: http.MethodGet, URL: to.url, Host: to.url.Host, Header: a.header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).WithContext(ctx)
	transport := c.public
	if a.trusted {
		transport = c.trusted
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return got, err
	}
	defer response.Body.Close()
	got.status, got.header, got.at = response.StatusCode, response.Header, c.pace.now()
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		got.location = response.Header.Get("Location")
		return got, nil
	case http.StatusOK:
		got.body, err = read(response, a)
		return got, err
	case http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if !a.robots {
			a.most, a.cut = maxRefusal, true
			got.body, _ = read(response, a) // the status says enough
		}
	}
	return got, nil
}

// private tells whether a connection leads into the operator's network. With a Dial of the
// caller's the other end says nothing about the host.
func (c *Client) private(conn net.Conn, to address) bool {
	if c.config.Dial != nil {
		return c.guard.private(to.ip)
	}
	peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	return err == nil && c.guard.private(peer.Addr())
}

// read reads a body up to the most that is asked for.
func read(response *http.Response, a ask) ([]byte, error) {
	if coding := response.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, fmt.Errorf("%w: %.40q", ErrEncoding, coding)
	}
	if response.ContentLength > a.most && !a.cut {
		return nil, ErrTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, a.most+1))
	long := int64(len(body)) > a.most
	var corrupt flate.CorruptInputError
	switch {
	case long && a.cut:
		return body[:a.most], nil
	case long:
		return nil, ErrTooLarge
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return body, err
}

// refused is the server's wish to be left alone, or nil.
func (a answer) refused() *StatusError {
	if a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return nil
	}
	return a.statusError()
}

func (a answer) statusError() *StatusError {
	return &StatusError{Code: a.status, RetryAfter: retryAfter(a.header.Get("Retry-After"), a.at)}
}

// response is what the caller sees of a last answer.
func (a answer) response(to address, request Request) (Response, error) {
	asked := request.ETag != "" || request.LastModified != ""
	same := a.status == http.StatusNotModified && asked
	if a.status != http.StatusOK && !same {
		refusal := a.statusError()
		refusal.Body = string(a.body)
		return Response{}, refusal
	}
	r := Response{
		URL:          to.String(),
		Private:      a.private,
		NotModified:  same,
		Type:         a.header.Get("Content-Type"),
		Body:         a.body,
		ETag:         validator(a.header.Get("ETag")),
		LastModified: validator(a.header.Get("Last-Modified")),
	}
	if same {
		r.ETag, r.LastModified = cmp.Or(r.ETag, request.ETag), cmp.Or(r.LastModified, request.LastModified)
	}
	return r, nil
}

// validator is one that is short enough to be kept, or "".
func validator(value string) string {
	if len(value) > maxValidator {
		return ""
	}
	return value
}
