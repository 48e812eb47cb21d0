package extract

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A pdfLine is a line of text where it stands on a page, in points.
type pdfLine struct {
	text        string
	left, right float64
	y           float64 // of its baseline, growing upwards
	size        float64
	bold        bool
	column      int  // counts the columns of the page: lines of one are below each other
	cells       bool // it is a row of a table
}

// How far apart pieces of text are that belong together, in sizes of their
// letters: typesetters' habits. A word space is a quarter of a size wide, and
// half that where a line is set tight; between columns there is one and a half
// at least.
const (
	wordGap   = 0.16
	pieceGap  = 1.5
	cellGap   = 2.5
	lineShift = 0.35 // of a baseline: indices and footnote marks stay in the line
)

// pageLines are the lines of a page in the order of reading.
func pageLines(glyphs []pdfGlyph) []pdfLine {
	return readingOrder(rowsOfPage(pieces(glyphs)))
}

// pieces joins letters that follow each other on a baseline. Content names
// them in their order nearly always, also where columns stand side by side.
func pieces(glyphs []pdfGlyph) []pdfLine {
	var all []pdfLine
	var text strings.Builder
	var now pdfLine
	flush := func() {
		if now.text = clean(text.String()); now.text != "" {
			all = append(all, now)
		}
		text.Reset()
	}
	started := false
	end := ""
	for _, g := range glyphs {
		if g.text == "" {
			now.right = max(now.right, g.x+g.width)
			continue
		}
		gap := g.x - now.right
		size := max(g.size, now.size)
		joins := started && math.Abs(g.y-now.y) < lineShift*size && gap < pieceGap*size && gap > -0.5*size
		if !joins {
			if started {
				flush()
			}
			started = true
			now = pdfLine{left: g.x, right: g.x, y: g.y, size: g.size, bold: g.bold}
			end = ""
		} else if gap > wordGap*size && apart(end, g.text, gap/size) {
			text.WriteByte(' ')
		}
		if g.size > now.size {
			now.y, now.size = g.y, g.size
		}
		now.bold = now.bold && (g.bold || strings.TrimSpace(g.text) == "")
		text.WriteString(g.text)
		end = g.text
		now.right = max(now.right, g.x+g.width)
	}
	if started {
		flush()
	}
	return all
}

// apart reports whether a gap between two letters is a space. Letters of
// Chinese and Japanese stand apart without one.
func apart(before, after string, gap float64) bool {
	b, _ := utf8.DecodeLastRuneInString(before)
	a, _ := utf8.DecodeRuneInString(after)
	if unicode.IsSpace(b) || unicode.IsSpace(a) {
		return false
	}
	return gap > 1 || !(unspaced(b) && unspaced(a))
}

// unspaced reports whether r is of a script that is written without spaces,
// or of its marks.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF65
}

// rowsOfPage sorts pieces into rows from the top, each from the left.
func rowsOfPage(pieces []pdfLine) [][]pdfLine {
	slices.SortStableFunc(pieces, func(a, b pdfLine) int { return cmp.Compare(b.y, a.y) })
	var rows [][]pdfLine
	for _, p := range pieces {
		if n := len(rows); n > 0 && rows[n-1][0].y-p.y < lineShift*min(p.size, rows[n-1][0].size) {
			rows[n-1] = append(rows[n-1], p)
			continue
		}
		rows = append(rows, []pdfLine{p})
	}
	for _, row := range rows {
		slices.SortStableFunc(row, func(a, b pdfLine) int { return cmp.Compare(a.left, b.left) })
	}
	return rows
}

// readingOrder makes lines of rows: where a gutter runs down between pieces,
// what is left of it is read before what is right of it.
func readingOrder(rows [][]pdfLine) []pdfLine {
	var lines []pdfLine
	column := 0
	for len(rows) > 0 {
		if n, gutter := gutterOf(rows); n > 0 {
			var left, right [][]pdfLine
			for _, row := range rows[:n] {
				cut := slices.IndexFunc(row, func(p pdfLine) bool { return p.left >= gutter })
				if cut < 0 {
					cut = len(row)
				}
				if cut > 0 {
					left = append(left, row[:cut])
				}
				if cut < len(row) {
					right = append(right, row[cut:])
				}
			}
			for _, side := range [][][]pdfLine{left, right} {
				column++
				from := len(lines)
				lines = append(lines, readingOrder(side)...)
				for i := range lines[from:] {
					lines[from+i].column += column
				}
				if len(lines) > from {
					column = lines[len(lines)-1].column
				}
			}
			column++
			rows = rows[n:]
			continue
		}
		line := oneRow(rows[0])
		line.column = column
		lines = append(lines, line)
		rows = rows[1:]
	}
	return lines
}

// Columns are at least so many rows high, and so many letters wide: tables
// have narrower ones, and are read row by row.
const (
	columnRows    = 5
	columnLetters = 18
)

// A row of more pieces is a table's, and a page of more rows is none that is
// printed: both bound what looking for gutters costs.
const (
	maxColumns  = 6
	maxPageRows = 200
)

// gutterOf looks for a gutter that begins in the first row: in how many rows
// it goes down, and where what is right of it starts; 0 when there is none.
func gutterOf(rows [][]pdfLine) (height int, start float64) {
	if len(rows[0]) < 2 || len(rows[0]) > maxColumns {
		return 0, 0
	}
	rows = rows[:min(len(rows), maxPageRows)]
	for cut := 1; cut < len(rows[0]); cut++ {
		from, to := rows[0][cut-1].right, rows[0][cut].left // the gutter
		both, n := 0, 0
		var leftLetters, rightLetters, lefts, rights int
		for _, row := range rows {
			f, t := from, to
			var l, r int
			open := true
			for _, p := range row {
				switch {
				case p.right <= t && (p.right+p.left)/2 < (f+t)/2:
					f = max(f, p.right)
					l += letters(p.text)
				case p.left >= f:
					t = min(t, p.left)
					r += letters(p.text)
				default:
					open = false
				}
			}
			if !open || t-f < 0.8*row[0].size {
				break
			}
			from, to = f, t
			n++
			if l > 0 && r > 0 {
				both++
			}
			if l > 0 {
				leftLetters, lefts = leftLetters+l, lefts+1
			}
			if r > 0 {
				rightLetters, rights = rightLetters+r, rights+1
			}
		}
		if both >= columnRows && leftLetters >= columnLetters*lefts && rightLetters >= columnLetters*rights {
			return n, (from + to) / 2
		}
	}
	return 0, 0
}

// oneRow is a row as one line. Cells of a table are parted as those of pages
// are.
func oneRow(row []pdfLine) pdfLine {
	line := row[0]
	text := []string{line.text}
	for _, p := range row[1:] {
		between := " "
		if p.left-line.right > cellGap*line.size {
			between, line.cells = " | ", true
		}
		text = append(text, between, p.text)
		line.right = max(line.right, p.right)
		line.bold = line.bold && p.bold
		line.size = max(line.size, p.size)
	}
	line.text = strings.Join(text, "")
	return line
}
