package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"storybot/retrieval/analysis"
)

// fragment is the paragraphs of a fragment of HTML, all of it, such as the
// content of a feed's entry. The address is that of the entry: a last line
// that links to it ('The post … appeared first on …') is the publisher's, not
// the author's, and is left out. What cannot be read has no paragraphs.
func fragment(fragment, address string) []analysis.Paragraph {
	root, err := parse(fragment)
	if err != nil {
		return nil
	}
	blocks := blocksOf(root)
	if n := len(blocks); n > 1 && address != "" && blocks[n-1].chars < maxLabel && linksTo(blocks[n-1].node, address) {
		blocks = blocks[:n-1]
	}
	return paragraphs(blocks)
}

// A block is a paragraph and where it comes from.
type block struct {
	text    string
	columns string // the header of the table that it is a row of, or ""

	node  *html.Node // the element that holds it
	level int        // of the heading, 1 to 6, when the block is one; 0 otherwise
	chars int        // letters and digits in it
	links int        // as many of them as stand in links
	item  bool       // of a list or table
	quote bool       // in a quotation
}

// paragraphs is what can be cited of the blocks: a heading is the context of
// those under it, as the header of a table is of its rows.
func paragraphs(blocks []block) []analysis.Paragraph {
	var all []analysis.Paragraph
	heading := ""
	for i, b := range blocks {
		switch {
		case b.level == boldLevel && (i+1 == len(blocks) || blocks[i+1].level > 0):
			// A bold line with nothing under it is no heading.
			all = append(all, analysis.Paragraph{Heading: heading, Text: b.text})
		case b.level > 0:
			heading = b.text
		case heading != "" && b.columns != "":
			all = append(all, analysis.Paragraph{Heading: heading + ": " + b.columns, Text: b.text})
		default:
			all = append(all, analysis.Paragraph{Heading: heading + b.columns, Text: b.text})
		}
	}
	return all
}

// A writer cuts a tree of HTML into blocks.
type writer struct {
	blocks  []block
	columns string // the header of the table being read

	line  strings.Builder // the block so far; '\n' for a line that was broken
	chars int
	links int
	bold  int
	node  *html.Node // where the block began

	term bool // the line is a term, of which the explanation comes

	link, item, pre, quote, strong int // how many of such elements are open
}

// blocksOf is the text of a tree, in the order of reading.
func blocksOf(root *html.Node) []block {
	if root == nil {
		return nil
	}
	var w writer
	w.walk(root)
	w.flush()
	return w.blocks
}

// walk writes a node. Its recursion is bounded by the depth that the parser
// accepts.
func (w *writer) walk(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		w.text(n)
		return
	case html.ElementNode, html.DocumentNode:
	default:
		return
	}
	if silent(n) {
		return
	}
	switch n.DataAtom {
	case atom.Br:
		w.lineBreak()
		return
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.headed(n)
		return
	case atom.Table:
		if w.table(n) {
			return
		}
	case atom.Ul, atom.Ol:
		if w.list(n) {
			return
		}
	case atom.Cite:
		if n.Parent != nil && n.Parent.DataAtom == atom.Blockquote && n.NextSibling == nil {
			w.speaker(n)
			return
		}
	}
	w.inside(n)
}

// inside writes the children of an element.
func (w *writer) inside(n *html.Node) {
	apart := isBlock(n)
	if apart && !(w.term && n.DataAtom == atom.Dd) {
		w.flush()
	}
	w.term = false
	count := w.counter(n.DataAtom)
	if count != nil {
		*count++
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.walk(c)
	}
	if n.DataAtom == atom.Dt && nextElement(n) == atom.Dd && w.line.Len() > 0 {
		w.line.WriteString(": ")
		w.term = true
	} else if apart {
		w.flush()
	}
	if count != nil {
		*count--
	}
}

// counter counts the elements of a kind that are open, if that matters.
func (w *writer) counter(element atom.Atom) *int {
	switch element {
	case atom.A:
		return &w.link
	case atom.Li:
		return &w.item
	case atom.Pre:
		return &w.pre
	case atom.Blockquote:
		return &w.quote
	case atom.B, atom.Strong:
		return &w.strong
	}
	return nil
}

func (w *writer) text(n *html.Node) {
	for i, line := range strings.Split(n.Data, "\n") {
		if i > 0 && w.pre > 0 {
			w.lineBreak()
		} else if i > 0 {
			w.line.WriteByte(' ')
		}
		if w.node == nil && strings.TrimSpace(line) != "" {
			w.node = n.Parent
		}
		w.line.WriteString(line)
		count := letters(line)
		w.chars += count
		if w.link > 0 {
			w.links += count
		}
		if w.strong > 0 {
			w.bold += count
		}
	}
}

// lineBreak begins a line; the second of two in a row begins a paragraph.
func (w *writer) lineBreak() {
	if strings.HasSuffix(strings.TrimRight(w.line.String(), " \t\u00a0\u3000"), "\n") {
		w.flush()
		return
	}
	w.line.WriteByte('\n')
}

// flush ends a block.
func (w *writer) flush() {
	text := w.line.String()
	w.line.Reset()
	b := block{node: w.node, chars: w.chars, links: w.links, item: w.item > 0, quote: w.quote > 0}
	bold := w.bold > 0 && w.bold == w.chars
	w.chars, w.links, w.bold, w.node = 0, 0, 0, nil
	lines := []string{text}
	if broken := strings.Split(strings.TrimSpace(text), "\n"); len(broken) > 1 && len(text) > 80*len(broken) {
		lines = broken // paragraphs that one <br> parts, not verses
	}
	for _, line := range lines {
		b.text = oneLine(line)
		if b.text == "" {
			continue
		}
		if bold && !b.item && !b.quote && len(lines) == 1 && len(b.text) < 100 && !ends(b.text) {
			b.level = boldLevel // a heading that is not marked as one
			w.blocks = append(w.blocks, b)
			return
		}
		if len(lines) > 1 {
			b.links = b.links * letters(line) / max(b.chars, 1)
			b.chars = letters(line)
		}
		b.columns = w.columns
		w.blocks = append(w.blocks, b)
	}
}

// boldLevel is the level of a line in bold letters, below those of headings.
const boldLevel = 7

// headed writes a heading, which is the context of what follows.
func (w *writer) headed(n *html.Node) {
	w.flush()
	text := textOf(n)
	if text == "" {
		return
	}
	chars, links := weigh(n)
	w.blocks = append(w.blocks, block{text: text, node: n, level: levelOf(n), chars: chars, links: links})
}
