package local

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What a client sees of each fault of a request, whether it has been served,
// and what the log says.
func TestRequestFaults(t *testing.T) {
	c := newClient(t, false, discordsLimits)
	tests := []struct {
		name     string
		fault    RequestFault
		status   int // 0 for a connection that was cut
		header   map[string]string
		messages int
	}{
		{"none", RequestFault{}, 200, nil, 1},
		{"delay", RequestFault{Delay: time.Millisecond}, 200, nil, 1},
		{"500", RequestFault{Status: 500}, 500, nil, 0},
		{"502 after it was served", RequestFault{Status: 502, Served: true}, 502, nil, 1},
		{"429", RequestFault{Status: 429, RetryAfter: 1500 * time.Millisecond}, 429,
			map[string]string{"Retry-After": "2", "X-Ratelimit-Scope": "user"}, 0},
		{"global 429", RequestFault{Status: 429, RetryAfter: time.Second, Global: true}, 429,
			map[string]string{"Retry-After": "1", "X-Ratelimit-Scope": "global", "X-Ratelimit-Global": "true"}, 0},
		{"shared 429", RequestFault{Status: 429, RetryAfter: time.Second, Shared: true}, 429,
			map[string]string{"Retry-After": "1", "X-Ratelimit-Scope": "shared"}, 0},
		{"cut", RequestFault{Cut: true}, 0, nil, 0},
		{"cut after it was served", RequestFault{Cut: true, Served: true}, 0, nil, 1},
	}
	for _, tt := range tests {
		c.clock.advance(time.Minute)
		c.SetFaults(Faults{Request: func(method, path string) RequestFault {
			if method != "POST" || path != "/channels/"+c.general.ID+"/messages" {
				t.Errorf("asked of %s %s", method, path)
			}
			c.Requests() // no lock is held
			return tt.fault
		}})
		before := len(c.Messages(c.general.ID))
		resp, body, err := c.exchange("POST", "/channels/"+c.general.ID+"/messages", `{"content":"a"}`)
		switch {
		case tt.status == 0:
			if err == nil {
				t.Errorf("%s: answered %d", tt.name, resp.StatusCode)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case resp.StatusCode != tt.status || !strings.Contains(body, "{"):
			t.Errorf("%s: %d %s", tt.name, resp.StatusCode, body)
		case tt.header != nil:
			if diff := cmp.Diff(tt.header, limits(resp.Header)); diff != "" {
				t.Errorf("%s: %s", tt.name, diff)
			}
		}
		if got := len(c.Messages(c.general.ID)) - before; got != tt.messages {
			t.Errorf("%s: %d messages", tt.name, got)
		}
		log := c.Requests()
		if got := log[len(log)-1].Status; got != tt.status {
			t.Errorf("%s: status %d in the log", tt.name, got)
		}
	}
	if n := c.InvalidRequests(); n != 2 {
		t.Errorf("%d invalid requests, want those with 429 but for the shared one", n)
	}
}

// A client that gives up before its request is served is not served.
func TestRequestGivenUp(t *testing.T) {
	c := newClient(t, false)
	asked := make(chan struct{})
	c.SetFaults(Faults{Request: func(string, string) RequestFault {
		close(asked)
		return RequestFault{Delay: time.Hour}
	}})
	ctx, cancel := context.WithCancel(c.ctx)
	r, err := http.NewRequestWithContext(ctx, "POST", c.url+"/api/v9/channels/"+c.general.ID+"/messages", strings.NewReader(`{"content":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-asked
		cancel()
	}()
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(c.Messages(c.general.ID)); n != 0 {
		t.Errorf("%d messages", n)
	}
}
