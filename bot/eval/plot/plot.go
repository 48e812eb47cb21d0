// Package plot draws figures as curves, in an SVG that needs nothing beside it.
package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"unicode/utf8"
)

// A Chart is one panel, or several above one another over the same horizontal axis.
type Chart struct {
	Title  string
	X      Axis
	Panels []Panel
}

// An Axis says what is measured along it.
type Axis struct {
	Name        string // below the horizontal axis, and beside a point
	Unit        string // after each mark of a vertical axis, and beside a point
	Logarithmic bool   // from one power of ten to another; else from 0
}

// A Panel is curves over one vertical axis.
type Panel struct {
	Y      Axis
	Curves []Curve
}

// A Curve goes through its points in their order.
type Curve struct {
	Name   string
	Points []Point
}

// A Point is where a curve passes. Neither is below 0, and where an axis is logarithmic
// the value is above it.
type Point struct{ X, Y float64 }

// The frame, in the drawing's own units.
const (
	left, right = 70, 610
	top         = 50
	onePanel    = 280 // the height of a single panel
	morePanels  = 170 // of each of several
	between     = 36  // two panels
	manyPoints  = 20  // of a curve: they have no circles
	letter      = 7   // the mean width of one, in the names above a panel
)

// colours of curves, and the grey, have contrast enough on white and on black.
var colours = []string{"#d9730d", "#2f7fe0", "#2e9e5b", "#b04fc4"}

// SVG is the drawing.
func (c Chart) SVG() []byte {
	height := onePanel
	if len(c.Panels) > 1 {
		height = morePanels
	}
	bottom := top + len(c.Panels)*(height+between) - between
	var all []Point
	for _, p := range c.Panels {
		all = append(all, p.points()...)
	}
	x := newScale(c.X, all, func(p Point) float64 { return p.X }, left, right)

	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 %d" role="img" aria-label="%s"
	font-family="sans-serif" font-size="13" fill="#767676">
<text x="70" y="24" font-size="15" font-weight="bold">%[2]s</text>
`, bottom+70, escaped(c.Title))
	for i, p := range c.Panels {
		from := top + i*(height+between)
		p.draw(&b, c.X, x, from, from+height, i)
	}
	for _, mark := range x.marks() {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x.at(mark), bottom+20, number(mark))
	}
	fmt.Fprintf(&b, `<text x="340" y="%d" text-anchor="middle">%s</text>`+"\n", bottom+46, escaped(c.X.Name))
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (p Panel) points() (all []Point) {
	for _, c := range p.Curves {
		all = append(all, c.Points...)
	}
	return all
}

// draw draws a panel between two heights. The colours of its curves begin with the
// panel's own.
func (p Panel) draw(b *bytes.Buffer, across Axis, x scale, from, to, first int) {
	y := newScale(p.Y, p.points(), func(p Point) float64 { return p.Y }, float64(to), float64(from))
	for _, mark := range x.marks() {
		fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="#767676" stroke-opacity="0.3"/>`+"\n", x.at(mark), from, to)
	}
	for _, mark := range y.marks() {
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#767676" stroke-opacity="0.3"/><text x="62" y="%.1f" text-anchor="end">%s</text>`+"\n",
			left, y.at(mark), right, y.at(mark)+4, spaced(number(mark), escaped(p.Y.Unit)))
	}
	name := left
	for i, c := range p.Curves {
		colour := colours[(first+i)%len(colours)]
		fmt.Fprintf(b, `<g fill="%s"><polyline fill="none" stroke="%s" stroke-width="2.5" points="`, colour, colour)
		for _, p := range c.Points {
			fmt.Fprintf(b, "%.1f,%.1f ", x.at(p.X), y.at(p.Y))
		}
		b.WriteString(`"/>`)
		if len(c.Points) <= manyPoints {
			for _, q := range c.Points {
				fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="4"><title>%s: %s</title></circle>`, x.at(q.X), y.at(q.Y),
					spaced(number(q.X), escaped(across.Name)), spaced(number(q.Y), escaped(p.Y.Unit)))
			}
		}
		fmt.Fprintf(b, `<text x="%d" y="%d" font-weight="bold">● %s</text></g>`+"\n", name, from-8, escaped(c.Name))
		name += 30 + letter*utf8.RuneCountInString(c.Name)
	}
}

func escaped(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text)) // a buffer takes all
	return b.String()
}

func spaced(value, unit string) string {
	if unit == "" {
		return value
	}
	return value + " " + unit
}

// number writes a value to three places, with its thousands apart: 1,000,000.
func number(value float64) string {
	digits := []byte(fmt.Sprintf("%.3f", value))
	digits = bytes.TrimSuffix(bytes.TrimRight(digits, "0"), []byte("."))
	whole := bytes.IndexByte(digits, '.')
	if whole < 0 {
		whole = len(digits)
	}
	for i := whole - 3; i > 0; i -= 3 {
		digits = slices.Insert(digits, i, ',')
	}
	return string(digits)
}
