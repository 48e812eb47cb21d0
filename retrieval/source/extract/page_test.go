package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPageGolden: each page in testdata/pages says what stands beside it. A
// page begins with a comment, which is its address.
func TestPageGolden(t *testing.T) {
	pages, err := filepath.Glob("testdata/pages/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	for _, path := range pages {
		t.Run(filepath.Base(path), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(Page(raw, "text/html; charset=utf-8", addressIn(raw)))
			golden := strings.TrimSuffix(path, ".html") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("run with -update if this is meant (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPageComments: what readers wrote below an article is none of it, also
// where it is most of the page.
func TestPageComments(t *testing.T) {
	const text = "The ferry to Orle stays in port on Monday, the harbour office said, since the wind is too strong.\n" +
		"It is to sail again on Tuesday, if the wind allows it by then. Those who have a ticket may take the bus over the bridge for nothing, which leaves at noon from the old market.\n"
	article := "<h1>The ferry stays in port</h1><p>" + strings.ReplaceAll(text, "\n", "</p><p>")
	const first = `<p>I have been waiting for this ferry since the spring, and every time that there is a little wind they tell us to come back tomorrow.</p>`
	const second = `<p>The old ferry sailed in any weather. My grandfather was its captain for thirty years, and he never stayed in port for a breeze like this one.</p>`
	const third = `<p>Take the bus over the bridge then, it goes every hour and nobody has to wait for anything at all.</p>`
	for _, test := range []struct{ name, comments string }{
		{"articles", `<article class="comment">` + first + `</article><article class="comment">` + second + `</article><article class="comment">` + third + `</article>`},
		{"a section", `<section id="comments"><h2>3 comments</h2><div>` + first + second + third + `</div></section>`},
		{"a list", `<ol class="comment-list"><li>` + first + `<li>` + second + `<li>` + third + `</ol>`},
		{"roles", `<div role="comment">` + first + `</div><div role="comment">` + second + third + `</div>`},
		{"schema.org", `<div itemscope itemtype="https://schema.org/Comment">` + first + `</div><div itemscope itemtype="http://schema.org/Comment">` + second + third + `</div>`},
		{"only a heading", `<h3>Comments (3)</h3><div><h4>Ann Orle</h4>` + first + `</div><div><b>Ida Falk</b>` + second + third + `</div>`},
		{"a heading in German", `<h3>3 Kommentare</h3>` + first + second + third},
		{"a heading in Korean", `<h3>댓글 3</h3>` + first + second + third},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Page([]byte("<html><head><title>The ferry stays in port</title></head><body><main><article>"+article+"</article>"+test.comments+"</main></body></html>"), "text/html; charset=utf-8", "https://news.example.org/2021/ferry")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(text, texts(got.Paragraphs)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	for text, want := range map[string]bool{
		"Comments": true, "12 Comments": true, "COMMENTS (12)": true, "Reader comments": true, "1 comment on “The ferry”": true, "Leave a comment": true, "Комментарии 5": true, "5 комментариев": true, "Commentaires (3)": true, "评论（12）": true,
		"Comment": false, "Kommentar": false, "Comments on the draft law": false, "The minister comments": false, "Комментарии министра": false, "Response": false, "评论": false,
	} {
		if got := commentsHeading.MatchString(strings.ToLower(text)); got != want {
			t.Errorf("%q heads comments: %t", text, got)
		}
	}
	opinion, err := Page([]byte(`<html><head><title>Let them sail</title></head><body><p>The harbour office writes to us, and the editor answers below in what follows here.</p><article class="comment"><h1>Let them sail</h1>`+first+second+third+`</article></body></html>`), "text/html; charset=utf-8", "https://news.example.org/2021/comment")
	if err != nil || len(opinion.Paragraphs) < 3 {
		t.Errorf("an opinion piece: %q, %v", texts(opinion.Paragraphs), err)
	}
}

// TestPageConsent: what a page asks its visitors to agree to is none of its article,
// whatever made the question.
func TestPageConsent(t *testing.T) {
	const question = `<p>We value your privacy. We and our 842 partners store and access information on a device, such as cookies, and process personal data.</p>`
	body := "<article><h1>A book of doors</h1>" + paragraphsOf(lines) + "</article>"
	for _, mark := range []string{
		`id="onetrust-consent-sdk"`, `id="cookie-law-info-bar"`, `id="didomi-host"`, `id="CybotCookiebotDialog"`, `class="cky-consent-container cky-box-bottom-left"`, `id="cmplz-cookiebanner-container"`,
		`class="cc-window cc-banner"`, `id="BorlabsCookieBox"`, `id="moove_gdpr_cookie_info_bar"`, `class="fc-consent-root"`, `id="usercentrics-root"`, `class="eu-cookie-compliance-content"`,
	} {
		got, err := Page(pageOf("A book of doors", "<div "+mark+"><div>"+question+"</div></div>"+body), "text/html; charset=utf-8", "https://news.example.org/2021/doors")
		if err != nil || strings.Contains(texts(got.Paragraphs), "partners") {
			t.Errorf("%s: %.80q, %v", mark, texts(got.Paragraphs), err)
		}
	}
}

// TestPageQuotations: a quotation keeps who said it.
func TestPageQuotations(t *testing.T) {
	const before, after = `<p>The harbour office closed the ferry on Monday, for the third time in a week, and told nobody about it before noon.</p>`, `<p>It is to sail again on Tuesday, if the wind allows it by then, the office said to those who waited on the pier.</p>`
	const said = "We have waited since the spring, and nobody tells us anything."
	for _, test := range []struct{ name, quotation, want string }{
		{"a footer", `<blockquote><p>` + said + `</p><footer>— <cite>Ann Orle</cite>, pilot</footer></blockquote>`, said + " — Ann Orle, pilot"},
		{"a footer with a class", `<blockquote><p>` + said + `</p><footer class="attribution author">Ann Orle</footer></blockquote>`, said + " — Ann Orle"},
		{"cite", `<blockquote>` + said + ` <cite>Ann Orle</cite></blockquote>`, said + " — Ann Orle"},
		{"cite in a paragraph of its own", `<blockquote><p>` + said + `</p><p><cite>- Ann Orle</cite></p></blockquote>`, said + " — Ann Orle"},
		{"a caption", `<figure><blockquote><p>` + said + `</p></blockquote><figcaption>Ann Orle</figcaption></figure>`, said + " — Ann Orle"},
		{"a title in a sentence", `<blockquote><p>` + said + ` I read <cite>Moby Dick</cite>.</p></blockquote>`, said + " I read Moby Dick."},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, body := range []string{`<div class="text">` + before + test.quotation + after + `</div>`, `<div itemprop="articleBody">` + before + test.quotation + after + `</div>`} {
				got, err := Page([]byte("<html><head><title>The ferry</title></head><body><h1>The ferry</h1>"+body+"</body></html>"), "text/html; charset=utf-8", "https://news.example.org/2021/ferry")
				if err != nil {
					t.Fatal(err)
				}
				want := fragment(before, "")[0].Text + "\n" + test.want + "\n" + fragment(after, "")[0].Text + "\n"
				if diff := cmp.Diff(want, texts(got.Paragraphs)); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
		})
	}
}

func addressIn(page []byte) string {
	_, rest, _ := strings.Cut(string(page), "<!-- ")
	address, _, _ := strings.Cut(rest, " -->")
	return address
}

// golden is an article as its golden file has it.
func golden(a Article, err error) string {
	var out strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	when := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format(time.RFC3339)
	}
	if err != nil {
		line("error", err.Error())
	}
	line("title", a.Title)
	line("author", a.Author)
	line("language", a.Language)
	line("published", when(a.Published))
	line("modified", when(a.Modified))
	line("url", a.URL)
	line("feeds", strings.Join(a.Feeds, " "))
	heading := ""
	for _, p := range a.Paragraphs {
		if p.Heading != heading {
			heading = p.Heading
			fmt.Fprintf(&out, "\n# %s\n", heading)
		}
		fmt.Fprintf(&out, "\n%s\n", p.Text)
	}
	return out.String()
}
