package extract

import "bytes"

// literal is a string in parentheses.
func (l *pdfLexer) literal() pdfString {
	l.at++
	var text []byte
	for depth := 1; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.at++
				l.work.spend(len(text) / 16)
				return pdfString(text)
			}
		case '\\':
			l.at++
			text = l.escape(text)
			continue
		}
		text = append(text, c)
	}
	return pdfString(text)
}

// escape appends what the escape sequence at l.at stands for, and leaves l.at
// at its last byte.
func (l *pdfLexer) escape(text []byte) []byte {
	c := l.peek(0)
	switch c {
	case 'n':
		return append(text, '\n')
	case 'r':
		return append(text, '\r')
	case 't':
		return append(text, '\t')
	case 'b':
		return append(text, '\b')
	case 'f':
		return append(text, '\f')
	case '\n':
		return text
	case '\r':
		if l.peek(1) == '\n' {
			l.at++
		}
		return text
	}
	if c < '0' || c > '7' {
		return append(text, c)
	}
	n := int(c - '0')
	for range 2 {
		c := l.peek(1)
		if c < '0' || c > '7' {
			break
		}
		n = n*8 + int(c-'0')
		l.at++
	}
	return append(text, byte(n))
}

// hex is a string in hexadecimal digits.
func (l *pdfLexer) hex() pdfString {
	l.at++
	end := bytes.IndexByte(l.data[l.at:], '>')
	if end < 0 {
		end = len(l.data) - l.at
	}
	text := unhex(l.data[l.at : l.at+end])
	l.at = min(l.at+end+1, len(l.data))
	l.work.spend(len(text) / 16)
	return pdfString(text)
}

// unhex decodes hexadecimal digits; other bytes between them count for nothing.
func unhex(raw []byte) []byte {
	text := make([]byte, 0, len(raw)/2+1)
	half := -1
	for _, c := range raw {
		digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		switch {
		case digit < 0 || c < '0':
		case half < 0:
			half = digit
		default:
			text = append(text, byte(half<<4|digit))
			half = -1
		}
	}
	if half >= 0 {
		text = append(text, byte(half<<4))
	}
	return text
}
