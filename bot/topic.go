package bot

import (
	"slices"
	"strings"
	"unicode"

	"storybot/retrieval"
)

// A wording is a question as it was answered.
type wording struct {
	question string // stands alone where the one asked does not
	topic    string // what it is about: see topicOf
}

// topicOf is what a question is about, so that those about the same are told as one: its
// words in normal form, without function words unless it has no others, in order of the
// alphabet.
func topicOf(question string, terms []retrieval.Term) string {
	var all, content []string
	for _, t := range terms {
		all = append(all, t.Text)
		if isContent(t.Text, question) {
			content = append(content, t.Text)
		}
	}
	if len(content) == 0 {
		content = all
	}
	slices.Sort(content)
	return strings.Join(slices.Compact(content), " ")
}

// isContent says that a word of a question is a number, or no function word of its
// language.
func isContent(word, question string) bool {
	_, content := retrieval.SharedWords(word, question)
	return content > 0 || strings.ContainsFunc(word, unicode.IsDigit)
}
