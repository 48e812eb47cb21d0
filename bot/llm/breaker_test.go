package llm_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot/llm"
)

// A server that is dead is left alone, and asked once whether it is back.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alive, asked := false, 0
		answer := make(chan struct{}, 100)
		client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", APIKey: "sk-secret", Transport: pipes(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			<-answer
			w.Header().Set("Retry-After", "0")
			if !alive {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			io.WriteString(w, good)
		})})
		ask := func(want error, requests int) {
			t.Helper()
			asked = 0
			if _, err := client.Complete(t.Context(), request, nil); !errors.Is(err, want) || asked != requests {
				t.Errorf("error = %v after %d requests, want %v after %d", err, asked, want, requests)
			}
		}
		for range 18 {
			answer <- struct{}{}
		}
		for range 5 {
			ask(llm.ErrServer, 3)
		}
		ask(llm.ErrDown, 0)
		<-time.After(29 * time.Second)
		ask(llm.ErrDown, 0)
		<-time.After(2 * time.Second)
		ask(llm.ErrServer, 3) // the one that finds out
		ask(llm.ErrDown, 0)

		<-time.After(31 * time.Second)
		alive = true
		found := make(chan error)
		go func() {
			_, err := client.Complete(t.Context(), request, nil)
			found <- err
		}()
		synctest.Wait()
		ask(llm.ErrDown, 0) // while another finds out
		answer <- struct{}{}
		if err := <-found; err != nil {
			t.Errorf("of a server that is back: %v", err)
		}
		answer <- struct{}{}
		ask(nil, 1)
	})
}

// What a server must not do for long, and what it may.
func TestBreakerCounts(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(code)
			io.WriteString(w, `{"error": {"message": "no"}}`)
		}
	}
	hang := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	says := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { stream(w, body, 1<<20) }
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		down    bool // after five of these
	}{
		{"a fault", status(500), true},
		{"overload", status(503), true},
		{"silence", hang, true},
		{"hanging up", abort, true},
		{"a stream without text", says(":\n\ndata: {\"choices\":[{\"delta\":{}}]}\n\n"), true},
		{"a stream cut short", says(chunk("{")), false},
		{"too many requests", status(429), false},
		{"a bad key", status(401), false},
		{"a bad request", status(400), false},
		{"no such model", status(404), false},
		{"another API", says("<html>"), false},
		{"too long, in the stream", says(`data: {"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}` + "\n\n"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", Transport: pipes(t, tt.handler)})
				for i := range 6 {
					_, err := client.Complete(t.Context(), request, nil)
					if down := tt.down && i == 5; err == nil || errors.Is(err, llm.ErrDown) != down {
						t.Errorf("call %d: error = %v, want the server down: %v", i+1, err, down)
					}
				}
			})
		})
	}
}

// Callers who give up do not make a server dead, nor do those who come with no
// time left: a reply that took all of it is followed by questions about it.
func TestBreakerIgnoresCallers(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	server := serve(t, always(200, good))
	client := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"})
	for range 6 {
		if _, err := client.Complete(canceled, request, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want %v", err, context.Canceled)
		}
		if _, err := client.Complete(late, request, nil); !errors.Is(err, llm.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v, want %v", err, llm.ErrTimeout)
		}
	}
	if _, err := client.Complete(t.Context(), request, nil); err != nil {
		t.Errorf("of a healthy server: %v", err)
	}
}

// A server stays alone whatever becomes of those who asked it before.
func TestBreakerEarlierCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", Transport: pipes(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			if asked.Add(1) == 1 {
				<-r.Context().Done()
				return
			}
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		})})
		ctx, cancel := context.WithCancel(t.Context())
		early := make(chan error)
		go func() {
			_, err := client.Complete(ctx, request, nil)
			early <- err
		}()
		synctest.Wait()
		for range 5 {
			if _, err := client.Complete(t.Context(), request, nil); !errors.Is(err, llm.ErrServer) {
				t.Errorf("error = %v, want %v", err, llm.ErrServer)
			}
		}
		cancel()
		if err := <-early; !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want %v", err, context.Canceled)
		}
		if _, err := client.Complete(t.Context(), request, nil); !errors.Is(err, llm.ErrDown) {
			t.Errorf("error = %v, want %v", err, llm.ErrDown)
		}
	})
}

// When the one that finds out is given up, another may; when text comes, all.
func TestBreakerProbeIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Bool
		asked := make(chan struct{}, 100)
		client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", Transport: pipes(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			asked <- struct{}{}
			if !back.Load() {
				<-r.Context().Done()
				return
			}
			io.WriteString(w, good)
		})})
		for range 5 {
			if _, err := client.Complete(t.Context(), request, nil); !errors.Is(err, llm.ErrTimeout) {
				t.Errorf("error = %v, want %v", err, llm.ErrTimeout)
			}
			<-asked
		}
		<-time.After(31 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-asked
			cancel()
		}()
		if _, err := client.Complete(ctx, request, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want %v", err, context.Canceled)
		}
		back.Store(true)
		_, err := client.Complete(t.Context(), request, func(string) {
			if _, err := client.Complete(t.Context(), request, nil); err != nil {
				t.Errorf("while a server that is back still writes: %v", err)
			}
		})
		if err != nil {
			t.Errorf("of a server that is back: %v", err)
		}
	})
}
