package discord

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

// shows waits for a message to be as it is wanted.
func (w *world) shows(i local.Interaction, err error, wanted func(local.Message) bool) local.Message {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	var m local.Message
	err = w.Wait(w.ctx, func() bool {
		at := w.Interaction(i.ID)
		for _, have := range w.Messages(at.ChannelID) {
			if have.ID == at.ResponseID && at.ResponseID != "" {
				m = have
			}
		}
		return m.ID != "" && wanted(m)
	})
	if err != nil {
		w.t.Fatalf("the message stays %q: %v\n%s", m.Content, err, w.log)
	}
	return m
}

// says is whether a message says a text, and nothing more is to come.
func says(text string) func(local.Message) bool {
	return func(m local.Message) bool { return strings.Contains(m.Content, text) && !stillAtIt(m) }
}

// take adds what a preview shows.
func (w *world) take(preview local.Message, wants string) local.Message {
	w.t.Helper()
	i, err := w.Press(w.ann.ID, preview.ID, w.button(preview, "mod:take:"))
	return w.shows(i, err, says(wants))
}

// addPage adds the page at an address, or the feed.
func (w *world) addPage(address, wants string) local.Message {
	w.t.Helper()
	return w.take(w.use(w.ann, w.general, "sources add", options("link", address)...), wants)
}

const ferryAddress = "http://news.example/ferry"

// A page is shown before it is added, and answers afterwards. When it is read again, what has
// become of it is shown, and an old citation tells of it.
func TestPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	news := w.web.site("news.example")
	news.serve("/ferry", htmlType, strings.Replace(newsPage("The ferry sails again", ferryNews("40")...), "</head>",
		`<link rel="alternate" type="application/rss+xml" href="/feed"></head>`, 1))
	preview := w.use(w.ann, w.general, "sources add", options("link", ferryAddress+"#top", "refresh", "every 30m")...)
	if !isEphemeral(preview) {
		t.Error("all see what a moderator looks at")
	}
	contains(t, preview, "I found a page at news.example", "The ferry sails again", "2026-11-20", "English", "4 paragraphs",
		"> The ferry across the Lune will sail again", "Read again: every 30m", "<http://news.example/feed>")
	if sources, err := w.corpus.Sources(t.Context(), w.guild.ID); err != nil || len(sources) > 0 {
		t.Fatalf("sources before anybody has agreed: %v, %v", sources, err)
	}
	contains(t, w.take(preview, "is added"), "“The ferry sails again” is added, with 4 paragraphs")
	contains(t, w.use(w.ann, w.general, "sources list"), "The ferry sails again · page · 1 story", "every 30m · next <t:")
	answer := w.slash("What will a crossing of the ferry cost?")
	contains(t, answer, "40 crowns", "2026-11-20 · as of "+day(time.Now()))

	again := w.use(w.ann, w.general, "sources add", options("link", ferryAddress)...)
	contains(t, again, "It is a source already, with the same text")
	contains(t, w.press(w.ann, again, w.button(again, "mod:leave:")), "Nothing was added")

	// The server is slow, so that it is seen that the source is read.
	asked, answerNow := make(chan struct{}), make(chan struct{})
	news.handle("/ferry", func(rw http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answerNow
		rw.Header().Set("Content-Type", htmlType)
		changed := ferryNews("55")
		changed[2], changed[3] = changed[3], changed[2]
		rw.Write([]byte(newsPage("The ferry sails again", append(changed, "The council will talk about the price once more in @everyone spring, when the first figures of the new season are there.")...)))
	})
	i, err := w.Slash(w.ann.ID, w.general.ID, "sources refresh", options("source", "The ferry sails again")...)
	<-asked
	progress := w.shows(i, err, func(m local.Message) bool { return strings.Contains(m.Content, "▱") })
	contains(t, progress, "Reading")
	w.button(progress, "mod:cancel:")
	close(answerNow)
	report := w.response(i, nil)
	contains(t, report, "1 source refreshed", "The ferry sails again: 0 added, 1 changed, 0 unchanged, 0 failed", "revision 2 · ¶ +1 ~1 ↕1")
	if !isEphemeral(report) {
		t.Error("all see what was refreshed")
	}

	story, err := w.corpus.FindStory(t.Context(), w.guild.ID, "The ferry sails again")
	if err != nil {
		t.Fatal(err)
	}
	difference := w.press(w.ann, report, "mod:changes:1:", story.ID+":2")
	if !isEphemeral(difference) {
		t.Error("all see the difference")
	}
	contains(t, difference, "Revision 2", "compared with revision 1", "✏️ ¶ 2: A crossing will cost ~~40~~ **55** crowns", "↕ ¶ ",
		`➕ ¶ 5: The council will talk about the price once more in \@everyone spring`, "paragraphs are unchanged")
	contains(t, w.slash("What will a crossing of the ferry cost?"), "55 crowns")
	contains(t, w.press(w.ann, answer, w.button(answer, "cite:")), "cost 40 crowns", "revision 2", "cost ~~40~~ **55** crowns")

	shown := w.use(w.ann, w.general, "sources show", options("source", story.SourceID)...)
	contains(t, shown, "revision 2", "¶ 2: A crossing will cost 55")
	contains(t, w.press(w.ann, shown, "mod:changes:1:", story.ID+":2"), "~~40~~ **55**")
	want := []string{"sources.refresh: The ferry sails again", "sources.add: The ferry sails again"}
	if got := w.acts(); !slices.Equal(got, want) {
		t.Errorf("the acts are %q, want %q", got, want)
	}

	// What has not changed is no news.
	news.serve("/ferry", htmlType, newsPage("The ferry sails again", ferryNews("55")...))
	w.use(w.ann, w.general, "sources refresh")
	contains(t, w.use(w.ann, w.general, "sources refresh"), "0 changed, 1 unchanged")
	// What fails keeps its text, and says why in words.
	news.answers("/ferry", http.StatusInternalServerError)
	contains(t, w.use(w.ann, w.general, "sources refresh"), "The ferry sails again: its server answers with status 500")
	contains(t, w.use(w.ann, w.general, "sources list"), "failed: its server answers with status 500")
	contains(t, w.slash("What will a crossing of the ferry cost?"), "55 crowns")
	// What its publisher has withdrawn answers no more, and an old citation says so.
	news.answers("/ferry", http.StatusGone)
	contains(t, w.use(w.ann, w.general, "sources refresh"), "1 withdrawn", "withdrawn by its publisher: The ferry sails again")
	contains(t, w.slash("What will a crossing of the ferry cost?"), "The stories do not tell")
	contains(t, w.press(w.ann, answer, w.button(answer, "cite:")), "cost 40 crowns", "withdrawn by its publisher on "+day(time.Now()))
	contains(t, w.use(w.ann, w.general, "sources show", options("source", story.SourceID)...), "Withdrawn by its publisher on")
}

