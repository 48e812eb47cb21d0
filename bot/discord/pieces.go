package discord

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// pieces are a text in lines of at most most characters each, escaped: cut at words where
// there are any, and never inside what people see as one character. One that is longer than
// a line itself shows as "…".
func pieces(text string, most int) []string {
	text = flat(text)
	var list []string
	from, space, end := 0, 0, 0 // of the line, behind the last space, behind what was looked at
	size := 1                   // of the line, at most: at its start a number's point is escaped too
	cut := func(to int) {
		if line := strings.TrimSpace(text[from:to]); line != "" {
			list = append(list, escape(line))
		}
		from = to
	}
	for g := graphemes.FromString(text); g.Next(); {
		cost := length(escape(g.Value()))
		if size+cost > most {
			if space > from {
				cut(space)
			} else {
				cut(end)
			}
			size = 1 + length(escape(text[from:end]))
		}
		if 1+cost > most {
			cut(end)
			list = append(list, "…")
			from, size, cost = g.End(), 1, 0
		} else if size+cost > most {
			cut(end)
			size = 1
		}
		size += cost
		end = g.End()
		if g.Value() == " " {
			space = end
		}
	}
	cut(len(text))
	return list
}

// packed puts lines on pages of at most room characters each, with their line ends; a line
// has to fit on one. There is always a page.
func packed(lines []string, room int) [][]string {
	pages := make([][]string, 1)
	left := room
	for _, line := range lines {
		size := length(line) + 1
		if size > left && left < room {
			pages, left = append(pages, nil), room
		}
		pages[len(pages)-1] = append(pages[len(pages)-1], line)
		left -= size
	}
	return pages
}
