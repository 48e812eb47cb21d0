package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestResponse(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	s := serve(t, publicIP, 0, pages{
		"/page": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `W/"1"`)
			w.Header().Set("Last-Modified", "Mon, 04 May 2026 03:02:01 GMT")
			w.Header().Set("Cache-Control", "public, max-age=600")
			w.Header().Set("Content-Type", "text/html; charset=koi8-r")
			if r.Header.Get("If-None-Match") == `W/"1"` || r.Header.Get("If-Modified-Since") == "Mon, 04 May 2026 03:02:01 GMT" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = io.WriteString(w, "\xf0\xe9")
		},
		"/bare": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) },
		"/long": status(http.StatusOK, "ETag", `"`+strings.Repeat("a", maxValidator)+`"`, "Last-Modified", "x"),
	})
	page := Response{URL: s.URL + "/page?a", Type: "text/html; charset=koi8-r", Body: []byte("\xf0\xe9"), ETag: `W/"1"`,
		LastModified: "Mon, 04 May 2026 03:02:01 GMT"}
	same := page
	same.Body, same.Type, same.NotModified = nil, "", true
	for _, test := range []struct {
		name    string
		request Request
		want    Response
		err     error
	}{
		{"a page", Request{URL: s.URL + "/page?a#b"}, page, nil},
		{"the same by its tag", Request{URL: s.URL + "/page?a", ETag: `W/"1"`}, same, nil},
		{"the same by its date", Request{URL: s.URL + "/page?a", LastModified: page.LastModified}, same, nil},
		{"another", Request{URL: s.URL + "/page?a", ETag: `W/"0"`}, page, nil},
		{"a tag that is none", Request{URL: s.URL + "/page?a", ETag: "a\r\nHost: b"}, page, nil},
		{"the same, and no more said", Request{URL: s.URL + "/bare", ETag: `"a"`, LastModified: "b"},
			Response{URL: s.URL + "/bare", NotModified: true, ETag: `"a"`, LastModified: "b"}, nil},
		{"the same as nothing", Request{URL: s.URL + "/bare"}, Response{}, &StatusError{Code: 304}},
		{"a tag too long to keep", Request{URL: s.URL + "/long"}, Response{URL: s.URL + "/long", LastModified: "x", Body: []byte{}}, nil},
	} {
		got, err := c.Get(t.Context(), test.request)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
		var status *StatusError
		if errors.As(err, &status); test.err == nil && err != nil || test.err != nil && !cmp.Equal(error(status), test.err) {
			t.Errorf("%s: %v, want %v", test.name, err, test.err)
		}
	}
}

