package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// minPhrase is how many characters a phrase of a script without sentence
// marks has at least, about a sentence of news: Thai puts a space between
// sentences, but also around clauses, names and numbers.
const minPhrase = 160

// Sentences are the sentences of a paragraph by Unicode's rules (UAX 29),
// without the space around them. Abbreviations and initials do not end one. In
// scripts that mark no sentences (Thai, Lao, Khmer, Burmese) the phrases
// between spaces stand in for them.
func Sentences(text string) []Span {
	var spans []Span
	open := -1 // where a sentence began that an abbreviation did not end
	it := sentences.FromString(text)
	for it.Next() {
		start := it.Start()
		if open >= 0 {
			start = open
		}
		open = -1
		span := trim(text, Span{start, it.End()})
		if span.Start == span.End {
			continue
		}
		if it.End() < len(text) && endsInAbbreviation(span.Of(text), text[it.End():]) {
			open = span.Start
			continue
		}
		spans = appendPhrases(spans, text, span)
	}
	if open >= 0 {
		spans = appendPhrases(spans, text, trim(text, Span{open, len(text)}))
	}
	return spans
}

func trim(text string, s Span) Span {
	part := s.Of(text)
	left := strings.TrimLeftFunc(part, unicode.IsSpace)
	s.Start += len(part) - len(left)
	s.End = s.Start + len(strings.TrimRightFunc(left, unicode.IsSpace))
	return s
}

// abbreviations are words that are written with a dot and followed by a name.
// Those that end a sentence as often (etc., Inc., usw.) are left out.
var abbreviations = wordSet(`mr mrs ms messrs dr prof st gen col lt maj sgt capt cmdr adm brig sen rep gov rev hon jr sr mt
	c v vs ca cf viz al approx fl
	bzw bspw sog vgl evtl ggf inkl hr hrn geb gest mio mrd tsd bijv dhr mevr
	ste env sra srta dra ud uds ej ee uu sig dott avv mons
	г гг в вв ул обл тыс млн млрд руб св акад проф см вул tzw św`)

// countable are abbreviations that a number follows; before anything else they
// are words, as in "She said no."
var countable = wordSet(`no nos nr fig vol pp abs art ch chap pág págs núm pag стр рис
	jan feb mar apr jun jul aug sep sept oct okt nov dec dez`)

// beforeEra are the words before and after Christ, where the name of the era
// is no letter: n. Chr., av. J.-C.
var (
	beforeEra = wordSet(`n p av ap apr`)
	eras      = wordSet(`chr j`)
)

// counted are German words that ordinals stand before. Other languages write
// them small, so that no sentence seems to begin.
var counted = wordSet(`januar februar märz april mai juni juli august september oktober november dezember
	jahrhundert jahrhunderts jahrhunderten jahrtausend weltkrieg weltkriegs weltkrieges`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// endsInAbbreviation says that the dot at the end of a sentence belongs to its
// last word, given the rest of the text: Mr., J., U.S., d. h., No. before 5. A
// number and a dot is an ordinal where German likely means one, and else ends a
// sentence.
func endsInAbbreviation(sentence, rest string) bool {
	body, dotted := strings.CutSuffix(sentence, ".")
	if !dotted {
		return false
	}
	head, word := cutLastWord(body)
	if word == "" {
		return endsInOrdinal(body) && counted[firstWord(rest)]
	}
	lower := strings.ToLower(word)
	next, size := utf8.DecodeRuneInString(rest)
	switch {
	case abbreviations[lower], isLetter(word) && startsUpper(word):
		return true
	case isLetter(word) && (endsInLetter(head) || isLetter(rest[:size]) && strings.HasPrefix(rest[size:], ".")):
		return true
	case unicode.IsDigit(next):
		return isLetter(word) || countable[lower]
	}
	return beforeEra[lower] && eras[firstWord(rest)]
}

// isLetter says that the word is one letter, of a script that puts spaces
// between words.
func isLetter(word string) bool {
	letter, size := utf8.DecodeRuneInString(word)
	return size == len(word) && unicode.IsLetter(letter) && gramLength(letter) == 0
}

// endsInLetter says that text ends in a letter with a dot, as e.g. and d. h.
// have before their last one.
func endsInLetter(text string) bool {
	text, dotted := strings.CutSuffix(strings.TrimRightFunc(text, unicode.IsSpace), ".")
	_, word := cutLastWord(text)
	return dotted && isLetter(word)
}

// endsInOrdinal says that text ends in a number of one or two digits.
func endsInOrdinal(text string) bool {
	digits := len(text) - len(strings.TrimRight(text, "0123456789"))
	return digits == 1 || digits == 2
}

// cutLastWord cuts off the letters that text ends in.
func cutLastWord(text string) (head, word string) {
	head = strings.TrimRightFunc(text, unicode.IsLetter)
	return head, text[len(head):]
}

// firstWord is the letters that text begins with, in small letters.
func firstWord(text string) string {
	return strings.ToLower(text[:len(text)-len(strings.TrimLeftFunc(text, unicode.IsLetter))])
}

// appendPhrases adds the span, cut at spaces when its script marks no
// sentences.
func appendPhrases(spans []Span, text string, span Span) []Span {
	start := span.Start
	length := 0 // characters since start
	previous := rune(0)
	for i, r := range span.Of(text) {
		at := span.Start + i
		if length >= minPhrase && unicode.IsSpace(previous) && gramLength(r) == 3 {
			spans = append(spans, trim(text, Span{start, at}))
			start, length = at, 0
		}
		length++
		previous = r
	}
	last := Span{start, span.End}
	if n := len(spans); length < minPhrase/2 && start > span.Start && n > 0 {
		spans[n-1].End = last.End
		return spans
	}
	return append(spans, last)
}
