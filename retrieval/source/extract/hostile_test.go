package extract

import (
	"flag"
	"strings"
	"testing"
	"time"
)

var hostile = flag.Bool("hostile", false, "hostile pages in their full size of up to 10 MiB, which takes a minute")

// TestPageHostile: a page that was made to take long is read or refused in a
// few seconds, without a panic. A tenth of the size shows what is worse than
// proportional, too; the race detector, which has nothing to find in one goroutine
// and makes matching some twenty times as slow, gets less.
func TestPageHostile(t *testing.T) {
	size, part := (1<<20)/slower, 10*slower
	if *hostile {
		size, part = 10<<20, 1
	}
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	times := func(unit string, count int) string {
		if count > 490 {
			count /= part // not the depth
		}
		return strings.Repeat(unit, count)
	}
	prose := "<p>The lighthouse keeper wrote, every evening, what the sea had brought and what it had taken away again.</p>"
	for _, test := range []struct{ name, page string }{
		{"deep divs", times("<div>", 400) + times(prose, 500) + fill("<div>")},
		{"deep at the bound", times("<div>", 480) + times(prose, 1000)},
		{"deep at the bound, often", times(times("<div>", 100)+prose+times("</div>", 100), 900)},
		{"wide and deep", times(times("<div><p>a, b, c</p>", 50)+times("</div>", 50), 1000)},
		{"a million tags", times("<b>x</b>", 1_000_000)},
		{"empty tags", times("<p>", 190_000)},
		{"paragraphs", times("<p>"+times("word, ", 8)+"</p>", 95_000)},
		{"one line", fill("word, and ")},
		{"one word", fill("a")},
		{"no end of a tag", "<div class='" + fill("a-")},
		{"many classes", times("<div class='"+times("share-", 1000)+"'>text</div>", 1500)},
		{"many attributes", "<div " + times("a b c d ", 200_000) + ">" + prose},
		{"giant table", "<table>" + times("<tr><td>a</td><td>b, c</td></tr>", 48_000) + "</table>"},
		{"nested tables", times("<table><tr><td>"+prose, 100) + times("</td></tr></table>", 100)},
		{"nested tables, often", times(times("<table><tr><td>a", 100)+times("</td></tr></table>", 100), 400)},
		{"foster parents", "<table>" + times("<b>x", 95_000)},
		{"line breaks", times("<br>", 195_000)},
		{"line breaks with text", times("a<br> ", 95_000)},
		{"nested lists", times("<ul><li>a", 200) + times(prose, 1000)},
		{"list of lists", times(times("<ul><li>item", 100)+times("</ul>", 100), 900)},
		{"formatting", times("<p><b><i><u><a href=x>", 20_000)},
		{"links", times("<a href=/x>word, </a>", 95_000)},
		{"spans", times("<span>"+times("<span>", 200)+"a"+times("</span>", 201), 900)},
		{"entities", fill("&amp;&lt;&#x4e2d;")},
		{"comments", fill("<!-- c -->")},
		{"script", "<script>" + fill("<p>")},
		{"json", `<script type="application/ld+json">` + times("[", 900_000) + `</script>`},
		{"json scripts", times(`<script type="application/ld+json">{"@type":"NewsArticle","headline":"a"}</script>`, 60_000)},
		{"pre", "<pre>" + fill("a\n")},
		{"headings", times("<h2>Heading</h2>", 95_000)},
		{"one paragraph of marks", "<p>" + times("<i>a</i>, ", 65_000)},
		{"combining", "<p>a" + fill("\u0301")},
		{"select", times("<select><option>a", 60_000)},
		{"svg", times("<svg><foreignObject><p>a", 30_000)},
		{"templates", times("<template><p>a", 200) + prose},
		{"spaces", "<p>a" + fill(" ") + "b"},
		{"comments below comments", times("<h3>Comments</h3>"+prose, 45_000)},
		{"comments in comments", prose + times("<div class=comments>", 400) + times(prose, 1000) + times("</div>", 400) + "<h1>a"},
		{"quotations", times("<figure><blockquote><p>a.<cite>b</cite><footer>c</footer></blockquote><figcaption>d</figcaption></figure>", 15_000)},
		{"quotations in quotations", times("<blockquote>a <cite>b</cite>", 200) + times(prose, 1000)},
		{"one quotation of many", "<blockquote>" + times("<cite></cite>a <footer></footer>", 60_000)},
		{"siblings", "<div>" + times("<div><p>"+times("text, ", 10)+"</p></div>", 60_000)},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			article, err := Page([]byte("<!DOCTYPE html><title>Hostile</title><body>"+test.page), "text/html; charset=utf-8", "https://news.example/story")
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			if err == nil && len(article.Paragraphs) == 0 {
				t.Error("there are no paragraphs")
			}
		})
	}
}
