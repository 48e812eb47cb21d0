package extract

import "bytes"

// A pdfGlyph is a piece of text where it stands on a page, in points from the
// page's lower left corner.
type pdfGlyph struct {
	text     string
	x, y     float64 // of its origin, on the baseline
	width    float64
	size     float64
	bold     bool
	artifact bool // the file calls it none of the text: a running head, a page number
}

// A pdfPainter reads the text of pages' content.
type pdfPainter struct {
	file   *pdfFile
	fonts  map[pdfRef]*pdfFont // that were read
	glyphs []pdfGlyph          // of the page
	bytes  int                 // of text, of all pages
	depth  int                 // of forms within forms
}

// Limits of content: of what a page's operators may have pending.
const (
	maxPDFForms    = 8
	maxPDFStates   = 256
	maxPDFOperands = 512
)

// paint reads the content of a page or form.
func (p *pdfPainter) paint(content []byte, resources pdfDict, ctm pdfMatrix) {
	r := &pdfRun{pdfPainter: p, resources: resources, local: make(map[pdfName]*pdfFont)}
	r.state = pdfState{ctm: ctm, scale: 1}
	l := &pdfLexer{data: content, work: p.file.work}
	var operands []pdfValue
	for {
		value, done := l.next()
		if done {
			return
		}
		word, ok := value.(pdfWord)
		if !ok {
			if len(operands) < maxPDFOperands {
				operands = append(operands, value)
			}
			continue
		}
		if word == "BI" {
			skipImage(l)
		} else {
			r.do(string(word), operands)
		}
		operands = operands[:0]
	}
}

// skipImage passes over an image in the content: its data are bytes of any
// kind, up to EI between spaces.
func skipImage(l *pdfLexer) {
	rest := l.data[l.at:]
	start := bytes.Index(rest, []byte("ID"))
	if start < 0 {
		l.at = len(l.data)
		return
	}
	for at := start + 2; ; {
		n := bytes.Index(rest[at:], []byte("EI"))
		if n < 0 {
			l.at = len(l.data)
			return
		}
		at += n + 2
		if isPDFSpace(rest[at-3]) && (at == len(rest) || isPDFSpace(rest[at])) {
			l.at += at
			return
		}
	}
}

// form reads a form that content stands in of its own.
func (r *pdfRun) form(name pdfName) {
	stream, ok := r.file.resolve(r.file.dict(r.resources["XObject"])[name]).(*pdfStream)
	if !ok || r.file.name(stream.dict["Subtype"]) != "Form" || r.depth >= maxPDFForms {
		return
	}
	data, err := r.file.decode(stream)
	if err != nil {
		return
	}
	ctm := r.state.ctm
	if m := r.file.array(stream.dict["Matrix"]); len(m) == 6 {
		n := func(i int) float64 { return r.file.number(m[i]) }
		ctm = pdfMatrix{n(0), n(1), n(2), n(3), n(4), n(5)}.then(ctm)
	}
	resources := r.file.dict(stream.dict["Resources"])
	if resources == nil {
		resources = r.resources
	}
	r.depth++
	r.paint(data, resources, ctm)
	r.depth--
}
