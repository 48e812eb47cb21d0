package extract

import (
	"strings"
	"unicode"
)

const maxHeadingLines = 4

// headingsOf tells which lines of a page are headings: few in a row that are
// larger than the text, or bold where the text is not. A paragraph that is
// set so, as the first one of an article may be, is longer or ends as a
// sentence does.
func (j *pdfJoiner) headingsOf(page []pdfLine) []bool {
	heads := make([]bool, len(page))
	for from := 0; from < len(page); {
		first := page[from]
		to, size := from, 0
		for to < len(page) && rounded(page[to].size) == rounded(first.size) && page[to].bold == first.bold && page[to].column == first.column {
			size += len(page[to].text)
			to++
		}
		large := first.size > 1.15*j.size
		bold := first.bold && first.size > 0.9*j.size
		last := page[to-1].text
		// The items of a list may be bold; one alone is a numbered heading.
		listed := listMark.MatchString(first.text) && !(to-from == 1 && unicode.IsDigit(rune(first.text[0])))
		if (large || bold || to-from == 1 && j.standsOut(page, from)) && to-from <= maxHeadingLines && size <= maxLabel && wordy(first.text) &&
			(large || !listed) && !(strings.HasSuffix(last, ".") && (size > maxLabel/3 || !large)) {
			for i := from; i < to; i++ {
				heads[i] = true
			}
		}
		from = to
	}
	return heads
}

// standsOut tells whether a line is a little larger than the text and stands
// apart from it: above it, shorter, and not a sentence.
func (j *pdfJoiner) standsOut(page []pdfLine, i int) bool {
	if i+1 == len(page) || rounded(page[i].size) <= j.size || page[i].cells || sentenceEnd.MatchString(page[i].text) || joinsWord(page[i].text) {
		return false
	}
	line, next := page[i], page[i+1]
	apart := i == 0 || page[i-1].column != line.column || page[i-1].y-line.y > 1.2*j.leading*line.size
	return apart && next.column == line.column && rounded(next.size) == j.size && next.right > line.right &&
		startsUpper(line.text) && startsUpper(next.text)
}
