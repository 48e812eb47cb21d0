package extract

import (
	"regexp"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"
)

// rss takes over a feed in RSS of any version.
func (r *feedReader) rss(feed *rss.Feed) {
	r.doc.Title = shorten(plainTitle(feed.Title), maxTitle)
	r.doc.Link = r.absolute(feed.Link)
	r.doc.Language = languageTag(first(feed.Language, extension1(feed.Extensions, "dc", "language")))
	r.doc.TTL = bounded(minutes(feed.TTL))
	if r.doc.TTL == 0 {
		r.doc.TTL = bounded(updates(extension1(feed.Extensions, "sy", "updatePeriod"),
			extension1(feed.Extensions, "sy", "updateFrequency")))
	}
	for _, it := range feed.Items {
		next := item{
			title:     plainTitle(first(it.Title, extension1(it.Extensions, "dc", "title"), extension1(it.Extensions, "media", "title"))),
			link:      rssLink(it),
			author:    rssAuthor(it),
			published: firstDate(it.PubDate, extension1(it.Extensions, "dc", "date"), extension1(it.Extensions, "dcterms", "created"), extension1(it.Extensions, "dcterms", "issued"), extension1(it.Extensions, "atom", "published")),
			modified:  firstDate(extension1(it.Extensions, "dcterms", "modified"), extension1(it.Extensions, "atom", "updated")),
			content:   it.Content,
			html:      true,
			summary:   it.Description,
		}
		if it.GUID != nil {
			next.id = it.GUID.Value
		}
		// Russian news sites carry the whole text in an element of Yandex News,
		// mostly as plain text.
		if full := extension1(it.Extensions, "yandex", "full-text"); next.content == "" && full != "" {
			next.content, next.html = full, htmlTag.MatchString(full)
		}
		r.add(next)
	}
}

// rssLink is where the entry's page is. A guid is an address unless it says
// that it is none; services that count clicks keep the true one beside.
func rssLink(it *rss.Item) string {
	guid := ""
	if it.GUID != nil && !strings.EqualFold(it.GUID.IsPermalink, "false") && webAddress.MatchString(strings.TrimSpace(it.GUID.Value)) {
		guid = it.GUID.Value
	}
	return first(extension1(it.Extensions, "feedburner", "origLink"), it.Link, guid, alternate(it.Extensions))
}

var webAddress = regexp.MustCompile(`^(?i:https?)://`)

// alternate is the address in an Atom link element within RSS.
func alternate(e ext.Extensions) string {
	for _, link := range e["atom"]["link"] {
		if rel := link.Attrs["rel"]; rel == "" || rel == "alternate" {
			return link.Attrs["href"]
		}
	}
	return ""
}

// rssAuthor is the author's name: RSS asks for an address with the name in
// brackets, feeds that know better use Dublin Core.
func rssAuthor(it *rss.Item) string {
	var names []string
	for _, e := range it.Extensions["dc"]["creator"] {
		names = append(names, plainTitle(e.Value))
	}
	if name := join(names); name != "" {
		return name
	}
	author := plainTitle(it.Author)
	if m := addressAndName.FindStringSubmatch(author); m != nil {
		return first(m[1], m[2])
	}
	if strings.Contains(author, "@") {
		return ""
	}
	return first(author, extension1(it.Extensions, "itunes", "author"))
}

var addressAndName = regexp.MustCompile(`^(?:\S+@\S+\s*\(([^)]*)\)|([^<(]+?)\s*[<(]\S+@\S+[>)])$`)

// extension1 is the text of the first element of that name in a namespace,
// named by its usual prefix.
func extension1(e ext.Extensions, prefix, name string) string {
	for _, x := range e[prefix][name] {
		if x.Value != "" {
			return x.Value
		}
	}
	return ""
}

// minutes is a ttl element's value.
func minutes(text string) time.Duration {
	n := number(text)
	return time.Duration(n) * time.Minute
}

// updates is the time between two updates: the period's, divided by how many
// there are in it (RSS 1.0 syndication module).
func updates(period, frequency string) time.Duration {
	n := max(number(frequency), 1)
	day := 24 * time.Hour
	switch strings.ToLower(strings.TrimSpace(period)) {
	case "hourly":
		return time.Hour / time.Duration(n)
	case "daily":
		return day / time.Duration(n)
	case "weekly":
		return 7 * day / time.Duration(n)
	case "monthly":
		return 30 * day / time.Duration(n)
	case "yearly":
		return 365 * day / time.Duration(n)
	}
	return 0
}

// number is a small whole number, 0 when text is none; more than a million
// are a million.
func number(text string) int {
	n := 0
	for _, r := range strings.TrimSpace(text) {
		if r < '0' || r > '9' {
			return 0
		}
		n = min(n*10+int(r-'0'), 1_000_000)
	}
	return n
}

// bounded keeps what a feed asks for within reason: a wrong unit must not
// make it stale for a year, nor have it fetched every minute.
func bounded(ttl time.Duration) time.Duration {
	if ttl <= 0 {
		return 0
	}
	return min(max(ttl, 5*time.Minute), 7*24*time.Hour)
}

// atom takes over a feed in Atom.
func (r *feedReader) atom(feed *atom.Feed) {
	r.doc.Title = shorten(plainTitle(feed.Title), maxTitle)
	r.doc.Link = r.absolute(atomLink(feed.Links))
	r.doc.Language = languageTag(feed.Language)
	r.doc.TTL = bounded(updates(extension1(feed.Extensions, "sy", "updatePeriod"),
		extension1(feed.Extensions, "sy", "updateFrequency")))
	for _, it := range feed.Entries {
		authors := it.Authors
		if len(authors) == 0 && it.Source != nil {
			authors = it.Source.Authors
		}
		if len(authors) == 0 {
			authors = feed.Authors
		}
		var names []string
		for _, a := range authors {
			names = append(names, a.Name)
		}
		next := item{
			id:        it.ID,
			link:      atomLink(it.Links),
			title:     plainTitle(it.Title),
			author:    first(join(names), extension1(it.Extensions, "dc", "creator")),
			published: firstDate(it.Published, extension1(it.Extensions, "dc", "date"), it.Updated),
			modified:  date(it.Updated),
			summary:   it.Summary,
		}
		if c := it.Content; c != nil && c.Src == "" {
			next.content, next.html = atomContent(c)
		}
		r.add(next)
	}
}

// atomLink is the address of the page that a feed or entry stands for.
func atomLink(links []*atom.Link) string {
	other := ""
	for _, link := range links {
		if link.Rel != "alternate" && link.Rel != "http://www.iana.org/assignments/relation/alternate" {
			continue
		}
		if link.Type == "" || strings.Contains(link.Type, "html") {
			return link.Href
		}
		if other == "" {
			other = link.Href
		}
	}
	return other
}

// atomContent is the text of an entry and whether it is HTML. Feeds that
// forget to say so are recognised by their paragraphs.
func atomContent(c *atom.Content) (text string, html bool) {
	switch strings.ToLower(strings.TrimSpace(c.Type)) {
	case htmlType, "application/xhtml+xml":
		return c.Value, true
	case xhtmlType:
		return prefixedTag.ReplaceAllString(c.Value, "<$1"), true
	case "", "text", "text/plain":
		return c.Value, htmlTag.MatchString(c.Value)
	}
	return "", false
}

var (
	prefixedTag = regexp.MustCompile(`<(/?)[A-Za-z_][\w.-]*:`)
	htmlTag     = regexp.MustCompile(`(?i)</?(?:p|br|div|h[1-6]|ul|ol|li|blockquote)(?:\s[^<>]*)?/?>`)
)
