package extract

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// pdfParagraphs joins the lines of pages to paragraphs. The title is the
// largest heading on the first page, if there is one before its text.
func pdfParagraphs(pages [][]pdfLine) (title string, paragraphs []analysis.Paragraph) {
	pages = withoutRunningHeads(pages)
	j := &pdfJoiner{words: wordsOf(pages)}
	j.measure(pages)
	for _, page := range pages {
		j.page++
		edges, heads := columnEdges(page), j.headingsOf(page)
		for i, line := range page {
			j.add(line, edges[line.column], heads[i])
		}
	}
	j.flush()
	return j.title, j.paragraphs
}

// columnEdges are the left and right edges of a page's columns.
func columnEdges(page []pdfLine) map[int][2]float64 {
	edges := make(map[int][2]float64)
	for _, line := range page {
		e, ok := edges[line.column]
		if !ok {
			e = [2]float64{line.left, line.right}
		}
		edges[line.column] = [2]float64{min(e[0], line.left), max(e[1], line.right)}
	}
	return edges
}

// A pdfJoiner joins lines to paragraphs.
type pdfJoiner struct {
	words   map[string]bool // that stand within lines
	size    float64         // of the text's letters, in points
	leading float64         // between its baselines, in sizes

	title, heading string
	paragraphs     []analysis.Paragraph

	page     int
	block    []pdfLine // the paragraph so far
	edges    [2]float64
	blockAt  int       // the page of its last line
	headings []pdfLine // the heading so far
}

// measure finds the size that most letters have, and the distance that most
// of their lines have.
func (j *pdfJoiner) measure(pages [][]pdfLine) {
	sizes := make(map[float64]int)
	for _, page := range pages {
		for _, line := range page {
			sizes[rounded(line.size)] += utf8.RuneCountInString(line.text)
		}
	}
	j.size = most(sizes)
	leadings := make(map[float64]int)
	for _, page := range pages {
		for i := range page {
			if i == 0 || page[i].column != page[i-1].column || rounded(page[i].size) != j.size {
				continue
			}
			if gap := (page[i-1].y - page[i].y) / page[i].size; gap > 0.8 && gap < 2.5 {
				leadings[float64(int(gap*20+0.5))/20]++
			}
		}
	}
	if j.leading = most(leadings); j.leading == 0 {
		j.leading = 1.2
	}
}

func rounded(size float64) float64 { return float64(int(size*2+0.5)) / 2 }

// most is the key that counts most; the smallest of several.
func most(counts map[float64]int) float64 {
	var best float64
	for key, n := range counts {
		if n > counts[best] || n == counts[best] && key < best {
			best = key
		}
	}
	return best
}

// add takes the next line.
func (j *pdfJoiner) add(line pdfLine, edges [2]float64, heading bool) {
	if heading {
		j.flush()
		if n := len(j.headings); n > 0 && rounded(j.headings[n-1].size) != rounded(line.size) {
			j.flushHeading()
		}
		j.headings = append(j.headings, line)
		return
	}
	j.flushHeading()
	if len(j.block) > 0 && j.starts(line, edges) {
		j.flush()
	}
	j.block = append(j.block, line)
	j.edges, j.blockAt = edges, j.page
}

// maxParagraphLines bounds a paragraph where nothing tells that one ends.
const maxParagraphLines = 200

// starts reports whether a line begins a paragraph.
func (j *pdfJoiner) starts(line pdfLine, edges [2]float64) bool {
	if len(j.block) == maxParagraphLines {
		return true
	}
	last := j.block[len(j.block)-1]
	if line.cells || last.cells {
		return true
	}
	em := line.size
	if rounded(line.size) > rounded(last.size)*1.1 || rounded(line.size)*1.1 < rounded(last.size) {
		return true
	}
	if listMark.MatchString(line.text) && line.left <= j.block[0].left+em {
		return true
	}
	ended := sentenceEnd.MatchString(last.text)
	indent := line.left - edges[0]
	indented := indent > 0.8*em && indent < 6*em
	if j.blockAt != j.page || line.column != last.column || line.y > last.y {
		// On another page or in another column a sentence runs on.
		return ended || indented && startsUpper(line.text) && !joinsWord(last.text)
	}
	if gap := last.y - line.y; gap > 1.2*j.leading*em && gap > 1.2*j.gap() {
		return true
	}
	hanging := listMark.MatchString(j.block[0].text)
	if indented && !hanging && (line.left > last.left+0.8*em || line.left < last.left-0.8*em) {
		return true
	}
	// The last line of a paragraph is short, where lines are not broken
	// by hand.
	short := last.right < j.edges[1]-0.2*(j.edges[1]-j.edges[0])
	return ended && short && !hanging
}

