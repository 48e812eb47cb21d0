package extract

import (
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// A pdfFont tells what the bytes of a string stand for, and how wide they are.
type pdfFont struct {
	bold    bool
	bytes   int               // of a code: 1, 2, or 0 for 1 or 2 as the encoding has it
	unicode map[uint32]string // what codes stand for, from the font's ToUnicode
	simple  []string          // what codes of one byte stand for otherwise; 256 or none
	decoder encoding.Encoding // what codes of several bytes stand for otherwise; nil: nobody knows
	widths  map[uint32]float64
	missing float64 // the width of other codes, in thousandths of the size; -1: estimated
}

// A pdfCode is a code in a string.
type pdfCode struct {
	code  uint32
	text  string // "\uFFFD" when the font does not tell
	space bool   // it is the code of one byte that word spacing goes to
}

// codes cuts a string into codes.
func (font *pdfFont) codes(raw pdfString) []pdfCode {
	codes := make([]pdfCode, 0, len(raw))
	for len(raw) > 0 {
		n := font.bytes
		if n == 0 {
			n = 1
			if raw[0] >= 0x81 {
				n = 2
			}
		}
		n = min(n, len(raw))
		var c pdfCode
		for i := range n {
			c.code = c.code<<8 | uint32(raw[i])
		}
		c.space = n == 1 && raw[0] == ' '
		c.text = font.text(c.code, string(raw[:n]))
		codes = append(codes, c)
		raw = raw[n:]
	}
	return codes
}

// text is what a code stands for.
func (font *pdfFont) text(code uint32, raw string) string {
	if text, ok := font.unicode[code]; ok {
		return text
	}
	if font.simple != nil && len(raw) == 1 {
		return font.simple[raw[0]]
	}
	if font.decoder != nil {
		if text, err := font.decoder.NewDecoder().String(raw); err == nil {
			return text
		}
	}
	return "\uFFFD"
}

// width is how far a code moves on, in thousandths of the size.
func (font *pdfFont) width(c pdfCode) float64 {
	if w, ok := font.widths[c.code]; ok {
		return w
	}
	if font.missing >= 0 {
		return font.missing
	}
	return estimatedWidth(c.text)
}

// estimatedWidth is about the width of a letter in Helvetica and Times: files
// may leave out the widths of the fonts that every reader has.
func estimatedWidth(text string) float64 {
	switch {
	case strings.ContainsAny(text, "iljtfI.,;:'|![]() "):
		return 280
	case strings.ContainsAny(text, "mwMW@%—"):
		return 830
	case text >= "A" && text <= "Z":
		return 680
	}
	return 520
}

// boldFont is the names of bold faces: in words, and as TeX has them.
var boldFont = regexp.MustCompile(`(?i)bold|black|heavy|demi|-medi$|^(?:\w{6}\+)?(?:cmb|cmssb|ecb|sfb)`)

// boldDescriptor reports whether a font's descriptor calls it bold (PDF
// 32000-1:2008, 9.8.1): by its weight, or by the flag ForceBold.
func (f *pdfFile) boldDescriptor(font pdfDict) bool {
	if below := f.array(font["DescendantFonts"]); len(below) > 0 {
		font = f.dict(below[0])
	}
	descriptor := f.dict(font["FontDescriptor"])
	return f.number(descriptor["FontWeight"]) >= 600 || int(f.number(descriptor["Flags"]))&(1<<18) != 0
}

// font reads a font's dictionary.
func (f *pdfFile) font(dict pdfDict) *pdfFont {
	font := &pdfFont{missing: -1, bytes: 1, widths: make(map[uint32]float64)}
	base := string(f.name(dict["BaseFont"]))
	font.bold = boldFont.MatchString(base) || f.boldDescriptor(dict)
	if stream, ok := f.resolve(dict["ToUnicode"]).(*pdfStream); ok {
		if data, err := f.decode(stream); err == nil {
			font.unicode = f.charMap(data)
		}
	}
	if f.name(dict["Subtype"]) == "Type0" {
		f.composite(font, dict)
		return font
	}
	font.simple = f.simpleEncoding(dict)
	if symbols := dingbats.FindString(base); symbols != "" {
		// Texts have no use for them but to mark the points of a list.
		for c := range font.simple {
			if symbols != "CMSY" || c < ' ' {
				font.simple[c] = "•"
			}
		}
	}
	first := f.number(dict["FirstChar"])
	for i, w := range f.array(dict["Widths"]) {
		if code := first + float64(i); code >= 0 && code < 256 {
			font.widths[uint32(code)] = f.number(w)
		}
	}
	if strings.Contains(base, "Courier") {
		font.missing = 600
	}
	if matrix := f.array(dict["FontMatrix"]); len(matrix) == 6 { // Type3's widths are in units of its own
		for code, w := range font.widths {
			font.widths[code] = w * f.number(matrix[0]) * 1000
		}
	}
	return font
}

var dingbats = regexp.MustCompile(`Dingbats|Wingdings|CMSY`)

// composite reads a font whose codes have several bytes.
func (f *pdfFile) composite(font *pdfFont, dict pdfDict) {
	font.bytes = 2
	name := string(f.name(dict["Encoding"]))
	switch {
	case strings.Contains(name, "UCS2"), strings.Contains(name, "UTF16"):
		font.decoder = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case strings.Contains(name, "RKSJ"):
		font.bytes, font.decoder = 0, charsetOf("shift_jis")
	case strings.HasPrefix(name, "GB"):
		font.bytes, font.decoder = 0, charsetOf("gb18030")
	case strings.HasPrefix(name, "KSC"):
		font.bytes, font.decoder = 0, charsetOf("euc-kr")
	case strings.HasPrefix(name, "ETen"), strings.HasPrefix(name, "B5"):
		font.bytes, font.decoder = 0, charsetOf("big5")
	}
	font.missing = 1000
	for _, d := range f.array(dict["DescendantFonts"]) {
		descendant := f.dict(d)
		if w, ok := f.resolve(descendant["DW"]).(float64); ok {
			font.missing = w
		}
		f.compositeWidths(font, f.array(descendant["W"]))
	}
}

func charsetOf(label string) encoding.Encoding {
	e, _ := charset.Lookup(label)
	return e
}

// compositeWidths reads "first [w w w]" and "first last w".
func (f *pdfFile) compositeWidths(font *pdfFont, list pdfArray) {
	for len(list) >= 2 {
		first := f.number(list[0])
		if first < 0 || first > 0xFFFF {
			return
		}
		if widths, ok := f.resolve(list[1]).(pdfArray); ok {
			f.work.spend(len(widths))
			for i, w := range widths {
				font.widths[uint32(first)+uint32(i)] = f.number(w)
			}
			list = list[2:]
			continue
		}
		if len(list) < 3 {
			return
		}
		last, w := min(f.number(list[1]), 0xFFFF), f.number(list[2])
		f.work.spend(max(int(last-first), 0))
		for code := first; code <= last; code++ {
			font.widths[uint32(code)] = w
		}
		list = list[3:]
	}
}

// simpleEncoding is what codes of one byte stand for when the font has no
// ToUnicode.
func (f *pdfFile) simpleEncoding(dict pdfDict) []string {
	encoding := f.resolve(dict["Encoding"])
	base := f.name(encoding)
	differences := f.dict(encoding)
	if differences != nil {
		base = f.name(differences["BaseEncoding"])
	}
	table := charmap.Windows1252
	if base == "MacRomanEncoding" {
		table = charmap.Macintosh
	}
	codes := make([]string, 256)
	for c := range codes {
		codes[c] = string(table.DecodeByte(byte(c)))
	}
	if base == "" || base == "StandardEncoding" {
		// Adobe's own differs in what is found in text.
		for code, text := range map[byte]string{'\'': "’", '`': "‘", 0xA9: "'", 0xAA: "“", 0xAE: "fi", 0xAF: "fl",
			0xB1: "–", 0xB7: "•", 0xB9: "„", 0xBA: "”", 0xBC: "…", 0xD0: "—", 0xF5: "ı", 0xFA: "œ", 0xFB: "ß"} {
			codes[code] = text
		}
	}
	code := 0
	for _, value := range f.array(differences["Differences"]) {
		switch value := f.resolve(value).(type) {
		case float64:
			code = int(value)
		case pdfName:
			if code >= 0 && code < 256 {
				codes[code] = glyphText(string(value))
			}
			code++
		}
	}
	return codes
}
