package extract

import (
	"encoding/json"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// told is what a page's JSON-LD says about its article.
type told struct {
	kind      string // "NewsArticle"; "" when there is no article in it
	headline  string
	body      string // the whole text, or a part of it, or ""
	author    []string
	language  string
	url       string
	published string
	modified  string
	locked    bool // isAccessibleForFree is false
}

// Bounds of the JSON-LD that is read: pages have a few small ones; a hostile
// page may have any.
const (
	maxLD      = 1 << 20 // bytes of a script
	maxObjects = 2_000   // objects looked at
	maxLDDepth = 20
)

// readTold reads the first article in the page's JSON-LD, and completes it by
// the others, which are parts of it on the pages that have several.
func readTold(root *html.Node) told {
	var found told
	left := maxObjects
	for n := range root.Descendants() {
		if n.DataAtom != atom.Script || !strings.EqualFold(strings.TrimSpace(attr(n, "type")), "application/ld+json") ||
			n.FirstChild == nil || len(n.FirstChild.Data) > maxLD {
			continue
		}
		for _, value := range decodeLD(n.FirstChild.Data) {
			found.look(value, maxLDDepth, &left)
		}
	}
	return found
}

// decodeLD is the values of a script of JSON-LD, as far as they can be read:
// some pages have line ends inside strings, comments around, or several
// values one after the other.
func decodeLD(script string) []any {
	script = strings.TrimSpace(script)
	script = strings.TrimPrefix(strings.TrimSuffix(script, "-->"), "<!--")
	script = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(script), "//<![CDATA["), "//]]>")
	script = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, script)
	var values []any
	decoder := json.NewDecoder(strings.NewReader(script))
	for {
		var value any
		if err := decoder.Decode(&value); err != nil {
			return values
		}
		values = append(values, value)
	}
}

func (t *told) look(value any, depth int, left *int) {
	if depth == 0 || *left == 0 {
		return
	}
	*left--
	switch value := value.(type) {
	case []any:
		for _, each := range value {
			t.look(each, depth-1, left)
		}
	case map[string]any:
		if kind := articleKind.FindString(firstString(value["@type"])); kind != "" {
			t.take(kind, value)
			return
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart"} {
			if key == "itemListElement" && t.kind != "" {
				continue // a list of other articles
			}
			if inner, ok := value[key]; ok {
				t.look(inner, depth-1, left)
			}
		}
	}
}

var articleKind = regexp.MustCompile(`^(\w*Article|Report|\w*BlogPosting|SocialMediaPosting|Review|AnalysisNews\w*)$`)

// take completes what is told by an article.
func (t *told) take(kind string, article map[string]any) {
	if t.kind != "" && kind != t.kind && !strings.Contains(kind, "Article") {
		return
	}
	set := func(to *string, keys ...string) {
		for _, key := range keys {
			if *to == "" {
				*to = strings.TrimSpace(html.UnescapeString(firstString(article[key])))
			}
		}
	}
	set(&t.headline, "headline", "name")
	if t.kind != "" && t.headline != strings.TrimSpace(html.UnescapeString(firstString(article["headline"]))) {
		return // another article
	}
	t.kind = kind
	if t.body == "" {
		t.body = firstString(article["articleBody"])
		if t.body == "" {
			t.body = firstString(article["text"])
		}
	}
	set(&t.published, "datePublished", "dateCreated", "uploadDate")
	set(&t.modified, "dateModified")
	set(&t.language, "inLanguage")
	set(&t.url, "url", "mainEntityOfPage", "@id")
	if len(t.author) == 0 {
		t.author = names(article["author"])
		if len(t.author) == 0 {
			t.author = names(article["creator"])
		}
	}
	switch free := article["isAccessibleForFree"].(type) {
	case bool:
		t.locked = t.locked || !free
	case string:
		t.locked = t.locked || strings.EqualFold(free, "false")
	}
}

// firstString is a text that may be given as such, in a list, or as an object.
func firstString(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case []any:
		if len(value) > 0 {
			return firstString(value[0])
		}
	case map[string]any:
		for _, key := range []string{"@value", "@id", "name", "alternateName"} {
			if text, ok := value[key].(string); ok {
				return text
			}
		}
	}
	return ""
}

// names is the people in a value of JSON-LD.
func names(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, each := range value {
			all = append(all, names(each)...)
		}
		return all
	case map[string]any:
		return names(value["name"])
	}
	return nil
}
