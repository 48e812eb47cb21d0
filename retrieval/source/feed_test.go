package source_test

import (
	"errors"
	"fmt"
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

// newsroom is a site with a feed of articles /a, /b and /c.
func newsroom(t *testing.T) *site {
	s := newSite(t)
	s.html("/a", "The harbour", long("The harbour is closed."))
	s.html("/b", "The bakery", long("The bakery sells rye."))
	s.html("/c", "The road", long("The road leads to Bergen."))
	s.rss([2]string{"/a", "The harbour"}, [2]string{"/b", "The bakery"}, [2]string{"/c", "The road"})
	return s
}

func (s *site) rss(entries ...[2]string) {
	s.serve("/feed.xml", document("application/rss+xml", feed(entries...)))
}

const feedAddress = "http://news.example/feed.xml"

func TestFeed(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	if diff := cmp.Diff([]string{"The harbour r1|The harbour is closed"}, l.texts(t, "g", id)); diff != "" {
		t.Errorf("added: %s", diff)
	}
	s.requests()
	if diff := cmp.Diff("+2 ~0 =1 -0 !0; added The bakery; added The road", refreshed(t, k, "g", id)); diff != "" {
		t.Error(diff)
	}
	if got := s.requests(); len(got) != 4 || got[0] != "/feed.xml" || !strings.HasPrefix(got[1], `/a "`) || got[2] != "/b" || got[3] != "/c" {
		t.Errorf("%q", got)
	}

	// One is corrected, one is withdrawn, one cannot be read, and one is new.
	s.html("/a", "The harbour", long("The harbour is open."))
	s.status("/b", 410)
	s.status("/c", 503)
	s.html("/d", "The ferry", long("The ferry sails to Utne."))
	s.rss([2]string{"/d", "The ferry"}, [2]string{"/a", "The harbour"}, [2]string{"/b", "The bakery"}, [2]string{"/c", "The road"})
	l.later(time.Hour)
	want := "+1 ~1 =0 -1 !1; withdrawn The bakery; failed The road; added The ferry; changed The harbour r2 {0 1 0 0}"
	if diff := cmp.Diff(want, refreshed(t, k, "g", id)); diff != "" {
		t.Error(diff)
	}
	texts := []string{"The harbour r2|The harbour is open", "The bakery r1|The bakery sells rye gone", "The road r1|The road leads to Bergen", "The ferry r1|The ferry sails to Utne"}
	if diff := cmp.Diff(texts, l.texts(t, "g", id)); diff != "" {
		t.Error(diff)
	}
	src, err := l.Source(t.Context(), "g", id)
	if err != nil || src.Error != "" {
		t.Errorf("the feed itself was read, and says %q, %v", src.Error, err)
	}

	// What the feed does not tell of any more stays.
	s.rss([2]string{"/d", "The ferry"})
	if got := refreshed(t, k, "g", id); !strings.HasPrefix(got, "+0 ~0 =3 -0 !1") {
		t.Error(got)
	}
	if diff := cmp.Diff(texts, l.texts(t, "g", id)); diff != "" {
		t.Error(diff)
	}
}

// TestScheduledFeed has a feed that is read by itself not read again what is known,
// nor again and again what fails.
func TestScheduledFeed(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	s.status("/c", 500)
	l.add(t, k, "g", feedAddress, source.Discord)
	steps := []struct {
		name   string
		change func()
		want   []string // paths
	}{
		{"due at once when it was added", func() {}, []string{"/feed.xml", "/b", "/c"}},
		{"not due", func() { l.later(time.Minute) }, nil},
		{"an hour later: the failing one again", func() { l.later(time.Hour) }, []string{"/feed.xml", "/c"}},
		{"another, too early for what failed twice", func() {
			l.later(time.Hour)
			s.rss([2]string{"/a", "The harbour, closed"}, [2]string{"/b", "The bakery"}, [2]string{"/c", "The road"})
		}, []string{"/feed.xml", "/a", "/c"}},
		{"seven hours later: what is recent", func() { l.later(7 * time.Hour) }, []string{"/feed.xml", "/a", "/b", "/c"}},
		{"old news", func() { l.later(30 * 24 * time.Hour) }, []string{"/feed.xml", "/c"}},
	}
	s.requests()
	for _, step := range steps {
		step.change()
		k.ServeDue(t.Context())
		var got []string
		for _, path := range s.requests() {
			path, _, _ = strings.Cut(path, " ")
			got = append(got, path)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
	}
}

// TestFeedText has a feed's own text be the story where it is all there.
func TestFeedText(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	text := "<p>" + long("The harbour is closed, says the mayor of Odda.") + "</p><p>" + long("Ferries wait at Utne until the evening.") + "</p>"
	s.serve("/feed.xml", document("application/rss+xml", `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
		<channel><title>Odda News</title><item><guid>1</guid><link>http://news.example/a</link><title>The harbour</title>
		<content:encoded><![CDATA[`+text+`]]></content:encoded></item></channel></rss>`))
	id := l.add(t, k, "g", feedAddress, source.Discord)
	if diff := cmp.Diff([]string{"The harbour r1|The harbour is closed, says the mayor of Odda|Ferries wait at Utne until the evening"}, l.texts(t, "g", id)); diff != "" {
		t.Error(diff)
	}
	if got := s.requests(); len(got) != 1 {
		t.Errorf("%q", got)
	}
	stories, err := l.Stories(t.Context(), "g", id)
	if err != nil || stories[0].URL != "http://news.example/a" {
		t.Errorf("%+v, %v", stories, err)
	}
}

// TestFeedUpdated has a story of an Atom feed stay of the day of which it was, when the feed
// tells only of its last change.
func TestFeedUpdated(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	atom := func(day string) {
		s.serve("/feed.xml", document("application/atom+xml", `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Odda News</title>
			<entry><id>urn:1</id><title>The harbour</title><updated>2026-11-`+day+`T10:00:00Z</updated><content type="html">&lt;p>`+long("The harbour is closed, says the mayor of Odda.")+`&lt;/p>&lt;p>`+long("Ferries wait at Utne until the evening.")+`&lt;/p></content></entry></feed>`))
	}
	atom("18")
	id := l.add(t, k, "g", feedAddress, source.Discord)
	atom("19")
	if got := refreshed(t, k, "g", id); got != "+0 ~0 =1 -0 !0" {
		t.Error(got)
	}
	stories, err := l.Stories(t.Context(), "g", id)
	if err != nil || stories[0].PublishedAt.Day() != 18 {
		t.Errorf("%+v, %v", stories, err)
	}
}

// TestFeedIntoPrivateNetwork has a feed of the web that the operator added not lead
// into the operator's network, which another of theirs may.
func TestFeedIntoPrivateNetwork(t *testing.T) {
	l, inside := open(t), newSite(t)
	inside.html("/a", "The plan", long("The plan is secret."))
	rss := strings.ReplaceAll(feed([2]string{"/a", "The plan"}), "http://news.example", inside.URL)
	inside.serve("/feed.xml", document("application/rss+xml", rss))
	opened := fetch.Config{Interval: time.Nanosecond, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	if _, err := l.keeper(t, opened).Look(t.Context(), "g", inside.URL+"/feed.xml", source.Terminal); err != nil {
		t.Errorf("a feed of the operator's own: %v", err)
	}
	// The same feed, on the web: its name leads to loopback by Dial, which counts as public.
	public := inside.config()
	public.Allow = opened.Allow
	if _, err := l.keeper(t, public).Look(t.Context(), "g", feedAddress, source.Terminal); !errors.Is(err, source.ErrPrivate) {
		t.Errorf("a feed of the web: %v", err)
	}
}

// TestExpiry has stories answer for as many days as is planned, and again when they
// may for longer.
func TestExpiry(t *testing.T) {
	l, s := open(t), newsroom(t) // of 19 November
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	if _, err := k.Plan(t.Context(), "g", id, source.Manual, 7, source.Discord); err != nil {
		t.Fatal(err)
	}
	finds := func() bool { return l.finds(t, "g", "Is the harbour closed?", "closed") }
	if !finds() {
		t.Error("not found while it is new")
	}
	l.later(6 * 24 * time.Hour)
	k.ServeDue(t.Context())
	if finds() {
		t.Error("found when it is too old")
	}
	if got := refreshed(t, k, "g", id); !strings.HasPrefix(got, "+2 ~0 =1") || finds() {
		t.Errorf("found again by a refresh: %s", got)
	}
	stories, err := l.Stories(t.Context(), "g", id)
	if err != nil || stories[0].Withdrawn != record.Expired {
		t.Errorf("%+v, %v", stories, err)
	}
	if _, err := k.Plan(t.Context(), "g", id, "", 0, source.Discord); err != nil || !finds() {
		t.Errorf("not found though it answers for good: %v", err)
	}
}

// TestQuotaOfFetches ends a refresh when the guild may fetch no more today, which is
// no fault of the entries'.
func TestQuotaOfFetches(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord) // the feed and a page
	l.db.Quota.Fetches = 2
	if got := refreshed(t, k, "g", id); got != "+0 ~0 =1 -0 !1" {
		t.Error(got)
	}
	src, err := l.Source(t.Context(), "g", id)
	if err != nil || !strings.Contains(src.Error, "page 3 fetched for the server today, and it may have 2") {
		t.Errorf("%q, %v", src.Error, err)
	}
	if failing, err := l.Failing(t.Context(), "g", id); err != nil || len(failing) > 0 {
		t.Errorf("%v, %v", failing, err)
	}
}

// TestEntryMoves has what an entry links to now be read, though what it linked to was
// newer.
func TestEntryMoves(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	dated := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, page("The harbour", long(text)))
		}
	}
	s.serve("/a", dated("The harbour is closed."))
	s.serve("/b", dated("The harbour is open."))
	s.rss([2]string{"/a", "The harbour"})
	id := l.add(t, k, "g", feedAddress, source.Discord)
	s.serve("/feed.xml", document("application/rss+xml", strings.ReplaceAll(feed([2]string{"/a", "The harbour"}), "example/a", "example/b")))
	if got := refreshed(t, k, "g", id); !strings.HasPrefix(got, "+0 ~1") {
		t.Error(got)
	}
}

