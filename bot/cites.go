package bot

import (
	"slices"

	"storybot/retrieval"
)

// cites are the revisions that an answer shows something of: they are kept as long as it
// can be opened.
func (a Answer) cites() []retrieval.Head {
	citations := slices.Clone(a.Citations)
	for _, n := range a.Nearest {
		citations = append(citations, n.Citation)
	}
	return headsOf(citations)
}

// headsOf are the revisions that citations are of, each once.
func headsOf(citations []Citation) []retrieval.Head {
	var heads []retrieval.Head
	for _, c := range citations {
		if head := (retrieval.Head{Story: c.StoryID, Revision: c.Revision}); !slices.Contains(heads, head) {
			heads = append(heads, head)
		}
	}
	return heads
}
