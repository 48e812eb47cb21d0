package retrieval_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
)

// A curve is a line of the plot.
type curve struct {
	name   string
	points []point
}

type point struct{ paragraphs, milliseconds float64 }

// The plot's frame, in its own units, and the powers of ten at its edges.
const (
	plotLeft, plotRight = 70, 610
	plotTop, plotBottom = 50, 330
)

// plot draws the curves as SVG, both axes logarithmic. Its greys and colours
// have contrast enough on white and on black.
func plot(curves ...curve) []byte {
	var all []point
	for _, c := range curves {
		all = append(all, c.points...)
	}
	x := newAxis(all, func(p point) float64 { return p.paragraphs }, plotLeft, plotRight)
	y := newAxis(all, func(p point) float64 { return p.milliseconds }, plotBottom, plotTop)

	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" role="img" aria-label="Mean time of a search, by the size of the index"
	font-family="sans-serif" font-size="13" fill="#767676">
<text x="70" y="24" font-size="15" font-weight="bold">Mean time of a search, by the size of the index</text>
`)
	for power := x.low; power <= x.high; power++ {
		at := x.at(math.Pow(10, power))
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#767676" stroke-opacity="0.3"/><text x="%.1f" y="350" text-anchor="middle">%s</text>`+"\n",
			at, plotTop, plotBottom, at, thousands(power))
	}
	for power := y.low; power <= y.high; power++ {
		at := y.at(math.Pow(10, power))
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#767676" stroke-opacity="0.3"/><text x="62" y="%.1f" text-anchor="end">%g ms</text>`+"\n",
			plotLeft, at, plotRight, at+4, math.Pow(10, power))
	}
	b.WriteString(`<text x="340" y="376" text-anchor="middle">paragraphs</text>` + "\n")
	colours := []string{"#d9730d", "#2f7fe0"}
	for i, c := range curves {
		colour := colours[i%len(colours)]
		fmt.Fprintf(&b, `<g fill="%s"><polyline fill="none" stroke="%s" stroke-width="2.5" points="`, colour, colour)
		for _, p := range c.points {
			fmt.Fprintf(&b, "%.1f,%.1f ", x.at(p.paragraphs), y.at(p.milliseconds))
		}
		b.WriteString(`"/>`)
		for _, p := range c.points {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4"><title>%.0f paragraphs: %.2f ms</title></circle>`,
				x.at(p.paragraphs), y.at(p.milliseconds), p.paragraphs, p.milliseconds)
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-weight="bold">● %s</text></g>`+"\n", plotLeft+14, plotTop+22+20*i, c.name)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// An axis goes from one power of ten to another.
type axis struct{ low, high, from, to float64 }

func newAxis(points []point, of func(point) float64, from, to float64) axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range points {
		low, high = min(low, of(p)), max(high, of(p))
	}
	return axis{math.Floor(math.Log10(low) + 0.01), math.Ceil(math.Log10(high) - 0.1), from, to}
}

// at is where the value is drawn.
func (a axis) at(value float64) float64 {
	return a.from + (math.Log10(value)-a.low)/(a.high-a.low)*(a.to-a.from)
}

// thousands is the power of ten in digits: 1,000,000.
func thousands(power float64) string {
	digits := []byte(fmt.Sprintf("%.0f", math.Pow(10, power)))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = slices.Insert(digits, i, ',')
	}
	return string(digits)
}
