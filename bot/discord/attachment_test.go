package discord

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/bwmarrin/discordgo"

	"storybot/retrieval/source"
)

// Attachments are fetched from where Discord keeps them, and nothing leads elsewhere.
func TestFetcherKeeps(t *testing.T) {
	api := &url.URL{Scheme: "http", Host: "127.0.0.1:3001", Path: "/api"}
	for _, c := range []struct {
		address string
		api     *url.URL
		want    bool
	}{
		{"https://cdn.discordapp.com/attachments/1/2/a.txt?ex=1", nil, true},
		{"https://media.discordapp.net/attachments/1/2/a.txt", api, true},
		{"http://cdn.discordapp.com/attachments/1/2/a.txt", nil, false},
		{"https://cdn.discordapp.com.example/a.txt", nil, false},
		{"https://cdn.discordapp.com@example.com/a.txt", nil, false},
		{"https://me:it@cdn.discordapp.com/a.txt", nil, false},
		{"https://cdn.discordapp.com:8443/a.txt", nil, false},
		{"http://127.0.0.1:3001/attachments/a.txt", api, true},
		{"http://127.0.0.1:3002/attachments/a.txt", api, false},
		{"http://127.0.0.1:3001/attachments/a.txt", nil, false},
		{"http://169.254.169.254/latest", api, false},
		{"file:///etc/passwd", api, false},
	} {
		address, err := url.Parse(c.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := newFetcher(c.api).keeps(address); got != c.want {
			t.Errorf("%s: %v", c.address, got)
		}
	}
}

func TestFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a.txt":
			w.Write([]byte("text"))
		case "/large.txt":
			w.Write(make([]byte, source.MaxFile+1))
		case "/away":
			http.Redirect(w, r, "/a.txt", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	api, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		size int
		want error
	}{
		{"/a.txt", 4, nil},
		{"/large.txt", 4, source.ErrTooLarge}, // whatever its size is said to be
		{"/a.txt", source.MaxFile + 1, source.ErrTooLarge},
		{"/away", 4, errNotFetched},
		{"/none", 4, errNotFetched},
	} {
		_, err := newFetcher(api).fetch(t.Context(), &discordgo.MessageAttachment{URL: server.URL + c.path, Size: c.size})
		if !errors.Is(err, c.want) {
			t.Errorf("%s of %d bytes: %v, want %v", c.path, c.size, err, c.want)
		}
	}
}
