package discord

import (
	"context"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/retrieval/source/fetch"
)

// A web is the public one, as far as it exists in a test: hosts whose sites are on loopback.
type web struct {
	t      testing.TB
	client *fetch.Client

	mu    sync.Mutex
	sites map[string]*site // by host
}

// A site serves pages by their paths; what it does not have is 404.
type site struct {
	address string // on loopback
	mu      sync.Mutex
	pages   map[string]http.HandlerFunc
}

func newWeb(t testing.TB) *web {
	w := &web{t: t, sites: make(map[string]*site)}
	w.client = fetch.New(fetch.Config{Agent: "storybot/test", Interval: time.Nanosecond, Dial: w.dial})
	t.Cleanup(w.client.Close)
	return w
}

func (w *web) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	s := w.sites[host]
	w.mu.Unlock()
	if s == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, Server: "10.1.2.3:53", IsNotFound: true}
	}
	var d net.Dialer
	return d.DialContext(ctx, network, s.address)
}

// site is the one at a host.
func (w *web) site(host string) *site {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.sites[host]; s != nil {
		return s
	}
	s := &site{pages: make(map[string]http.HandlerFunc)}
	server := httptest.NewServer(s)
	w.t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	w.sites[host] = s
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	page := s.pages[r.URL.Path]
	s.mu.Unlock()
	if page == nil {
		http.NotFound(w, r)
		return
	}
	page(w, r)
}

func (s *site) handle(path string, page http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = page
}

// serve has a body of a type at a path.
func (s *site) serve(path, contentType, body string) {
	s.handle(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	})
}

// answers has a status at a path.
func (s *site) answers(path string, status int) {
	s.handle(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

const htmlType = "text/html; charset=utf-8"

// newsPage is a page with an article.
func newsPage(title string, paragraphs ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="en"><head><title>%[1]s</title>
		<meta property="article:published_time" content="2026-11-20T08:00:00Z"></head>
		<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>%[1]s</h1>`, html.EscapeString(title))
	for _, p := range paragraphs {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(p))
	}
	b.WriteString(`</article><footer>Imprint</footer></body></html>`)
	return b.String()
}

// ferryNews are the paragraphs of an article.
func ferryNews(price string) []string {
	return []string{
		"The ferry across the Lune will sail again from the first of December, the council of Vesta decided on Thursday evening after a debate of three hours.",
		"A crossing will cost " + price + " crowns, said harbour master Ida Quill. Children and cyclists pay half of that, and pupils of the school on the other bank pay nothing.",
		"The old boat had been in the dock since August, when divers found cracks in its hull below the water line. Two of its three engines were replaced as well.",
		"Until the ferry sails again a bus goes over the bridge at Odda every forty minutes, a detour of twenty kilometres that most people in the village avoid.",
	}
}

// townNews are the paragraphs of another article.
func townNews(what string) []string {
	return []string{
		"The " + what + " of Vesta was repaired over the summer by six people from the workshop in the old town, who had never done such a thing before.",
		"They began in June with what the rain had done to the " + what + ", said their foreman Otto Brand, and by September nothing was left to do but the paint.",
		"Whoever wants to see it can come on Sundays between ten and four o'clock. The workshop shows pictures of how the " + what + " looked in its first years.",
		"A second one, which stands in the yard of the mill, comes next. The council has promised to pay for the wood, and the mill for the meals.",
	}
}

// An item is an entry of a feed, with its text, or without.
type item struct {
	title      string
	paragraphs []string
}

// closing ends each text in a feed.
const closing = "The archive of the town has the minutes of the meeting, which anybody may read there on weekdays, and a map on which all of the places are shown that it was about this time."

// newsFeed is a feed whose entries have their texts in them.
func newsFeed(title string, items ...item) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
		<channel><title>%s</title><link>http://news.example/</link><description>News</description>`, html.EscapeString(title))
	for i, it := range items {
		fmt.Fprintf(&b, `<item><title>%s</title><guid isPermaLink="false">item-%d</guid><link>http://news.example/item-%d</link>
			<pubDate>Fri, 20 Nov 2026 0%d:00:00 GMT</pubDate>`, html.EscapeString(it.title), i, i, 9-i%10)
		if len(it.paragraphs) > 0 {
			text := "<p>" + strings.Join(it.paragraphs, "</p><p>") + "</p><p>" + closing + "</p>" // a short text is taken for a teaser
			fmt.Fprintf(&b, `<content:encoded>%s</content:encoded>`, html.EscapeString(text))
		}
		b.WriteString("</item>")
	}
	b.WriteString("</channel></rss>")
	return b.String()
}
