package extract

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/language"
)

// A head is what a page tells about itself outside its text.
type head struct {
	meta      map[string]string // by name, property or itemprop in small letters; the first of each
	title     string            // <title>
	language  string            // <html lang>
	canonical string
	feeds     []string
	headings  []string // <h1>, as many as there are
	authors   []string // marked so in the text
	bylines   []string // called so in the text
	times     []string // <time datetime> that may be the article's, those marked as publication first
	base      *url.URL
}

// maxFeeds bounds the feeds of a page: it names one or two.
const maxFeeds = 10

// readHead collects what the page tells.
func readHead(root *html.Node, where *url.URL) head {
	h := head{meta: map[string]string{}, base: where}
	var published, own []string
	var links []*html.Node
	each(root, func(n *html.Node) bool {
		if n.Type != html.ElementNode {
			return true
		}
		switch n.DataAtom {
		case atom.Html:
			h.language = cmp.Or(h.language, attr(n, "lang"), attr(n, "xml:lang"))
		case atom.Title:
			if h.title == "" && (n.Parent == nil || n.Parent.DataAtom != atom.Svg) {
				h.title = oneLine(textInside(n))
			}
		case atom.Base:
			if base, err := where.Parse(attr(n, "href")); err == nil && h.base == where && isWeb(base) {
				h.base = base
			}
		case atom.Meta:
			for _, key := range []string{"name", "property", "itemprop", "http-equiv"} {
				for _, name := range strings.Fields(strings.ToLower(attr(n, key))) {
					if value := strings.TrimSpace(attr(n, "content")); value != "" && h.meta[name] == "" {
						h.meta[name] = value
					}
				}
			}
		case atom.Link:
			links = append(links, n)
		case atom.H1:
			if text := textOf(n); text != "" && len(h.headings) < 20 {
				h.headings = append(h.headings, text)
			}
		case atom.Time:
			if value := attr(n, "datetime"); value != "" && len(h.times) < 20 {
				switch {
				case hasAttr(n, "pubdate") || strings.Contains(attr(n, "itemprop"), "datePublished"):
					published = append(published, value)
				case beside(n):
				case underHeading(n):
					own = append(own, value)
				default:
					h.times = append(h.times, value)
				}
			}
		}
		if n.DataAtom != atom.Meta && n.DataAtom != atom.Link && len(h.authors) < 20 && marksAuthor(n) {
			h.authors = append(h.authors, textOf(n))
			return false
		}
		if len(h.bylines) < 3 && slices.ContainsFunc(labels(n), bylineClass.MatchString) {
			h.bylines = append(h.bylines, textOf(n))
		}
		return true
	})
	h.times = slices.Concat(published, own, h.times)
	for _, n := range links {
		h.link(n)
	}
	return h
}

// beside tells whether an element stands beside the article: the day on a site's masthead
// is another each day.
func beside(n *html.Node) bool {
	edge := false
	for n = n.Parent; n != nil; n = n.Parent {
		switch n.DataAtom {
		case atom.Nav, atom.Aside:
			return true
		case atom.Header, atom.Footer:
			edge = edge || !hasInside(n, atom.H1)
		case atom.Article, atom.Main:
			return false
		}
	}
	return edge
}

// underHeading tells whether an element stands in an article with the page's heading, and not
// in a teaser of another.
func underHeading(n *html.Node) bool {
	article := articleAround(n)
	return article.DataAtom == atom.Article && hasInside(article, atom.H1)
}

var bylineClass = regexp.MustCompile(`(^|-)(byline|author|author-name|byline-name)$`)

func marksAuthor(n *html.Node) bool {
	return slices.Contains(strings.Fields(attr(n, "rel")), "author") || slices.Contains(strings.Fields(attr(n, "itemprop")), "author")
}

// link notes what a <link> leads to.
func (h *head) link(n *html.Node) {
	rel := strings.Fields(strings.ToLower(attr(n, "rel")))
	to := h.absolute(attr(n, "href"))
	switch {
	case to == "":
	case slices.Contains(rel, "canonical") && h.canonical == "":
		h.canonical = to
	case slices.Contains(rel, "alternate") && feedType.MatchString(attr(n, "type")) && len(h.feeds) < maxFeeds && !slices.Contains(h.feeds, to):
		h.feeds = append(h.feeds, to)
	}
}

var feedType = regexp.MustCompile(`(?i)^\s*application/((rss|atom|rdf)\+xml|feed\+json)`)

