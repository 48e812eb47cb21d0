package bot

import (
	"slices"
	"strings"

	"storybot/retrieval"
)

// topicShare is the weight, against the heaviest, from which a question's word belongs to
// its topic: function words weigh less.
const topicShare = 0.3

// topic is what a question is about, whatever its order and small words: its words in normal
// form, sorted. Questions of one topic are one gap.
func topic(terms []retrieval.Term) string {
	var words []string
	for _, t := range terms { // heaviest first
		if t.Weight >= topicShare*terms[0].Weight {
			words = append(words, t.Text)
		}
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}
