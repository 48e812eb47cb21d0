package grounding

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// A word is what closeness is counted in: a word, a number, or a character of
// a script whose words cannot be told apart.
type word struct {
	analysis.Token
	key      string // equal for forms of one word
	written  string // as it stands in the normal form
	common   bool   // a function word
	capital  bool   // has a capital
	acronym  bool   // starts with two capitals, so that it is a name wherever it stands
	initial  bool   // starts a sentence or a quote, where any word has a capital
	sentence int    // of the text, from 0
}

// wordsOf are the words of a text, in its normal form, in the language lang.
func wordsOf(text, lang string) []word {
	text = normalize(text).text
	var words []word
	sentences := analysis.Sentences(text)
	sentence, initial := 0, true
	for _, t := range analysis.Tokens(text) {
		for sentence+1 < len(sentences) && sentences[sentence+1].Start <= t.Start {
			sentence, initial = sentence+1, true
		}
		w := word{Token: t, written: t.Of(text), sentence: sentence, initial: initial || opens(text[:t.Start])}
		letters := []rune(strings.ReplaceAll(w.written, ".", ""))
		w.capital = slices.ContainsFunc(letters, unicode.IsUpper)
		w.acronym = len(letters) > 1 && unicode.IsUpper(letters[0]) && unicode.IsUpper(letters[1])
		words = w.appendTo(words, lang)
		initial = false
	}
	return words
}

// opens says that a text in normal form ends in a mark after which a capital means
// nothing: a colon, a bracket, the quotation mark that opens a quote.
func opens(text string) bool {
	text, quoted := strings.CutSuffix(text, "'")
	last, _ := utf8.DecodeLastRuneInString(text)
	return quoted && !isWordy(last) || unicode.IsPunct(last) && last != '-'
}

// appendTo adds the word, or its characters when it is made of several words.
func (w word) appendTo(words []word, lang string) []word {
	switch w.Kind {
	case analysis.Word:
		// Twice, because a Slavic name may end like an ending: Песков, Пескова.
		w.key = analysis.Stem(analysis.Stem(w.Text, lang), lang)
		if value := lex().number[w.Text]; value != nil {
			w.key = value.RatString()
		}
		w.common = analysis.IsCommon(w.Token, lang)
		return append(words, w)
	case analysis.Number:
		w.key = w.Text
		i := strings.IndexFunc(w.Text, func(r rune) bool { return unicode.IsLetter(r) && isUncased(r) })
		if i < 1 {
			return append(words, w)
		}
		w.key = w.Text[:i] // 8일
		words = append(words, w)
		w.Kind, w.Text = analysis.Run, w.Text[i:]
	}
	for _, r := range w.Text {
		w.key = string(r)
		w.common = analysis.IsCommon(analysis.Token{Text: w.key, Kind: analysis.Run}, lang)
		words = append(words, w)
	}
	return words
}

// isUncased says that r's script has no capitals.
func isUncased(r rune) bool { return !unicode.IsUpper(r) && !unicode.IsLower(r) && !unicode.IsTitle(r) }

// align is the longest common subsequence of two texts' words: for each word
// of the statement its place in the source, or -1. Its time and space are the
// product of the two lengths, which MaxStatement and maxSource bound.
func align(statement, source []word) []int {
	width := len(source) + 1
	lengths := make([]uint16, (len(statement)+1)*width) // of the subsequence of what follows i and j
	for i := len(statement) - 1; i >= 0; i-- {
		for j := len(source) - 1; j >= 0; j-- {
			if statement[i].key == source[j].key {
				lengths[i*width+j] = lengths[(i+1)*width+j+1] + 1
			} else {
				lengths[i*width+j] = max(lengths[(i+1)*width+j], lengths[i*width+j+1])
			}
		}
	}
	places := make([]int, len(statement))
	for i, j := 0, 0; i < len(statement); {
		switch {
		case j < len(source) && statement[i].key == source[j].key:
			places[i] = j
			i, j = i+1, j+1
		case j == len(source) || lengths[(i+1)*width+j] >= lengths[i*width+j+1]:
			places[i] = -1
			i++
		default:
			j++
		}
	}
	return places
}

// A gap is where a statement and its source differ: the one's words in the
// place of the other's. Either may be empty.
type gap struct {
	statement, source []word
}

// margin is how many words before the first that a statement shares with its
// source, and after the last, can still bear on it: "he denied that", and verbs
// at the end.
const margin = 4

// gaps are the differences between two aligned texts.
func gaps(statement, source []word, places []int) []gap {
	var found []gap
	add := func(s, t []word) {
		if len(s)+len(t) > 0 {
			found = append(found, gap{s, t})
		}
	}
	begin, next := 0, -1 // of the gap in the statement, and in the source: unknown before the first match
	for i, j := range places {
		if j < 0 {
			continue
		}
		if next < 0 {
			next = j
			for next > max(0, j-margin-i) && source[next-1].sentence == source[j].sentence {
				next--
			}
		}
		add(statement[begin:i], source[next:j])
		begin, next = i+1, j+1
	}
	if next < 0 {
		return []gap{{statement, source}}
	}
	rest, end := statement[begin:], next
	for end < min(len(source), next+margin+len(rest)) && source[end].sentence == source[next-1].sentence {
		end++
	}
	add(rest, source[next:end])
	return found
}
