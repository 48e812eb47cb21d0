package extract

import (
	"errors"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"storybot/retrieval/analysis"
)

// Page is the article on a web page: its text without what surrounds it. The
// content type is the one that was sent, the address the one where the page
// was found. The error tells why there is none: ErrNeedsScript, ErrPaywall,
// ErrBotWall, ErrErrorPage, ErrNoArticle, ErrNotText, ErrTooComplex. What the
// page tells about itself, such as its feeds, is there all the same, and beside
// ErrPaywall the paragraphs that are free.
func Page(raw []byte, contentType, address string) (Article, error) {
	text, err := Decode(raw, contentType)
	if err != nil {
		return Article{}, err
	}
	root, err := parse(text)
	if err != nil {
		return Article{}, err
	}
	where, err := url.Parse(address)
	if err != nil {
		where = &url.URL{}
	}
	p := newPage(root, where)
	article := p.metadata()
	body, list := p.body(article.Title)
	if len(body) > maxBlocks {
		return Article{}, ErrTooComplex
	}
	article.Paragraphs = paragraphs(body)
	err = p.refusal(article.Title, body)
	if list && p.told.kind == "" {
		err = ErrNoArticle
	}
	if errors.Is(err, ErrNeedsScript) && letters(p.told.body) >= fewLetters && !p.told.locked {
		// The page's data has the text that its scripts would show.
		if told := fragmentOrText(p.told.body); len(told) > 0 {
			article.Paragraphs, err = told, nil
		}
	}
	if garbled(article.Paragraphs) {
		err = ErrNotText
	}
	if err != nil && !errors.Is(err, ErrPaywall) {
		article.Paragraphs = nil
	}
	return article, err
}

// fragmentOrText is the paragraphs of a text of JSON-LD, which some pages have
// as HTML, and most as lines.
func fragmentOrText(text string) []analysis.Paragraph {
	if markup.MatchString(text) {
		return fragment(text, "")
	}
	text = html.UnescapeString(text)
	if markup.MatchString(text) {
		return fragment(text, "")
	}
	var all []analysis.Paragraph
	for line := range strings.SplitSeq(text, "\n") {
		if line = oneLine(line); line != "" {
			all = append(all, analysis.Paragraph{Text: line})
		}
	}
	return all
}

var markup = regexp.MustCompile(`(?i)<(p|div|br|h\d|ul|li|blockquote)\b[^>]*>`)

// A page is being read.
type page struct {
	root  *html.Node
	where *url.URL
	told  told // what its JSON-LD tells
	head  head
}

func newPage(root *html.Node, where *url.URL) *page {
	withoutComments(root)
	return &page{root: root, where: where, told: readTold(root), head: readHead(root, where)}
}
