package extract

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"

	"storybot/retrieval/analysis"
)

const story = "<article><p>The mill at the weir was sold for the third time in a year, and for the third time to somebody who had not seen it. The new owner lives abroad and has sent a photograph of himself, which hangs in the hall.</p><p>Nobody in the village could say on Monday what he means to grind.</p></article>"

// TestMetadata: what a page tells about itself in each of the ways.
func TestMetadata(t *testing.T) {
	for _, test := range []struct {
		name, head, body, address string
		want                      Article
	}{
		{name: "nothing but a title", head: "<title>The mill is sold</title>", want: Article{Title: "The mill is sold"}},
		{name: "the site's name behind", head: "<title>The mill is sold - News | Weir Gazette</title><meta property=og:site_name content='Weir Gazette'>",
			want: Article{Title: "The mill is sold - News"}},
		{name: "the host's name behind", head: "<title>The mill is sold – Example</title>", want: Article{Title: "The mill is sold"}},
		{name: "a headline with a dash of its own", head: "<title>Mill - what now?</title>", body: "<h1>Mill - what now?</h1>", want: Article{Title: "Mill - what now?"}},
		{name: "the heading that is seen", head: "<title>THE MILL IS SOLD: Weir Gazette</title>", body: "<h1>Weir Gazette</h1><h1>The mill is sold</h1>", want: Article{Title: "The mill is sold"}},
		{name: "meta", head: `<meta name="author" content="By Ida Falk"><meta property="og:title" content="The mill"><meta name="date" content="2021-02-03"><meta property="og:locale" content="de_AT">`,
			want: Article{Title: "The mill", Author: "Ida Falk", Language: "de-AT", Published: time.Date(2021, 2, 3, 0, 0, 0, 0, time.UTC)}},
		{name: "microdata", head: "<title>The mill</title>", body: `<span itemprop="author"><span itemprop="name">Ida Falk</span></span><meta itemprop="datePublished" content="Wed, 03 Feb 2021 10:00:00 EST">`,
			want: Article{Title: "The mill", Author: "Ida Falk", Published: time.Date(2021, 2, 3, 15, 0, 0, 0, time.UTC)}},
		{name: "time", head: "<title>The mill</title>", body: `<time datetime="2021-02-03T10:00:00+0900">today</time>`,
			want: Article{Title: "The mill", Published: time.Date(2021, 2, 3, 1, 0, 0, 0, time.UTC)}},
		{name: "the day on the masthead", head: "<title>The mill</title>", body: `<header><time datetime="2026-11-27">Friday</time></header><aside><time datetime="2026-11-26">Latest</time></aside>`,
			want: Article{Title: "The mill"}},
		{name: "teasers before the article", head: "<title>The mill is sold</title>",
			body: `<article><h2>The ferry</h2><time datetime="2026-11-27"></time></article><article><header><h1>The mill is sold</h1><time datetime="2021-02-03"></time></header></article>`,
			want: Article{Title: "The mill is sold", Published: time.Date(2021, 2, 3, 0, 0, 0, 0, time.UTC)}},
		{name: "below the article", head: "<title>The mill</title>", body: `<article><h1>The mill</h1><footer>Posted on <time datetime="2021-02-03"></time></footer></article>`,
			want: Article{Title: "The mill", Published: time.Date(2021, 2, 3, 0, 0, 0, 0, time.UTC)}},
		{name: "a heading with its day", head: "<title>The mill</title>", body: `<header><h1>The mill</h1><time datetime="2021-02-03"></time></header>`,
			want: Article{Title: "The mill", Published: time.Date(2021, 2, 3, 0, 0, 0, 0, time.UTC)}},
		{name: "an address that counts visits", head: "<title>The mill</title><link rel=canonical href='/mill?id=3&utm_source=mail'>", want: Article{Title: "The mill", URL: "https://news.example.org/mill?id=3"}},
		{name: "changed before it was published", head: `<title>The mill</title><meta property="article:published_time" content="2021-02-03T10:00:00Z"><meta property="article:modified_time" content="2019-01-01">`,
			want: Article{Title: "The mill", Published: time.Date(2021, 2, 3, 10, 0, 0, 0, time.UTC)}},
		{name: "broken JSON-LD, then a good one", head: "<script type='application/ld+json'>{\"@type\":</script><script type='application/ld+json'>[{\"@type\":\"BlogPosting\",\"headline\":\"The\nmill &amp; the weir\",\"author\":\"Ida Falk\",\"inLanguage\":{\"@type\":\"Language\",\"name\":\"en\"}}]</script>",
			want: Article{Title: "The mill & the weir", Author: "Ida Falk", Language: "en"}},
		{name: "an address of another site", head: "<title>The mill</title><link rel=canonical href='https://other.example.net/mill'>", want: Article{Title: "The mill"}},
		{name: "the front page for an address", head: "<title>The mill</title><link rel=canonical href='https://example.org/'>", want: Article{Title: "The mill"}},
		{name: "another host of the site", head: "<title>The mill</title><link rel=canonical href='//www.example.org/mill'>", want: Article{Title: "The mill", URL: "https://www.example.org/mill"}},
		{name: "an address that is none", head: "<title>The mill</title><link rel=canonical href='javascript:alert(1)'><link rel=alternate type=application/rss+xml href='file:///etc/passwd'>", want: Article{Title: "The mill"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Page([]byte("<html><head>"+test.head+"</head><body>"+test.body+story+"</body></html>"), "text/html; charset=utf-8", "https://news.example.org/2021/mill")
			if err != nil || len(got.Paragraphs) == 0 {
				t.Fatal(len(got.Paragraphs), err)
			}
			got.Paragraphs = nil
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestPageCharsets: a page in another character set reads the same; what is
// no text is refused.
func TestPageCharsets(t *testing.T) {
	japaneseText := "<article><p>" + "岬の灯台が一日、十年ぶりに一般公開された。朝から家族連れら約三百人が訪れ、らせん階段を上って海を眺めた。町の会が寄付を募り、昨年の秋に工事を終えた。" + "</p></article>"
	german := "<article><p>" + "Die Mühle am Wehr wurde zum dritten Mal in einem Jahr verkauft, und zum dritten Mal an jemanden, der sie nie gesehen hat. Größe und Preis wären, heißt es, geheim. Der neue Besitzer lebt im Ausland und schickt Fotos. Niemand im Dorf konnte am Montag sagen, was er darin mahlen möchte." + "</p></article>"
	for _, test := range []struct {
		name, meta, contentType, body string
		in                            encoding.Encoding
	}{
		{"told by the header", "", "text/html; charset=Shift_JIS", japaneseText, japanese.ShiftJIS},
		{"told by the page", "<meta charset=euc-jp>", "text/html", japaneseText, japanese.EUCJP},
		{"the old way", `<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">`, "", german, charmap.Windows1252},
		{"told by nobody", "", "", german, charmap.Windows1252},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw, err := test.in.NewEncoder().String("<html><head>" + test.meta + "</head><body>" + test.body + "</body></html>")
			if err != nil {
				t.Fatal(err)
			}
			got, err := Page([]byte(raw), test.contentType, "https://news.example.org/1")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fragment(test.body, ""), got.Paragraphs); diff != "" {
				t.Error(diff)
			}
		})
	}
	lost := "<html><head>" + strings.Repeat("<meta name=x content='abc def ghi'>", 200) + "</head><body>" + strings.ReplaceAll(german, "n", "\uFFFD") + "</body></html>"
	if got, err := Page([]byte(lost), "text/html; charset=utf-8", "https://news.example.org/1"); !errors.Is(err, ErrNotText) {
		t.Errorf("lost before: %q, %v, want ErrNotText", texts(got.Paragraphs), err)
	}
	if _, err := Page([]byte("<p>a\x00b</p>"), "text/html", "https://news.example.org/1"); !errors.Is(err, ErrNotText) {
		t.Errorf("NUL: %v, want ErrNotText", err)
	}
}

// TestFragment: a fragment is read as it is, all of it.
func TestFragment(t *testing.T) {
	for _, test := range []struct {
		name, html, address string
		want                []analysis.Paragraph
	}{
		{"lines", "One.<br>Still one.<br><br>Two.", "", []analysis.Paragraph{{Text: "One. Still one."}, {Text: "Two."}}},
		{"headings", "<h2>Before</h2><p>One.</p><h3>After</h3><p>Two.</p>", "", []analysis.Paragraph{{Heading: "Before", Text: "One."}, {Heading: "After", Text: "Two."}}},
		{"hidden", "<p>One.</p><script>x()</script><p style='display: none'>Two.</p><figure><img><figcaption>Three.</figcaption></figure>", "", []analysis.Paragraph{{Text: "One."}}},
		{"the publisher's line", "<p>One.</p><p>The post <a href='https://x.example/one/'>One</a> appeared first on <a href='https://x.example'>X</a>.</p>", "https://x.example/one", []analysis.Paragraph{{Text: "One."}}},
		{"characters that are not seen", "<p>a\u200bb\u00adc \u202eevil\u202c n\u0303 \u0915\u094d\u200d\u0937\u00a0x</p>", "", []analysis.Paragraph{{Text: "abc evil ñ \u0915\u094d\u200d\u0937 x"}}},
		{"a list", "<ul><li>flour<li>eggs<li>milk</ul>", "", []analysis.Paragraph{{Text: "flour; eggs; milk"}}},
		{"a list of sentences", "<ul><li>Wash them.<li>Cut them!<li>Boil; then wait,<li>eat</ul>", "", []analysis.Paragraph{{Text: "Wash them. Cut them! Boil; then wait, eat"}}},
		{"lines as they are set", "<pre>One\n\nTwo\n\nThree</pre>", "", []analysis.Paragraph{{Text: "One"}, {Text: "Two"}, {Text: "Three"}}},
		{"no text", "<p>***</p><hr>", "", nil},
		{"long lines that one <br> parts", "A line that is a paragraph of its own, since it goes on for longer than a verse ever would, and ends.<br>Another line that is a paragraph of its own, and goes on for longer than a verse ever would.", "",
			[]analysis.Paragraph{{Text: "A line that is a paragraph of its own, since it goes on for longer than a verse ever would, and ends."}, {Text: "Another line that is a paragraph of its own, and goes on for longer than a verse ever would."}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, fragment(test.html, test.address)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
