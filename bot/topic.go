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

// topicWords bounds a topic: nobody asks for the same in more words than that.
const topicWords = 16

// topicOf is what a question is about, so that those about the same are told as one: its
// words in normal form, without function words unless it has no others, in order of the
// alphabet; of many the heaviest.
func topicOf(question string, terms []retrieval.Term) string {
	var all, content []string
	for _, t := range terms { // heaviest first
		all = append(all, t.Text)
		if len(content) < topicWords && isContent(t.Text, question) {
			content = append(content, t.Text)
		}
	}
	if len(content) == 0 {
		content = all[:min(len(all), topicWords)]
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
