package grounding

import (
	"strings"

	"github.com/mozillazg/go-unidecode"

	"storybot/retrieval/analysis"
)

// judgeTranslation compares a claim with a citation in another language, of which
// it can only be a translation. Words cannot be compared, so that the quote has to
// stand beside it; numbers by value, names by their sound, and negations and hedges
// can.
func (c citation) judgeTranslation(s claim, mode Mode) Verdict {
	v := Verdict{Decision: Shown, Translated: true}
	v.limit(ShownWithQuote, "It is a translation.")
	c.limitNumbers(&v, s)
	if name := c.unheardName(s); name != "" {
		v.limit(Replaced, "The name "+name+" is not in the passage.")
	}
	if marked(s.words, negation) != marked(c.source, negation) {
		v.limit(Replaced, "It has another negation than the passage.")
	}
	if marked(c.source, hedge) && !marked(s.words, hedge) {
		v.limit(Replaced, "It is surer than the passage.")
	}
	if len(analysis.Sentences(s.text)) > len(analysis.Sentences(c.sentences.Of(c.paragraph))) {
		v.limit(Replaced, "It says more than the passage.")
	}
	if c.asks() && !isQuestion(s.text) {
		v.limit(Replaced, "It states what the passage asks.")
	}
	v.limitMode(mode)
	return v
}

func marked(words []word, m mark) bool {
	return has(words, func(w word) bool { return w.marks&m != 0 })
}

// unheardName finds a name of the claim that sounds like nothing in the paragraph, and is
// no country that it speaks of; "" in German, where any noun looks like a name.
func (c citation) unheardName(s claim) string {
	if s.own == "de" {
		return ""
	}
	heard := sound(c.paragraph)
	for _, w := range s.words {
		if !mayBeName(w) || w.initial && !w.acronym || c.known().words[w.key] {
			continue
		}
		if name := sound(analysis.Stem(w.Text, s.own)); len(name) >= minSound && !strings.Contains(heard, name) {
			return w.written
		}
	}
	return ""
}

// minSound is how many consonants a name must have to be told by them.
const minSound = 2

// sound is a text by its consonants, as far as scripts tell them apart: Korean
// writes P for F, Russian V for W, Japanese R for L.
func sound(text string) string {
	latin := strings.ToLower(unidecode.Unidecode(text))
	var b strings.Builder
	for _, r := range latin {
		var class byte
		switch r {
		case 'b', 'p', 'f', 'v', 'w':
			class = 'p'
		case 'd', 't':
			class = 't'
		case 'c', 'g', 'k', 'q', 'x':
			class = 'k'
		case 'l', 'r':
			class = 'l'
		case 's', 'z', 'j':
			class = 's'
		case 'm', 'n':
			class = byte(r)
		default:
			continue // vowels, h and y come and go
		}
		if s := b.String(); s == "" || s[len(s)-1] != class {
			b.WriteByte(class)
		}
	}
	return b.String()
}
