package discord

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxConns bounds the connections of a client, all of which may stay open for
// the next requests: with the usual two, each request of a rush would make
// its own. At the 0.2 s that Discord takes for one, this many serve 500
// people within a second; more would only cost descriptors and handshakes.
const maxConns = 128

// newTransport makes connections that no other client uses. They speak
// HTTP/1.1: a connection that dies then takes one request with it, not all.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxConnsPerHost, t.MaxIdleConnsPerHost, t.MaxIdleConns = maxConns, maxConns, maxConns
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	return t
}

// A redirect sends the requests for Discord's API to another server. The
// library's addresses are constants, so this is the only way.
type redirect struct {
	next http.RoundTripper
	to   *url.URL // stands for https://discord.com/api
}

func (t redirect) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	path := strings.TrimSuffix(t.to.Path, "/") + strings.TrimPrefix(r.URL.Path, "/api")
	r.URL.Scheme, r.URL.Host, r.URL.Path, r.URL.RawPath = t.to.Scheme, t.to.Host, path, ""
	r.Host = ""
	return t.next.RoundTrip(r)
}

// A hasty transport gives a request up, with errSlow, that has not been
// answered to the end within its limit.
type hasty struct {
	next    http.RoundTripper
	limit   time.Duration
	suspect func() // what to do then: connections of the same age may be as dead
}

func (t hasty) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), t.limit)
	explain := func(err error) error {
		if ctx.Err() == nil || r.Context().Err() != nil {
			return err // not of this limit
		}
		t.suspect()
		return errSlow
	}
	resp, err := t.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		err = explain(err)
		cancel()
		return nil, err
	}
	resp.Body = &hastyBody{ReadCloser: resp.Body, explain: explain, cancel: cancel}
	return resp, nil
}

type hastyBody struct {
	io.ReadCloser
	explain func(error) error
	cancel  context.CancelFunc
}

func (b *hastyBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = b.explain(err)
	}
	return n, err
}

func (b *hastyBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
