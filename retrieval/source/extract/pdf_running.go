package extract

import (
	"regexp"
	"slices"
	"strings"
)

// edgeLines is how many lines at the head and foot of a page may repeat from
// page to page.
const edgeLines = 3

// withoutRunningHeads leaves out lines at the head and foot of pages that
// repeat with other numbers, and numbers of pages.
func withoutRunningHeads(pages [][]pdfLine) [][]pdfLine {
	seen := make(map[string]int) // pages that have the line at an edge
	for _, page := range pages {
		once := make(map[string]bool)
		for _, i := range edgesOf(page) {
			if key := runningKey(page[i].text); !once[key] {
				once[key] = true
				seen[key]++
			}
		}
	}
	kept := make([][]pdfLine, 0, len(pages))
	for _, page := range pages {
		edge := edgesOf(page)
		var lines []pdfLine
		for i, line := range page {
			at := slices.Index(edge, i)
			// Heads of left and right pages differ: a third is often enough.
			repeats := at >= 0 && len(pages) > 2 && seen[runningKey(line.text)] > max(2, len(pages)/4)
			repeats = repeats || at >= 0 && len(pages) == 2 && seen[runningKey(line.text)] == 2 && letters(line.text) < 60
			number := at >= 0 && outermost(page, i) && pageNumber.MatchString(line.text)
			if !repeats && !number {
				lines = append(lines, line)
			}
		}
		kept = append(kept, lines)
	}
	return kept
}

// edgesOf are the lines at the head and foot of a page, by height.
func edgesOf(page []pdfLine) []int {
	order := make([]int, len(page))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case page[a].y > page[b].y:
			return -1
		case page[a].y < page[b].y:
			return 1
		}
		return 0
	})
	if len(order) > 2*edgeLines {
		order = append(order[:edgeLines:edgeLines], order[len(order)-edgeLines:]...)
	}
	return order
}

// outermost reports whether no line of a page is above, or none is below.
func outermost(page []pdfLine, i int) bool {
	above, below := false, false
	for k, line := range page {
		above = above || k != i && line.y > page[i].y
		below = below || k != i && line.y < page[i].y
	}
	return !(above && below) && len(page) > 1
}

// runningKey is a line without what changes from page to page.
func runningKey(text string) string {
	return digits.ReplaceAllString(strings.ToLower(text), "#")
}

var (
	digits     = regexp.MustCompile(`\d+`)
	pageNumber = regexp.MustCompile(`(?i)^[-–—•|\s]*(?:(?:page|p\.|seite|s\.|página|pagina|pág\.|стр\.?|страница|strona|sayfa|第)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de|di|из|z)\s*\d{1,4})?(?:\s*(?:页|頁|ページ|쪽))?[-–—•|\s]*$`)
)
