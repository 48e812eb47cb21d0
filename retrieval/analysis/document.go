package analysis

import (
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A Document is a text cut into what can be cited.
type Document struct {
	Title      string // the first heading, or ""
	Paragraphs []Paragraph
}

// A Paragraph is a citable unit and the heading that it stands under.
type Paragraph struct {
	Heading string
	Text    string // one line, composed (NFC), single spaces
}

// ParseDocument cuts a text or Markdown file into paragraphs: they are
// separated by blank lines; a plain text without a blank line has one a line.
// Hard-wrapped lines are joined. Markdown's headings (# and underlined) are
// context, not paragraphs; its other marks stay as written.
func ParseDocument(name, text string) Document {
	text = lineEnds.Replace(text)
	if isMarkdown(name) {
		return parseMarkdown(text)
	}
	separator := "\n"
	if blankLine.MatchString(strings.TrimSpace(text)) {
		separator = "\n\n"
		text = blankLine.ReplaceAllString(text, separator)
	}
	var doc Document
	for block := range strings.SplitSeq(text, separator) {
		doc.add("", block)
	}
	return doc
}

// lineEnds makes every end of a line \n, and drops byte order marks, which
// also stand between files that were joined.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\ufeff", "")

var blankLine = regexp.MustCompile(`\n[\t\p{Zs}]*\n\s*`)

func isMarkdown(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".md" || ext == ".markdown"
}

// add appends a paragraph, if the block has a letter or digit.
func (d *Document) add(heading, block string) {
	text := cleanLine(block)
	if strings.IndexFunc(text, isWordy) >= 0 {
		d.Paragraphs = append(d.Paragraphs, Paragraph{heading, text})
	}
}

// cleanLine is text on one line: composed, with single spaces, without the
// control characters that terminals and chat programs act on.
func cleanLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	return norm.NFC.String(strings.Join(strings.Fields(text), " "))
}

// parseMarkdown reads the block structure that matters for citing: headings
// and blank lines. Fenced code and tables are paragraphs as they stand.
func parseMarkdown(text string) Document {
	var doc Document
	var heading, fence string // fence opened the code that line stands in
	var block []string
	flush := func() {
		doc.add(heading, strings.Join(block, "\n"))
		block = block[:0]
	}
	headed := func(title string) {
		title = cleanLine(title)
		if doc.Title == "" && len(doc.Paragraphs) == 0 {
			doc.Title = title
			return
		}
		heading = title
	}
	for line := range strings.SplitSeq(text, "\n") {
		title := atxHeading.FindStringSubmatch(line)
		switch mark := fenceMark.FindString(line); {
		case strings.TrimSpace(line) == "":
			flush()
		case fence != "" || mark != "":
			block = append(block, line)
			fence = nextFence(fence, strings.TrimSpace(mark))
		case title != nil:
			flush()
			headed(title[1])
		case len(block) == 1 && underline.MatchString(line):
			title := block[0]
			block = block[:0]
			headed(title)
		default:
			block = append(block, line)
		}
	}
	flush()
	return doc
}

var (
	atxHeading = regexp.MustCompile(`^ {0,3}#{1,6}(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$`)
	underline  = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
	fenceMark  = regexp.MustCompile("^ {0,3}(```+|~~~+)")
)

// nextFence is the fence of the code after a line of it with that mark: none
// when the mark closes it, being of the same kind and no shorter.
func nextFence(fence, mark string) string {
	switch {
	case fence == "":
		return mark
	case strings.HasPrefix(mark, fence):
		return ""
	}
	return fence
}
