package extract

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// withoutComments takes out of a page what its readers have written below its
// article, however much that is: beside a short article it is most of the
// page. A page that is little but comments is a discussion, and stays.
func withoutComments(root *html.Node) {
	weights := map[*html.Node]int{}
	whole := weighAll(root, weights)
	rest := whole
	var out []*html.Node
	taken := map[*html.Node]bool{}
	take := func(n *html.Node) {
		if !taken[n] {
			taken[n] = true
			out = append(out, n)
			rest -= weights[n]
		}
	}
	each(root, func(n *html.Node) bool {
		switch {
		case n.Type != html.ElementNode || taken[n]:
		case isComments(n, weights[n]*2 > whole):
			take(n)
		case headsComments(n):
			for _, under := range sectionOf(n) {
				take(under)
			}
		}
		return !taken[n]
	})
	if rest < noteLetters {
		return
	}
	for _, n := range out {
		n.Parent.RemoveChild(n)
	}
}

// headsComments tells whether an element is the heading of comments, and not
// a link to them.
func headsComments(n *html.Node) bool {
	if levelOf(n) == 0 {
		return false
	}
	text := textOf(n)
	if len(text) > maxLabel || !commentsHeading.MatchString(strings.ToLower(text)) {
		return false
	}
	chars, links := weigh(n)
	return links*2 <= chars
}

// sectionOf is a heading, with what sets it apart, and the nodes that follow
// it up to the next heading of its level.
func sectionOf(heading *html.Node) []*html.Node {
	level, n := levelOf(heading), heading
	for nextElement(n) == 0 && (n.Parent.DataAtom == atom.Div || n.Parent.DataAtom == atom.Header) {
		n = n.Parent
	}
	section := []*html.Node{n}
	for n = n.NextSibling; n != nil; n = n.NextSibling {
		if top := highestHeading(n); top > 0 && top <= level {
			break
		}
		section = append(section, n)
	}
	return section
}

// highestHeading is the highest level of the headings in a tree, 0 for none.
func highestHeading(root *html.Node) int {
	highest := levelOf(root)
	for n := range root.Descendants() {
		if level := levelOf(n); level > 0 && (highest == 0 || level < highest) {
			highest = level
		}
	}
	return highest
}

// levelOf is the level of a heading, 1 to 6; 0 for other nodes.
func levelOf(n *html.Node) int {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return int(n.Data[1] - '0')
	}
	return 0
}

// isComments tells whether an element holds comments or is one. An opinion
// piece is called a comment too: what holds the headline, or most of the page,
// is none.
func isComments(n *html.Node, most bool) bool {
	switch n.DataAtom {
	case atom.Html, atom.Body, atom.Main, atom.A:
		return false
	}
	if !marksComments(n, most) {
		return false
	}
	for d := range n.Descendants() {
		if d.DataAtom == atom.H1 || hasBodyProperty(d) {
			return false
		}
	}
	return !hasBodyProperty(n)
}

func marksComments(n *html.Node, most bool) bool {
	if strings.EqualFold(attr(n, "role"), "comment") || commentType.MatchString(attr(n, "itemtype")) {
		return true
	}
	for _, label := range labels(n) {
		if commentsClass.MatchString(label) || !most && commentClass.MatchString(label) {
			return true
		}
	}
	return false
}

var (
	commentType   = regexp.MustCompile(`(?i)^\s*https?://schema\.org/(user)?comments?\s*$`)
	commentsClass = regexp.MustCompile(`^(\w+-)?(comments|comment-?list|comment-?section|comment-?area|comment-?threads?|disqus|disqus-thread|livefyre\w*|kommentare|commentaires|comentarios)(-(list|section|area|threads?|wrap|wrapper|container|block|box|feed|template|inner|content|\d+))*$`)
	commentClass  = regexp.MustCompile(`^(\w+-)?comment(-(item|body|content|text|entry|wrap|wrapper|container|box|reply|\d+))*$`)

	// commentsHeading is what stands above comments: in the plural or with
	// their number, since an opinion piece has 'Comment' above it.
	commentsHeading = regexp.MustCompile(`^[^\pL\d]*(` + strings.Join([]string{
		`((no|all|reader|readers'?|user|latest|recent|your) )*comments( \d+)?`, `(\d+|one) (reader |user )?(comments?|thoughts?|replies|responses?)( (on|to) .{1,80})?`, `(leave|post|add) a (comment|reply)`,
		`kommentare|commentaires|comentarios|comentários|commenti|reacties|kommentarer|komentarze|комментарии|коментарі|コメント一覧`,
		`\d+ (kommentare?|commentaires?|comentarios?|comentários?|commenti|commento|reacties?|kommentarer|komentarz[ey]?|комментари[йяев]+|коментар[іяів]*)`,
		`(コメント|评论|評論|댓글)[\s(（]*\d+`,
	}, `|`) + `)[^\pL]*$`)
)
