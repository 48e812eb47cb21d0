package extract

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// PDF reads the text of a PDF file as paragraphs. Lines are joined to
// paragraphs by where they stand, also across columns and pages; what repeats
// at the head or foot of pages is left out. Title, author and the day of
// the last change are those that the file tells of itself; when its text was
// published it does not tell.
//
// The error wraps ErrPDF for a file that cannot be read, is encrypted, has
// letters of which it does not tell which they are, or costs too much to read
// (ErrTooComplex as well), and is ErrScanned for one without text. No part of
// a file is read when not all of it can be.
func PDF(raw []byte) (article Article, err error) {
	defer func() {
		if r := recover(); r != nil {
			article, err = Article{}, ErrPDF
			if r == any(errPDFWork) {
				err = errPDFWork
			}
		}
	}()
	start := startsPDF(raw)
	if start < 0 {
		return Article{}, ErrPDF
	}
	if len(raw) > maxPDFBytes {
		return Article{}, errPDFWork
	}
	f, err := openPDF(raw[start:])
	if err != nil {
		return Article{}, fmt.Errorf("%w: %w", ErrPDF, err)
	}
	pages := f.pages()
	if len(pages) == 0 {
		return Article{}, fmt.Errorf("%w: it has no pages", ErrPDF)
	}
	painter := &pdfPainter{file: f, fonts: make(map[pdfRef]*pdfFont)}
	var lines [][]pdfLine
	var known, unknown int
	for _, page := range pages {
		glyphs := painter.page(page)
		for _, g := range glyphs {
			if g.text == "\uFFFD" {
				unknown++
			} else if wordy(g.text) {
				known++
			}
		}
		lines = append(lines, pageLines(glyphs))
	}
	switch {
	case unknown > known:
		return Article{}, fmt.Errorf("%w: its fonts do not tell which letters they show", ErrPDF)
	case known == 0:
		return Article{}, ErrScanned
	}
	title, paragraphs := pdfParagraphs(lines)
	paragraphs = cleanParagraphs(paragraphs)
	if len(paragraphs) == 0 {
		return Article{}, ErrScanned
	}
	article = f.about()
	article.Title = shorten(first(article.Title, clean(title)), maxTitle)
	article.Paragraphs = paragraphs
	return article, nil
}

// A pdfPage is a page with what it inherits.
type pdfPage struct {
	dict      pdfDict
	resources pdfDict
	rotate    int // degrees, clockwise
}

// pages are the pages of a file in their order. A file without a tree of them
// is broken: nothing then tells the order.
func (f *pdfFile) pages() []pdfPage {
	var pages []pdfPage
	seen := make(map[pdfRef]bool)
	var walk func(value pdfValue, above pdfPage, depth int)
	walk = func(value pdfValue, above pdfPage, depth int) {
		if ref, ok := value.(pdfRef); ok {
			if seen[ref] {
				return
			}
			seen[ref] = true
		}
		dict := f.dict(value)
		if dict == nil || depth > maxPDFNesting {
			return
		}
		if resources := f.dict(dict["Resources"]); resources != nil {
			above.resources = resources
		}
		if dict["Rotate"] != nil {
			above.rotate = (int(f.number(dict["Rotate"]))%360 + 360) % 360
		}
		kids := f.array(dict["Kids"])
		if kids == nil && f.name(dict["Type"]) != "Pages" {
			if above.dict = dict; len(pages) == maxPDFPages {
				panic(errPDFWork)
			}
			pages = append(pages, above)
			return
		}
		for _, kid := range kids {
			f.work.spend(1)
			walk(kid, above, depth+1)
		}
	}
	walk(f.dict(f.trailer["Root"])["Pages"], pdfPage{}, 0)
	return pages
}

// page is the text of a page where it stands.
func (p *pdfPainter) page(page pdfPage) []pdfGlyph {
	var content []byte
	for _, part := range p.file.list(page.dict["Contents"]) {
		stream, ok := p.file.resolve(part).(*pdfStream)
		if !ok {
			continue
		}
		data, err := p.file.decode(stream)
		if err != nil {
			continue
		}
		if content = append(append(content, data...), '\n'); len(content) > maxPDFStream {
			panic(errPDFWork)
		}
	}
	ctm := moved(0, 0)
	switch page.rotate { // to as it is read
	case 90:
		ctm = pdfMatrix{0, -1, 1, 0, 0, 0}
	case 180:
		ctm = pdfMatrix{-1, 0, 0, -1, 0, 0}
	case 270:
		ctm = pdfMatrix{0, 1, -1, 0, 0, 0}
	}
	p.glyphs = nil
	p.paint(content, page.resources, ctm)
	return withoutArtifacts(p.glyphs)
}

// withoutArtifacts leaves out what the file calls none of the text, unless
// that is most of it: then the word is used wrongly.
func withoutArtifacts(glyphs []pdfGlyph) []pdfGlyph {
	var text []pdfGlyph
	for _, g := range glyphs {
		if !g.artifact {
			text = append(text, g)
		}
	}
	if len(text) < len(glyphs)/2 {
		return glyphs
	}
	return text
}

// about is what the file tells of itself.
func (f *pdfFile) about() Article {
	info := f.dict(f.trailer["Info"])
	text := func(key pdfName) string {
		value, _ := f.resolve(info[key]).(pdfString)
		return clean(textString(value))
	}
	var a Article
	if title := wordPrefix.ReplaceAllString(text("Title"), ""); !fileName.MatchString(title) && wordy(title) {
		a.Title = shorten(title, maxTitle)
	}
	if author := text("Author"); !anyone.MatchString(author) && wordy(author) {
		a.Author = shorten(author, maxTitle)
	}
	if lang, ok := f.resolve(f.dict(f.trailer["Root"])["Lang"]).(pdfString); ok {
		a.Language = languageTag(textString(lang))
	}
	// CreationDate is when somebody made a file of it, be it of an old text.
	a.Modified = date(strings.TrimPrefix(text("ModDate"), "D:"))
	return a
}

var (
	wordPrefix = regexp.MustCompile(`^Microsoft (?:Word|PowerPoint|Excel) - `)
	// fileName is a title that some program made up.
	fileName = regexp.MustCompile(`(?i)^(?:untitled|no title|title|document|unbenannt|без (?:имени|названия)|слайд|slide|print|layout)?[\s\d-]*$|\.(?:docx?|odt|rtf|indd|qxd|qxp|tex|dvi|pdf|pptx?|xlsx?|html?|txt|cdr|ai|pmd|fm)$|^[\w.-]*[_\d][\w.-]*$|^file:|^https?:`)
	anyone   = regexp.MustCompile(`(?i)^(?:user|admin(?:istrator)?|owner|unknown|author|root|пользователь|администратор|.*@.*)$`)
)

// textString is a string of the file's own descriptions: UTF-16 or UTF-8 with
// a mark, or else in an encoding near Windows-1252.
func textString(raw pdfString) string {
	switch {
	case strings.HasPrefix(string(raw), "\xFE\xFF"):
		return utf16Text(raw[2:])
	case strings.HasPrefix(string(raw), "\xFF\xFE"):
		units := make([]uint16, 0, len(raw)/2)
		for i := 2; i+1 < len(raw); i += 2 {
			units = append(units, uint16(raw[i+1])<<8|uint16(raw[i]))
		}
		return string(utf16.Decode(units))
	case utf8.ValidString(string(raw)):
		return strings.TrimPrefix(string(raw), "\uFEFF")
	}
	text, err := charmap.Windows1252.NewDecoder().String(string(raw))
	if err != nil {
		return "" // unreachable: every byte is a letter
	}
	return text
}