// TestFullGuild has a guild that may have no more stories get the corrections of those
// that it has.
func TestFullGuild(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	l.db.Quota.Stories = 1
	s.html("/a", "The harbour", long("The harbour is open."))
	s.rss([2]string{"/b", "The bakery"}, [2]string{"/a", "The harbour"}, [2]string{"/c", "The road"})
	if got := refreshed(t, k, "g", id); got != "+0 ~1 =0 -0 !1; changed The harbour r2 {0 1 0 0}" {
		t.Error(got)
	}
	src, err := l.Source(t.Context(), "g", id)
	if err != nil || !strings.Contains(src.Error, "3 stories with this, and may have 1") {
		t.Errorf("%q, %v", src.Error, err)
	}
	if diff := cmp.Diff([]string{"The harbour r2|The harbour is open"}, l.texts(t, "g", id)); diff != "" {
		t.Error(diff)
	}
}

// TestFeedGone has the stories of a feed whose address is no more stay, and it not be
// asked again by itself.
func TestFeedGone(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	refreshed(t, k, "g", id)
	s.status("/feed.xml", 410)
	l.later(time.Hour)
	reports, err := k.Refresh(t.Context(), "g", source.Discord, nil, id)
	if err != nil || len(reports) != 1 || !errors.Is(reports[0].Reason, source.ErrFeedGone) || reports[0].Withdrawn > 0 {
		t.Fatalf("%+v, %v", reports, err)
	}
	if !l.finds(t, "g", "Is the harbour closed?", "closed") {
		t.Error("its stories do not answer any more")
	}
	src, err := l.Source(t.Context(), "g", id)
	want := "the feed is gone (410): its stories stay; remove the source, or add the feed's new address"
	if err != nil || src.Error != want || !src.DueAt.IsZero() {
		t.Errorf("%q, due %v, %v", src.Error, src.DueAt, err)
	}
	s.rss([2]string{"/a", "The harbour"})
	if got := refreshed(t, k, "g", id); !strings.HasPrefix(got, "+0 ~0 =3 -0 !0") {
		t.Errorf("there again: %s", got)
	}
	if src, err := l.Source(t.Context(), "g", id); err != nil || src.Error != "" || src.DueAt.IsZero() {
		t.Errorf("there again: %q, due %v, %v", src.Error, src.DueAt, err)
	}
}

