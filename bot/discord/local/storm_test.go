package local

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStorm has a storm be as bad as it says, in every way, and the same each time.
func TestStorm(t *testing.T) {
	const calls, lasts = 100_000, 70
	storms := []Faults{Storm(1, lasts), Storm(1, lasts)}
	requests, ends, hellos, ways := 0, 0, 0, map[string]bool{}
	for range calls {
		r, p, hello := storms[0].Request("GET", "/gateway"), storms[0].Payload("READY"), storms[0].Payload("HELLO")
		if diff := cmp.Diff([]any{r, p, hello}, []any{storms[1].Request("GET", "/gateway"), storms[1].Payload("READY"), storms[1].Payload("HELLO")}); diff != "" {
			t.Fatal(diff)
		}
		if r != (RequestFault{}) {
			requests++
		}
		if hello.Drop {
			hellos++
		}
		for way, is := range map[string]bool{
			"cut": p.Cut, "half open": p.HalfOpen, "closed": p.Close != 0, "reconnect": p.Reconnect,
			"resumable": p.Invalid == Resumable, "not resumable": p.Invalid == NotResumable,
		} {
			if is {
				ends++
				ways[way] = true
			}
		}
		for way, is := range map[string]bool{"late": p.Late > 0, "duplicate": p.Duplicate, "delay": p.Delay > 0} {
			ways[way] = ways[way] || is
		}
	}
	for name, share := range map[string]struct{ got, low, high float64 }{
		"requests that fail": {float64(requests) / calls, .14, .19},
		"payloads at an end": {float64(ends) * lasts / calls, .9, 1.1},
		"hellos dropped":     {float64(hellos) / calls, .09, .11},
	} {
		if share.got < share.low || share.got > share.high {
			t.Errorf("%s: %.3f", name, share.got)
		}
	}
	if len(ways) != 9 {
		t.Errorf("what happened: %v", ways)
	}
}
