package retrieval

import (
	"slices"
	"strings"
	"time"

	"storybot/retrieval/analysis"
)

// Language is the language of a text, ISO 639-1; "" when it cannot be told.
func Language(text string) string { return analysis.Language(text) }

// PointsBack says that a sentence begins with a word that stands for something
// said before it: see analysis.RefersBack.
func PointsBack(sentence string) bool {
	tokens := analysis.Tokens(sentence)
	return analysis.RefersBack(tokens, analysis.LanguageOf(tokens))
}

// SharedWords counts a sentence's content words, in whatever form, that a text has, and
// all that the sentence has. In scripts without spaces they are pairs of characters.
// Numbers, which may be written otherwise, are none.
func SharedWords(sentence, text string) (shared, all int) {
	h := newHeld(text)
	for _, t := range analysis.Tokens(sentence) {
		if analysis.IsCount(t, h.lang) || analysis.IsCommon(t, h.lang) {
			continue
		}
		found, terms := h.of(t)
		if t.Kind != analysis.Run {
			found, terms = min(found, 1), 1
		}
		shared, all = shared+found, all+terms
	}
	return shared, all
}

// ShareName says that a text has a word which a sentence has as a name: with a capital,
// and not for being the first.
func ShareName(sentence, text string) bool {
	h := newHeld(text)
	tokens := analysis.Tokens(sentence)
	named := names(tokens, analysis.LanguageOf(tokens))
	return slices.ContainsFunc(tokens, func(t analysis.Token) bool {
		found, _ := h.of(t)
		return named[t.Start] && found > 0
	})
}

// held are the terms of a text.
type held struct {
	lang  string
	terms map[string]bool
}

func newHeld(text string) held {
	tokens := analysis.Tokens(text)
	h := held{analysis.LanguageOf(tokens), make(map[string]bool)}
	for _, term := range analysis.TermsOf(tokens, h.lang) {
		h.terms[term] = true
	}
	return h
}

// of counts the token's terms that are held, and all of them.
func (h held) of(t analysis.Token) (found, all int) {
	terms := t.AppendTerms(nil, h.lang)
	for _, term := range terms {
		if h.terms[term] {
			found++
		}
	}
	return found, len(terms)
}

// A Time is a date that a text tells.
type Time = analysis.Date

// Times are the dates that a sentence tells, which was written at a time that may be
// zero: unknown; and the sentence without them.
func Times(sentence string, written time.Time) (told []Time, rest string) {
	told = analysis.Dates(sentence, analysis.Language(sentence), written)
	var b strings.Builder
	end := 0
	for _, t := range told {
		b.WriteString(sentence[end:t.Start])
		end = t.End
	}
	b.WriteString(sentence[end:])
	return told, strings.Join(strings.Fields(b.String()), " ")
}
