package source_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

// A site is a web server on loopback, reached by any name.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]http.HandlerFunc // by path
	asked []string                    // paths, with "If-None-Match" where it was sent
}

func newSite(t *testing.T) *site {
	s := &site{pages: make(map[string]http.HandlerFunc)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		page := s.pages[r.URL.Path]
		if r.URL.Path != "/robots.txt" {
			s.asked = append(s.asked, strings.TrimSpace(r.URL.Path+" "+r.Header.Get("If-None-Match")))
		}
		s.mu.Unlock()
		if page == nil {
			http.NotFound(w, r)
			return
		}
		page(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// config has all names lead to the site.
func (s *site) config() fetch.Config {
	return fetch.Config{Interval: time.Nanosecond, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", s.Listener.Addr().String())
	}}
}

func (s *site) serve(path string, page http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = page
}

// html serves a page of that title and paragraphs, with an ETag.
func (s *site) html(path, title string, paragraphs ...string) {
	s.serve(path, document("text/html; charset=utf-8", page(title, paragraphs...)))
}

// status answers with a status alone.
func (s *site) status(path string, code int, headers ...string) {
	s.serve(path, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	})
}

// requests are those since it was asked last, without robots.txt.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// document serves a text with an ETag that is made of it.
func document(kind, text string) http.HandlerFunc {
	etag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, text)
	}
}

// page is an article as news sites write them.
func page(title string, paragraphs ...string) string {
	return fmt.Sprintf(`<!doctype html><html lang="en"><head><title>%s</title><meta property="og:type" content="article"></head><body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>%s</h1>%s</article><footer>All rights reserved</footer></body></html>`, title, title, "<p>"+strings.Join(paragraphs, "</p><p>")+"</p>")
}

// long makes a paragraph that is long enough for an article, and like no other.
func long(sentence string) string {
	return strings.TrimSpace(strings.Repeat(sentence+" ", 12))
}

// feed is an RSS feed of entries, each a path and a title.
func feed(entries ...[2]string) string {
	var items strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&items, "<item><guid>%s</guid><link>http://news.example%s</link><title>%s</title><pubDate>Thu, 19 Nov 2026 10:00:00 GMT</pubDate></item>", e[0], e[0], e[1])
	}
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>Odda News</title><link>http://news.example/</link>` + items.String() + `</channel></rss>`
}

func (l *library) keeper(t *testing.T, config fetch.Config) *source.Keeper {
	t.Helper()
	client := fetch.New(config)
	t.Cleanup(client.Close)
	return source.New(source.Config{Corpus: l.Corpus, Client: client, Log: slog.New(slog.DiscardHandler)})
}

// add looks at an address and adds what is there; it gives the source's id.
func (l *library) add(t *testing.T, k *source.Keeper, guild, address string, by source.Origin) string {
	t.Helper()
	found, err := k.Look(t.Context(), guild, address, by)
	if err != nil {
		t.Fatal(err)
	}
	change, err := k.Add(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	return change.Source
}

// texts are a source's stories in one line each.
func (l *library) texts(t *testing.T, guild, id string) []string {
	t.Helper()
	stories, err := l.Stories(t.Context(), guild, id)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, s := range stories {
		line := fmt.Sprintf("%s r%d", s.Title, s.Revision)
		for _, p := range s.Paragraphs {
			first, _, _ := strings.Cut(p.Text, ".")
			line += "|" + first
		}
		if s.Withdrawn != "" {
			line += " " + s.Withdrawn
		}
		lines = append(lines, line)
	}
	return lines
}

// finds reports whether a question finds a story that holds a text.
func (l *library) finds(t *testing.T, guild, question, text string) bool {
	t.Helper()
	found, err := l.Search(t.Context(), retrieval.Query{Guild: guild, Text: question, Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found.Passages {
		if strings.Contains(p.Text, text) {
			return true
		}
	}
	return false
}

// counts are a report in a line.
func counts(r source.Report) string {
	text := fmt.Sprintf("+%d ~%d =%d -%d !%d", r.Added, r.Changed, r.Unchanged, r.Withdrawn, r.Failed)
	for _, s := range r.Stories {
		text += fmt.Sprintf("; %s %s", s.What, s.Title)
		if s.What == source.Changed {
			text += fmt.Sprintf(" r%d %v", s.Revision, s.Edits)
		}
	}
	return text
}

// refreshed refreshes a source, and gives the report in a line.
func refreshed(t *testing.T, k *source.Keeper, guild, id string) string {
	t.Helper()
	reports, err := k.Refresh(t.Context(), guild, source.Discord, nil, id)
	if err != nil || len(reports) != 1 {
		t.Fatalf("%+v, %v", reports, err)
	}
	return counts(reports[0])
}
