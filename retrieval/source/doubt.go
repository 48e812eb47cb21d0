package source

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"storybot/retrieval"
)

// Texts that are not taken for the story's.
var (
	// ErrShrunk is a page that has so much less text than it had that it is taken for
	// an error of its site's, as long as that may be one.
	ErrShrunk = errors.New("source: most of the text is gone; what is left is taken once it stays the same for a day")

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

// What is left of a text is believed when it was the same in so many reads in a row, over
// so long: errors are mended by then, or say something else.
const (
	believedReads = 3
	believedAfter = 24 * time.Hour
)

// doubtful is ErrElsewhere or ErrShrunk for what was read at an address, if it is not to
// be taken for the story that was there before.
//
// The address stays the source's also when it is said to have moved for good (301):
// the source and its story are known by it, and each refresh is led on from there.
func (r *reading) doubtful(before, after retrieval.Story, address string) error {
	from := address
	if before.Address == "" || before.Address == address {
		from = cmp.Or(before.From, address)
	}
	if after.From != "" && after.From != from && !shares(before, after) {
		return ErrElsewhere
	}
	was := length(before.Paragraphs)
	if was < minShrunk || length(after.Paragraphs)*shrunkPart >= was {
		return nil
	}
	f := r.failing[after.Key]
	if f.Refused == nameOf(after) && f.Alike+1 >= believedReads && r.k.corpus.Now().Sub(f.Since) >= believedAfter {
		return nil
	}
	return ErrShrunk
}

// failedStory enters why a story could not be read, and, when it is ErrShrunk, what was
// read instead.
func (r *reading) failedStory(ctx context.Context, key string, err error, read retrieval.Story) error {
	refused := ""
	if errors.Is(err, ErrShrunk) {
		refused = nameOf(read)
	}
	return r.k.corpus.FailedEntry(ctx, r.src.Guild, r.src.ID, key, why(err), refused)
}

// nameOf names a story's text.
func nameOf(s retrieval.Story) string {
	h := sha256.New()
	for _, p := range s.Paragraphs {
		fmt.Fprintf(h, "%q\n", p.Text)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
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