// gap is the distance of the block's last two lines, in points.
func (j *pdfJoiner) gap() float64 {
	if n := len(j.block); n > 1 && j.block[n-2].y > j.block[n-1].y {
		return j.block[n-2].y - j.block[n-1].y
	}
	return j.leading * j.block[len(j.block)-1].size
}

// flush ends the paragraph.
func (j *pdfJoiner) flush() {
	if len(j.block) == 0 {
		return
	}
	text := j.block[0].text
	for _, line := range j.block[1:] {
		text = j.join(text, line.text)
	}
	j.block = j.block[:0]
	j.paragraphs = append(j.paragraphs, analysis.Paragraph{Heading: j.heading, Text: text})
}

// flushHeading ends the heading, and takes the first for the title.
func (j *pdfJoiner) flushHeading() {
	if len(j.headings) == 0 {
		return
	}
	text := j.headings[0].text
	for _, line := range j.headings[1:] {
		text = j.join(text, line.text)
	}
	size := j.headings[0].size
	j.headings = j.headings[:0]
	if j.title == "" && len(j.paragraphs) == 0 && size > 1.15*j.size {
		j.title = text
		return
	}
	j.heading = text
}

// join joins two lines. A hyphen at the end of the first goes, unless the
// text has the word with it elsewhere, or what follows begins a name or number.
func (j *pdfJoiner) join(a, b string) string {
	end, _ := utf8.DecodeLastRuneInString(a)
	start, _ := utf8.DecodeRuneInString(b)
	if unspaced(end) && unspaced(start) {
		return a + b
	}
	if !joinsWord(a) {
		return a + " " + b
	}
	if !unicode.IsLower(start) {
		if unicode.IsLetter(start) || unicode.IsDigit(start) {
			return a + b
		}
		return a + " " + b
	}
	head, tail := a[strings.LastIndexByte(a, ' ')+1:], b
	if at := strings.IndexFunc(b, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }); at >= 0 {
		tail = b[:at]
	}
	whole := strings.TrimRight(head, hyphens)
	if j.words[bareWord(whole+"-"+tail)] && !j.words[bareWord(whole+tail)] {
		return a + b
	}
	return strings.TrimRight(a, hyphens) + b
}

// hyphens are the signs at the end of a line that parts a word.
const hyphens = "-\u2010\u2011"

// joinsWord reports whether a line ends within a word: a letter and a hyphen.
func joinsWord(line string) bool {
	end, size := utf8.DecodeLastRuneInString(line)
	before, _ := utf8.DecodeLastRuneInString(line[:len(line)-size])
	return strings.ContainsRune(hyphens, end) && unicode.IsLetter(before)
}

// bareWord is a word as wordsOf knows it.
func bareWord(word string) string {
	return strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// wordsOf are the words of pages but for the last of each line.
func wordsOf(pages [][]pdfLine) map[string]bool {
	words := make(map[string]bool)
	for _, page := range pages {
		for _, line := range page {
			fields := strings.Fields(line.text)
			for i, word := range fields {
				if i < len(fields)-1 || !joinsWord(word) {
					words[bareWord(word)] = true
				}
			}
		}
	}
	return words
}

func startsUpper(text string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, "«»“„\"'‘(—– "))
	return unicode.IsUpper(r)
}

var (
	sentenceEnd = regexp.MustCompile(`[.!?…:;。！？｡؟۔।॥]["'”’»›“)\]）」』]*$`)
	listMark    = regexp.MustCompile(`^(?:[•◦▪■●○‣⁃∙–—*-]\s|\(?(?:\d{1,2}|[a-zа-я])[.)]\s)`)
)