// What a moderator says of a page stays, and can be said anew.
func TestPageAsGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	news := w.web.site("news.example")
	news.serve("/ferry", htmlType, newsPage("The ferry sails again", ferryNews("40")...))
	contains(t, w.take(w.use(w.ann, w.general, "sources add", options("link", ferryAddress, "title", "Our *ferry*", "date", "2026-10-01", "refresh", "manual")...),
		"is added"), `Our \*ferry\*`)
	news.serve("/ferry", htmlType, newsPage("The ferry sails at last", ferryNews("55")...))
	contains(t, w.use(w.ann, w.general, "sources add", options("link", ferryAddress)...), "Our \\*ferry\\*", "2026-10-01", "only when asked",
		"its paragraphs have changed: ~1")
	changed := w.addPage(ferryAddress, "was there already")
	contains(t, changed, "stored as revision 2")
	difference := w.press(w.ann, changed, w.button(changed, "mod:changes:"))
	contains(t, difference, "~~40~~ **55**")
	if e := difference.Embeds[0]; strings.Contains(e.Description, "Title") || strings.Contains(e.Description, "Date") {
		t.Errorf("what was said of the page has changed: %s", e.Description)
	}

	days := local.Option{Name: "days", Value: "7"}
	planned := w.use(w.ann, w.general, "sources plan", append(options("source", "Our *ferry*", "refresh", "daily 06:30"), days)...)
	contains(t, planned, "daily at 06:30 UTC", "for 7 days", "next <t:")
	contains(t, w.slash("What will a crossing of the ferry cost?"), "The stories do not tell") // it is from October
	contains(t, w.use(w.ann, w.general, "sources plan", options("source", "Our *ferry*", "refresh", "sometimes")...), "I do not understand when to read it")
	contains(t, w.use(w.ann, w.general, "sources plan", options("source", "Our *ferry*")...), "Say when I read it again")
	contains(t, w.use(w.ann, w.general, "sources plan", append(options("source", "Our *ferry*", "refresh", "manual"), local.Option{Name: "days", Value: "0"})...),
		"only when asked", "answer for good")
	contains(t, w.slash("What will a crossing of the ferry cost?"), "55 crowns")
	if got, want := w.acts()[:2], []string{"sources.plan: Our *ferry*: manual", "sources.plan: Our *ferry*: daily 06:30, 7 d"}; !slices.Equal(got, want) {
		t.Errorf("the acts are %q, want %q", got, want)
	}
	w.take(w.use(w.ann, w.general, "sources add", append(options("link", ferryAddress, "refresh", "every 6h"), days)...), "is there already")
	if got, want := w.acts()[0], "sources.plan: Our *ferry*: every 6h, 7 d"; got != want {
		t.Errorf("of a plan that was changed by adding again the last act is %q, want %q", got, want)
	}
	// What is too old to answer says so at once.
	news.serve("/old", htmlType, newsPage("The old ferry", ferryNews("30")...))
	preview := w.use(w.ann, w.general, "sources add", append(options("link", "http://news.example/old", "date", "2020-01-02"), days)...)
	contains(t, w.take(preview, "is added"), "Too old since", "does not answer any more")
	w.put(w.guild.ID, "The bridge", bridgeText)
	contains(t, w.use(w.ann, w.general, "sources plan", options("source", "The bridge", "refresh", "every 1h")...), "The bridge: to update it, add it again")
	if c := w.suggested(w.ann, "sources plan", "refresh", "EVERY 45m"); len(c) != 1 || c[0].Value != "every 45m" {
		t.Errorf("suggested are %+v", c)
	}
	bob := w.member("bob")
	if c := w.suggested(bob, "sources plan", "refresh", "every"); len(c) != 0 {
		t.Errorf("suggested to somebody else are %+v", c)
	}
}

