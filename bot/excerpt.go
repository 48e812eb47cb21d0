package bot

import (
	"strings"

	"storybot/prompts"
	"storybot/retrieval"
)

// What a model is shown, by the share that a passage's score has of the best
// one's. Measured on six languages of encyclopedias and on tales: what is left
// out held the answer in one question of a hundred or less, and the prompt is a
// third as long.
const (
	wholeShare = 0.8 // shown whole
	shownShare = 0.4 // shown at all; between the two, its best sentences
)

// omission stands for what an excerpt leaves out.
const omission = " … "

// excerpts are the passages as a model is shown them, numbered from 1 in their
// order.
func excerpts(passages []retrieval.Passage) []prompts.Passage {
	var shown []prompts.Passage
	for i, p := range passages {
		text := p.Text
		switch best := passages[0].Score; {
		case p.Score < shownShare*best:
			return shown
		case p.Score < wholeShare*best:
			text = excerpt(p, fitting(p))
		}
		shown = append(shown, prompts.Passage{Number: i + 1, Story: p.Title, Date: date(p), Heading: p.Heading, Text: text})
	}
	return shown
}

// fitting are the passage's sentences that fit the question about as well as its
// best, with the one that follows that, and the one before where it refers back.
func fitting(p retrieval.Passage) func(sentence int) bool {
	best := 0
	for i, s := range p.Sentences {
		if s.Score > p.Sentences[best].Score {
			best = i
		}
	}
	return func(i int) bool {
		beside := i == best+1 || i == best-1 && p.Sentences[best].RefersBack
		return beside || p.Sentences[i].Score >= nearlyBest*p.Sentences[best].Score
	}
}

// excerpt is the passage with the sentences that are kept.
func excerpt(p retrieval.Passage, kept func(sentence int) bool) string {
	var text strings.Builder
	next := 0 // sentence
	for i, s := range p.Sentences {
		if !kept(i) {
			continue
		}
		switch {
		case next < i:
			text.WriteString(omission)
		case i > 0:
			text.WriteByte(' ')
		}
		text.WriteString(s.Of(p.Text))
		next = i + 1
	}
	if next < len(p.Sentences) {
		text.WriteString(omission)
	}
	return strings.TrimSpace(text.String())
}
