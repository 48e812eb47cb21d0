package extract

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFeedGoldens reads each feed in testdata/feeds as if it stood at
// https://news.example/feeds/NAME.
func TestFeedGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/feeds/*[^t]")
	if err != nil || len(files) == 0 {
		t.Fatal("no feeds", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if kind := KindOf(raw, "text/html", "page.html"); kind != KindFeed {
				t.Errorf("KindOf() = %q", kind)
			}
			doc, err := Feed(raw, "", "https://news.example/feeds/"+name)
			if err != nil {
				t.Fatal(err)
			}
			got := shown(doc)
			golden := file + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// shown is a feed as its golden has it.
func shown(doc FeedDoc) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\nlanguage: %s\nlink: %s\nttl: %s\n", doc.Title, doc.Language, doc.Link, doc.TTL)
	day := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format(time.RFC3339)
	}
	for _, e := range doc.Entries {
		fmt.Fprintf(&b, "\n* %s\n  key: %s\n  by: %s\n  at: %s\n  published: %s, modified: %s\n", e.Title, e.Key, e.Author, e.Link, day(e.Published), day(e.Modified))
		for _, p := range e.Paragraphs {
			fmt.Fprintf(&b, "  | %s\n", p.Text)
		}
	}
	return b.String()
}

// item2 is an RSS feed with one entry.
func item2(channel, entry string) string {
	return `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>` +
		channel + `<item><title>t</title>` + entry + `</item></channel></rss>`
}

func TestFeedTTL(t *testing.T) {
	for _, tt := range []struct {
		channel string
		want    time.Duration
	}{
		{"<ttl>60</ttl>", time.Hour},
		{"<ttl> 1 </ttl>", 5 * time.Minute},
		{"<ttl>999999999999</ttl>", 7 * 24 * time.Hour},
		{"<ttl>-5</ttl>", 0},
		{"<ttl>soon</ttl>", 0},
		{"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 30 * time.Minute},
		{"<sy:updatePeriod> daily </sy:updatePeriod>", 24 * time.Hour},
		{"<sy:updatePeriod>yearly</sy:updatePeriod>", 7 * 24 * time.Hour},
		{"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>9999999</sy:updateFrequency>", 5 * time.Minute},
		{"<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>", 30 * time.Minute},
	} {
		doc, err := Feed([]byte(item2(tt.channel, "")), "", "")
		if err != nil || doc.TTL != tt.want {
			t.Errorf("%s: TTL = %v, %v; want %v", tt.channel, doc.TTL, err, tt.want)
		}
	}
}

func TestFeedLinks(t *testing.T) {
	for _, tt := range []struct{ link, want string }{
		{"https://news.example/a", "https://news.example/a"},
		{"/a?id=5&utm_source=rss&utm_medium=feed&x=1#xtor=RSS-1", "https://news.example/a?id=5&x=1"},
		{"a.html#utm_source=rss", "https://news.example/feeds/a.html"},
		{"a?utm_source=rss", "https://news.example/feeds/a"},
		{"https://news.example/live#block-17", "https://news.example/live#block-17"},
		{" https://news.example/\n a ", "https://news.example/a"},
		{"//cdn.example/a", "https://cdn.example/a"},
		{"javascript:alert(1)", ""},
		{"file:///etc/passwd", ""},
		{"ftp://news.example/a", ""},
		{"https://name:word@news.example/a", ""},
		{"mailto:a@news.example", ""},
		{"https://news.example/" + strings.Repeat("a", 2000), ""},
	} {
		feed := item2("", "<link>"+strings.ReplaceAll(tt.link, "&", "&amp;")+"</link>")
		doc, err := Feed([]byte(feed), "", "https://news.example/feeds/all.xml")
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Entries[0].Link; got != tt.want {
			t.Errorf("link %q = %q, want %q", tt.link, got, tt.want)
		}
	}
}

// TestFeedXMLBase: relative addresses in Atom, with and without a base.
func TestFeedXMLBase(t *testing.T) {
	for _, tt := range []struct{ root, entry, want string }{
		{"", "", "https://news.example/feeds/a"},
		{`xml:base="https://other.example/x/feed.xml"`, "", "https://other.example/x/a"},
		{`xml:base="https://other.example"`, "", "https://other.example/a"},
		{`xml:base="https://other.example/x/"`, `xml:base='y/z.xml'`, "https://other.example/x/y/a"},
		{`xml:base="/blog/"`, "", "https://news.example/blog/a"},
	} {
		feed := `<feed xmlns="http://www.w3.org/2005/Atom" ` + tt.root + `><entry ` + tt.entry + `><id>1</id><link href="a"/></entry></feed>`
		doc, err := Feed([]byte(feed), "", "https://news.example/feeds/all.xml")
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Entries[0].Link; got != tt.want {
			t.Errorf("%s, %s: link = %q, want %q", tt.root, tt.entry, got, tt.want)
		}
	}
}

func TestFeedTitles(t *testing.T) {
	for _, tt := range []struct{ written, want string }{
		{"Bread &amp; butter", "Bread & butter"},
		{"Bread &amp;amp; butter", "Bread & butter"},
		{"<![CDATA[A <em>very</em> old<br>mill]]>", "A very old mill"},
		{"&lt;b&gt;Mill&lt;/b&gt; turns", "Mill turns"},
		{"Why List&lt;String&gt; is slow", "Why List<String> is slow"},
		{"5 &lt; 6", "5 < 6"},
		{"  Two\n lines ", "Two lines"},
		{"Caf\u200Be\u0301\u202E", "Café"},
	} {
		doc, err := Feed([]byte(strings.Replace(item2("", ""), "<title>t<", "<title>"+tt.written+"<", 1)), "", "")
		if err != nil || doc.Entries[0].Title != tt.want {
			t.Errorf("title %q = %q, %v; want %q", tt.written, doc.Entries[0].Title, err, tt.want)
		}
	}
}

// TestFeedFullText: only a whole text is text.
func TestFeedFullText(t *testing.T) {
	sentence := "The keeper of the light had gone before the storm came in. "
	long := strings.Repeat(sentence, 6)
	chinese := strings.Repeat("守塔人在暴风雨来临之前就已经离开了灯塔。", 10)
	for _, tt := range []struct {
		name, element string
		want          int
	}{
		{"full", "<content:encoded>&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;" + long + "&lt;/p&gt;</content:encoded>", 2},
		{"a description", "<description>&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;" + long + "&lt;/p&gt;</description>", 0},
		{"short", "<content:encoded>&lt;p&gt;" + sentence + "&lt;/p&gt;&lt;p&gt;" + sentence + "&lt;/p&gt;</content:encoded>", 0},
		{"short paragraphs", "<content:encoded>" + strings.Repeat("&lt;p&gt;"+sentence+"&lt;/p&gt;", 3) + "</content:encoded>", 3},
		{"short, beside a summary", "<description>The keeper has gone.</description><content:encoded>" + strings.Repeat("&lt;p&gt;"+sentence+sentence+"&lt;/p&gt;", 2) + "</content:encoded>", 2},
		{"short, and the summary again", "<description>" + sentence + sentence + sentence + "</description><content:encoded>" + strings.Repeat("&lt;p&gt;"+sentence+sentence+"&lt;/p&gt;", 2) + "</content:encoded>", 0},
		{"short, leads on", "<content:encoded>" + strings.Repeat("&lt;p&gt;"+sentence+sentence+"&lt;/p&gt;", 2) + "&lt;p&gt;Continue reading &lt;a href='/a'&gt;The mill&lt;/a&gt;&lt;/p&gt;</content:encoded>", 0},
		{"one paragraph", "<content:encoded>&lt;p&gt;" + long + long + "&lt;/p&gt;</content:encoded>", 0},
		{"cut", "<content:encoded>&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;" + long + "The rest of it […]&lt;/p&gt;</content:encoded>", 0},
		{"leads on", "<content:encoded>&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;Read more&lt;/p&gt;</content:encoded>", 0},
		{"leads on in Russian", "<content:encoded>&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;Читать далее →&lt;/p&gt;</content:encoded>", 0},
		{"a quote trails off", "<content:encoded>&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;" + long + "“And then …”&lt;/p&gt;</content:encoded>", 2},
		{"signed by WordPress", "<content:encoded>&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;" + long + "&lt;/p&gt;&lt;p&gt;The post Mill appeared first on Courier.&lt;/p&gt;</content:encoded>", 2},
		{"Chinese", "<content:encoded>&lt;p&gt;" + chinese + "&lt;/p&gt;&lt;p&gt;" + chinese + "&lt;/p&gt;</content:encoded>", 2},
		{"Chinese, leads on", "<content:encoded>&lt;p&gt;" + chinese + "&lt;/p&gt;&lt;p&gt;" + chinese + "&lt;/p&gt;&lt;p&gt;阅读全文&lt;/p&gt;</content:encoded>", 0},
		{"too much", "<content:encoded>&lt;p&gt;" + strings.Repeat(long, 3000) + "&lt;/p&gt;&lt;p&gt;" + long + "&lt;/p&gt;</content:encoded>", 0},
		{"Yandex", `<yandex:full-text xmlns:yandex="http://news.yandex.ru">` + long + "\n\n" + long + "</yandex:full-text>", 2},
	} {
		doc, err := Feed([]byte(item2("", tt.element)), "", "")
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if got := len(doc.Entries[0].Paragraphs); got != tt.want {
			t.Errorf("%s: %d paragraphs, want %d", tt.name, got, tt.want)
		}
	}
}

func TestFeedKeys(t *testing.T) {
	feed := `<rss version="2.0"><channel>
		<item><guid>tag:one</guid><title>a</title></item>
		<item><guid> tag:one </guid><title>again</title></item>
		<item><link>https://news.example/b</link><title>b</title></item>
		<item><title>c</title><pubDate>26 Nov 2026</pubDate></item>
		<item><title>c</title><pubDate>27 Nov 2026</pubDate></item>
		<item><title>c</title><pubDate>27 Nov 2026</pubDate></item>
		<item><guid>` + strings.Repeat("x", 600) + `</guid><title>d</title></item></channel></rss>`
	doc, err := Feed([]byte(feed), "", "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range doc.Entries {
		key, _, _ := strings.Cut(e.Key, "256:")
		got = append(got, e.Title+" "+key)
	}
	if diff := cmp.Diff([]string{"a tag:one", "b https://news.example/b", "c sha", "c sha", "d sha"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFeedRefused(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString(`<!DOCTYPE rss [<!ENTITY a0 "ha">`)
	for i := range 30 {
		fmt.Fprintf(&laughs, `<!ENTITY a%d "&a%d;&a%d;">`, i+1, i, i)
	}
	laughs.WriteString("]>" + item2("", "<description>&a30;</description>"))
	for _, tt := range []struct{ name, raw string }{
		{"billion laughs", laughs.String()},
		{"one long entity", `<!DOCTYPE rss [<!ENTITY a "` + strings.Repeat("a", 100_000) + `">]>` + item2("", "<description>"+strings.Repeat("&a;", 100_000)+"</description>")},
		{"a file", `<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + item2("", "<description>&a;</description>")},
		{"a parameter entity", `<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]>` + item2("", "")},
		{"deep", "<rss><channel>" + strings.Repeat("<a>", 100_000)},
		{"many elements", "<rss><channel>" + strings.Repeat("<a/>", 1_000_000)},
		{"many namespaces", "<rss " + strings.Repeat(`xmlns:a="b" `, 1000) + "><channel/></rss>"},
		{"text in pieces", `<rss xmlns:x="y"><channel><x:a>` + strings.Repeat("a<!---->", 1_200_000) + "</x:a></channel></rss>"},
		{"too large", "<rss>" + strings.Repeat(" ", maxFeedBytes) + "</rss>"},
		{"HTML", "<!doctype html><html><body>no</body></html>"},
		{"JSON of another kind", `{"version": "1"}`},
		{"broken JSON", `{"version": "https://jsonfeed.org/version/1", "items": [{]}`},
		{"JSON too deep", `{"version": "https://jsonfeed.org/version/1", "items": ` + strings.Repeat("[", 100_000)},
		{"cut off", item2("", "")[:200]},
		{"nothing", ""},
		{"no text", "\x00\x01"},
	} {
		start := time.Now()
		doc, err := Feed([]byte(tt.raw), "", "")
		if !errors.Is(err, ErrFeed) {
			t.Errorf("%s: %v, error %v; want ErrFeed", tt.name, doc, err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", tt.name, took)
		}
	}
}

// TestFeedReadsNothingOutside: a DTD elsewhere is the form of RSS 0.91, and is
// passed over.
func TestFeedReadsNothingOutside(t *testing.T) {
	feed := `<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://127.0.0.1:1/rss-0.91.dtd">` +
		item2("<title>Old</title>", "<description>&secret; &eacute;</description>")
	doc, err := Feed([]byte(feed), "", "")
	if err != nil || doc.Title != "Old" || len(doc.Entries) != 1 {
		t.Errorf("Feed() = %v, %v", doc, err)
	}
}

func TestFeedHasAtMost500Entries(t *testing.T) {
	var items []map[string]any
	for i := range 700 {
		items = append(items, map[string]any{"id": i, "title": fmt.Sprint("story ", i)})
	}
	raw, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "items": items})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Feed(raw, "", "")
	if err != nil || len(doc.Entries) != 500 || doc.Entries[0].Title != "story 0" {
		t.Errorf("%d entries, %v", len(doc.Entries), err)
	}
}
