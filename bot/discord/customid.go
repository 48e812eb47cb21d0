package discord

import (
	"strconv"
	"strings"
)

// A customID is what a component of the bot's is for. Discord sends it back when somebody
// uses the component; a modified client can send any. So it says what is wanted, and never
// what is allowed.
//
// As text it is "page:k3v9x2m4p6q7a:2:en", at most 100 characters; the kind says which of its
// parts it has.
type customID struct {
	kind   string
	answer string // the id of an answer or a check
	n      int    // of a citation, a page or a menu, from 1
	lang   string // in which the pages were laid out: another's words take another room
}

// customIDParts are the parts that an id of a kind has, besides the kind.
func customIDParts(kind string) (answer, n, known bool) {
	switch kind {
	case "cite", "near", // open a citation, or one of the paragraphs that come nearest
		"cites", // the menu that opens the one chosen, of which a page may have several
		"page":  // shows a page
		return true, true, true
	case "good", "wrong", "missed", // opinions
		"which", // the menu that asks which citation is wrong
		"tell":  // has a person be told of an answer, or not any more
		return true, false, true
	case "forget", "keep": // forgets a person, or does not
		return false, false, true
	}
	return false, false, false
}

const (
	maxAnswerID = 32 // letters and digits
	maxNumber   = 9999
)

// String is the id as components carry it.
func (c customID) String() string {
	text := c.kind
	if c.answer != "" {
		text += ":" + c.answer
	}
	if c.n != 0 {
		text += ":" + strconv.Itoa(c.n)
	}
	if c.lang != "" {
		text += ":" + c.lang
	}
	return text
}

// parseCustomID reads what String has written, and nothing else.
func parseCustomID(text string) (customID, bool) {
	fields := strings.Split(text, ":")
	c := customID{kind: fields[0]}
	hasAnswer, hasN, known := customIDParts(c.kind)
	if !known {
		return customID{}, false
	}
	fields = fields[1:]
	if hasAnswer {
		if len(fields) == 0 || !isAnswerID(fields[0]) {
			return customID{}, false
		}
		c.answer, fields = fields[0], fields[1:]
	}
	if hasN {
		if len(fields) == 0 {
			return customID{}, false
		}
		var err error
		if c.n, err = strconv.Atoi(fields[0]); err != nil || c.n < 1 || c.n > maxNumber {
			return customID{}, false
		}
		fields = fields[1:]
	}
	if c.kind == "page" {
		if len(fields) == 0 || !isLanguage(fields[0]) {
			return customID{}, false
		}
		c.lang = fields[0]
	}
	return c, c.String() == text // neither more fields nor "+1" nor "01"
}

// isAnswerID reports whether a text can be an answer's id: see bot.newID.
func isAnswerID(id string) bool {
	return id != "" && len(id) <= maxAnswerID && strings.IndexFunc(id, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) < 0
}

// isLanguage reports whether a text can be a language's code, as "ko" or "pt-BR".
func isLanguage(code string) bool {
	return code != "" && len(code) <= 12 && strings.IndexFunc(code, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' }) < 0
}
