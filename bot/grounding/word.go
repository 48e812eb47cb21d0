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
	key      string // equal for words that say the same, see lexicon.key
	written  string // as it stands in the normal form
	common   bool   // a function word
	capital  bool   // has a capital
	acronym  bool   // starts with two capitals, so that it is a name wherever it stands
	initial  bool   // starts a sentence or a quote, where any word has a capital
	first    bool   // of its token, where that is taken apart
	marks    mark   // what it is known as, or what the stretch is that it begins
	sentence int    // of the text, from 0
	clause   int    // of the text, from 0: marks of punctuation and joints are between clauses
}

// wordsOf are the words of a text, in its normal form, in the language lang.
func wordsOf(text, lang string) []word {
	text = normalize(text).text
	var words []word
	sentences := analysis.Sentences(text)
	sentence, clause, end := 0, 0, 0
	for _, t := range analysis.Tokens(text) {
		initial := end == 0
		for sentence+1 < len(sentences) && sentences[sentence+1].Start <= t.Start {
			sentence, clause, initial = sentence+1, clause+1, true
		}
		if end < t.Start && strings.ContainsFunc(text[end:t.Start], endsClause) || lex().marks[t.Text]&joint != 0 {
			clause++
		}
		end = t.End
		w := word{Token: t, written: t.Of(text), sentence: sentence, clause: clause, initial: initial || opens(text[:t.Start])}
		letters := []rune(strings.ReplaceAll(w.written, ".", ""))
		w.capital = slices.ContainsFunc(letters, unicode.IsUpper)
		w.acronym = len(letters) > 1 && unicode.IsUpper(letters[0]) && unicode.IsUpper(letters[1])
		words = w.appendTo(words, lang)
	}
	for i := range words {
		words[i].marks = marksOf(words[i:])
	}
	return words
}

// endsClause says that r is a mark of punctuation other than within words: a
// hyphen, an apostrophe.
func endsClause(r rune) bool { return unicode.IsPunct(r) && r != '-' && r != '\'' }

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
		w.key = lex().key(w.Text, lang)
		if place := lex().placeKey(w.Text, lang); place != "" && w.capital {
			w.key = place
		}
		start, _, shortened := strings.Cut(w.written, "'") // You've
		w.common = analysis.IsCommon(w.Token, lang) ||
			shortened && analysis.IsCommon(analysis.Token{Text: analysis.Normalize(start)}, lang)
		return append(words, w)
	case analysis.Number:
		w.key = w.Text
		i := strings.IndexFunc(w.Text, unicode.IsLetter)
		if i < 1 {
			return append(words, w)
		}
		first, _ := utf8.DecodeRuneInString(w.Text[i:])
		switch rest := w.Text[i:]; {
		case isUncased(first): // 8일
			w.key = w.Text[:i]
			words = append(words, w)
			w.Kind, w.Text = analysis.Run, rest
		case lex().unit[rest] != "": // 30km
			w.key = w.Text[:i]
			words = append(words, w)
			w.Kind, w.Text, w.key = analysis.Word, rest, lex().unit[rest]
			return append(words, w)
		default:
			return append(words, w)
		}
	}
	if like := lex().unspaced[lang]; like != nil {
		w.Text = like.Replace(w.Text)
	}
	for i, r := range w.Text {
		w.key, w.first = string(r), i == 0
		w.common = analysis.IsCommon(analysis.Token{Text: w.key, Kind: analysis.Run}, lang)
		words = append(words, w)
	}
	return words
}

// isUncased says that r's script has no capitals.
func isUncased(r rune) bool { return !unicode.IsUpper(r) && !unicode.IsLower(r) && !unicode.IsTitle(r) }

// isContent says that the word is more than a function word.
func (w word) isContent() bool { return !w.common }

// contentWeight is what a word counts for in closeness; a function word counts for one.
const contentWeight = 2

func (w word) weight() int {
	if w.common {
		return 1
	}
	return contentWeight
}

// longestMark is how many characters the longest entry of words.txt has that is
// a mark in a script whose words cannot be told apart.
const longestMark = 5

// marksOf are the marks of the first of some words.
func marksOf(words []word) mark {
	first := words[0]
	var marks mark
	if first.Kind == analysis.Run {
		stretch := ""
		for _, w := range words[:min(longestMark, len(words))] {
			stretch += w.key
			if syllable := []rune(stretch); len(syllable) == 1 && unicode.Is(unicode.Hangul, syllable[0]) && !first.first {
				continue // 안 is no part of 동안
			}
			marks |= lex().marks[stretch]
		}
	} else if first.initial || !first.capital { // not the month of May
		marks = lex().marks[first.Text]
	}
	if marks&about != 0 && measures(words[1:]) {
		marks |= hedge
	}
	return marks
}

// measures says that a measure follows: 40, the 40, an hour.
func measures(words []word) bool {
	if len(words) > 1 && words[0].common && !words[0].isNumber() {
		words = words[1:]
	}
	return len(words) > 0 && (words[0].isNumber() || words[0].isUnit())
}

// isUnit says that the word is a unit.
func (w word) isUnit() bool { return w.Kind == analysis.Word && lex().unit[w.Text] != "" }

// isNumber says that the word is a number, in digits or letters. One is not: it is
// an article as often.
func (w word) isNumber() bool {
	return w.Kind == analysis.Number || lex().number[w.Text] != nil && w.key != "1"
}
