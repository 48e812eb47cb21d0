package source_test

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

func TestLook(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	s.html("/harbour", "The harbour", long("The harbour is closed."), long("It opens in May."))
	s.serve("/feed.xml", document("application/rss+xml", feed([2]string{"/harbour", "The harbour"}, [2]string{"/b", "Two"})))
	s.serve("/", document("text/html", `<html><head><title>Odda News</title><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>
		<body><ul><li><a href="/harbour">The harbour</a></li><li><a href="/b">Two</a></li></ul></body></html>`))
	s.serve("/notes.txt", document("text/plain", "The harbour is closed.\n\nIt opens in May."))
	s.serve("/walk.md", document("text/plain", "# A walk\n\nOne goes along the fjord."))
	s.serve("/photo.jpg", document("image/jpeg", "\xff\xd8\xff\xe0\x00\x10JFIF"))
	s.serve("/app", document("text/html", `<html><head><title>News</title></head><body><div id="root"></div><script src="/app.js"></script><noscript>You need to enable JavaScript to run this app.</noscript></body></html>`))
	for _, test := range []struct {
		path string
		want string // kind, title, stories, entries
		err  error
	}{
		{"/harbour", "page The harbour 1 1", nil},
		{"/feed.xml", "feed Odda News 1 2", nil},
		{"/", "feed Odda News 1 2", nil},
		{"/notes.txt", "page The harbour is closed. 1 1", nil},
		{"/walk.md", "page A walk 1 1", nil},
		{"/photo.jpg", "", source.ErrNotText},
		{"/app", "", source.ErrNeedsScript},
		{"/nothing", "", new(source.StatusError)},
	} {
		t.Run(test.path, func(t *testing.T) {
			found, err := k.Look(t.Context(), "g", "http://news.example"+test.path, source.Discord)
			if test.err != nil {
				if status := new(source.StatusError); errors.As(test.err, &status) && errors.As(err, &status) {
					return
				}
				if !errors.Is(err, test.err) {
					t.Errorf("%+v, %v", found, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := found.Source.Kind + " " + found.Source.Title
			got += " " + string(rune('0'+len(found.Stories))) + " " + string(rune('0'+found.Entries))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	// A first page that its scripts make tells of a feed all the same; another is not the feed's.
	shell := document("text/html", `<html><head><title>News</title><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><div id="root"></div>
		<script src="/app.js"></script><noscript>You need to enable JavaScript to run this app.</noscript></body></html>`)
	s.serve("/", shell)
	s.serve("/app", shell)
	if found, err := k.Look(t.Context(), "g", "http://news.example/", source.Discord); err != nil || found.Source.Kind != "feed" {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := k.Look(t.Context(), "g", "http://news.example/app", source.Discord); !errors.Is(err, source.ErrNeedsScript) {
		t.Error(err)
	}
	if sources, err := l.Sources(t.Context(), "g"); err != nil || len(sources) > 0 {
		t.Errorf("to look at an address has stored %+v, %v", sources, err)
	}
}

// TestPage follows a page through its life.
func TestPage(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	s.html("/a", "The harbour", long("The harbour is closed."), long("Ferries wait at Utne."), long("Rain falls."))
	id := l.add(t, k, "g", "http://news.example/a", source.Discord)
	s.requests()
	for _, test := range []struct {
		name   string
		change func()
		report string
		text   string
		found  string // what a question still finds
		failed string
	}{
		{"the same", func() {}, "+0 ~0 =1 -0 !0", "The harbour r1|The harbour is closed|Ferries wait at Utne|Rain falls", "closed", ""},
		{"changed", func() {
			s.html("/a", "The harbour", long("Rain falls."), long("The harbour is open again."), long("Buses run to Bergen."))
		}, "+0 ~1 =0 -0 !0; changed The harbour r2 {1 1 1 0}", "The harbour r2|Rain falls|The harbour is open again|Buses run to Bergen", "open again", ""},
		{"server fails", func() { s.status("/a", 500) }, "+0 ~0 =0 -0 !1", "The harbour r2|Rain falls|The harbour is open again|Buses run to Bergen", "open again",
			"the server fails (status 500 Internal Server Error); try again later"},
		{"little is left", func() {
			s.html("/a", "The harbour", "The harbour is open again, and we are working on this page, which will tell you more of it as soon as there is more to be told by us.")
		},
			"+0 ~0 =0 -0 !1", "The harbour r2|Rain falls|The harbour is open again|Buses run to Bergen", "open again",
			"most of the text is gone; what is left is taken once it stays the same for a day"},
		{"back", func() { s.html("/a", "The harbour", long("The harbour is open again."), long("All is well.")) },
			"+0 ~1 =0 -0 !0; changed The harbour r3 {1 0 2 0}", "The harbour r3|The harbour is open again|All is well", "open again", ""},
		{"gone", func() { s.status("/a", 410) }, "+0 ~0 =0 -1 !0; withdrawn The harbour", "The harbour r3|The harbour is open again|All is well gone", "",
			"what was at that address is gone for good (status 410 Gone); remove it, or add its new address"},
		{"still gone", func() {}, "+0 ~0 =1 -0 !0", "The harbour r3|The harbour is open again|All is well gone", "", "what was at that address is gone for good (status 410 Gone); remove it, or add its new address"},
		{"here again", func() { s.html("/a", "The harbour", long("The harbour is open again."), long("All is well.")) },
			"+0 ~1 =0 -0 !0; changed The harbour r3 {0 0 0 0}", "The harbour r3|The harbour is open again|All is well", "open again", ""},
	} {
		test.change()
		l.later(time.Hour)
		if diff := cmp.Diff(test.report, refreshed(t, k, "g", id)); diff != "" {
			t.Errorf("%s: report %s", test.name, diff)
		}
		if diff := cmp.Diff([]string{test.text}, l.texts(t, "g", id)); diff != "" {
			t.Errorf("%s: text %s", test.name, diff)
		}
		if test.found != "" && !l.finds(t, "g", "Is the harbour closed or open?", test.found) {
			t.Errorf("%s: %q is not found", test.name, test.found)
		}
		if test.found == "" && l.finds(t, "g", "Is the harbour closed or open?", "harbour") {
			t.Errorf("%s: it is still found", test.name)
		}
		src, err := l.Source(t.Context(), "g", id)
		if err != nil || src.Error != test.failed {
			t.Errorf("%s: source says %q, %v", test.name, src.Error, err)
		}
	}
}

// TestConditional has a page that did not change be asked for with what its server
// calls it, and not read.
func TestConditional(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	s.html("/a", "The harbour", long("The harbour is closed."))
	id := l.add(t, k, "g", "http://news.example/a", source.Discord)
	src, err := l.Source(t.Context(), "g", id)
	if err != nil || src.ETag == "" {
		t.Fatalf("%+v, %v", src, err)
	}
	before, err := l.Version(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	s.requests()
	l.later(time.Hour)
	if got := refreshed(t, k, "g", id); got != "+0 ~0 =1 -0 !0" {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{"/a " + src.ETag}, s.requests()); diff != "" {
		t.Error(diff)
	}
	after, err := l.Version(t.Context(), "g")
	if err != nil || after != before {
		t.Errorf("a refresh that found the same made a new version of the stories: %s, %s, %v", before, after, err)
	}
	stories, err := l.Stories(t.Context(), "g", id)
	if err != nil || !stories[0].CheckedAt.Equal(l.now()) {
		t.Errorf("it was checked at %v, %v", stories[0].CheckedAt, err)
	}
}

// TestGiven has what a person said of a page stay, whatever the page says.
func TestGiven(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	s.html("/a", "Page title", long("The harbour is closed."))
	found, err := k.Look(t.Context(), "g", "http://news.example/a", source.Discord)
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2024, 7, 8, 0, 0, 0, 0, time.UTC)
	found.Source.GivenTitle, found.Source.GivenDate = "My title", day
	change, err := k.Add(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	s.html("/a", "Another page title", long("The harbour is open."))
	if got := refreshed(t, k, "g", change.Source); got != "+0 ~1 =0 -0 !0; changed My title r2 {0 1 0 0}" {
		t.Error(got)
	}
	stories, err := l.Stories(t.Context(), "g", change.Source)
	if err != nil || stories[0].Title != "My title" || !stories[0].PublishedAt.Equal(day) {
		t.Errorf("%+v, %v", stories, err)
	}
	// Added again, with nothing said of it, it is as it was; also after it was gone.
	if _, err := k.Plan(t.Context(), "g", change.Source, "every 30m", 9000, source.Terminal); err != nil {
		t.Fatal(err)
	}
	s.status("/a", 410)
	refreshed(t, k, "g", change.Source)
	s.html("/a", "Another page title", long("The harbour is open."))
	again, err := k.Look(t.Context(), "g", "http://news.example/a", source.Terminal)
	if err != nil || again.Known.ID != change.Source || again.Source.Title != "My title" {
		t.Fatalf("%+v, %v", again, err)
	}
	if _, err := k.Add(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"My title r2|The harbour is open"}, l.texts(t, "g", change.Source)); diff != "" {
		t.Error(diff)
	}
	src, err := l.Source(t.Context(), "g", change.Source)
	if err != nil || src.Title != "My title" || src.Schedule != "every 30m" || src.Days != 9000 || !src.DueAt.Equal(l.now().Add(30*time.Minute)) {
		t.Errorf("%+v, %v", src, err)
	}
}

// TestPrivateNetworks has only sources that were added in the terminal reach the
// operator's networks, and only those that are opened.
func TestPrivateNetworks(t *testing.T) {
	l, s := open(t), newSite(t)
	s.html("/a", "The plan", long("The plan is secret."))
	loopback := fetch.Config{Interval: time.Nanosecond, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	opened, closed := l.keeper(t, loopback), l.keeper(t, fetch.Config{})
	if _, err := opened.Look(t.Context(), "g", s.URL+"/a", source.Discord); !errors.Is(err, source.ErrPrivate) {
		t.Errorf("from Discord: %v", err)
	}
	if _, err := closed.Look(t.Context(), "g", s.URL+"/a", source.Terminal); !errors.Is(err, source.ErrPrivate) {
		t.Errorf("nothing opened: %v", err)
	}
	id := l.add(t, opened, "g", s.URL+"/a", source.Terminal)
	s.html("/a", "The plan", long("The plan is public."))
	if got := refreshed(t, opened, "g", id); got != "+0 ~1 =0 -0 !0; changed The plan r2 {0 1 0 0}" {
		t.Errorf("refresh of what the operator added, from Discord: %s", got)
	}
	// What says that it came from Discord is not trusted, whoever refreshes it.
	other, err := l.Put(t.Context(), retrieval.Source{Guild: "h", Kind: "page", Title: "T", Location: s.URL + "/a", Origin: record.Discord}, nil)
	if err != nil {
		t.Fatal(err)
	}
	reports, err := opened.Refresh(t.Context(), "h", source.Terminal, nil, other.Source)
	if err != nil || !errors.Is(reports[0].Reason, source.ErrPrivate) {
		t.Errorf("%+v, %v", reports, err)
	}
}

// TestQuotas has a guild be told which of its bounds is reached.
func TestQuotas(t *testing.T) {
	l, s := open(t), newSite(t)
	l.db.Quota = record.Quota{Sources: 1, Paragraphs: 2, Fetches: 6}
	k := l.keeper(t, s.config())
	s.html("/a", "One", long("One is a number."))
	s.html("/b", "Two", long("Two is a number."))
	id := l.add(t, k, "g", "http://news.example/a", source.Discord)
	quota := func(err error) string {
		var reached *record.QuotaError
		if !errors.As(err, &reached) {
			t.Fatal(err)
		}
		return reached.What
	}
	found, err := k.Look(t.Context(), "g", "http://news.example/b", source.Discord)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = k.Add(t.Context(), found); quota(err) != "sources" {
		t.Error(err)
	}
	s.html("/a", "One", long("One is a number."), long("Two is one."), long("Three is one too."))
	reports, err := k.Refresh(t.Context(), "g", source.Discord, nil, id)
	if err != nil || quota(reports[0].Reason) != "paragraphs" {
		t.Errorf("%+v, %v", reports, err)
	}
	if diff := cmp.Diff([]string{"One r1|One is a number"}, l.texts(t, "g", id)); diff != "" {
		t.Error(diff)
	}
	for {
		if _, err = k.Look(t.Context(), "g", "http://news.example/b", source.Discord); err != nil {
			break
		}
	}
	if quota(err) != "fetches" {
		t.Error(err)
	}
	if got := len(s.requests()); got != 6 {
		t.Errorf("%d pages were fetched", got)
	}
	if _, err = k.Look(t.Context(), "h", "http://news.example/b", source.Discord); err != nil {
		t.Errorf("another guild: %v", err)
	}
	l.later(24 * time.Hour)
	if _, err = k.Look(t.Context(), "g", "http://news.example/b", source.Discord); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

// TestRobots has a site's wish be kept, and told.
func TestRobots(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	s.html("/a", "One", long("One is a number."))
	s.serve("/robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("User-agent: storybot\nDisallow: /a\n"))
	})
	if _, err := k.Look(t.Context(), "g", "http://news.example/a", source.Terminal); !errors.Is(err, source.ErrRobots) {
		t.Error(err)
	}
}

// TestPageLeadsElsewhere has an address that leads to another article than before keep
// its text, whatever names that one's server gives it, and one that has only moved be
// followed.
func TestPageLeadsElsewhere(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	to := ""
	s.serve("/a", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	named := func(text ...string) http.HandlerFunc { // all by one name
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Write([]byte(page("The harbour", text...)))
		}
	}
	s.serve("/old", named(long("The harbour is closed."), long("Ferries wait at Utne.")))
	s.serve("/new", named(long("The harbour is closed."), long("Buses run to Bergen.")))
	s.serve("/other", named(long("A loaf of rye costs 32 kronor."), long("Ida Holm bakes at four.")))
	to = "/old"
	id := l.add(t, k, "g", "http://news.example/a", source.Discord)
	const failed = "+0 ~0 =0 -0 !1"
	for _, test := range []struct{ to, want, text string }{
		{"/old", "+0 ~0 =1 -0 !0", "The harbour r1|The harbour is closed|Ferries wait at Utne"},
		{"/other", failed, "The harbour r1|The harbour is closed|Ferries wait at Utne"},
		{"/new", "+0 ~1 =0 -0 !0; changed The harbour r2 {1 0 1 0}", "The harbour r2|The harbour is closed|Buses run to Bergen"},
		{"/other", failed, "The harbour r2|The harbour is closed|Buses run to Bergen"},
		{"/new", "+0 ~0 =1 -0 !0", "The harbour r2|The harbour is closed|Buses run to Bergen"},
	} {
		to = test.to
		l.later(time.Hour)
		s.requests()
		if diff := cmp.Diff(test.want, refreshed(t, k, "g", id)); diff != "" {
			t.Errorf("%s: %s", to, diff)
		}
		if diff := cmp.Diff([]string{test.text}, l.texts(t, "g", id)); diff != "" {
			t.Errorf("%s: %s", to, diff)
		}
		src, err := l.Source(t.Context(), "g", id)
		if err != nil || (src.Error == "") != (test.want != failed) || src.Error != "" && !strings.Contains(src.Error, "another article") {
			t.Errorf("%s: %q, %v", to, src.Error, err)
		}
	}
}

// TestBotWall has a wall against bots be named as one, with whatever status it comes.
func TestBotWall(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	for _, test := range []struct {
		code        int
		title, text string
		wall        bool
	}{
		{403, "Just a moment...", "Enable JavaScript and cookies to continue", true},
		{403, "Attention Required! | Cloudflare", "Sorry, you have been blocked", true},
		{503, "Just a moment...", "Checking your browser before accessing news.example.", true},
		{403, "Members only", "Please log in.", false},
	} {
		s.serve("/a", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(test.code)
			w.Write([]byte(page(test.title, test.text)))
		})
		_, err := k.Look(t.Context(), "g", "http://news.example/a", source.Discord)
		status := new(source.StatusError)
		if errors.Is(err, source.ErrBotWall) != test.wall || !errors.As(err, &status) || status.Code != test.code {
			t.Errorf("%d %s: %v", test.code, test.title, err)
		}
	}
}

// TestShrunkForGood has a text of which little is left be taken when it stays so, of a page
// and of a feed's entry.
func TestShrunkForGood(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	whole := []string{long("The harbour is closed."), long("Ferries wait at Utne."), long("Rain falls.")}
	s.html("/a", "The harbour", whole...)
	s.html("/b", "The quay", whole...)
	s.rss([2]string{"/b", "The quay"})
	const left = "The harbour is open again, as the mayor of Odda has told us on Tuesday evening, and boats may be moored wherever there is a place for them until spring."
	ids := []string{l.add(t, k, "g", "http://news.example/a", source.Discord), l.add(t, k, "g", feedAddress, source.Discord)}
	short := func(text string) {
		s.html("/a", "The harbour", text)
		s.html("/b", "The quay", text)
	}
	for _, test := range []struct {
		name   string
		change func()
		taken  bool
	}{
		{"first", func() { short(left) }, false},
		{"another, a day later", func() { short(left + " So it is."); l.later(24 * time.Hour) }, false},
		{"that again", func() { l.later(23 * time.Hour) }, false},
		{"not to be read", func() { s.status("/a", 500); s.status("/b", 500); l.later(2 * time.Hour) }, false},
		{"that again", func() { short(left + " So it is."); l.later(time.Hour) }, false},
		{"twice", func() { l.later(time.Minute) }, false},
		{"three times, too soon", func() { l.later(time.Hour) }, false},
		{"after a day", func() { l.later(23 * time.Hour) }, true},
	} {
		test.change()
		for _, id := range ids {
			reports, err := k.Refresh(t.Context(), "g", source.Discord, nil, id)
			if err != nil || len(reports) != 1 || reports[0].Changed > 0 != test.taken || reports[0].Failed > 0 == test.taken {
				t.Errorf("%s: %+v, %v", test.name, reports, err)
			}
		}
	}
}
