package local

import (
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Every limit is of routes that are served, and named where one looks.
func TestLimitNames(t *testing.T) {
	c := newClient(t, false)
	source, err := os.ReadFile("ratelimit.go")
	must(t, err)
	_, doc, _ := strings.Cut(string(source), "// A Limit ")
	doc, _, _ = strings.Cut(doc, "type Limit struct")
	asked := 0
	newLimiter(Options{Limits: func(name string, discord Limit) Limit {
		if asked++; !strings.Contains(doc, strconv.Quote(name)) {
			t.Errorf("%q is not in the comment of Limit", name)
		}
		return discord
	}})
	if asked != strings.Count(doc, `"`)/2 {
		t.Errorf("%d limits, %d in the comment of Limit", asked, strings.Count(doc, `"`)/2)
	}
	for _, rl := range routeLimits {
		for _, route := range rl.routes {
			served := false
			for _, rest := range []string{"", "a", "a/@me", "/a/@me", "a/b", "a/b/messages/c"} {
				method, path, _ := strings.Cut(strings.ReplaceAll(route, "{}", "1"), " ")
				path = strings.Replace(path, "*", rest, 1)
				if _, pattern := c.routes.Handler(httptest.NewRequest(method, path, nil)); pattern != "/" {
					served = true
				}
			}
			if !served {
				t.Errorf("%s limits %s, which is not served", rl.name, route)
			}
		}
	}
}
