package extract

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// lines are sentences of a story in which pages that refuse are the matter.
const lines = `The clerk had kept a list of every door that was ever closed to him, and he read from it to whoever stayed for the soup.
On the first page stood the words just a moment, and he had waited eleven years for that moment, he said, on a bench that was not his.
Access denied, said the second page, and under it he had drawn the man who said it, with a moustache which the man did not have.
Subscribe to continue reading, said a newspaper once, in the middle of a sentence about his own brother, and he never learned how it ended.
He was asked whether he was a robot. He was told that the page could not be found, although he stood in front of it.
Somebody wanted cookies from him, and somebody else his password, and a third wished him to enable JavaScript, which he took for a medicine.
When the soup was gone he closed the book and thanked everyone. The page after the last is empty, he told them, and that is the best one.
In spring the house was sold. The new people found the book under the stairs and could not make anything of it, and they kept it all the same.`

func pageOf(title, body string) []byte {
	return fmt.Appendf(nil, "<!DOCTYPE html><html lang=en><head><title>%s</title></head><body>%s</body></html>", title, body)
}

func paragraphsOf(text string) string {
	return "<p>" + strings.ReplaceAll(text, "\n", "</p>\n<p>") + "</p>"
}

// TestPageRefusals: a page that has no article says why, in any of the ways
// in which pages do; one that tells of such pages is read.
func TestPageRefusals(t *testing.T) {
	short := paragraphsOf(strings.Join(strings.Split(lines, "\n")[:2], "\n"))
	long := paragraphsOf(lines)
	for _, test := range []struct {
		name string
		page []byte
		want error
	}{
		{"challenge in another language", pageOf("Nur einen Moment…", "<h1>www.example</h1><p>Wir prüfen die Verbindung.</p>"), ErrBotWall},
		{"captcha by its script", pageOf("example", "<p>Please wait.</p><script src='https://geo.captcha-delivery.com/c.js'></script>"), ErrBotWall},
		{"press and hold", pageOf("example", "<p>Press &amp; Hold to confirm you are a human (and not a bot).</p>"), ErrBotWall},
		{"blocked", pageOf("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1><p>You are unable to access this page.</p>"), ErrBotWall},
		{"an article about walls", pageOf("Just a moment", "<article><h1>A book of doors</h1>"+long+"</article>"), nil},

		{"soft 404", pageOf("404 - The Daily", "<h1>404</h1><p>Nothing here.</p>"), ErrErrorPage},
		{"gone", pageOf("The Daily", "<h1>This article is no longer available</h1><p>Try the front page.</p>"), ErrErrorPage},
		{"server error", pageOf("503 Service Unavailable", "<p>The server is busy.</p>"), ErrErrorPage},
		{"error in French", pageOf("Le Quotidien", "<h1>Page introuvable</h1><p>Désolé.</p>"), ErrErrorPage},
		{"error in Russian", pageOf("Газета", "<h1>Страница не найдена</h1>"), ErrErrorPage},
		{"error in Chinese", pageOf("日报", "<h1>页面不存在</h1><p>请返回首页。</p>"), ErrErrorPage},
		{"an article with a number for a title", pageOf("404 days on the ice", "<article><h1>404 days on the ice</h1>"+long+"</article>"), nil},

		{"cut off", pageOf("A book of doors", "<article>"+short+"<p>On the first page stood the words…</p></article><div class=gate><p>Subscribe to read the full story</p></div>"), ErrPaywall},
		{"cut off in German", pageOf("Ein Buch", "<article>"+short+"</article><p>Jetzt weiterlesen mit einem Abo</p>"), ErrPaywall},
		{"cut off in Japanese", pageOf("本", "<article>"+short+"</article><p>この記事は有料会員限定です。残り1,204文字</p>"), ErrPaywall},
		{"closed, says the data", pageOf("A book of doors", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"A book of doors","isAccessibleForFree":false}</script><article>`+short+"</article>"), ErrPaywall},
		{"an offer beside the whole text", pageOf("A book of doors", "<p>You have 3 free articles left.</p><article>"+long+"</article>"), nil},

		{"shell", pageOf("App", "<noscript>Please enable JavaScript to view this site.</noscript><div id=root></div><script src=a.js></script>"), ErrNeedsScript},
		{"shell with a loading line", pageOf("App", "<div id=app>Loading…</div><script src=a.js></script>"), ErrNeedsScript},
		{"shell in French", pageOf("App", "<p>Veuillez activer JavaScript pour lire cette page.</p><script src=a.js></script>"), ErrNeedsScript},
		{"scripts beside the text", pageOf("A book of doors", "<noscript>Enable JavaScript to comment.</noscript><div id=root><article>"+long+"</article></div><script src=a.js></script>"), nil},

		{"nothing", nil, ErrNoArticle},
		{"a picture", pageOf("Picture", "<img src=a.jpg><p>Spring at last.</p>"), ErrNoArticle},
		{"links only", pageOf("Links", strings.Repeat("<p><a href=/a>A story with a long enough name to be a line of its own</a></p>", 30)), ErrNoArticle},
		{"teasers, called so", pageOf("News", "<h1>News</h1>"+strings.Repeat("<div class=teaser><h2><a href=/a>A story of the town</a></h2><p>What the town has to tell of it is told on a page of its own, and not on this one.</p></div>", 12)), ErrNoArticle},
		{"what a search found", pageOf("pier - Search", "<h1>Results</h1>"+strings.Repeat("<div><a href=/r1><h3>A pier of the town</h3></a><p>… the pier was built anew in that year and is open to all of the town again, says …</p></div>", 10)), ErrNoArticle},
		{"a short item that says what it is", pageOf("Bench sold", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"Bench sold"}</script><article><p>The bench on the quay was sold on Monday for nine crowns, to a man who would not say what he wants with it. It stays where it is until June.</p></article>`), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			article, err := Page(test.page, "text/html; charset=utf-8", "https://www.example.org/story/12")
			if !errors.Is(err, test.want) {
				t.Errorf("error is %v, want %v", err, test.want)
			}
			if err == nil && len(article.Paragraphs) == 0 {
				t.Error("there are no paragraphs")
			}
		})
	}
}

// TestPagePaywallFree: what is free to read is told beside the refusal.
func TestPagePaywallFree(t *testing.T) {
	article, err := Page(pageOf("A book", "<article>"+paragraphsOf(lines[:250])+"…</article><p>Subscribe to continue reading.</p>"), "", "https://www.example.org/b")
	if !errors.Is(err, ErrPaywall) || len(article.Paragraphs) == 0 {
		t.Errorf("error %v with %d paragraphs, want ErrPaywall with what is free", err, len(article.Paragraphs))
	}
}
