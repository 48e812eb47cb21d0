package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

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
	if w.node == nil && strings.TrimSpace(n.Data) != "" {
		w.node = n.Parent
	}
	for i, line := range strings.Split(n.Data, "\n") {
		if i > 0 && w.pre > 0 {
			w.lineBreak()
		} else if i > 0 {
			w.line.WriteByte(' ')
		}
		w.line.WriteString(line)
	}
	count := letters(n.Data)
	w.chars += count
	if w.link > 0 {
		w.links += count
	}
	if w.strong > 0 {
		w.bold += count
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
	bold := w.bold == w.chars
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
	level := int(n.Data[1] - '0')
	chars, links := weigh(n)
	w.blocks = append(w.blocks, block{text: text, node: n, level: level, chars: chars, links: links})
}

// list writes a list of short items as one paragraph, since each of them says
// little alone; it tells whether it has.
func (w *writer) list(n *html.Node) bool {
	const short = 60 // characters of an item
	var items []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		text := textOf(c)
		if utf8.RuneCountInString(text) > short || hasInside(c, atom.Ul, atom.Ol, atom.Table) {
			return false
		}
		if text != "" {
			items = append(items, text)
		}
	}
	if len(items) < 2 || len(items) > 30 {
		return false
	}
	w.flush()
	chars, links := weigh(n)
	w.blocks = append(w.blocks, block{
		text: oneLine(strings.Join(items, "; ")),
		node: n, chars: chars, links: links, item: true,
	})
	return true
}

// table writes a table of data with a paragraph a row; its header is the
// context of the rows. It tells whether it has: a table that only lays out
// the page is walked as any element.
func (w *writer) table(n *html.Node) bool {
	rows := rowsOf(n)
	if !isData(n, rows) {
		return false
	}
	w.flush()
	w.item++
	for i, row := range rows {
		cells := cellsOf(row)
		var texts []string
		header := true
		for _, cell := range cells {
			header = header && cell.DataAtom == atom.Th
			if text := textOf(cell); text != "" {
				texts = append(texts, text)
			}
		}
		line := strings.Join(texts, " | ")
		if header && i == 0 && len(cells) > 1 && len(line) < maxLabel {
			w.columns = oneLine(line)
			continue
		}
		w.line.WriteString(line)
		w.node = row
		w.chars, w.links = weigh(row)
		w.flush()
	}
	w.item--
	w.columns = ""
	return true
}

// maxLabel is the longest text, in bytes, that can be a label of others.
const maxLabel = 300

// isData tells a table of data from one that lays out the page: several rows
// of several short cells, and no table inside.
func isData(table *html.Node, rows []*html.Node) bool {
	if len(rows) < 2 || hasInside(table, atom.Table) {
		return false
	}
	wide := 0
	for _, row := range rows {
		cells := cellsOf(row)
		if len(cells) > 1 {
			wide++
		}
		for _, cell := range cells {
			if chars, _ := weigh(cell); chars > 2*maxLabel {
				return false
			}
		}
	}
	return wide*2 > len(rows)
}

// rowsOf is the rows of a table, not of tables inside it.
func rowsOf(table *html.Node) []*html.Node {
	var rows []*html.Node
	for c := table.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Tr:
			rows = append(rows, c)
		case atom.Thead, atom.Tbody, atom.Tfoot:
			rows = append(rows, rowsOf(c)...)
		}
	}
	return rows
}

func cellsOf(row *html.Node) []*html.Node {
	var cells []*html.Node
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			cells = append(cells, c)
		}
	}
	return cells
}

// textOf is the text of a tree on one line.
func textOf(n *html.Node) string {
	var text strings.Builder
	var add func(*html.Node)
	add = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			text.WriteString(n.Data)
		case silent(n):
		case n.DataAtom == atom.Br:
			text.WriteByte(' ')
		default:
			apart := isBlock(n)
			if apart {
				text.WriteByte(' ')
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				add(c)
			}
			if apart {
				text.WriteByte(' ')
			}
		}
	}
	add(n)
	return oneLine(text.String())
}

// weigh counts the letters and digits of a tree, and those in links.
func weigh(n *html.Node) (chars, links int) {
	if n.Type == html.TextNode {
		return letters(n.Data), 0
	}
	if silent(n) {
		return 0, 0
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		more, linked := weigh(c)
		chars += more
		links += linked
	}
	if n.DataAtom == atom.A {
		links = chars
	}
	return chars, links
}

// letters counts letters and digits, which says how much there is to read in
// any script. A Chinese or Japanese character says as much as three of an
// alphabet.
func letters(text string) int {
	count := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			count += 3
		case unicode.In(r, unicode.Hangul):
			count += 2
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			count++
		}
	}
	return count
}

// silent tells whether an element has nothing that is read as text.
func silent(n *html.Node) bool {
	if n.Type == html.CommentNode || n.Type == html.DoctypeNode {
		return true
	}
	if n.Type != html.ElementNode {
		return false
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Head, atom.Iframe, atom.Object, atom.Embed,
		atom.Svg, atom.Math, atom.Canvas, atom.Audio, atom.Video, atom.Button, atom.Select, atom.Textarea,
		atom.Input, atom.Figcaption, atom.Map, atom.Dialog, atom.Rp, atom.Rt:
		return true
	}
	return hidden(n)
}

// isBlock tells whether an element stands on lines of its own.
func isBlock(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return n.Type == html.DocumentNode
	}
	switch n.DataAtom {
	case atom.A, atom.Abbr, atom.B, atom.Bdi, atom.Bdo, atom.Cite, atom.Code, atom.Data, atom.Del, atom.Dfn, atom.Em,
		atom.Font, atom.I, atom.Ins, atom.Kbd, atom.Label, atom.Mark, atom.Q, atom.Ruby, atom.S, atom.Samp, atom.Small,
		atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr,
		atom.Big, atom.Acronym, atom.Center, atom.Rb, atom.Nobr, atom.Img, atom.Picture, atom.Source:
		return n.DataAtom == atom.Center
	case 0: // an element that HTML does not have, such as <bsp-line>
		return strings.ContainsRune(n.Data, '-')
	}
	return true
}

// oneLine is text as a paragraph has it: composed, single spaces, without the
// characters that are not seen or that turn the direction of what follows.
// The joiners stay, which Indic scripts and emoji need.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return r
		case unicode.IsControl(r), r == '\u00ad', r == '\u061c', r == '\u180e', r == '\u200b', r == '\u200e', r == '\u200f',
			'\u202a' <= r && r <= '\u202e', '\u2060' <= r && r <= '\u206f', r == '\ufeff', '\ufff9' <= r && r <= '\ufffc',
			0xe0000 <= r && r <= 0xe0fff && !unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, text)
	text = norm.NFC.String(strings.Join(strings.Fields(text), " "))
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return ""
	}
	return text
}
