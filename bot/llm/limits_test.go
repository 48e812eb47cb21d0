package llm_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot/llm"
)

func TestLimits(t *testing.T) {
	silent := func(w http.ResponseWriter, r *http.Request) {
		stream(w, ":\n\n", 10)
		<-r.Context().Done()
	}
	slow := func(w http.ResponseWriter, r *http.Request) {
		stream(w, chunk("{"), 1<<20)
		select {
		case <-time.After(20 * time.Second):
			stream(w, chunk("}"), 1<<20)
			<-r.Context().Done()
		case <-r.Context().Done():
		}
	}
	byteASecond := func(w http.ResponseWriter, r *http.Request) {
		stream(w, chunk("{"), 1<<20)
		for i := range chunk("}") {
			select {
			case <-time.After(time.Second):
				stream(w, chunk("}")[i:i+1], 1)
			case <-r.Context().Done():
				return
			}
		}
	}
	tests := []struct {
		name    string
		config  llm.Config
		handler http.HandlerFunc
		text    string // that came
		took    time.Duration
	}{
		{"first token, by default", llm.Config{}, silent, "", 30 * time.Second},
		{"whole answer, by default", llm.Config{}, slow, "{}", time.Minute},
		{"first token", llm.Config{FirstTokenTimeout: time.Second}, silent, "", time.Second},
		{"first token, which came", llm.Config{FirstTokenTimeout: time.Second}, slow, "{}", time.Minute},
		{"whole answer", llm.Config{Timeout: 10 * time.Second}, silent, "", 10 * time.Second},
		{"whole answer, a byte a second", llm.Config{}, byteASecond, "{", time.Minute},
		{"whole answer, begun", llm.Config{Timeout: 10 * time.Second}, slow, "{", 10 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.config.BaseURL, tt.config.Model = "http://model/v1", "m"
				tt.config.Transport = pipes(t, func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body) // until then a server does not notice that its client has gone
					tt.handler(w, r)
				})
				start := time.Now()
				got, err := llm.New(tt.config).Complete(t.Context(), request, nil)
				if !errors.Is(err, llm.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || got.Text != tt.text {
					t.Errorf("completion = %+v, %v, want %q and %v", got, err, tt.text, llm.ErrTimeout)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

// What a connection owes once the model has stopped is the usage alone, which an
// answer does not wait for.
func TestHangsAfterTheEnd(t *testing.T) {
	for name, last := range map[string]string{
		"no usage":  chunk("{}") + finish("stop"),
		"no [DONE]": strings.TrimSuffix(openAIStream, done),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := llm.New(llm.Config{BaseURL: "http://model/v1", Model: "m", Transport: pipes(t, func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					stream(w, last, 1<<20)
					<-r.Context().Done()
				})})
				start := time.Now()
				got, err := client.Complete(t.Context(), request, nil)
				if took := time.Since(start); err != nil || got.Truncated || took != 2*time.Second {
					t.Errorf("completion = %+v, %v in %v, want a whole one in 2s", got, err, took)
				}
			})
		})
	}
}

// A host that takes the connection and then says nothing, not even in TLS.
func TestConnectTimeout(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // no time for a second try
	defer cancel()
	config := llm.Config{BaseURL: "https://" + silent.Addr().String() + "/v1", Model: "m", ConnectTimeout: 10 * time.Millisecond}
	if _, err := llm.New(config).Complete(ctx, request, nil); !errors.Is(err, llm.ErrUnreachable) {
		t.Errorf("error = %v, want %v", err, llm.ErrUnreachable)
	}
}
