package llm_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/llm"
)

// pipes is a transport to a real HTTP server over pipes in memory: unlike
// sockets they let the clock of a synctest bubble run.
func pipes(t *testing.T, handler http.HandlerFunc) http.RoundTripper {
	conns := make(listener)
	server := &http.Server{Handler: handler}
	go server.Serve(conns)
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case conns <- there:
			return here, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return transport
}

type listener chan net.Conn

func (l listener) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (l listener) Close() error   { close(l); return nil }
func (l listener) Addr() net.Addr { return &net.UnixAddr{} }

// A try is how the server answers one request: at once, or never.
type try struct {
	status int // 0: it hangs
	after  string
	body   string // "" for a good one
}

const (
	noQuota  = `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`
	tooLong  = `{"error":{"code":500,"message":"the request exceeds the available context size. try increasing the context size or enable context shift","type":"exceed_context_size_error","n_prompt_tokens":1407,"n_ctx":256}}`
	rateOver = `{"error":{"message":"Rate limit reached for gpt-6-luna on tokens per min (TPM): Limit 200000, Used 199000, Requested 2000. Please try again in 300ms.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}`
	loading  = `{"error":{"message":"Loading model","type":"unavailable_error","code":503}}`
)

func TestRetries(t *testing.T) {
	ok := try{200, "", ""}
	tests := []struct {
		name     string
		tries    []try
		deadline time.Duration
		want     error
		tried    int
		min, max time.Duration // that Complete takes
	}{
		{"no need", []try{ok}, 20 * time.Second, nil, 1, 0, 0},
		{"once", []try{{503, "", ""}, ok}, 20 * time.Second, nil, 2, 250 * time.Millisecond, 750 * time.Millisecond},
		{"twice", []try{{500, "", ""}, {502, "", ""}, ok}, 20 * time.Second, nil, 3, 600 * time.Millisecond, 2 * time.Second},
		{"no more", []try{{500, "", ""}, {500, "", ""}, {500, "", ""}, ok}, 20 * time.Second, llm.ErrServer, 3, 600 * time.Millisecond, 2 * time.Second},
		{"as told, in seconds", []try{{429, "1", ""}, ok}, 20 * time.Second, nil, 2, time.Second, time.Second},
		{"as told, by a date", []try{{429, "Sat, 01 Jan 2000 00:00:03 GMT", ""}, ok}, 20 * time.Second, nil, 2, 3 * time.Second, 3 * time.Second}, // a bubble's clock starts in 2000
		{"as told, at once", []try{{429, "0", ""}, ok}, 20 * time.Second, nil, 2, 0, 0},
		{"OpenAI's limit", []try{{429, "1", rateOver}, ok}, 20 * time.Second, nil, 2, time.Second, time.Second},
		{"Azure's limit", []try{{429, "1300ms", rateOver}, ok}, 20 * time.Second, nil, 2, 1300 * time.Millisecond, 1300 * time.Millisecond},
		{"llama.cpp, loading", []try{{503, "", loading}, {503, "", loading}, ok}, 20 * time.Second, nil, 3, 600 * time.Millisecond, 2 * time.Second},
		{"not for a quota that is used up", []try{{429, "1", noQuota}, ok}, 20 * time.Second, llm.ErrRateLimited, 1, 0, 0},
		{"not for a request that is too long", []try{{500, "", tooLong}, ok}, 20 * time.Second, llm.ErrTooLong, 1, 0, 0},
		{"told nonsense", []try{{429, "soon", ""}, ok}, 20 * time.Second, nil, 2, 250 * time.Millisecond, 750 * time.Millisecond},
		{"told to wait past the deadline", []try{{429, "21", ""}, ok}, 20 * time.Second, llm.ErrRateLimited, 1, 0, 0},
		{"told to wait for a century", []try{{429, "3155760000", ""}, ok}, 0, nil, 2, 250 * time.Millisecond, 750 * time.Millisecond},
		{"told to wait for an hour", []try{{503, "3600", ""}, ok}, 0, llm.ErrServer, 1, 0, 0},
		{"told to wait past the first token's limit", []try{{503, "31", ""}, ok}, 0, llm.ErrServer, 1, 0, 0},
		{"no time for another", []try{{503, "", ""}, ok}, 200 * time.Millisecond, llm.ErrServer, 1, 0, 0},
		{"not for a bad key", []try{{401, "0", ""}, ok}, 20 * time.Second, llm.ErrUnauthorized, 1, 0, 0},
		{"not for a bad request", []try{{400, "0", ""}, ok}, 20 * time.Second, llm.ErrRejected, 1, 0, 0},
		{"hangs", []try{{}}, 20 * time.Second, llm.ErrTimeout, 1, 20 * time.Second, 20 * time.Second},
		{"hangs, and nobody set a deadline", []try{{}}, 0, llm.ErrTimeout, 1, 30 * time.Second, 30 * time.Second},
		{"hangs when tried again", []try{{429, "2", ""}, {}}, 20 * time.Second, llm.ErrTimeout, 2, 20 * time.Second, 20 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var bodies []string
				client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", Transport: pipes(t, func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					bodies = append(bodies, string(body))
					next := tt.tries[len(bodies)-1]
					if next.status == 0 {
						<-r.Context().Done()
						return
					}
					if ms, ok := strings.CutSuffix(next.after, "ms"); ok {
						w.Header().Set("Retry-After-Ms", ms)
					} else {
						w.Header().Set("Retry-After", next.after)
					}
					w.WriteHeader(next.status)
					if next.body == "" {
						next.body = good
					}
					io.WriteString(w, next.body)
				})})
				ctx := t.Context()
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}

				start := time.Now()
				_, err := client.Complete(ctx, request, nil)
				took := time.Since(start)
				synctest.Wait()

				if !errors.Is(err, tt.want) {
					t.Errorf("error = %v, want %v", err, tt.want)
				}
				if took < tt.min || took > tt.max {
					t.Errorf("it took %v, want %v to %v", took, tt.min, tt.max)
				}
				if len(bodies) != tt.tried {
					t.Errorf("%d tries, want %d", len(bodies), tt.tried)
				}
				for _, body := range bodies[1:] {
					if diff := cmp.Diff(bodies[0], body); diff != "" {
						t.Errorf("another try sends something else:\n%s", diff)
					}
				}
			})
		})
	}
}

