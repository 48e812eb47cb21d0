package extract

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

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

// oneLine is clean text, "" when it has neither letter nor digit.
func oneLine(text string) string {
	if text = clean(text); !wordy(text) {
		return ""
	}
	return text
}
