package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// plenty is a limit that no test reaches unless something hangs.
const plenty = 20 * time.Second

// newAPI serves requests, whose bodies have been read, and makes a client of
// it; both until the test ends.
func newAPI(t *testing.T, serve http.HandlerFunc, limit time.Duration, layers ...func(http.RoundTripper) http.RoundTripper) *client {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then does the server notice that the client has gone
		serve(w, r)
	}))
	t.Cleanup(web.Close)
	to, err := url.Parse(web.URL + "/api")
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(testToken, to, limit, layers...)
	t.Cleanup(c.close)
	return c
}

// Ways to serve a request.
var (
	good = say(http.StatusOK, `{"id":"7"}`)
	cut  = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	torn = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		good(w, r)
		cut(w, r)
	}
	silent  = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	halting = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		good(w, r)
		w.(http.Flusher).Flush()
		silent(w, r)
	}
)

func say(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func status(code int) http.HandlerFunc { return say(code, `{"message":"no","code":0}`) }

func TestCall(t *testing.T) {
	t.Parallel()
	limited := func(seconds string) http.HandlerFunc {
		return say(http.StatusTooManyRequests, `{"message":"slowly","retry_after":`+seconds+`,"global":false}`)
	}
	tests := []struct {
		name     string
		serve    []http.HandlerFunc // an attempt each; the last serves all that follow
		attempts int
		want     string // of the error; none when empty
	}{
		{"good", []http.HandlerFunc{good}, 1, ""},
		{"limited", []http.HandlerFunc{limited("0.02"), limited("0.02"), good}, 3, ""},
		{"limited for longer than there is time", []http.HandlerFunc{limited("3600"), good}, 1, "rate limit lasts longer"},
		{"limited by a proxy", []http.HandlerFunc{say(429, "<html>", "Retry-After", "3600"), good}, 1, "rate limit lasts longer"},
		{"limited without a time", []http.HandlerFunc{say(429, ""), good}, 1, "a rate limit lasts longer"},
		{"limited for a time that is none", []http.HandlerFunc{say(429, "{}", "Retry-After", "NaN"), good}, 1, "a rate limit lasts longer"},
		{"a wall", []http.HandlerFunc{say(403, "<html>"), good}, 1, "a rate limit lasts longer"},
		{"blocked", []http.HandlerFunc{say(403, `{"message":"blocked","code":40333}`), good}, 1, "a rate limit lasts longer"},
		{"forbidden", []http.HandlerFunc{say(403, `{"message":"Missing Access","code":50001}`), good}, 1, "Missing Access"},
		{"500", []http.HandlerFunc{status(500), good}, 2, ""},
		{"502", []http.HandlerFunc{status(502), good}, 2, ""},
		{"503", []http.HandlerFunc{status(503), good}, 2, ""},
		{"504", []http.HandlerFunc{status(504), good}, 2, ""},
		{"520 of a proxy", []http.HandlerFunc{say(520, "<html>"), good}, 2, ""},
		{"several", []http.HandlerFunc{status(502), cut, limited("0.02"), good}, 4, ""},
		{"cut", []http.HandlerFunc{cut, good}, 2, ""},
		{"cut within the answer", []http.HandlerFunc{torn, good}, 2, ""},
		{"no answer", []http.HandlerFunc{silent, good}, 2, ""},
		{"half an answer", []http.HandlerFunc{halting, good}, 2, ""},
		{"headers that cannot be read", []http.HandlerFunc{say(200, `{"id":"7"}`,
			"X-RateLimit-Remaining", "some", "X-RateLimit-Reset", "soon", "X-RateLimit-Reset-After", "soon")}, 1, ""},
		{"an answer that is no JSON", []http.HandlerFunc{say(200, "<html>")}, 1, "a rate limit lasts longer"},
		{"limited for no time", []http.HandlerFunc{say(429, `{"retry_after":0.0}`), good}, 2, ""},
		{"400", []http.HandlerFunc{status(400), good}, 1, "400 Bad Request"},
		{"401", []http.HandlerFunc{status(401), good}, 1, "401 Unauthorized"},
		{"404", []http.HandlerFunc{status(404), good}, 1, "404 Not Found"},
		{"elsewhere", []http.HandlerFunc{say(307, "", "Location", "/else"), good}, 2, ""},
	}
	for _, tt := range tests {
		for kind, layers := range map[string][]func(http.RoundTripper) http.RoundTripper{"plain": nil, "within limits": {limitedTo}} {
			t.Run(tt.name+" "+kind, func(t *testing.T) {
				t.Parallel()
				var attempts atomic.Int32
				c := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
					n := int(attempts.Add(1))
					tt.serve[min(n, len(tt.serve))-1](w, r)
				}, time.Second, layers...)
				ctx, cancel := context.WithTimeout(context.Background(), plenty)
				defer cancel()
				var got struct{ ID string }
				err := c.call(ctx, http.MethodPost, discordgo.EndpointWebhookToken("1", "secret"), map[string]int{"a": 1}, &got)
				switch {
				case tt.want == "" && (err != nil || got.ID != "7"):
					t.Errorf("got %+v, %v", got, err)
				case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
					t.Errorf("got error %v, want %q", err, tt.want)
				}
				if n := int(attempts.Load()); n != tt.attempts {
					t.Errorf("%d attempts, want %d", n, tt.attempts)
				}
				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("the token is in %q", err)
				}
			})
		}
	}
}

