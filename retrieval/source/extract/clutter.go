package extract

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// prune takes out of a page what is not its article by the marks of its
// makers: what elements, roles and classes say that they are. An element that
// holds the better part of the page's text stays, whatever its classes are.
func prune(root *html.Node) {
	body := root
	for n := range root.Descendants() {
		if n.DataAtom == atom.Body {
			body = n
			break
		}
	}
	weights := map[*html.Node]int{}
	whole := weighAll(body, weights)
	var out []*html.Node
	each(body, func(n *html.Node) bool {
		if n.Type != html.ElementNode || n == body {
			return true
		}
		if isClutter(n, weights[n], whole) {
			out = append(out, n)
			return false
		}
		return true
	})
	for _, n := range out {
		n.Parent.RemoveChild(n)
	}
}

// isClutter tells whether an element, of so many letters outside links, is
// not of the article, on a page of so many.
func isClutter(n *html.Node, weight, whole int) bool {
	if weight*2 > whole || hasBodyProperty(n) {
		return false
	}
	switch n.DataAtom {
	case atom.Nav, atom.Aside, atom.Footer, atom.Dialog, atom.Figcaption:
		return true
	}
	if slices.Contains(clutterRoles, strings.ToLower(attr(n, "role"))) || attr(n, "aria-modal") == "true" {
		return true
	}
	if strings.Contains(attr(n, "itemprop"), "author") || strings.Contains(attr(n, "rel"), "author") || attr(n, "itemprop") == "datePublished" {
		return weight < shortClutter
	}
	if n.DataAtom == atom.H1 || n.DataAtom == atom.Article || n.DataAtom == atom.Main || n.DataAtom == atom.Html {
		return false
	}
	if weight < 3*shortClutter && quotesMessage(n) {
		return false
	}
	for _, label := range labels(n) {
		if clutterClass.MatchString(label) || promoClass.MatchString(label) {
			return true
		}
		if weight < shortClutter && shortClass.MatchString(label) {
			return true
		}
	}
	return false
}

// quotesMessage tells whether an element holds a message that the article
// quotes from a social network, as their embedding codes write it.
func quotesMessage(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.DataAtom == atom.Blockquote && messageClass.MatchString(attr(d, "class")) {
			return true
		}
	}
	return false
}

var messageClass = regexp.MustCompile(`^(twitter|instagram|tiktok|reddit|mastodon|bluesky|text-post|fb)-`)

// shortClutter is the most letters of a byline, a caption or a date.
const shortClutter = 400

var clutterRoles = []string{"navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog", "alertdialog", "toolbar", "tooltip"}

// labels is the classes and the id of an element, as words joined by '-':
// 'articleBody', 'article__body' and 'article-body' are the same. Those that
// say what an element has, or not, say nothing of what it is.
func labels(n *html.Node) []string {
	var all []string
	for _, name := range append(strings.Fields(attr(n, "class")), attr(n, "id"), attr(n, "data-component"), attr(n, "data-testid"), custom(n)) {
		if name == "" || len(name) > 100 {
			continue
		}
		label := dashed(name)
		if !hasPrefix.MatchString(label) {
			all = append(all, label)
		}
	}
	return all
}

// custom is the name of an element that HTML does not have, such as <amp-ad>.
func custom(n *html.Node) string {
	if n.DataAtom == 0 && strings.ContainsRune(n.Data, '-') {
		return n.Data
	}
	return ""
}

var hasPrefix = regexp.MustCompile(`^(has|with|without|no|is|not|js|hide|show|enable|disable)-`)

// dashed is a name as small words joined by '-'.
func dashed(name string) string {
	var out strings.Builder
	lower := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '-'
		case unicode.IsUpper(r) && lower:
			out.WriteByte('-')
		}
		lower = unicode.IsLower(r)
		out.WriteRune(unicode.ToLower(r))
	}
	return strings.Trim(dashes.ReplaceAllString(out.String(), "-"), "-")
}

var dashes = regexp.MustCompile(`-+`)