// TestEntryLeadsElsewhere has an entry whose page leads to another article keep its text.
func TestEntryLeadsElsewhere(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	refreshed(t, k, "g", id)
	s.serve("/a", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/b", http.StatusMovedPermanently)
	})
	if got := refreshed(t, k, "g", id); got != "+0 ~0 =2 -0 !1; failed The harbour" {
		t.Error(got)
	}
	if got := l.texts(t, "g", id)[0]; got != "The harbour r1|The harbour is closed" {
		t.Error(got)
	}
}

// TestFeedOfSessions has links that differ with each visit be of the same stories.
func TestFeedOfSessions(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	linked := func(links ...string) {
		var items strings.Builder
		for _, link := range links {
			fmt.Fprintf(&items, "<item><link>http://news.example%s</link><title>The harbour</title></item>", strings.ReplaceAll(link, "&", "&amp;"))
		}
		s.serve("/feed.xml", document("application/rss+xml", `<?xml version="1.0"?><rss version="2.0"><channel><title>Odda News</title>`+items.String()+`</channel></rss>`))
	}
	linked("/a?utm_source=rss&PHPSESSID=1", "/a;jsessionid=2", "/b?id=1", "/b?id=2&sid=2026112001", "/b?id=2&sid=2026112002")
	id := l.add(t, k, "g", feedAddress, source.Discord)
	refreshed(t, k, "g", id)
	linked("/a?PHPSESSID=3", "/b?id=1&sid=0123456789abcdef0123456789", "/b?sid=0123456789abcdef0123456789&id=2&sid=2026112001", "/b?id=2&sid=2026112002")
	s.requests()
	if got := refreshed(t, k, "g", id); got != "+0 ~0 =4 -0 !0" {
		t.Error(got)
	}
	stories, err := l.Stories(t.Context(), "g", id)
	if err != nil || stories[0].URL != "http://news.example/a" || stories[0].Address != "http://news.example/a?PHPSESSID=3" {
		t.Errorf("%+v, %v", stories, err)
	}
}

