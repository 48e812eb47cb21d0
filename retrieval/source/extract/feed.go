package extract

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"storybot/retrieval/analysis"
)

// A FeedDoc is what a feed says of itself, and its entries.
type FeedDoc struct {
	Title    string
	Language string        // BCP 47, "" unknown
	Link     string        // the site's address, absolute, or ""
	TTL      time.Duration // how long the feed asks to be left alone, 5 minutes to 7 days; 0 when it does not ask
	Entries  []Entry       // in the feed's order, which is newest first by custom; at most 500
}

// An Entry is one story of a feed.
type Entry struct {
	Key                 string // names the entry within the feed for good: its id, else its address, else a hash of title and date
	Title, Author       string
	Link                string    // absolute, http or https, or ""
	Published, Modified time.Time // UTC; zero unknown
	// Paragraphs is the full text when the feed carries it, else nil: what
	// only announces a story must not be cited as if it were the story.
	Paragraphs []analysis.Paragraph
}

// Limits of what a feed may hold. Feeds of real sites stay below a tenth of
// each.
const (
	maxFeedBytes  = 10 << 20
	maxEntries    = 500
	maxEntryBytes = 1 << 20 // of an entry's text; its page is the better source beyond
	maxTitle      = 500     // runes
	maxKey        = 512     // bytes; longer ones are hashed
)

// Feed reads RSS 0.9 to 2.0, Atom and JSON Feed. The address is the feed's
// own, "" when it has none; relative links are resolved against it. Nothing
// that a document's DTD names is ever read. The error wraps ErrFeed.
func Feed(raw []byte, contentType, address string) (doc FeedDoc, err error) {
	defer func() {
		// The parsers below read what strangers write.
		if r := recover(); r != nil {
			doc, err = FeedDoc{}, fmt.Errorf("%w: %v", ErrFeed, r)
		}
	}()
	if len(raw) > maxFeedBytes {
		return FeedDoc{}, fmt.Errorf("%w: more than %d bytes", ErrFeed, maxFeedBytes)
	}
	text, err := Decode(raw, contentType)
	if err != nil {
		return FeedDoc{}, fmt.Errorf("%w: %w", ErrFeed, err)
	}
	base, err := url.Parse(address)
	if err != nil {
		return FeedDoc{}, fmt.Errorf("%w: its address: %w", ErrFeed, err)
	}
	r := &feedReader{base: base, keys: make(map[string]bool)}
	if isJSONFeed([]byte(text)) {
		err = r.json(text)
	} else {
		err = r.xml(text)
	}
	if err != nil {
		return FeedDoc{}, fmt.Errorf("%w: %w", ErrFeed, err)
	}
	return r.doc, nil
}

// A feedReader makes a FeedDoc of what the parsers of the formats read.
type feedReader struct {
	base *url.URL
	doc  FeedDoc
	keys map[string]bool // of the entries so far
}

// An item is an entry as its format has it.
type item struct {
	id, link, author    string
	title               string // one line of text
	published, modified time.Time
	content             string // the whole text, or what may be
	html                bool   // content is HTML
	summary             string // what the feed has of it for overviews, HTML or text
}

func (r *feedReader) xml(text string) error {
	text, err := guard(text)
	if err != nil {
		return err
	}
	root, _ := rootElement([]byte(text))
	if _, local, ok := strings.Cut(root, ":"); ok {
		root = local
	}
	if strings.EqualFold(root, "feed") {
		feed, err := new(atom.Parser).Parse(strings.NewReader(text))
		if err != nil {
			return err
		}
		r.atom(feed)
		return nil
	}
	feed, err := new(rss.Parser).Parse(strings.NewReader(text))
	if err != nil {
		return err
	}
	r.rss(feed)
	return nil
}

func (r *feedReader) json(text string) error {
	feed, err := new(json.Parser).Parse(strings.NewReader(text))
	if err != nil {
		return err
	}
	r.doc.Title = shorten(clean(feed.Title), maxTitle)
	r.doc.Language = languageTag(feed.Language)
	r.doc.Link = r.absolute(feed.HomePageURL)
	for _, it := range feed.Items {
		if it == nil {
			continue
		}
		authors := it.Authors
		if it.Author != nil && len(authors) == 0 {
			authors = []*json.Author{it.Author}
		}
		if len(authors) == 0 {
			authors = feed.Authors
		}
		if feed.Author != nil && len(authors) == 0 {
			authors = []*json.Author{feed.Author}
		}
		var names []string
		for _, a := range authors {
			if a != nil {
				names = append(names, a.Name)
			}
		}
		content := it.ContentHTML
		if content == "" {
			content = it.ContentText
		}
		r.add(item{
			id: it.ID, link: first(it.URL, it.ExternalURL),
			author: join(names), title: clean(it.Title),
			published: date(it.DatePublished), modified: date(it.DateModified),
			content: content, html: it.ContentHTML != "", summary: it.Summary,
		})
	}
	return nil
}

// add appends an entry, unless one of that key is there already.
func (r *feedReader) add(it item) {
	if len(r.doc.Entries) == maxEntries {
		return
	}
	e := Entry{
		Title:     shorten(it.title, maxTitle),
		Author:    shorten(clean(it.author), maxTitle),
		Link:      r.absolute(it.link),
		Published: it.published,
		Modified:  it.modified,
	}
	e.Key = first(clean(it.id), e.Link)
	if e.Key == "" {
		e.Key = hashed(it.title + "\n" + it.published.Format(time.RFC3339))
	}
	if len(e.Key) > maxKey {
		e.Key = hashed(e.Key)
	}
	if r.keys[e.Key] {
		return
	}
	r.keys[e.Key] = true
	e.Paragraphs = r.fullText(it, e.Link)
	r.doc.Entries = append(r.doc.Entries, e)
}

// hashed stands for a key that is missing or too long.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:16])
}

// first is the first of texts that is not blank, trimmed.
func first(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// join is a list of names as one line, each once.
func join(names []string) string {
	var kept []string
	seen := make(map[string]bool)
	for _, name := range names {
		if name = clean(name); name != "" && !seen[name] {
			seen[name] = true
			kept = append(kept, name)
		}
	}
	return strings.Join(kept, ", ")
}
