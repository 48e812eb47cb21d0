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