// A feed is found by its site's page, and its entries become stories; a refresh of it can be
// cancelled, and the next goes on.
func TestFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	news := w.web.site("news.example")
	news.serve("/", htmlType, `<!doctype html><html><head><title>News</title><link rel="alternate" type="application/rss+xml" href="/feed"></head>
		<body><ul><li><a href="/a">One</a></li><li><a href="/b">Two</a></li></ul></body></html>`)
	news.serve("/feed", "application/rss+xml", newsFeed("News of Vesta", item{"The ferry", ferryNews("40")}, item{"The tower", townNews("tower")}, item{"The wheel", townNews("wheel")}))
	preview := w.use(w.ann, w.general, "sources add", options("link", "http://news.example/")...)
	contains(t, preview, "I found a feed at news.example", "News of Vesta", "3 stories", "newest: “The ferry”", "> The ferry across the Lune", "Read again: every 1h")
	contains(t, w.take(preview, "1 source refreshed"), "“News of Vesta” is added", "3 added, 0 changed, 0 unchanged", "added: The tower", "added: The wheel")
	contains(t, w.slash("What will a crossing of the ferry cost?"), "40 crowns")
	if got, want := w.acts(), []string{"sources.add: News of Vesta"}; !slices.Equal(got, want) {
		t.Errorf("the acts are %q, want %q", got, want)
	}

	// An entry whose page does not come.
	asked := make(chan struct{}, 1)
	news.handle("/item-3", func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	news.serve("/feed", "application/rss+xml", newsFeed("News of Vesta",
		item{"The ferry", ferryNews("55")}, item{"The tower", townNews("tower")}, item{"The wheel", townNews("wheel")}, item{title: "The slow one"}))
	i, err := w.Slash(w.ann.ID, w.general.ID, "sources refresh")
	<-asked
	progress := w.shows(i, err, func(m local.Message) bool { return strings.Contains(m.Content, "3/4") })
	contains(t, progress, "▰▰▰▰▰▰▰▱▱▱ 3/4 News of Vesta", "⏳")
	cancel := w.button(progress, "mod:cancel:")
	bob := w.member("bob")
	public := w.say(w.general, "<@"+w.App().ID+"> What will a crossing of the ferry cost?")
	contains(t, w.response(w.PressForged(bob.ID, public.ID, cancel)), "That is for moderators")
	if _, err := w.Press(w.ann.ID, progress.ID, cancel); err != nil {
		t.Fatal(err)
	}
	report := w.response(i, nil)
	contains(t, report, "Cancelled. What was read by then is stored", "1 changed", "changed: The ferry · revision 2 · ¶ ~1")
	contains(t, w.response(w.PressForged(w.ann.ID, public.ID, cancel)), "That is over already")
	contains(t, w.slash("What will a crossing of the ferry cost?"), "55 crowns")

	news.serve("/item-3", htmlType, newsPage("The slow one", ferryNews("60")...))
	contains(t, w.use(w.ann, w.general, "sources refresh"), "1 added, 0 changed, 3 unchanged, 0 failed", "added: The slow one")
	news.answers("/item-3", http.StatusNotFound)
	contains(t, w.use(w.ann, w.general, "sources refresh"), "The slow one: there is nothing at that address (status 404)")
}