var (
	// bodyClass is what the elements that hold an article's text are called.
	bodyClass = regexp.MustCompile(`(^|-)(article|story|post|entry|news)-(body|content|text|copy|main-content|body-content|content-body)(-(text|copy|content|inner|wrapper|container))?$` +
		`|^(articlebody|storybody|articletext|articlecontent|postcontent|body-copy|body-text|entry|content-body|rich-text-body|e-content)$`)

	// clutterClass is what surrounds and interrupts articles.
	clutterClass = regexp.MustCompile(`(^|-)(` + strings.Join([]string{
		`nav|navbar|navigation|menu|breadcrumbs?|sidebar|side-bar|rail|masthead|skip|skip-link|skip-to-content|pagination|pager`,
		`share|sharing|sharebar|share-?bar|share-?tools?|share-?links|share-?buttons?|sharedaddy|addthis|addtoany|social|socials|social-?links|social-?media|social-?icons|follow-us|followus`,
		`related|relateds|related-?\w+|jp-relatedposts|recirc|recirculation|recommend|recommended|recommendations?|read-?more|readmore|more-stories|more-from|more-on|also-like|you-may-like|most-(read|popular|viewed|recent)|popular|trending|trends|latest-news|latest-posts|next-article|next-post|prev-next|see-also|seealso|read-next|readnext|up-next|teasers?|outbrain|taboola|zergnet|revcontent|nrelate|yarpp`,
		`newsletters?|signup|sign-up|subscribe|subscription|subscriptions|email-signup|mailing-list|mailchimp|mc-embed|optin`,
		`comments?|disqus|disqus-thread|respond|commentlist|comment-?list|reactions|discussion|fb-comments|livefyre|coral`,
		`promo|promos|promo-?box|promotion|promoted|advert|adverts|advertisement|advertising|ad|ads|adsense|ad-?slot|ad-?unit|ad-?container|ad-?wrapper|dfp|gpt-ad|sponsor|sponsored|sponsors|banner|commercial|affiliate-disclosure`,
		`cookie|cookies|cookie-?(bar|banner|notice|consent|law)|consent|gdpr|ccpa|onetrust|paywall|overlay|modal|popup|pop-up|popover|tooltip|rollover|rollover-people-block|lightbox`,
		`author-?(bio|box|info|card|profile|description|about)|about-?(the-)?author|bio|biography|contributor-bio|byline-bio|post-author|vcard`,
		`tags?|tag-?list|tag-?links|post-?tags|keywords|topics|categories|cat-links|toolbar|tools|print-?only|printfriendly|copyright|disclaimer`,
		`screen-reader-text|sr-only|visually-hidden|visuallyhidden|assistive-text|noprint`,
	}, `|`) + `)(-(wrap|wrapper|container|block|box|list|section|module|widget|content|area|links?|items?|inner|group|panel|holder|component|inline|body|header|footer|title|\d+))*$`)

	// promoClass is what no class of an article's own text has in it; the last are of those who
	// ask for consent.
	promoClass = regexp.MustCompile(`(^|-)(promo|newsletter|recirc|taboola|outbrain|sharedaddy|breadcrumbs?|most-read|related-(articles?|stories|posts?|content|links?|news)|read-more|social-(share|sharing|media|links|icons|bar)` +
		`|cookie-(law|notice|consent|policy|compliance|banner|bar|popup|modal|overlay|settings|preferences)|onetrust|didomi|cookiebot|usercentrics|qc-cmp2?|fc-consent|truste|osano|klaro|gdpr)(-|$)`)

	// shortClass is what is such only when there is little in it.
	shortClass = regexp.MustCompile(`(^|-)(` + strings.Join([]string{
		`byline|by-line|bylines|author|authors|author-name|author-names|dateline-date|timestamp|time-stamp|date|dates|date-time|datetime|pubdate|pub-date|publish-date|published|published-date|publication-date|post-date|entry-date|updated|last-updated|update-time|posted-on|posted|read-?time|reading-?time|time-to-read`,
		`meta|metadata|post-?meta|entry-?meta|article-?meta|post-?info|article-?info|kicker|eyebrow|section-name|category|category-label|rubric`,
		`caption|captions|wp-caption-text|wp-caption|image-?caption|photo-?caption|img-?caption|media-?caption|figure-?caption|credit|credits|photo-?credit|image-?credit|attribution|media-attribution|copyright-notice|gallery|slideshow|carousel|image-source|photo-source`,
		`source|sources-list|dont-miss|callout|cta|call-to-action|widget|hidden|embed-caption|infobox-promo|trending-now`,
	}, `|`) + `)(-(wrap|wrapper|container|block|box|list|section|module|widget|text|inner|group|holder|component|name|names|info|label|line|\d+))*$`)
)

// weighAll is how many letters a tree has outside links, and notes it for
// each element in it.
func weighAll(n *html.Node, weights map[*html.Node]int) int {
	if n.Type == html.TextNode {
		return letters(n.Data)
	}
	if silent(n) || n.DataAtom == atom.A {
		return 0
	}
	weight := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		weight += weighAll(c, weights)
	}
	weights[n] = weight
	return weight
}
