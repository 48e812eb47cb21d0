package extract

import (
	"bytes"
	"strconv"
)

// A pdfValue is an object of a PDF file (PDF 32000-1:2008, 7.3): nil, bool,
// float64, pdfString, pdfName, pdfArray, pdfDict, pdfRef or *pdfStream; a
// pdfWord where a file or a content stream has a keyword.
type pdfValue any

type (
	pdfString string // bytes as written: what they mean depends on the font
	pdfName   string // without its slash
	pdfWord   string
	pdfRef    int // the number of the object that is meant
	pdfArray  []pdfValue
	pdfDict   map[pdfName]pdfValue
)

// A pdfStream is a dictionary and the bytes that it describes, encoded.
type pdfStream struct {
	dict pdfDict
	raw  []byte
}

// maxPDFNesting is how deep arrays and dictionaries may stand in each other.
const maxPDFNesting = 64

// A pdfLexer reads objects from bytes.
type pdfLexer struct {
	data []byte
	at   int
	refs bool     // "1 0 R" is a reference, as it is outside of content
	work *pdfWork // what reading may cost
}

// next is the next object; done at the end of the bytes. What is malformed is
// passed over, as readers of PDF do.
func (l *pdfLexer) next() (value pdfValue, done bool) { return l.object(0) }

func (l *pdfLexer) object(depth int) (pdfValue, bool) {
	l.space()
	l.work.spend(1)
	if l.at >= len(l.data) {
		return nil, true
	}
	if depth > maxPDFNesting {
		panic(errPDFWork)
	}
	switch c := l.data[l.at]; c {
	case '(':
		return l.literal(), false
	case '/':
		l.at++
		return l.name(), false
	case '<':
		if l.peek(1) == '<' {
			l.at += 2
			return l.dict(depth), false
		}
		return l.hex(), false
	case '[':
		l.at++
		var array pdfArray
		for {
			value, done := l.object(depth + 1)
			if done || value == pdfWord("]") {
				return array, false
			}
			if word, ok := value.(pdfWord); ok && (word == "endobj" || word == ">>") {
				return array, false
			}
			array = append(array, value)
		}
	case ']', '{', '}', ')':
		l.at++
		return pdfWord(c), false
	case '>':
		l.at++
		if l.peek(0) == '>' {
			l.at++
		}
		return pdfWord(">>"), false
	}
	return l.word(), false
}

func (l *pdfLexer) dict(depth int) pdfDict {
	dict := make(pdfDict)
	for {
		key, done := l.object(depth + 1)
		if done || key == pdfWord(">>") || key == pdfWord("endobj") {
			return dict
		}
		name, ok := key.(pdfName)
		if !ok {
			continue
		}
		value, done := l.object(depth + 1)
		if done || value == pdfWord(">>") {
			return dict
		}
		dict[name] = value
	}
}

func (l *pdfLexer) peek(n int) byte {
	if l.at+n < len(l.data) {
		return l.data[l.at+n]
	}
	return 0
}

// space passes over white space and comments.
func (l *pdfLexer) space() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case isPDFSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

func isPDFSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isPDFDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// regular is what stands until the next space or delimiter.
func (l *pdfLexer) regular() []byte {
	from := l.at
	for l.at < len(l.data) && !isPDFSpace(l.data[l.at]) && !isPDFDelimiter(l.data[l.at]) {
		l.at++
	}
	l.work.spend((l.at - from) / 16)
	return l.data[from:l.at]
}

func (l *pdfLexer) name() pdfName {
	raw := l.regular()
	if bytes.IndexByte(raw, '#') < 0 {
		return pdfName(raw)
	}
	name := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			if n, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8); err == nil {
				name = append(name, byte(n))
				i += 2
				continue
			}
		}
		name = append(name, raw[i])
	}
	return pdfName(name)
}

// word is a number, a reference, true, false, null, or a keyword.
func (l *pdfLexer) word() pdfValue {
	raw := l.regular()
	if len(raw) == 0 {
		l.at++ // unreachable: object handles every delimiter
		return nil
	}
	if n, ok := pdfNumber(raw); ok {
		if l.refs && raw[0] >= '0' && raw[0] <= '9' && n == float64(int(n)) && l.reference() {
			return pdfRef(n)
		}
		return n
	}
	switch word := string(raw); word {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	default:
		return pdfWord(word)
	}
}

// reference passes over the rest of a reference, "0 R", if it stands there.
func (l *pdfLexer) reference() bool {
	from := l.at
	l.space()
	generation := l.regular()
	if len(generation) == 0 || len(generation) > 5 || len(bytes.Trim(generation, "0123456789")) > 0 {
		l.at = from
		return false
	}
	l.space()
	if r := l.regular(); len(r) != 1 || r[0] != 'R' {
		l.at = from
		return false
	}
	return true
}

// pdfNumber reads a number. Some writers double the sign or put one inside.
func pdfNumber(raw []byte) (float64, bool) {
	if c := raw[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return 0, false
	}
	if n, err := strconv.ParseFloat(string(raw), 64); err == nil && len(bytes.Trim(raw, "0123456789.+-")) == 0 {
		return n, n < 1e12 && n > -1e12
	}
	if bytes.HasPrefix(raw, []byte("--")) {
		return pdfNumber(raw[1:])
	}
	return 0, false
}