// What a request is, as Discord sees it.
func TestRequest(t *testing.T) {
	t.Parallel()
	var got []string
	c := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, fmt.Sprint(r.Proto, " ", r.Method, " ", r.URL.Path, " ", r.Header.Get("Authorization"),
			" ", r.Header.Get("Content-Type"), " ", r.ContentLength))
		w.WriteHeader(http.StatusNoContent)
	}, plenty)
	ctx := context.Background()
	if err := c.call(ctx, http.MethodPost, discordgo.EndpointChannelTyping("5"), nil, nil); err != nil {
		t.Error(err)
	}
	if err := c.call(ctx, http.MethodPut, discordgo.EndpointApplicationGlobalCommands("5"), []int{}, nil); err != nil {
		t.Error(err)
	}
	want := []string{
		"HTTP/1.1 POST /api/v9/channels/5/typing Bot a.test.token  0",
		"HTTP/1.1 PUT /api/v9/applications/5/commands Bot a.test.token application/json 2",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// An error says what ended the attempts, and what the last of them met.
func TestCallEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	var attempts atomic.Int32
	c := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if attempts.Add(1) == 2 {
			cancel()
		}
		status(http.StatusServiceUnavailable)(w, r)
	}, plenty)
	err := c.call(ctx, http.MethodGet, discordgo.EndpointWebhookToken("1", "secret"), nil, nil)
	var refused *discordgo.RESTError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &refused) || refused.Response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %v", err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the token is in %q", err)
	}
}

// Nobody listens; errors say so without the address of the request.
func TestCallUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := newClient(testToken, &url.URL{Scheme: "http", Host: l.Addr().String()}, plenty)
	defer c.close()
	tests := []struct{ name, url string }{
		{"refused", discordgo.EndpointWebhookToken("1", "secret")},
		{"no address", "https://discord.com/api/%zz/secret"},
	}
	for _, tt := range tests {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		if err := c.call(ctx, http.MethodGet, tt.url, nil, nil); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

// Typing is not worth waiting for, whoever says that it has to wait.
func TestCallWithoutWaiting(t *testing.T) {
	t.Parallel()
	c := newAPI(t, say(429, `{"retry_after":0.02}`), plenty)
	if err := c.call(withPatience(context.Background(), 0), http.MethodPost, discordgo.EndpointChannelTyping("5"), nil, nil); err != errBusy {
		t.Errorf("got %v, want %v", err, errBusy)
	}
}

// Answers to different people are edited at once while Discord is slow and a
// channel's bucket is empty.
func TestEditsWhileChannelWaits(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	var both sync.WaitGroup
	both.Add(2)
	c := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-RateLimit-Limit", "1")
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Reset-After", "3600")
		h.Set("X-RateLimit-Bucket", r.Method)
		if r.Method == http.MethodPost {
			posts.Add(1)
		} else {
			both.Done()
			both.Wait() // slow: until both are here
		}
		good(w, r)
	}, plenty, limitedTo)
	post := func(ctx context.Context) error {
		return c.call(ctx, http.MethodPost, discordgo.EndpointChannelMessages("5"), 1, nil)
	}
	if err := post(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	for range 2 {
		work.Go(func() {
			if err := post(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("a post to an empty bucket: %v", err)
			}
		})
	}
	var edits sync.WaitGroup
	for _, token := range []string{"t1", "t2"} {
		edits.Go(func() {
			if err := c.call(context.Background(), http.MethodPatch, discordgo.EndpointWebhookMessage("1", token, "@original"), 1, nil); err != nil {
				t.Error(err)
			}
		})
	}
	edits.Wait()
	cancel()
	work.Wait()
	if n := posts.Load(); n != 1 {
		t.Errorf("%d posts were made, want 1", n)
	}
}

