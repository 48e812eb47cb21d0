package extract

import "unicode/utf16"

// charMap reads a ToUnicode map: what each code stands for.
func (f *pdfFile) charMap(data []byte) map[uint32]string {
	const most = 1 << 17 // twice the codes of two bytes
	codes := make(map[uint32]string)
	l := &pdfLexer{data: data, work: f.work}
	var stack []pdfValue
	for len(codes) < most {
		value, done := l.next()
		if done {
			break
		}
		switch value {
		case pdfWord("beginbfchar"), pdfWord("beginbfrange"), pdfWord("begincodespacerange"):
			stack = stack[:0]
		case pdfWord("endbfchar"):
			for ; len(stack) >= 2; stack = stack[2:] {
				if from, ok := stack[0].(pdfString); ok {
					codes[codeOf(from)] = utf16Text(stack[1])
				}
			}
		case pdfWord("endbfrange"):
			for ; len(stack) >= 3; stack = stack[3:] {
				f.bfRange(codes, stack[0], stack[1], stack[2])
			}
		default:
			if len(stack) < 1000 {
				stack = append(stack, value)
			}
		}
	}
	return codes
}

// bfRange adds a range of a ToUnicode map: to is the text of the first code,
// the others follow it; or a list of texts.
func (f *pdfFile) bfRange(codes map[uint32]string, from, last, to pdfValue) {
	a, ok1 := from.(pdfString)
	b, ok2 := last.(pdfString)
	if !ok1 || !ok2 {
		return
	}
	low, high := codeOf(a), codeOf(b)
	if high < low || high-low > 0xFFFF {
		return
	}
	f.work.spend(int(high - low))
	if list, ok := to.(pdfArray); ok {
		for i, text := range list {
			if code := low + uint32(i); code <= high {
				codes[code] = utf16Text(text)
			}
		}
		return
	}
	text := []rune(utf16Text(to))
	if len(text) == 0 || len(text) > 16 {
		return
	}
	for code := low; code <= high; code++ {
		codes[code] = string(text)
		text[len(text)-1]++
	}
}

// codeOf is a code as a number.
func codeOf(raw pdfString) uint32 {
	var code uint32
	for i := range min(len(raw), 4) {
		code = code<<8 | uint32(raw[i])
	}
	return code
}

// utf16Text is a string in UTF-16, its higher bytes first.
func utf16Text(value pdfValue) string {
	raw, _ := value.(pdfString)
	if len(raw) == 1 {
		return string(rune(raw[0]))
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units))
}
