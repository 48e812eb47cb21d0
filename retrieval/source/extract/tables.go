package extract

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// list writes a list of short items as one paragraph, since each of them says
// little alone; it tells whether it has.
func (w *writer) list(n *html.Node) bool {
	const short = 60 // characters of an item
	var line strings.Builder
	items := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		text := textOf(c)
		if utf8.RuneCountInString(text) > short || hasInside(c, atom.Ul, atom.Ol, atom.Table) {
			return false
		}
		if text == "" {
			continue
		}
		switch said := line.String(); {
		case items == 0:
		case ends(said), strings.HasSuffix(said, ";"), strings.HasSuffix(said, ","):
			line.WriteByte(' ') // its own sign parts it from the next
		default:
			line.WriteString("; ")
		}
		line.WriteString(text)
		items++
	}
	if items < 2 || items > 30 {
		return false
	}
	w.flush()
	chars, links := weigh(n)
	w.blocks = append(w.blocks, block{
		text: oneLine(line.String()),
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
