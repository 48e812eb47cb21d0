package extract

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxNodes bounds a page: the longest articles with all that surrounds them
// have some 20,000 nodes. The parser itself bounds the depth to 512.
const maxNodes = 200_000

// parse is the tree of a page or of a fragment of one.
func parse(page string) (*html.Node, error) {
	// An element takes a hundred times the memory of its tag: what is far
	// over the bound is not parsed. Scripts have '<' too, so it is generous.
	if strings.Count(page, "<") > 4*maxNodes {
		return nil, ErrTooComplex
	}
	if amplifies(page) {
		return nil, ErrTooComplex
	}
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTooComplex, err)
	}
	count := 0
	for range root.Descendants() {
		if count++; count > maxNodes {
			return nil, ErrTooComplex
		}
	}
	separate(root)
	nameSpeakers(root)
	return root, nil
}

// separate ends a text with a space where a block or a script stands beside it: what
// takes that out is not to make one word of two.
func separate(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type != html.TextNode {
			continue
		}
		if next := n.NextSibling; next != nil && (isBlock(next) || next.DataAtom == atom.Script || next.DataAtom == atom.Noscript) {
			n.Data += " "
		}
		if previous := n.PrevSibling; previous != nil && isBlock(previous) {
			n.Data = " " + n.Data
		}
	}
}

// attr is an attribute's value, "" when there is none.
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// hasInside tells whether there is one of these elements below a node.
func hasInside(n *html.Node, elements ...atom.Atom) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && slices.Contains(elements, d.DataAtom) {
			return true
		}
	}
	return false
}

// nextElement is the kind of the element that follows a node.
func nextElement(n *html.Node) atom.Atom {
	for n = n.NextSibling; n != nil; n = n.NextSibling {
		if n.Type == html.ElementNode {
			return n.DataAtom
		}
	}
	return 0
}

// hidden tells whether a person does not see an element.
func hidden(n *html.Node) bool {
	return hasAttr(n, "hidden") && attr(n, "hidden") != "until-found" || hiddenStyle.MatchString(attr(n, "style"))
}

var hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden`)

// linksTo tells whether there is a link to an address in a tree, or around it.
func linksTo(n *html.Node, address string) bool {
	if n == nil {
		return false
	}
	want := bare(address)
	is := func(n *html.Node) bool { return n.DataAtom == atom.A && bare(attr(n, "href")) == want }
	for d := range n.Descendants() {
		if is(d) {
			return true
		}
	}
	return is(n) || n.Parent != nil && is(n.Parent)
}

// bare is an address without what does not tell pages apart.
func bare(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.") + strings.TrimRight(u.Path, "/")
}

// each visits a tree in order, as far as visit says to go deeper.
func each(n *html.Node, visit func(*html.Node) bool) {
	if !visit(n) {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, visit)
	}
}

// clone is a copy of a tree.
func clone(n *html.Node) *html.Node {
	c := &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Namespace: n.Namespace, Attr: slices.Clone(n.Attr)}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		c.AppendChild(clone(child))
	}
	return c
}