// A rush neither opens a connection for each request nor waits long.
func TestConnections(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	web := httptest.NewUnstartedServer(good)
	web.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	web.Start()
	defer web.Close()
	to, _ := url.Parse(web.URL)
	c := newClient(testToken, to, plenty, limitedTo)
	defer c.close()
	for range 2 {
		var rush sync.WaitGroup
		for i := range 500 {
			rush.Go(func() {
				address := discordgo.EndpointWebhookMessage("1", fmt.Sprint("t", i), "@original")
				if err := c.call(context.Background(), http.MethodPatch, address, 1, nil); err != nil {
					t.Error(err)
				}
			})
		}
		rush.Wait()
	}
	if n := opened.Load(); n > maxConns {
		t.Errorf("%d connections, want at most %d", n, maxConns)
	}
}

// Connections that died while they lay idle cost one attempt, however many
// they are.
func TestDeadConnections(t *testing.T) {
	t.Parallel()
	const idle = 3
	var attempts atomic.Int32
	var all sync.WaitGroup
	all.Add(idle)
	var old sync.Map
	c := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if attempts.Add(1) <= idle {
			old.Store(r.RemoteAddr, true)
			all.Done()
			all.Wait() // each on a connection of its own
		} else if _, dead := old.Load(r.RemoteAddr); dead {
			silent(w, r)
			return
		}
		good(w, r)
	}, time.Second)
	call := func() {
		if err := c.call(context.Background(), http.MethodGet, discordgo.EndpointUser("@me"), nil, nil); err != nil {
			t.Error(err)
		}
	}
	var opening sync.WaitGroup
	for range idle {
		opening.Go(call)
	}
	opening.Wait()
	call()
	if n := attempts.Load(); n != idle+2 {
		t.Errorf("%d attempts, want %d at once, 1 on a dead connection and 1 on a new one", n, idle)
	}
}

// No connection is shared by requests, even with a server that would.
func TestHTTP1(t *testing.T) {
	t.Parallel()
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%q", r.Proto)
	}))
	web.EnableHTTP2 = true
	web.StartTLS()
	defer web.Close()
	to, _ := url.Parse(web.URL)
	c := newClient(testToken, to, plenty)
	defer c.close()
	c.transport.TLSClientConfig = web.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	var got string
	if err := c.call(context.Background(), http.MethodGet, discordgo.EndpointUser("@me"), nil, &got); err != nil || got != "HTTP/1.1" {
		t.Errorf("got %q, %v", got, err)
	}
}

// What was turned away in front of Discord keeps everything away for a while, whichever
// client it came from.
func TestWall(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	turnAway := func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		say(403, "<html>")(w, r)
	}
	a, b := newAPI(t, turnAway, time.Second), newAPI(t, turnAway, time.Second)
	b.wall = a.wall
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for _, c := range []*client{a, b, a} {
		if err := c.call(ctx, http.MethodGet, discordgo.EndpointGateway, nil, nil); !errors.Is(err, errLimited) {
			t.Errorf("got %v", err)
		}
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// What Discord's refusals mean, with the bodies that it sends.
func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                         string
		status                       int
		body                         string
		refused, forbidden, unwanted bool
	}{
		{"missing access", 403, `{"message":"Missing Access","code":50001}`, true, true, false},
		{"missing permissions", 403, `{"message":"Missing Permissions","code":50013}`, true, true, false},
		{"no history", 403, `{"message":"Cannot reply without permission to read message history","code":160002}`, true, true, false},
		{"a wall", 403, `<html>`, false, false, false},
		{"the token", 401, `{"message":"401: Unauthorized","code":0}`, false, false, false},
		{"an interaction's token", 401, `{"message":"Invalid Webhook Token","code":50027}`, true, false, true},
		{"deleted channel", 404, `{"message":"Unknown Channel","code":10003}`, true, false, true},
		{"deleted question", 400, `{"message":"Invalid Form Body","code":50035,"errors":{"message_reference":{"_errors":[{"code":"MESSAGE_REFERENCE_UNKNOWN_MESSAGE","message":"Unknown message"}]}}}`, true, false, true},
		{"bad form", 400, `{"message":"Invalid Form Body","code":50035}`, true, false, false},
		{"broken", 500, `{"message":"500: Internal Server Error","code":0}`, false, false, false},
	}
	for _, tt := range tests {
		c := newAPI(t, say(tt.status, tt.body), time.Second)
		_, err := c.attempt(t.Context(), http.MethodPost, discordgo.EndpointChannelMessages("1"), nil)
		if got := []bool{refused(err), isForbidden(err), isUnwanted(err)}; !slices.Equal(got, []bool{tt.refused, tt.forbidden, tt.unwanted}) {
			t.Errorf("%s: refused, forbidden, unwanted are %v: %v", tt.name, got, err)
		}
	}
}
