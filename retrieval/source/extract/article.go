// Package extract tells what bytes say: the article on a web page, the
// entries of a feed, the text of a document. It reaches nothing: no network,
// no storage; whatever the bytes are, it ends in bounded time.
package extract

import (
	"time"

	"storybot/retrieval/analysis"
)

// An Article is a text and what its page tells about it.
type Article struct {
	Title    string
	Author   string // the names, joined by ", "; "" unknown
	Language string // BCP 47; "" unknown

	// When it was published and last changed, in UTC; zero when unknown.
	Published, Modified time.Time

	// URL is the address that the page calls its own, absolute; "" when it
	// names none that is believable, which is one of the same site.
	URL string

	// Paragraphs is never empty in an article that comes without an error.
	Paragraphs []analysis.Paragraph

	// Feeds are the absolute addresses of the feeds that the page names. They
	// are told beside ErrNoArticle too.
	Feeds []string
}
