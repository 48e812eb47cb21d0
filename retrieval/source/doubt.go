package source

import (
	"cmp"
	"errors"
	"unicode/utf8"

	"storybot/retrieval"
)

// Texts that are not taken for the story's.
var (
	// ErrShrunk is a page that has so much less text than it had that it is taken for
	// an error of its site's.
	ErrShrunk = errors.New("source: most of the text is gone; add it again if that is meant")

	// ErrElsewhere is an address that leads on to where it did not, and to a text that
	// has nothing of the one before.
	ErrElsewhere = errors.New("source: its address leads to another article now, and the last text stays; add that article if it is meant")
)

// A text of at least minShrunk characters that is less than a part of shrunkPart of
// what it was is taken for an error.
const (
	minShrunk  = 600
	shrunkPart = 3
)

// doubtful is ErrElsewhere or ErrShrunk for what was read at an address, if it is not to
// be taken for the story that was there before.
//
// The address stays the source's also when it is said to have moved for good (301):
// the source and its story are known by it, and each refresh is led on from there.
func doubtful(before, after retrieval.Story, address string) error {
	from := address
	if before.Address == "" || before.Address == address {
		from = cmp.Or(before.From, address)
	}
	if after.From != "" && after.From != from && !shares(before, after) {
		return ErrElsewhere
	}
	was := length(before.Paragraphs)
	if was >= minShrunk && length(after.Paragraphs)*shrunkPart < was {
		return ErrShrunk
	}
	return nil
}

// shares reports whether a story has a paragraph of another, or one that is like it.
func shares(before, after retrieval.Story) bool {
	return Count(retrieval.Difference(before.Paragraphs, after.Paragraphs)).Removed < len(before.Paragraphs)
}

func length(paragraphs []retrieval.Paragraph) (characters int) {
	for _, p := range paragraphs {
		characters += utf8.RuneCountInString(p.Text)
	}
	return characters
}
