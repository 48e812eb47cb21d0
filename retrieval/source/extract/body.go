package extract

import (
	"slices"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxBlocks bounds what is looked at word by word: long novels have some
// 15,000 paragraphs.
const maxBlocks = 30_000

// body is the blocks of the page's article. It is looked for where the page
// says that it is, and by readability, which weighs text against links; what
// surrounds and interrupts it is taken out before and after. It tells too
// whether what was found is a list of teasers.
func (p *page) body(title string) (body []block, list bool) {
	root := clone(p.root)
	prune(root)
	raw := blocksOf(p.readable(root))
	if len(raw) > maxBlocks {
		return raw, false
	}
	body = p.trim(raw, title)
	if marked := p.trim(markedBlocks(root), title); len(marked) > 0 {
		// A mark on a part only, such as the first of several pages of text
		// or a teaser, has much less than there is.
		if solid(marked)*5 >= solid(body)*3 {
			body = marked
		}
	}
	// Rules that took most of the text away were wrong about this page.
	if have := solid(body); have < openLetters {
		all := blocksOf(p.readable(p.root))
		if whole := p.trim(all, title); have*5 < solid(whole)*2 {
			raw, body = all, whole
		}
	}
	return body, p.isList(raw)
}

// readable is the tree that readability takes for the article; nil for none.
func (p *page) readable(root *html.Node) *html.Node {
	parser := readability.NewParser()
	parser.KeepClasses = true
	parser.DisableJSONLD = true
	article, err := parser.ParseDocument(root, p.where)
	if err != nil {
		return nil
	}
	if article.Node != nil {
		// It renames elements by their names alone.
		for n := range article.Node.Descendants() {
			n.DataAtom = atom.Lookup([]byte(n.Data))
		}
	}
	return article.Node
}

// solid counts the letters of blocks outside links and headings.
func solid(blocks []block) int {
	count := 0
	for _, b := range blocks {
		if b.level == 0 {
			count += b.chars - b.links
		}
	}
	return count
}

// markedBlocks is what the page marks as the body of its article. Where
// several elements have the mark, they are its parts when they stand in one
// article, or else articles that follow each other, of which the first counts.
func markedBlocks(root *html.Node) []block {
	for _, mark := range []func(*html.Node) bool{hasBodyProperty, hasBodyClass} {
		var marked []*html.Node
		each(root, func(n *html.Node) bool {
			if n.Type == html.ElementNode && n.DataAtom != atom.Body && n.DataAtom != atom.Html && mark(n) {
				marked = append(marked, n)
				return false
			}
			return true
		})
		var blocks []block
		var in *html.Node
		for _, n := range marked {
			more := blocksOf(n)
			if solid(more) == 0 || in != nil && articleAround(n) != in {
				continue
			}
			if in == nil && solid(more) > 200 {
				in = articleAround(n)
			}
			blocks = append(blocks, more...)
		}
		if blocks != nil {
			return blocks
		}
	}
	return nil
}

func hasBodyProperty(n *html.Node) bool {
	return slices.Contains(strings.Fields(strings.ToLower(attr(n, "itemprop"))), "articlebody")
}

func hasBodyClass(n *html.Node) bool {
	if n.DataAtom != atom.Div && n.DataAtom != atom.Section && n.DataAtom != atom.Article {
		return false
	}
	return slices.ContainsFunc(labels(n), bodyClass.MatchString)
}

// articleAround is the article that a node is a part of, or the page.
func articleAround(n *html.Node) *html.Node {
	top := n
	for ; n != nil; n = n.Parent {
		if n.DataAtom == atom.Article {
			return n
		}
		top = n
	}
	return top
}
