package discord

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"storybot/retrieval"
)

// A redline is a line that shows how a text was changed: what was removed is struck out, what
// was added stands in bold.
type redline struct {
	text strings.Builder
	size int                // in characters, about
	kind retrieval.EditKind // of its end; "" at its beginning
}

// maxWord bounds what is kept whole of a text without spaces, in characters.
const maxWord = 200

// redlined are the lines, of at most most characters each, that show how a text was changed,
// behind an opening.
func redlined(opening string, stretches []retrieval.Stretch, most int) []string {
	var lines []string
	line := redline{size: length(opening)}
	line.text.WriteString(opening)
	spaced := false // behind what stands there
	var last retrieval.EditKind
	for _, s := range stretches {
		text := clean(s.Text)
		if first, _ := utf8.DecodeRuneInString(text); unicode.IsSpace(first) || s.Kind != retrieval.Same && last != retrieval.Same {
			spaced = true
		}
		for _, word := range strings.Fields(text) {
			for _, piece := range pieces(word, maxWord) {
				if line.kind != "" && line.size+length(piece)+len("~~ ~~~~") > most {
					lines = append(lines, line.end())
					line = redline{}
				}
				line.add(s.Kind, piece, spaced && line.kind != "")
				spaced = false
			}
			spaced = true
		}
		final, _ := utf8.DecodeLastRuneInString(text)
		spaced = unicode.IsSpace(final) || strings.TrimSpace(text) == "" && spaced
		last = s.Kind
	}
	return append(lines, line.end())
}

// markOf is what stands around what has become of a text so.
func markOf(kind retrieval.EditKind) string {
	switch kind {
	case retrieval.Removed:
		return "~~"
	case retrieval.Added:
		return "**"
	}
	return ""
}

func (r *redline) add(kind retrieval.EditKind, escaped string, spaced bool) {
	turns := kind != r.kind
	r.size += length(escaped) + 1
	if turns {
		r.text.WriteString(markOf(r.kind))
		r.size += len("~~~~")
	}
	if spaced {
		r.text.WriteByte(' ')
	}
	if turns {
		r.text.WriteString(markOf(kind))
	}
	r.text.WriteString(escaped)
	r.kind = kind
}

// end is the line.
func (r *redline) end() string { return r.text.String() + markOf(r.kind) }

// shortRedline shows how a text was changed in at most most characters: what stayed the same is
// shortened to what is around the changes, and "…" stands for what does not fit.
func shortRedline(stretches []retrieval.Stretch, most int) string {
	lines := redlined("", stretches, most)
	if len(lines) == 1 {
		return lines[0]
	}
	short := make([]retrieval.Stretch, len(stretches))
	for i, s := range stretches {
		if short[i] = s; s.Kind == retrieval.Same {
			short[i].Text = nextToChanges(s.Text, i == 0, i == len(stretches)-1)
		}
	}
	if lines = redlined("", short, most-2); len(lines) == 1 {
		return lines[0]
	}
	return lines[0] + " …"
}

// sameAround is how much of what stayed the same is kept beside a change, in characters.
const sameAround = 60

// nextToChanges is what of a text stands next to the changes before and behind it.
func nextToChanges(text string, first, last bool) string {
	if length(text) <= 3*sameAround {
		return text
	}
	var units []string // as people see them
	for g := graphemes.FromString(text); g.Next(); {
		units = append(units, g.Value())
	}
	n := min(sameAround, len(units)/2)
	begin, end := strings.Join(units[:n], ""), strings.Join(units[len(units)-n:], "")
	if at := strings.LastIndexByte(begin, ' '); at > 0 {
		begin = begin[:at]
	}
	if at := strings.IndexByte(end, ' '); at >= 0 {
		end = end[at+1:]
	}
	switch {
	case first:
		return "… " + end
	case last:
		return begin + " …"
	}
	return begin + " … " + end
}