// absolute is an address of the page as one of the web, without a fragment;
// "" when it is none.
func (h *head) absolute(reference string) string {
	reference = strings.TrimSpace(reference)
	if reference == "" || len(reference) > 2000 {
		return ""
	}
	u, err := h.base.Parse(reference)
	if err != nil || !isWeb(u) {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

func isWeb(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// first is the first of the metadata that is there.
func (h *head) first(names ...string) string {
	for _, name := range names {
		if value := h.meta[name]; value != "" {
			return value
		}
	}
	return ""
}

// metadata is the article without its text.
func (p *page) metadata() Article {
	h := p.head
	article := Article{
		Title:    shorten(p.title(), maxTitle),
		Author:   p.author(),
		Language: languageOf(h.language, p.told.language, h.first("content-language", "dc.language", "language"), strings.ReplaceAll(h.first("og:locale"), "_", "-")),
		URL:      p.ownAddress(),
		Feeds:    h.feeds,
	}
	article.Published = firstDate(slices.Concat([]string{p.told.published, h.first("article:published_time", "og:article:published_time"),
		h.first("datepublished"), h.first("parsely-pub-date", "publish-date", "publish_date", "pubdate", "date.issued", "dc.date.issued", "dcterms.created", "dc.date", "sailthru.date", "article.published", "published_time", "originalpublicationdate", "date")}, h.times)...)
	article.Modified = firstDate(p.told.modified, h.first("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified", "article.updated", "lastmod"))
	if article.Modified.Before(article.Published) {
		article.Modified = time.Time{} // a template's
	}
	return article
}

// title is the headline as a reader sees it, else as the page tells it.
func (p *page) title() string {
	h := p.head
	site := oneLine(h.first("og:site_name", "application-name"))
	told := []string{
		withoutSite(oneLine(html.UnescapeString(p.told.headline)), site, p.where),
		withoutSite(oneLine(h.first("og:title")), site, p.where),
		withoutSite(oneLine(h.first("twitter:title", "dc.title", "title", "headline")), site, p.where),
		withoutSite(h.title, site, p.where),
	}
	for _, heading := range h.headings {
		for _, title := range told {
			if a, b := strings.ToLower(lettersOf(heading)), strings.ToLower(lettersOf(title)); a != "" && (a == b || len(a)*2 > len(b) && strings.Contains(b, a)) {
				return heading
			}
		}
	}
	title := cmp.Or(told...)
	if title == "" && len(h.headings) > 0 {
		return h.headings[0]
	}
	return title
}

var titleParts = regexp.MustCompile(`\s+[|\-–—·•»«:/]+\s+|\s*[|｜]\s*|_`)

// withoutSite is a title without the name of the site before or behind it.
func withoutSite(title, site string, where *url.URL) string {
	parts := titleParts.FindAllStringIndex(title, -1)
	if len(parts) == 0 {
		return title
	}
	isSite := func(part string) bool {
		name := strings.ToLower(lettersOf(part))
		host := strings.ToLower(lettersOf(where.Hostname()))
		return name != "" && (strings.EqualFold(name, lettersOf(site)) || len(name) > 2 && strings.Contains(host, strings.TrimPrefix(name, "the")))
	}
	if last := parts[len(parts)-1]; isSite(title[last[1]:]) {
		title = title[:last[0]]
		// 'Headline | Section | Site' has a section, if it is short.
		if len(parts) > 1 {
			if before := parts[len(parts)-2]; strings.ContainsAny(title[before[0]:before[1]], "|｜") && len(title)-before[1] < 30 && before[0] > 20 {
				title = title[:before[0]]
			}
		}
	} else if first := parts[0]; isSite(title[:first[0]]) {
		title = title[first[1]:]
	}
	return strings.TrimSpace(title)
}

// author is the names of the authors.
func (p *page) author() string {
	for _, told := range [][]string{p.told.author, {p.head.first("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl", "twitter:creator")}, p.head.authors, p.head.bylines[:min(1, len(p.head.bylines))]} {
		var names []string
		for _, name := range told {
			name = oneLine(html.UnescapeString(name))
			name = strings.TrimSpace(byWord.ReplaceAllString(name, ""))
			if name == "" || len(name) > 100 || strings.Contains(name, "://") || strings.HasPrefix(name, "@") || !strings.ContainsFunc(name, unicode.IsLetter) || slices.Contains(names, name) {
				continue
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			return strings.Join(names[:min(len(names), 10)], ", ")
		}
	}
	return ""
}

var byWord = regexp.MustCompile(`(?i)^(by|von|par|por|di|door|av|text|story|autor|author)\b[:\s]*`)

// languageOf is the first of the languages that is one.
func languageOf(names ...string) string {
	for _, name := range names {
		name, _, _ = strings.Cut(name, ",")
		if tag, err := language.Parse(strings.TrimSpace(name)); err == nil && tag != language.Und {
			return tag.String()
		}
	}
	return ""
}

// ownAddress is the address that the page calls its own, when it is believable:
// of the same site, and not the site's front page for another.
func (p *page) ownAddress() string {
	for _, own := range []string{p.head.canonical, p.head.absolute(p.head.first("og:url")), p.head.absolute(p.told.url)} {
		u, err := url.Parse(own)
		if err != nil || own == "" || site(u) != site(p.where) {
			continue
		}
		if isFront(u) && !isFront(p.where) {
			continue
		}
		withoutTracking(u)
		return u.String()
	}
	return ""
}

// isFront reports whether an address is that of a site's first page. A page that was saved to
// a file has none.
func isFront(u *url.URL) bool {
	return u.Host != "" && (u.Path == "" || u.Path == "/") && u.RawQuery == ""
}

// site is the part of a host that is registered.
func site(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if name, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return name
	}
	return host
}

// textInside is the text of a node's children as it stands.
func textInside(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}
