package extract

import (
	"math"
	"strings"
)

// A pdfRun is the reading of one content stream.
type pdfRun struct {
	*pdfPainter
	resources pdfDict
	local     map[pdfName]*pdfFont // by their names in the resources
	state     pdfState
	saved     []pdfState
	text      pdfMatrix // where the next letter stands
	line      pdfMatrix // where the line starts
	marks     []pdfMark // of the marked content that is open
}

// A pdfState is the state that operators change and q and Q keep.
type pdfState struct {
	ctm                           pdfMatrix
	font                          *pdfFont
	size, spacing, words, leading float64
	scale, rise                   float64
	stroked                       bool // letters have their outlines drawn, too: bold ones where no such font is
}

// A pdfMark is marked content: what it is, and what to read in its place.
type pdfMark struct {
	artifact bool
	instead  *string // its ActualText, "" once it was written
}

// do does one operator (PDF 32000-1:2008, annex A).
func (r *pdfRun) do(operator string, operands []pdfValue) {
	n := func(i int) float64 {
		if i < len(operands) {
			x, _ := operands[i].(float64)
			return x
		}
		return 0
	}
	last := func() pdfValue {
		if len(operands) == 0 {
			return nil
		}
		return operands[len(operands)-1]
	}
	s := &r.state
	switch operator {
	case "q":
		if len(r.saved) < maxPDFStates {
			r.saved = append(r.saved, *s)
		}
	case "Q":
		if n := len(r.saved); n > 0 {
			*s, r.saved = r.saved[n-1], r.saved[:n-1]
		}
	case "cm":
		s.ctm = pdfMatrix{n(0), n(1), n(2), n(3), n(4), n(5)}.then(s.ctm)
	case "BT":
		r.text, r.line = moved(0, 0), moved(0, 0)
	case "Tf":
		if len(operands) == 2 {
			name, _ := operands[0].(pdfName)
			s.font, s.size = r.fontNamed(name), n(1)
		}
	case "Tc":
		s.spacing = n(0)
	case "Tw":
		s.words = n(0)
	case "Tz":
		s.scale = n(0) / 100
	case "TL":
		s.leading = n(0)
	case "Tr":
		s.stroked = n(0) == 2
	case "Ts":
		s.rise = n(0)
	case "Td":
		r.move(n(0), n(1))
	case "TD":
		s.leading = -n(1)
		r.move(n(0), n(1))
	case "Tm":
		r.line = pdfMatrix{n(0), n(1), n(2), n(3), n(4), n(5)}
		r.text = r.line
	case "T*":
		r.move(0, -s.leading)
	case "Tj":
		r.show(last())
	case "'":
		r.move(0, -s.leading)
		r.show(last())
	case "\"":
		s.words, s.spacing = n(0), n(1)
		r.move(0, -s.leading)
		r.show(last())
	case "TJ":
		list, _ := last().(pdfArray)
		for _, value := range list {
			if back, ok := value.(float64); ok {
				r.text = moved(-back/1000*s.size*s.scale, 0).then(r.text)
				continue
			}
			r.show(value)
		}
	case "BMC", "BDC":
		r.mark(operands)
	case "EMC":
		if n := len(r.marks); n > 0 {
			r.marks = r.marks[:n-1]
		}
	case "Do":
		name, _ := last().(pdfName)
		r.form(name)
	}
}

func (r *pdfRun) move(x, y float64) {
	r.line = moved(x, y).then(r.line)
	r.text = r.line
}

// fontNamed is the font of that name in the resources.
func (r *pdfRun) fontNamed(name pdfName) *pdfFont {
	if font := r.local[name]; font != nil {
		return font
	}
	value := r.file.dict(r.resources["Font"])[name]
	ref, shared := value.(pdfRef)
	font := r.fonts[ref]
	if font == nil || !shared {
		dict := r.file.dict(value)
		if dict == nil {
			return nil
		}
		font = r.file.font(dict)
		if shared {
			r.fonts[ref] = font
		}
	}
	r.local[name] = font
	return font
}

// show writes a string.
func (r *pdfRun) show(value pdfValue) {
	raw, ok := value.(pdfString)
	s := &r.state
	if !ok || s.font == nil {
		return
	}
	r.file.work.spend(len(raw))
	for _, c := range s.font.codes(raw) {
		at := pdfMatrix{s.size * s.scale, 0, 0, s.size, 0, s.rise}.then(r.text).then(s.ctm)
		wide := s.font.width(c) / 1000
		r.put(c.text, at, wide)
		forward := wide*s.size + s.spacing
		if c.space {
			forward += s.words
		}
		r.text = moved(forward*s.scale, 0).then(r.text)
	}
}

// put keeps a piece of text, if it is upright: what is turned is a label of a
// picture, or a stamp across the page.
func (r *pdfRun) put(text string, at pdfMatrix, wide float64) {
	size := math.Hypot(at.c, at.d)
	if at.a <= 0 || math.Abs(at.b) > at.a/10 || size < 0.5 || size > 1000 || math.Abs(at.e) > 1e5 || math.Abs(at.f) > 1e5 {
		return
	}
	text = strings.ReplaceAll(text, "\u00ad", "-") // a hyphen that is drawn is seen
	glyph := pdfGlyph{text: text, x: at.e, y: at.f, width: wide * at.a, size: size, bold: r.state.font.bold || r.state.stroked}
	for _, m := range r.marks {
		glyph.artifact = glyph.artifact || m.artifact
		if m.instead != nil {
			glyph.text, *m.instead = *m.instead, ""
			break
		}
	}
	if r.bytes += len(glyph.text); r.bytes > maxPDFText {
		panic(errPDFWork)
	}
	r.glyphs = append(r.glyphs, glyph)
}

// mark opens marked content.
func (r *pdfRun) mark(operands []pdfValue) {
	if len(r.marks) >= maxPDFStates {
		return
	}
	var m pdfMark
	if len(operands) > 0 {
		m.artifact = operands[0] == pdfName("Artifact")
	}
	if len(operands) > 1 {
		properties := operands[1]
		if name, ok := properties.(pdfName); ok {
			properties = r.file.dict(r.resources["Properties"])[name]
		}
		if text, ok := r.file.resolve(r.file.dict(properties)["ActualText"]).(pdfString); ok {
			instead := textString(text)
			m.instead = &instead
		}
	}
	r.marks = append(r.marks, m)
}
