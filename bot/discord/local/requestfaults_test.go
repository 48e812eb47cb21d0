package local

import (
	"context"
	"errors"
	"fmt"
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
	// left is the header of a 429 of the route's, after so many minutes.
	left := func(scope, retry, remaining, resetAfter string, minute int) map[string]string {
		after, err := time.ParseDuration(resetAfter + "s")
		must(t, err)
		reset := c.clock.Now().Add(time.Duration(minute)*time.Minute + after)
		return map[string]string{
			"Retry-After": retry, "X-Ratelimit-Scope": scope, "X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": remaining,
			"X-Ratelimit-Reset-After": resetAfter, "X-Ratelimit-Reset": fmt.Sprintf("%d.%03d", reset.Unix(), reset.Nanosecond()/1e6),
			"X-Ratelimit-Bucket": "de70938849b75d3db63bba421c93e018", // as of other answers: TestFaultsLimit
		}
	}
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
			left("user", "2", "0", "1.500", 5), 0},
		{"global 429", RequestFault{Status: 429, RetryAfter: time.Second, Global: true}, 429,
			map[string]string{"Retry-After": "1", "X-Ratelimit-Scope": "global", "X-Ratelimit-Global": "true"}, 0},
		{"shared 429", RequestFault{Status: 429, RetryAfter: time.Second, Shared: true}, 429,
			left("shared", "1", "4", "5.000", 7), 0},
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

// A fault's 429 is of the bucket that the route's other answers are of, with
// limits or without; a route without a limit has none to tell.
func TestFaultsLimit(t *testing.T) {
	for name, lifted := range map[string]bool{"in force": false, "lifted": true} {
		c := newClient(t, false, func(o *Options) {
			if !lifted {
				o.Limits = nil
			}
		})
		bucket := ""
		if !lifted {
			resp, _, err := c.exchange("POST", "/channels/"+c.general.ID+"/messages", `{"content":"a"}`)
			must(t, err)
			bucket = resp.Header.Get("X-RateLimit-Bucket")
		}
		shared := false
		c.SetFaults(Faults{Request: func(string, string) RequestFault {
			return RequestFault{Status: 429, RetryAfter: 7 * time.Second, Shared: shared}
		}})
		for _, remaining := range []string{"0", map[bool]string{true: "4", false: "3"}[lifted]} {
			resp, _, err := c.exchange("POST", "/channels/"+c.general.ID+"/messages", `{"content":"a"}`)
			must(t, err)
			h := resp.Header
			if h.Get("X-RateLimit-Limit") != "5" || h.Get("X-RateLimit-Remaining") != remaining || h.Get("X-RateLimit-Bucket") == "" ||
				bucket != "" && h.Get("X-RateLimit-Bucket") != bucket {
				t.Errorf("%s: %v", name, limits(h))
			}
			shared = true
		}
		resp, _, err := c.exchange("GET", "/guilds/"+c.guild.ID, "")
		must(t, err)
		if h := resp.Header; h.Get("X-RateLimit-Scope") != "shared" || h.Get("X-RateLimit-Limit") != "" {
			t.Errorf("%s: a route without a limit: %v", name, limits(h))
		}
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
