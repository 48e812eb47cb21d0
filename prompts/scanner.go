package prompts

import (
	"bytes"
	"encoding/json"
)

// A scanner finds the values of the first JSON object in a text that grows, and
// the elements of the lists among them, as soon as they are complete. It looks at
// each byte once, and only as far as that takes: whether what it finds is JSON is
// for others to say.
type scanner struct {
	at       int // next byte to look at
	start    int // of the object, once depth > 0
	depth    int // of open brackets
	done     bool
	inString bool
	escaped  bool // by a backslash, in a string

	key     string // of the value that is being read
	value   int    // where it begins; before the colon, where the key does
	list    bool   // it is a list
	element int    // where the list's next element begins
}

// next looks on to the end of a value, and gives it with the key of its field; or of
// the list's that it is an element of, which is given before the list. It gives nil
// when the text holds no more for now.
func (s *scanner) next(text []byte) (key string, element bool, found []byte) {
	for s.at < len(text) && !s.done && found == nil {
		c := text[s.at]
		s.at++
		switch {
		case s.escaped:
			s.escaped = false
		case s.inString:
			s.inString, s.escaped = c != '"', c == '\\'
		case s.depth == 0 && c != '{':
		case c == '"':
			s.inString = true
		case c == '{' || c == '[':
			s.open(c)
		case c == ':' && s.depth == 1:
			s.key, s.value, s.list = name(text[s.value:s.at-1]), s.at, false
		case c == ',' || c == '}' || c == ']':
			key, element, found = s.end(text, c)
		}
	}
	return key, element, found
}

func (s *scanner) open(bracket byte) {
	s.depth++
	switch s.depth {
	case 1:
		s.start, s.value = s.at-1, s.at
	case 2:
		s.list, s.element = bracket == '[', s.at
	}
}

// end gives what a comma or a closing bracket, the byte before at, has completed.
func (s *scanner) end(text []byte, mark byte) (key string, element bool, found []byte) {
	key = s.key
	if mark != ',' {
		s.depth--
	}
	switch {
	case s.list && s.depth == 2 && mark == '}': // the element ends with it
		element, found = true, bytes.TrimSpace(text[s.element:s.at])
		s.element = s.at
	case s.list && s.depth == 2 && mark == ',', s.list && s.depth == 1 && mark == ']':
		element, found = true, bytes.TrimSpace(text[s.element:s.at-1])
		s.element = s.at
	case s.depth == 1 && mark == ',', s.depth == 0:
		found = bytes.TrimSpace(text[s.value : s.at-1])
		s.key, s.value, s.list, s.done = "", s.at, false, s.depth == 0
	}
	if len(found) == 0 { // after an object's bracket, or in an empty list
		return "", false, nil
	}
	return key, element, found
}

// name is a key as it is written, without its quotation marks and escapes.
func name(raw []byte) string {
	var key string
	if json.Unmarshal(raw, &key) != nil {
		return "" // for json.Valid to say
	}
	return key
}
