package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxMarkup bounds the nodes that a tree of HTML may come to have, each of
// about 150 bytes.
const maxMarkup = 1_000_000

// amplifies reports whether HTML makes a tree that is far larger than itself.
// A parser opens the elements that set type again in each paragraph until
// they are closed: four hundred <b>, each with an attribute of its own, make
// four hundred nodes of every <p> that follows, 25 kilobytes 300 megabytes.
func amplifies(markup string) bool {
	z := html.NewTokenizer(strings.NewReader(markup))
	open, nodes := 0, 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken:
			name, _ := z.TagName()
			if setsType(atom.Lookup(name)) {
				open++
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if setsType(atom.Lookup(name)) && open > 0 {
				open--
			}
		}
		if nodes += 1 + open; nodes > maxMarkup {
			return true
		}
	}
}

// setsType reports whether an element is of those that a parser opens again
// (HTML, 13.2.4.3, the list of active formatting elements).
func setsType(element atom.Atom) bool {
	switch element {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small,
		atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}
