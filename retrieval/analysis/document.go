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

// ParseDocument cuts a text or Markdown file into paragraphs: they are separated by
// blank lines; a plain text without a blank line has one a line. Hard-wrapped
// lines are joined. Markdown's headings (# and underlined) are context, not
// paragraphs; its other marks stay as written.
func ParseDocument(name, text string) Document {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(text)
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

var blankLine = regexp.MustCompile(`\n[\t\p{Zs}]*\n\s*`)

func isMarkdown(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".md" || ext == ".markdown"
}

// add appends a paragraph, if the block has a letter or digit.
func (d *Document) add(heading, block string) {
	text := cleanLine(block)
	if strings.IndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) < 0 {
		return
	}
	d.Paragraphs = append(d.Paragraphs, Paragraph{heading, text})
}

// cleanLine is text on one line: composed, with single spaces, without the
// control characters that terminals and chat programs act on.
func cleanLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFC.String(text))
	return strings.Join(strings.Fields(text), " ")
}

// parseMarkdown reads the block structure that matters for citing: headings
// and blank lines. Fenced code and tables are paragraphs as they stand.
func parseMarkdown(text string) Document {
	var doc Document
	var heading string
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
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch title := atxHeading.FindStringSubmatch(line); {
		case title != nil:
			flush()
			headed(title[1])
		case len(block) == 1 && underline.MatchString(line):
			title := block[0]
			block = block[:0]
			headed(title)
		case strings.TrimSpace(line) == "":
			flush()
		default:
			block = append(block, line)
		}
	}
	flush()
	return doc
}

var (
	atxHeading = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$`)
	underline  = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
)