// A connection that breaks before the reply, or in it.
func TestBrokenConnection(t *testing.T) {
	tests := []struct {
		name  string
		reply string // before the server hangs up
		want  error
		tried int
	}{
		{"before the reply", "", llm.ErrUnreachable, 3},
		{"in the header", "HTTP/1.1 200 OK\r\nContent-", llm.ErrUnreachable, 3},
		{"in the reply", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + good[:40], llm.ErrCut, 1},
		{"in an error", "HTTP/1.1 400 Bad Request\r\nContent-Length: 1000\r\n\r\n{", llm.ErrCut, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tried := 0
				client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", Transport: pipes(t, func(w http.ResponseWriter, r *http.Request) {
					tried++
					io.Copy(io.Discard, r.Body)
					conn, _, err := w.(http.Hijacker).Hijack()
					if err != nil {
						t.Error(err)
						return
					}
					io.WriteString(conn, tt.reply)
					conn.Close()
				})})
				_, err := client.Complete(t.Context(), request, nil)
				if !errors.Is(err, tt.want) || tried != tt.tried {
					t.Errorf("%d tries, error = %v, want %d and %v", tried, err, tt.tried, tt.want)
				}
			})
		})
	}
}

// A proxy may compress a stream, and speak HTTP/2.
func TestHTTP2AndGzip(t *testing.T) {
	read := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 || r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("%s, Accept-Encoding: %q", r.Proto, r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		for _, event := range []string{chunk("{"), chunk("}"), finish("stop") + done} {
			io.WriteString(zip, event)
			zip.Flush()
			w.(http.Flusher).Flush()
			if strings.Contains(event, "content") {
				<-read
			}
		}
		zip.Close()
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	config := llm.Config{BaseURL: server.URL + "/v1", Model: "m", Transport: server.Client().Transport}
	got, err := llm.New(config).Complete(t.Context(), request, func(string) { read <- struct{}{} })
	if err != nil || got.Text != "{}" || got.Truncated {
		t.Errorf("completion = %+v, %v, want {}", got, err)
	}
}

func TestCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", Transport: pipes(t, func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) // until then a server does not notice that its client has gone
			cancel()
			<-r.Context().Done()
		})})
		if _, err := client.Complete(ctx, request, nil); !errors.Is(err, context.Canceled) || errors.Is(err, llm.ErrUnreachable) {
			t.Errorf("error = %v, want %v", err, context.Canceled)
		}
	})
}

// The error of a reply that is not HTTP repeats the reply.
func TestKeyIsNotLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		client := llm.New(llm.Config{
			BaseURL: "http://model/v1", Model: "m", APIKey: "sk-secret",
			Logger: slog.New(slog.NewTextHandler(&logged, nil)),
			Transport: pipes(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				io.WriteString(conn, r.Header.Get("Authorization")+"\n")
				conn.Close()
			}),
		})
		_, err := client.Complete(t.Context(), request, nil)
		if !errors.Is(err, llm.ErrUnreachable) || strings.Contains(err.Error(), "sk-secret") {
			t.Errorf("error = %v, want %v without the key", err, llm.ErrUnreachable)
		}
		if got := logged.String(); !strings.Contains(got, "[key]") || strings.Contains(got, "sk-secret") {
			t.Errorf("log is not without the key:\n%s", got)
		}
	})
}
