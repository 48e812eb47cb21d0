package extract

import (
	"strings"
	"testing"
)

func TestKindOf(t *testing.T) {
	for _, tt := range []struct {
		name, raw, contentType, file string
		want                         Kind
	}{
		{"PDF", "%PDF-1.4\n...", "text/plain", "a.txt", KindPDF},
		{"PDF behind bytes", "\x00\x00\n%PDF-2.0\n", "", "", KindPDF},
		{"a text about PDF", "A file begins with %PDF-1.4, they say.", "", "", KindText},
		{"RSS", "<?xml version='1.0'?>\n<!-- a > b -->\n<?x y?><!DOCTYPE rss [ <!ELEMENT a ANY> ]><rss version='2.0'>", "text/html", "a.html", KindFeed},
		{"RSS in capitals", "<RSS >", "", "", KindFeed},
		{"Atom", "\xEF\xBB\xBF<feed xmlns='http://www.w3.org/2005/Atom'>", "", "", KindFeed},
		{"Atom with a prefix", "<a:feed xmlns:a='http://www.w3.org/2005/Atom'>", "", "", KindFeed},
		{"RDF", "<rdf:RDF >", "application/xml", "", KindFeed},
		{"RSS in UTF-16", "\xFF\xFE<\x00r\x00s\x00s\x00>\x00", "", "", KindFeed},
		{"JSON Feed", ` {"title": "a", "version": "https:\/\/jsonfeed.org\/version\/1.1"}`, "application/json", "", KindFeed},
		{"JSON", `{"version": "1"}`, "application/json", "", KindUnknown},
		{"a page", "<!DOCTYPE html><title>a</title>", "", "", KindHTML},
		{"a page sent as a feed", "<html><body>", "application/rss+xml", "a.rss", KindHTML},
		{"a page sent as text", "<!-- x --><HTML lang=en>", "text/plain", "", KindHTML},
		{"XHTML", "<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x'><html xmlns='http://www.w3.org/1999/xhtml'>", "application/xml", "", KindHTML},
		{"an article", "<article class=a>", "", "", KindHTML},
		{"a piece of a page", "<p>One.</p>", "", "", KindHTML},
		{"a piece of a page by its type", "One <b>two</b>.", "text/html; charset=utf-8", "", KindHTML},
		{"Markdown that begins as a page", "<p align=center>Logo</p>\n\n# Title", "", "README.md", KindMarkdown},
		{"Markdown by its type", "# Title", "text/markdown; charset=utf-8", "", KindMarkdown},
		{"Markdown sent as text", "# Title", "text/plain", "https://news.example/a.md", KindMarkdown},
		{"text", "A line.", "text/plain", "", KindText},
		{"text of octets", "A line.", "application/octet-stream", "", KindText},
		{"text that begins as an image", "BMW opens a plant.", "", "", KindText},
		{"text in UTF-16", "\xFE\xFF\x00A\x00b", "", "", KindText},
		{"text with a NUL", "A line.\x00", "text/plain", "a.txt", KindUnknown},
		{"an image", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "", "", KindUnknown},
		{"an image by its type", "GIF89a,,,", "image/gif", "", KindUnknown},
		{"an office document", "PK\x03\x04\x14\x00\x06\x00", "", "a.docx", KindUnknown},
		{"rich text", `{\rtf1\ansi A line.}`, "", "a.txt", KindUnknown},
		{"sound", "ID3\x04\x00\x00", "audio/mpeg", "", KindUnknown},
		{"a drawing", "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>", "", "", KindUnknown},
		{"a map of a site", "<?xml version='1.0'?><urlset>", "", "", KindUnknown},
		{"a script", "let a = 1", "text/javascript", "", KindUnknown},
		{"nothing", " \n", "", "", KindUnknown},
	} {
		if got := KindOf([]byte(tt.raw), tt.contentType, tt.file); got != tt.want {
			t.Errorf("%s: KindOf() = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestKindOfIsBounded(t *testing.T) {
	for _, part := range []string{"<!--", "<!DOCTYPE [", "<?", "{", "<!---->", " "} {
		KindOf([]byte(strings.Repeat(part, 10<<20/len(part))), "", "") // ends
	}
}