// TestFeedOfOldKeys has stories that are known by links of sessions be the same stories.
func TestFeedOfOldKeys(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	id := l.add(t, k, "g", feedAddress, source.Discord)
	src, err := l.Source(t.Context(), "g", id)
	if err != nil {
		t.Fatal(err)
	}
	old := retrieval.Story{Key: "http://news.example/b?PHPSESSID=1", Title: "The bakery", URL: "http://news.example/b",
		Paragraphs: []retrieval.Paragraph{{Text: long("The bakery sells rye.")}}}
	if _, err := l.Put(t.Context(), src, []retrieval.Story{old}); err != nil {
		t.Fatal(err)
	}
	s.serve("/feed.xml", document("application/rss+xml", `<?xml version="1.0"?><rss version="2.0"><channel><title>Odda News</title>
		<item><link>http://news.example/b?phpsessid=2</link><title>The bakery</title></item></channel></rss>`))
	if got := refreshed(t, k, "g", id); !strings.HasPrefix(got, "+0 ~0") || len(l.texts(t, "g", id)) != 2 {
		t.Errorf("%s, %q", got, l.texts(t, "g", id))
	}
}

// TestPageOfFeed has a page that is a feed's story already be known as that.
func TestPageOfFeed(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	s.html("/d", "The ferry", long("The ferry sails to Utne."))
	id := l.add(t, k, "g", feedAddress, source.Discord)
	page := l.add(t, k, "h", "http://news.example/a", source.Discord)
	for _, test := range []struct{ guild, path, want string }{{"g", "/a", id}, {"g", "/d", ""}, {"h", "/a", ""}} {
		found, err := k.Look(t.Context(), test.guild, "http://news.example"+test.path, source.Discord)
		if err != nil || found.Stored != test.want {
			t.Errorf("%s in %s: %q, %v; the page is %s", test.path, test.guild, found.Stored, err, page)
		}
	}
}
