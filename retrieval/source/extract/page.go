package extract

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// Page is the article on a web page: its text without what surrounds it. The
// content type is the one that was sent, the address the one where the page
// was found. The error tells why there is none: ErrNeedsScript, ErrPaywall,
// ErrBotWall, ErrErrorPage, ErrNoArticle, ErrNotText, ErrTooComplex. Beside
// ErrNoArticle the article still has its title and feeds.
func Page(raw []byte, contentType, address string) (Article, error) {
	text, err := decodePage(raw, contentType)
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
	p := &page{root: root, where: where}
	p.told, p.head = readTold(root), readHead(root, where)
	article := p.metadata()
	body := p.body(article.Title)
	if err := p.refusal(article.Title, body); err != nil {
		return Article{Title: article.Title, Feeds: article.Feeds}, err
	}
	article.Paragraphs = paragraphs(body)
	return article, nil
}

// A page is being read.
type page struct {
	root  *html.Node
	where *url.URL
	told  told // what its JSON-LD tells
	head  head
}

// decodePage is the text of a page's bytes.
func decodePage(raw []byte, contentType string) (string, error) {
	r, err := charset.NewReader(bytes.NewReader(raw), contentType)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotText, err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotText, err)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return "", ErrNotText
	}
	if !utf8.Valid(text) {
		return strings.ToValidUTF8(string(text), "\ufffd"), nil
	}
	return string(text), nil
}
