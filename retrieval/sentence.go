package retrieval

import (
	"strings"

	"storybot/retrieval/analysis"
)

// questionMarks are those of all scripts that have one of their own.
// https://www.unicode.org/charts, "question mark"
const questionMarks = "?？؟⁇⁈⁉﹖՞፧꘏⸮"

// IsQuestion reports whether a text that nobody calls a question looks like one: it has a
// question mark, or begins with a question word. Languages whose questions begin with neither
// are taken by their mark alone.
func IsQuestion(text string) bool {
	if strings.ContainsAny(text, questionMarks) {
		return true
	}
	tokens := analysis.Tokens(text)
	asked := askOf(tokens, analysis.LanguageOf(tokens))
	return len(tokens) > 0 && asked.End > 0 && asked.Start == tokens[0].Start
}

// FirstSentence is the one that a text begins with.
func FirstSentence(text string) string {
	for _, s := range analysis.Sentences(text) {
		return strings.TrimSpace(s.Of(text))
	}
	return ""
}