// What is at an address and cannot be a source is refused, with a sentence that says why, and
// with nothing of what the operator's network looks like.
func TestPagesNotAdded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	news, strict, down := w.web.site("news.example"), w.web.site("strict.example"), w.web.site("down.example")
	strict.serve("/robots.txt", "text/plain", "User-agent: *\nDisallow: /\n")
	down.answers("/page", http.StatusBadGateway)
	news.answers("/gone", http.StatusGone)
	news.answers("/members", http.StatusForbidden)
	news.answers("/busy", http.StatusTooManyRequests)
	news.serve("/app", htmlType, `<!doctype html><html><head><title>App</title></head><body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src="/app.js"></script></body></html>`)
	news.serve("/list", htmlType, `<!doctype html><html><head><title>List</title></head><body><ul><li><a href="/a">One</a></li><li><a href="/b">Two</a></li></ul></body></html>`)
	news.serve("/picture", "image/png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	news.serve("/broken.pdf", "application/pdf", "%PDF-1.7\nnothing that could be read")
	news.serve("/broken.xml", "application/rss+xml", `<?xml version="1.0"?><rss version="2.0"><channel><item><title>One`)
	news.serve("/large", htmlType, strings.Repeat("<p>large</p>", 1<<20))
	news.handle("/round", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/round", http.StatusFound) })
	for _, c := range []struct{ address, want string }{
		{"http://127.0.0.1/", "not on the public web"},
		{"http://0x7f000001/", "not on the public web"},
		{"http://[::ffff:169.254.169.254]/latest/meta-data", "not on the public web"},
		{"http://news.example:8080/ferry", "only the ports 80 and 443"},
		{"http://user:secret@news.example/", "I do not understand the link"},
		{"ftp://news.example/ferry", "I do not understand the link"},
		{"http://nowhere.example/", "its server cannot be reached"},
		{"http://strict.example/page", "robots.txt does not let me read it. You can paste its text"},
		{"http://down.example/page", "status 502"},
		{"http://news.example/gone", "nothing at that address (status 410)"},
		{"http://news.example/nothing", "nothing at that address (status 404)"},
		{"http://news.example/members", "does not let me read it (status 403). You can paste its text"},
		{"http://news.example/app", "empty without JavaScript"},
		{"http://news.example/list", "no text on the page reads as an article. You can paste its text with `/sources add`."},
		{"http://news.example/picture", "it is not text"},
		{"http://news.example/broken.pdf", "the PDF file is damaged or encrypted"},
		{"http://news.example/broken.xml", "the feed cannot be read"},
		{"http://news.example/large", "it is larger than 10 MiB"},
		{"http://news.example/round", "it leads on too many times"},
		{"http://news.example/busy", "asked later (status 429)"}, // the last: its host is left alone afterwards
	} {
		m := w.use(w.ann, w.general, "sources add", options("link", c.address)...)
		contains(t, m, c.want)
		if !isEphemeral(m) || len(componentsOf(m)) > 0 || strings.Contains(m.Content, "10.1.2.3") || strings.Contains(m.Content, "loopback") {
			t.Errorf("%s: %q, with %q", c.address, m.Content, componentsOf(m))
		}
	}
	contains(t, w.use(w.ann, w.general, "sources add", options("link", ferryAddress, "refresh", "every 1s")...), "I do not understand when to read it")
	contains(t, w.use(w.ann, w.general, "sources add", options("refresh", "every 1h")...), "to update it, add it again")
	if sources, err := w.corpus.Sources(t.Context(), w.guild.ID); err != nil || len(sources) > 0 || len(w.acts()) > 0 {
		t.Errorf("the sources are %v, %v; the acts are %q", sources, err, w.acts())
	}
}

// Why a source cannot be read has words for each reason, and none for what is not for people.
func TestReasons(t *testing.T) {
	say := testTexts(t).in("en")
	told := make(map[string]error)
	for _, cause := range []error{
		source.ErrTooLarge, &source.StatusError{Code: 404}, &source.StatusError{Code: 403}, &source.StatusError{Code: 429, RetryAfter: time.Minute},
		&source.StatusError{Code: 500}, &retrieval.QuotaError{What: "sources", Max: 10}, &retrieval.QuotaError{What: "stories", Max: 11},
		&retrieval.QuotaError{What: "paragraphs", Max: 12}, &retrieval.QuotaError{What: "fetches", Max: 13}, source.ErrTerminalOnly, source.ErrUploadAgain,
		source.ErrBundled, source.ErrShrunk, source.ErrElsewhere, source.ErrFeedGone, source.ErrLong, source.ErrNeedsScript, source.ErrPaywall, source.ErrBotWall,
		source.ErrErrorPage, source.ErrNoArticle, source.ErrTooComplex, source.ErrPDF, source.ErrScanned, source.ErrFeed, source.ErrNotText,
		source.ErrEmpty, source.ErrAddress, source.ErrPrivate, source.ErrPort, source.ErrRedirects, source.ErrSlow, source.ErrUnreachable,
		source.ErrEncoding, source.ErrRobots,
	} {
		text, _ := sourceReason(say, fmt.Errorf("%w: dial tcp 10.1.2.3:80", cause))
		if text == "" || told[text] != nil || text == say.say("reason_unreachable") {
			t.Errorf("%v: %q, as of %v", cause, text, told[text])
		}
		told[text] = cause
		if got := refreshReason(say, source.Code(cause)); got != text {
			t.Errorf("%v: %q, kept as %q", cause, text, got)
		}
		if whole := notAdded(say, cause); !strings.Contains(whole, text) {
			t.Errorf("%v: %q", cause, whole)
		}
	}
	for _, cause := range []error{source.ErrLargePage, source.ErrLink} {
		if text, _ := sourceReason(say, cause); told[text] == nil {
			t.Errorf("%v: %q", cause, text)
		}
	}
	other := errors.New("discord: disk on fire at 10.1.2.3")
	if got := notAdded(say, other); got != "" {
		t.Errorf("another error is told: %q", got)
	}
	for _, code := range []string{source.Code(other), "of a newer version"} {
		if got := refreshReason(say, code); got != say.say("reason_unreachable") {
			t.Errorf("%q is told: %q", code, got)
		}
	}
}

// The operator's networks are the terminal's, whatever is set.
func TestPrivateNetworks(t *testing.T) {
	t.Parallel()
	client := fetch.New(fetch.Config{Interval: time.Nanosecond, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	t.Cleanup(client.Close)
	w := emptyWorld(t)
	w.run(nil, func(s *Server) { s.keeper = w.keeper(client) })
	if err := w.Online(w.ctx); err != nil {
		t.Fatal(err)
	}
	var asked atomic.Bool
	inside := w.web.site("inside.example")
	inside.handle("/", func(http.ResponseWriter, *http.Request) { asked.Store(true) })
	inside.handle("/robots.txt", func(http.ResponseWriter, *http.Request) { asked.Store(true) })
	for _, address := range []string{"http://" + inside.address + "/", "http://127.0.0.1/", "http://localhost/", "http://[::1]/"} {
		contains(t, w.use(w.ann, w.general, "sources add", options("link", address)...), "not on the public web")
	}
	if asked.Load() {
		t.Error("the operator's server was asked")
	}
}

// Too many sources are refused by the number that there may be.
func TestQuota(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.db.Quota.Sources = 1
	w.run(nil)
	if err := w.Online(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.web.site("news.example").serve("/ferry", htmlType, newsPage("The ferry sails again", ferryNews("40")...))
	preview := w.use(w.ann, w.general, "sources add", options("link", ferryAddress)...)
	w.put(w.guild.ID, "The bridge", bridgeText)
	contains(t, w.take(preview, "I cannot add that"), "this server has 1 sources, and may not have more")
	file := w.Upload(local.File{Name: "ferry.html", Data: []byte(newsPage("The ferry sails again", ferryNews("40")...))})
	contains(t, w.use(w.ann, w.general, "sources add", options("file", file)...), "this server has 1 sources")
}

// What was found is for who has looked for it, there, once, and for a while.
func TestOffers(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64 // since the beginning, in nanoseconds
	w := newWorld(t, nil, func(s *Server) { s.offers.now = func() time.Time { return time.Unix(0, passed.Load()) } })
	bob, eve := w.member("bob"), w.member("eve")
	role, err := w.AddRole(w.guild.ID, "Moderators", local.PermManageGuild)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Grant(w.guild.ID, bob.ID, role.ID); err != nil {
		t.Fatal(err)
	}
	other := w.AddGuild("Gardeners", w.ann)
	elsewhere := w.AddChannel(other.ID, "general")
	w.web.site("news.example").serve("/ferry", htmlType, newsPage("The ferry sails again", ferryNews("40")...))
	w.put(w.guild.ID, "The bridge", bridgeText)
	public := w.slash("What will the new bridge cost?")
	look := func() (local.Message, string) {
		m := w.use(w.ann, w.general, "sources add", options("link", ferryAddress)...)
		return m, w.button(m, "mod:take:")
	}
	_, id := look()
	const gone = "What I found there is not kept any more"
	contains(t, w.response(w.PressForged(bob.ID, public.ID, id)), gone)
	contains(t, w.response(w.PressForged(eve.ID, public.ID, id)), "That is for moderators")
	theirs := w.use(w.ann, elsewhere, "sources list")
	contains(t, w.response(w.PressForged(w.ann.ID, theirs.ID, id)), gone)
	contains(t, w.response(w.PressForged(w.ann.ID, public.ID, "mod:take:1:AAAAAAAAAAAAAAAAAAAAAAAAAA")), gone)
	passed.Add(int64(shelfLife + time.Second))
	contains(t, w.response(w.PressForged(w.ann.ID, public.ID, id)), gone)
	preview, again := look()
	w.take(preview, "is added")
	contains(t, w.response(w.PressForged(w.ann.ID, public.ID, again)), gone)
	_, id = look()
	w.restart()
	contains(t, w.response(w.PressForged(w.ann.ID, public.ID, id)), gone)
}

// What the terminal has noted is told in words too, and never by its name.
func TestActsOfTheTerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.ledger.Note(t.Context(), ledger.Act{Guild: w.guild.ID, What: "sources.import", Detail: "3 sources"}); err != nil {
		t.Fatal(err)
	}
	contains(t, w.use(w.ann, w.general, "settings history"), "imported sources: 3")
}

// Long stories take longer to compare than Discord waits for a response.
func TestDifferenceIsAcknowledgedFirst(t *testing.T) {
	t.Parallel()
	var s Server
	for _, control := range []string{"mod:changes:1:k3v9x2m4p6q7a:2", "mod:revision:2:k3v9x2m4p6q7a:2"} {
		i := &interaction{Type: discordgo.InteractionMessageComponent, Data: interactionData{CustomID: control}}
		v := &visit{Request: ledger.Request{Guild: "1", User: "7"}, member: &member{Permissions: "32"}}
		p, err := s.planner(i)(t.Context(), v, i)
		if err != nil || p.work == nil || p.atOnce != nil {
			t.Errorf("%s is served by %+v, %v; want work", control, p, err)
		}
	}
}
