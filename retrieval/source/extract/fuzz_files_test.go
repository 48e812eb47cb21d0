package extract

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// checkParagraphs fails unless all paragraphs are as they leave this package:
// one clean line that says something.
func checkParagraphs(t *testing.T, paragraphs []analysis.Paragraph) {
	t.Helper()
	for _, p := range paragraphs {
		if p.Text != clean(p.Text) || p.Heading != clean(p.Heading) || !wordy(p.Text) || !utf8.ValidString(p.Text) {
			t.Fatalf("not clean: %q under %q", p.Text, p.Heading)
		}
	}
}

func FuzzPDF(f *testing.F) {
	page := set("F2", 20, 72, 740, "Bridge closes") + set("F1", 11, 72, 700, "The council has voted to close the bridge.", "It stays so until win-", "ter.") + set("F3", 11, 72, 500, "Мост", "大桥")
	f.Add(makePDF(page, page, "q 1 0 0 1 5 5 cm /Span << /ActualText (x) >> BDC [(a)-300(b)] TJ EMC T* (c) ' 1 1 (d) \" Q BI ID x EI"))
	f.Add(inObjectStream(page))
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Page/Contents 2 0 R/Resources<</Font<</F<</Subtype/Type3/FontMatrix[.01 0 0 .01 0 0]/Encoding<</Differences[65/eacute/afii10071/f_f/uni0416]>>>>>>>>>>endobj " +
		"2 0 obj<</Filter[/A85/LZW/RL]/DecodeParms[null<</Predictor 12/Columns 3/EarlyChange 0>>]>>stream\n9jqo~>endstream endobj trailer<</Root<</Pages 1 0 R>>>>"))
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Page/Contents 2 0 R/Resources<</Font<</F 3 0 R>>>>>>endobj 2 0 obj<<>>stream\nBT/F 9 Tf 9 9 Td(AB C)Tj ET\nendstream endobj " +
		"3 0 obj<</Subtype/Type0/Encoding/90ms-RKSJ-H/DescendantFonts[<</W[1[500 600]7 9 300]/DW 9>>]>>endobj trailer<</Root<</Pages 1 0 R>>/Info<</Title(x y)/CreationDate(D:2026)>>>>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		article, err := PDF(raw)
		if err != nil {
			if !errors.Is(err, ErrPDF) && !errors.Is(err, ErrScanned) {
				t.Fatalf("the error is none of those promised: %v", err)
			}
			return
		}
		if len(article.Paragraphs) == 0 {
			t.Fatal("neither text nor error")
		}
		checkParagraphs(t, article.Paragraphs)
		if article.Title != clean(article.Title) {
			t.Fatalf("the title is not clean: %q", article.Title)
		}
	})
}

func FuzzFeed(f *testing.F) {
	f.Add(`<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>A &amp; B</title><ttl>60</ttl>`+
		`<item><guid isPermaLink="false">1</guid><link>/a?utm_source=rss#x</link><title>T &lt;b&gt;x&lt;/b&gt;</title><pubDate>Thu, 26 Nov 2026 10:00:00 MSK</pubDate><dc:creator>Ann</dc:creator><content:encoded><![CDATA[<p>One.</p><p>Two…</p>]]></content:encoded></item></channel></rss>`, "https://example.org/feed")
	f.Add(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://example.org/a/b.xml" xml:lang="ru"><title type="html">x</title><entry><id>tag:1</id><link href="c"/><updated>2026-11-26T10:00:00+03:00</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a</p><p>b</p></div></content></entry></feed>`, "")
	f.Add(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>c</title></channel><item><title>i</title></item></rdf:RDF>`, "http://a")
	f.Add(`{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":1,"url":"u","content_text":"a\n\nb","date_published":"2026-11-26T10:00:00Z"}]}`, "http://a/")
	f.Add(`<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><title>&a;</title></item></channel></rss>`, "")
	f.Fuzz(func(t *testing.T, raw, address string) {
		doc, err := Feed([]byte(raw), "", address)
		if err != nil {
			if !errors.Is(err, ErrFeed) {
				t.Fatalf("the error is none of those promised: %v", err)
			}
			return
		}
		keys := make(map[string]bool)
		for _, e := range doc.Entries {
			if e.Key == "" || keys[e.Key] {
				t.Fatalf("the key is empty or not the only one: %q", e.Key)
			}
			keys[e.Key] = true
			if e.Link != "" && !strings.HasPrefix(e.Link, "http://") && !strings.HasPrefix(e.Link, "https://") {
				t.Fatalf("the link cannot be fetched: %q", e.Link)
			}
			if e.Title != clean(e.Title) || e.Author != clean(e.Author) {
				t.Fatalf("not clean: %q by %q", e.Title, e.Author)
			}
			checkParagraphs(t, e.Paragraphs)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<meta charset=windows-1251>\xcf\xf0\xe8\xe2\xe5\xf2"), "text/html; charset=koi8-r", "a.html")
	f.Add([]byte("\xff\xfea\x00b\x00"), "", "a.txt")
	f.Add([]byte("\x1b$B$3$s\x1b(B"), "", "a.md")
	f.Add([]byte(`<?xml version="1.0" encoding="utf-16"?><rss>`), "application/xml", "")
	f.Fuzz(func(t *testing.T, raw []byte, contentType, name string) {
		kind := KindOf(raw, contentType, name)
		text, err := Decode(raw, contentType)
		if err != nil {
			if !errors.Is(err, ErrNotText) {
				t.Fatalf("the error is none of those promised: %v", err)
			}
			if kind == KindText || kind == KindMarkdown {
				if _, err := Document(raw, name); err == nil && KindOf(raw, "", name) == kind {
					t.Fatal("a document of what cannot be decoded")
				}
			}
			return
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || strings.HasPrefix(text, "\uFEFF") {
			t.Fatalf("Decode() = %q", text)
		}
	})
}
