package retrieval

import (
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
	tokens := analysis.Tokens(text)
	lang := analysis.LanguageOf(tokens)
	held := make(map[string]bool)
	for _, term := range analysis.TermsOf(tokens, lang) {
		held[term] = true
	}
	for _, t := range analysis.Tokens(sentence) {
		if t.Kind == analysis.Number || analysis.IsCommon(t, lang) {
			continue
		}
		terms := t.AppendTerms(nil, lang)
		found := 0
		for _, term := range terms {
			if held[term] {
				found++
			}
		}
		if t.Kind == analysis.Run {
			shared, all = shared+found, all+len(terms)
			continue
		}
		all++
		shared += min(found, 1)
	}
	return shared, all
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
