package extract

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// A pdfMaker writes PDF files for tests.
type pdfMaker struct {
	objects []string // the body of object i+1
	trailer string   // more keys of it
}

// add adds an object and is its number.
func (m *pdfMaker) add(body string) int {
	m.objects = append(m.objects, body)
	return len(m.objects)
}

// stream adds a stream with more keys.
func (m *pdfMaker) stream(keys, data string) int {
	return m.add(fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(data), keys, data))
}

// fonts adds the fonts that the contents of tests name: F1 and F2 are
// Helvetica and its bold face in Windows-1252, F3 has codes of UTF-16 that a
// ToUnicode map tells.
func (m *pdfMaker) fonts() string {
	f1 := m.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	f2 := m.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
	unicode := m.stream("", "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n1 beginbfrange <0020> <FFDC> <0020> endbfrange endcmap")
	descendant := m.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 500 /W [12288 65000 1000] >>")
	f3 := m.add(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", descendant, unicode))
	return fmt.Sprintf("<< /Font << /F1 %d 0 R /F2 %d 0 R /F3 %d 0 R >> >>", f1, f2, f3)
}

// pages adds pages with these contents, and the catalogue.
func (m *pdfMaker) pages(contents ...string) {
	resources := m.fonts()
	tree := m.add("")
	var kids []string
	for _, content := range contents {
		c := m.stream("", content)
		page := m.add(fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>", tree, c))
		kids = append(kids, fmt.Sprintf("%d 0 R", page))
	}
	m.objects[tree-1] = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] /Resources %s >>", len(kids), strings.Join(kids, " "), resources)
	root := m.add(fmt.Sprintf("<< /Type /Catalog /Pages %d 0 R /Lang (en-GB) >>", tree))
	m.trailer += fmt.Sprintf(" /Root %d 0 R", root)
}

// bytes is the file.
func (m *pdfMaker) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	offsets := make([]int, len(m.objects))
	for i, body := range m.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, m.trailer, start)
	return b.Bytes()
}

// makePDF is a file with pages of these contents.
func makePDF(contents ...string) []byte {
	var m pdfMaker
	m.pages(contents...)
	return m.bytes()
}

// set is content that sets lines in a font, below each other from x, y.
func set(font string, size, x, y float64, lines ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "BT /%s %g Tf %g TL 1 0 0 1 %g %g Tm\n", font, size, size*1.2, x, y)
	for _, line := range lines {
		if font == "F3" {
			fmt.Fprintf(&b, "<%s> Tj T*\n", utf16Hex(line))
			continue
		}
		raw, err := charmap.Windows1252.NewEncoder().String(line)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "(%s) Tj T*\n", strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(raw))
	}
	b.WriteString("ET\n")
	return b.String()
}

func utf16Hex(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}

// deflated is data compressed by zlib.
func deflated(data string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write([]byte(data)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}
