package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// nameSpeakers has each blockquote end with a <cite> of whom it quotes,
// wherever the page names them: in a <footer> or a <cite> at its end, or in
// the caption of the figure that it is. Elsewhere a footer or a caption is
// none of the text.
func nameSpeakers(root *html.Node) {
	speakers := map[*html.Node]*html.Node{} // the last of each blockquote
	for n := range root.Descendants() {
		switch n.DataAtom {
		case atom.Footer, atom.Cite:
			if quote := quotationAround(n); quote != nil && !hidden(n) {
				speakers[quote] = n
			}
		case atom.Figure:
			quote, caption := childOf(n, atom.Blockquote), childOf(n, atom.Figcaption)
			if quote != nil && caption != nil && !hasInside(n, atom.Img, atom.Video, atom.Iframe) {
				speakers[quote] = caption
			}
		}
	}
	for quote, speaker := range speakers {
		if before := textBefore(speaker); speaker.DataAtom == atom.Cite && (!isLast(speaker, quote) || before != "" && !ends(before)) {
			continue // a title that is named within a sentence
		}
		if chars, _ := weigh(speaker); chars > maxLabel {
			continue
		}
		cite := &html.Node{Type: html.ElementNode, DataAtom: atom.Cite, Data: "cite"}
		for c := speaker.FirstChild; c != nil; c = speaker.FirstChild {
			speaker.RemoveChild(c)
			cite.AppendChild(c)
		}
		speaker.Parent.RemoveChild(speaker)
		quote.AppendChild(cite)
	}
}

// childOf is the first child of a kind; nil for none.
func childOf(n *html.Node, kind atom.Atom) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == kind {
			return c
		}
	}
	return nil
}

// quotationAround is the blockquote that an element is directly in, but for
// elements that only set it apart.
func quotationAround(n *html.Node) *html.Node {
	for n = n.Parent; n != nil && (n.DataAtom == atom.P || n.DataAtom == atom.Div || !isBlock(n)); n = n.Parent {
	}
	if n == nil || n.DataAtom != atom.Blockquote {
		return nil
	}
	return n
}

// isLast tells whether no text follows an element in a tree.
func isLast(n, root *html.Node) bool {
	for ; n != root; n = n.Parent {
		for next := n.NextSibling; next != nil; next = next.NextSibling {
			if !silent(next) && textOf(next) != "" {
				return false
			}
		}
	}
	return true
}

// textBefore is the text that stands before an element in its paragraph, or
// the end of it.
func textBefore(n *html.Node) string {
	for n = n.PrevSibling; n != nil; n = n.PrevSibling {
		if text := textOf(n); text != "" {
			return text
		}
	}
	return ""
}

// speaker writes whom a blockquote quotes behind its last paragraph.
func (w *writer) speaker(cite *html.Node) {
	w.flush()
	name := textOf(cite)
	if last := len(w.blocks) - 1; last >= 0 && isInside(w.blocks[last].node, cite.Parent) && name != "" {
		chars, links := weigh(cite)
		b := &w.blocks[last]
		b.text += " — " + strings.TrimLeft(name, "-–—―~ ")
		b.chars, b.links = b.chars+chars, b.links+links
		return
	}
	w.inside(cite)
	w.flush()
}

// isInside tells whether a node is in a tree.
func isInside(n, root *html.Node) bool {
	for n != nil && n != root {
		n = n.Parent
	}
	return n == root
}
