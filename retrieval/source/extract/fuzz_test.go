package extract

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"storybot/retrieval/analysis"
)

// FuzzPage: whatever a page is, there are paragraphs or an error; paragraphs
// are clean, no longer than the page, and of words that stand on it.
func FuzzPage(f *testing.F) {
	pages, err := filepath.Glob("testdata/pages/*.html")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range pages {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, "text/html; charset=utf-8", addressIn(raw))
	}
	f.Add([]byte("\xff\xfe<\x00p\x00>\x00"), "text/html", "http://[::1]/")
	f.Add([]byte("<p>caf\xe9</p>"), "text/html; charset=iso-8859-1", "")
	f.Add([]byte("<table><tr><td>a<td>b<tr><dl><dt>c<dd>d<pre>e\n\nf"), "", "https://x.example/%zz")
	f.Fuzz(func(t *testing.T, raw []byte, contentType, address string) {
		article, err := Page(raw, contentType, address)
		if (len(article.Paragraphs) > 0) != (err == nil || errors.Is(err, ErrPaywall)) && !errors.Is(err, ErrPaywall) {
			t.Fatalf("%d paragraphs with error %v", len(article.Paragraphs), err)
		}
		if len(article.Paragraphs) == 0 {
			return
		}
		text, err := Decode(raw, contentType)
		if err != nil {
			t.Fatal(err)
		}
		checkOnPage(t, text, article.Paragraphs)
	})
}

// FuzzFragment holds the same of a fragment.
func FuzzFragment(f *testing.F) {
	f.Add("<p>One.</p><p>Two <a href='https://x.example/'>there</a></p>", "https://x.example/")
	f.Add("one<br><br>two<ul><li>a<li>b</ul><h2>c</h2>d", "")
	f.Add("<table><tr><th>a<th>b<tr><td>1<td>2</table><dl><dt>x<dd>y</dl>", "")
	f.Fuzz(func(t *testing.T, text, address string) {
		checkOnPage(t, text, fragment(text, address))
	})
}

// checkOnPage fails unless paragraphs are clean, and of the page's words.
func checkOnPage(t *testing.T, page string, got []analysis.Paragraph) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	words := bareLetters(textInside(root) + readTold(root).body)
	checkParagraphs(t, got)
	total := 0
	for _, p := range got {
		total += len(p.Text)
		for word := range strings.FieldsFuncSeq(p.Text, unicode.IsSpace) {
			if word := bareLetters(word); !strings.Contains(words, word) {
				t.Fatalf("%q is not on the page", word)
			}
		}
	}
	if total > 4*len(page) {
		t.Fatalf("%d bytes out of %d", total, len(page))
	}
}

// bareLetters is the letters of a text without what composing does to them.
func bareLetters(text string) string {
	return lettersOf(norm.NFD.String(html.UnescapeString(text)))
}
