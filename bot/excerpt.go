package bot

import (
	"iter"
	"strings"
	"unicode/utf8"

	"storybot/prompts"
	"storybot/retrieval"
)

// An extent is how much of a passage a model is shown.
type extent int

const (
	nothing     extent = iota
	oneSentence        // the one that fits the question best, with what that leads on to
	fitting            // all that fit it about as well, with what stands beside the best
	whole
)

// What a model is shown of a passage when there is room, by the share that its
// score has of the best one's. Of 94,000 passages that were among the first ten, for
// questions on encyclopedias and tales in seven languages, 9,600 score less than the
// last, and not one of those is the one that was asked about.
const (
	wholeShare    = 0.8
	fittingShare  = 0.5
	sentenceShare = 0.25
)

// excerpts are the passages as a model may be shown them, numbered from 1 in
// their order: first as serves it best, then with ever less of them, from the
// worst up. The best one keeps its sentences that fit as long as there is another.
func excerpts(passages []retrieval.Passage) iter.Seq[[]prompts.Passage] {
	return func(yield func([]prompts.Passage) bool) {
		extents := make([]extent, len(passages))
		for i, p := range passages {
			extents[i] = deserved(p, passages[0].Score)
		}
		if !yield(shown(passages, extents)) {
			return
		}
		for most := whole; most > nothing; most-- {
			for i := len(passages) - 1; i >= 0; i-- {
				if extents[i] < most || i == 0 && most < whole {
					continue
				}
				extents[i]--
				if !yield(shown(passages, extents)) {
					return
				}
			}
		}
		if len(passages) > 0 {
			extents[0] = oneSentence
			yield(shown(passages, extents))
		}
	}
}

// deserved is how much of a passage is shown when there is room. Of one that is too
// long to be shown whole, a model would see the beginning, whatever fits.
func deserved(p retrieval.Passage, best float64) extent {
	e := nothing
	switch {
	case p.Score >= wholeShare*best:
		e = whole
	case p.Score >= fittingShare*best:
		e = fitting
	case p.Score >= sentenceShare*best:
		e = oneSentence
	}
	for e > oneSentence && utf8.RuneCountInString(excerptOf(p, e)) > prompts.MaxText {
		e--
	}
	return e
}

// shown are the passages to their extents.
func shown(passages []retrieval.Passage, extents []extent) []prompts.Passage {
	var all []prompts.Passage
	for i, p := range passages {
		if extents[i] > nothing {
			all = append(all, prompts.Passage{Number: i + 1, Story: p.Title, Date: date(p), Heading: p.Heading, Text: excerptOf(p, extents[i])})
		}
	}
	return all
}

// excerptOf is the passage to an extent.
func excerptOf(p retrieval.Passage, e extent) string {
	if e == whole || len(p.Sentences) == 0 {
		return p.Text
	}
	best := 0
	for i, s := range p.Sentences {
		if s.Score > p.Sentences[best].Score {
			best = i
		}
	}
	return excerpt(p, func(i int) bool {
		if e == oneSentence {
			return i == best || i == best+1 && p.Sentences[best].LeadsOn
		}
		beside := i == best+1 || i == best-1 && p.Sentences[best].RefersBack
		return beside || p.Sentences[i].Score >= nearlyBest*p.Sentences[best].Score
	})
}

// omission stands for what an excerpt leaves out.
const omission = " … "

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
