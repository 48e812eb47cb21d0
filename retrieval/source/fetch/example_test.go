package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"storybot/retrieval/source/fetch"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		switch {
		case r.URL.Path == "/robots.txt":
			http.NotFound(w, r)
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			fmt.Fprint(w, "The ferry sails again.")
		}
	}))
	defer server.Close()

	client := fetch.New(fetch.Config{
		Agent:   "storybot/1.2",
		Contact: "https://example.org/contact",
		Allow:   []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	defer client.Close()

	ctx := context.Background()
	page, err := client.Get(ctx, fetch.Request{URL: server.URL, Trusted: true})
	fmt.Println(string(page.Body), page.ETag, err)
	page, err = client.Get(ctx, fetch.Request{URL: server.URL, Trusted: true, ETag: page.ETag})
	fmt.Println(page.NotModified, err)
	_, err = client.Get(ctx, fetch.Request{URL: server.URL}) // of a stranger
	fmt.Println(errors.Is(err, fetch.ErrPrivate))
	// Output:
	// The ferry sails again. "1" <nil>
	// true <nil>
	// true
}