func TestStatus(t *testing.T) {
	for _, code := range []int{201, 204, 206, 300, 305, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503} {
		c, _ := newWeb(t, newNames(t))
		s := serve(t, publicIP, 0, pages{"/": status(code, "Location", "/elsewhere")})
		_, err := c.Get(t.Context(), Request{URL: s.URL})
		var got *StatusError
		if !errors.As(err, &got) || *got != (StatusError{Code: code}) {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// What is sent is what makes the bot known, and nothing of where it came from.
func TestRequestHeaders(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	c.agent = userAgent("storybot/1.2", "ops@example.org")
	var got http.Header
	s := serve(t, publicIP, 0, pages{
		"/": func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			w.Header().Set("Location", "/page")
			w.WriteHeader(http.StatusFound)
		},
		"/page": func(_ http.ResponseWriter, r *http.Request) { got = r.Header },
	})
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // not heeded
	if _, err := c.Get(t.Context(), Request{URL: s.URL, ETag: `"x"`, From: s.URL + "/page"}); err != nil {
		t.Fatal(err)
	}
	want := http.Header{
		"User-Agent":      {"storybot/1.2 (mailto:ops@example.org)"},
		"Accept":          got["Accept"],
		"Accept-Encoding": {"gzip"},
		"If-None-Match":   {`"x"`},
	}
	if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(got.Get("Accept"), "text/html") {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// endless is a body without an end, as fast as it goes.
func endless(w http.ResponseWriter, r *http.Request) {
	chunk := bytes.Repeat([]byte("endless "), 8<<10)
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// drip is a body without an end that comes byte by byte.
func drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			_, _ = w.Write([]byte("."))
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// hang says nothing at all.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// raw is an answer as it is written, after which the connection ends.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, answer)
		_ = conn.Close()
	}
}

// zipped is a text that says of itself that it is gzip's.
func zipped(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(text)
	}
}

// zip is text as gzip packs it.
func zip(t *testing.T, text io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBodies(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	c.limit = 10 * time.Second // none of these is to reach it
	full := strings.Repeat("a", MaxBody)
	packed := zip(t, strings.NewReader("a story"))
	spoilt := bytes.Clone(packed)
	spoilt[len(spoilt)-8] ^= 1
	s := serve(t, publicIP, 0, pages{
		"/full":      text(full),
		"/over":      text(full + "a"),
		"/announced": raw("HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\na"),
		"/endless":   endless,
		"/short":     raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\na story"),
		"/long":      raw("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\na story and more"),
		"/negative":  raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\na story"),
		"/two":       raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na story"),
		"/unsaid":    raw("HTTP/1.1 200 OK\r\n\r\na story"),
		"/chunks":    raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\na story\r\n"),
		"/garbage":   raw("a story"),
		"/closed":    raw(""),
		"/head":      raw("HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", maxHeader+1<<10) + "\r\n\r\n"),
		"/gzip":      zipped(packed),
		"/notgzip":   zipped([]byte("a story that is not packed")),
		"/spoilt":    zipped(spoilt),
		"/cut":       zipped(packed[:len(packed)-9]),
		"/br":        status(http.StatusOK, "Content-Encoding", "br"),
		"/twice":     status(http.StatusOK, "Content-Encoding", "gzip, gzip"),
		"/identity":  raw("HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\n\r\na story"),
	})
	for _, test := range []struct {
		path, want string
		err        error
	}{
		{"/full", full, nil},
		{"/over", "", ErrTooLarge},
		{"/announced", "", ErrTooLarge},
		{"/endless", "", ErrTooLarge},
		{"/short", "", ErrUnreachable},
		{"/long", "a story", nil},
		{"/negative", "", ErrUnreachable},
		{"/two", "", ErrUnreachable},
		{"/unsaid", "a story", nil},
		{"/chunks", "", ErrUnreachable},
		{"/garbage", "", ErrUnreachable},
		{"/closed", "", ErrUnreachable},
		{"/head", "", ErrUnreachable},
		{"/gzip", "a story", nil},
		{"/notgzip", "", ErrEncoding},
		{"/spoilt", "", ErrEncoding},
		{"/cut", "", ErrUnreachable},
		{"/br", "", ErrEncoding},
		{"/twice", "", ErrEncoding},
		{"/identity", "a story", nil},
	} {
		got, err := c.Get(t.Context(), Request{URL: s.URL + test.path})
		if !errors.Is(err, test.err) || string(got.Body) != test.want {
			t.Errorf("%s: %d bytes, %v; want %d, %v", test.path, len(got.Body), err, len(test.want), test.err)
		}
	}
}

// 1 GiB of zeros, in 1024 members of a small gzip file; of it no more is unpacked than a page may
// have.
func TestZipBomb(t *testing.T) {
	bomb := bytes.Repeat(zip(t, bytes.NewReader(make([]byte, 1<<20))), 1<<10)
	if len(bomb) > MaxBody {
		t.Fatalf("%d bytes are no small body", len(bomb))
	}
	c, _ := newWeb(t, newNames(t))
	s := serve(t, publicIP, 0, pages{"/": zipped(bomb), "/robots.txt": zipped(bomb)})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := c.Get(t.Context(), Request{URL: s.URL}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d bytes: %v, want ErrTooLarge", len(bomb), err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 100<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
}

func TestSlow(t *testing.T) {
	s := serve(t, publicIP, 0, pages{
		"/drip":  drip,
		"/hang":  hang,
		"/round": redirect(http.StatusFound, "/hang"),
		"/zip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
			drip(w, r)
		},
	})
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, address := range []string{s.URL + "/drip", s.URL + "/hang", s.URL + "/round",
		"http://" + silent.Addr().String(), "https://" + silent.Addr().String()} {
		c, _ := newWeb(t, newNames(t))
		c.limit = 50 * time.Millisecond
		if _, err := c.Get(t.Context(), Request{URL: address}); !errors.Is(err, ErrSlow) || errors.Is(err, ErrRobots) {
			t.Errorf("%s: %v, want ErrSlow", address, err)
		}
	}
}

// The caller's own end is no fault of the server's.
func TestCanceled(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, publicIP, 0, pages{"/": func(w http.ResponseWriter, r *http.Request) {
		cancel()
		hang(w, r)
	}})
	if _, err := c.Get(ctx, Request{URL: s.URL}); err != context.Canceled {
		t.Errorf("%v, want context.Canceled", err)
	}
	s.asked()
	if _, err := c.Get(ctx, Request{URL: s.URL}); err != context.Canceled || s.asked() != nil {
		t.Errorf("%v, want context.Canceled and nothing asked", err)
	}
}

func TestUnreachable(t *testing.T) {
	names := newNames(t)
	c, _ := newWeb(t, names)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	_ = listener.Close()
	names.set("nothing.example", nil)
	for _, address := range []string{"http://" + closed, "http://absent.example", "http://nothing.example"} {
		_, err := c.Get(t.Context(), Request{URL: address})
		if !errors.Is(err, ErrUnreachable) {
			t.Errorf("%s: %v, want ErrUnreachable", address, err)
		}
		// Moderators see the text: it names neither the resolver nor what a name has for an address.
		if strings.Contains(fmt.Sprint(err), "127.0.0.1") {
			t.Errorf("%s: %v", address, err)
		}
	}
	var dns *net.DNSError
	if _, err := c.Get(t.Context(), Request{URL: "http://absent.example"}); !errors.As(err, &dns) || !dns.IsNotFound {
		t.Errorf("%v does not wrap its cause", err)
	}
}

// HTTPS is checked as browsers do, and HTTP/2 is spoken where the server does.
func TestTLS(t *testing.T) {
	names := newNames(t)
	names.set("example.com", []netip.Addr{publicIP}) // the name of httptest's certificate
	names.set("other.example", []netip.Addr{publicIP})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	port := strconv.Itoa(s.Listener.Addr().(*net.TCPAddr).Port)

	known := x509.NewCertPool()
	known.AddCert(s.Certificate())
	for _, test := range []struct {
		roots *x509.CertPool
		host  string
		want  string
		err   error
	}{
		{known, "example.com", "HTTP/2.0", nil},
		{known, "other.example", "", ErrUnreachable},
		{nil, "example.com", "", ErrUnreachable},
	} {
		c, _ := newWeb(t, names)
		c.public.TLSClientConfig = &tls.Config{RootCAs: test.roots}
		got, err := c.Get(t.Context(), Request{URL: "https://" + test.host + ":" + port})
		if !errors.Is(err, test.err) || string(got.Body) != test.want {
			t.Errorf("%s: %q, %v; want %q, %v", test.host, got.Body, err, test.want, test.err)
		}
		var unverified *tls.CertificateVerificationError
		if test.err != nil && !errors.As(err, &unverified) {
			t.Errorf("%s: %v does not wrap its cause", test.host, err)
		}
	}
}
