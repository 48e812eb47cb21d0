package retrieval

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// Suggest gives the stories that the guild sees, at most limit and without their
// paragraphs, whose titles match what is typed of one, in any script: first
// those that begin with it, then those with a word that does, then those that
// hold it elsewhere; the newest of each first. Nothing typed matches all.
func (c *Corpus) Suggest(ctx context.Context, guild, text string, limit int) ([]Story, error) {
	guilds := []string{guild}
	if guild != Shared {
		guilds = append(guilds, Shared)
	}
	versions, err := c.record.Versions(ctx, guilds...)
	if err != nil {
		return nil, err
	}
	text = analysis.Typed(text)
	var found [other][]title
	for _, guild := range guilds {
		all, err := c.titles.of(ctx, c.record, guild, versions[guild])
		if err != nil {
			return nil, err
		}
		collect(&found, all, text, limit)
	}
	var stories []Story
	for _, matches := range found {
		slices.SortStableFunc(matches, newerTitle)
		for _, t := range matches[:min(len(matches), limit-len(stories))] {
			stories = append(stories, t.story)
		}
	}
	return stories, nil
}

// A match is how a title matches what is typed.
type match int

const (
	begins match = iota
	beginsWord
	holds
	other // does not hold it
)

// collect adds to what is found the newest titles of each match, of each at
// most limit.
func collect(found *[other][]title, all []title, text string, limit int) {
	var counts [other]int
	for _, t := range all {
		if counts[begins] == limit {
			return // the others come after these
		}
		if m := t.match(text); m < other && counts[m] < limit {
			counts[m]++
			found[m] = append(found[m], t)
		}
	}
}

// A title is a story by the form in which its title is looked up.
type title struct {
	typed string
	at    time.Time // when the story was published, else when it was stored
	story Story
}

func newTitle(s Story) title {
	t := title{typed: analysis.Typed(s.Title), at: s.PublishedAt, story: s}
	if t.at.IsZero() {
		t.at = s.RevisedAt
	}
	return t
}

// newerTitle orders titles: the newest first, and those of one time for good.
func newerTitle(a, b title) int {
	return cmp.Or(b.at.Compare(a.at), strings.Compare(a.typed, b.typed), strings.Compare(a.story.ID, b.story.ID))
}

func (t title) match(text string) match {
	at := strings.Index(t.typed, text)
	switch {
	case at < 0:
		return other
	case at == 0:
		return begins
	}
	for {
		before, _ := utf8.DecodeLastRuneInString(t.typed[:at])
		if !unicode.IsLetter(before) && !unicode.IsMark(before) && !unicode.IsNumber(before) {
			return beginsWord
		}
		_, size := utf8.DecodeRuneInString(t.typed[at:])
		next := strings.Index(t.typed[at+size:], text)
		if next < 0 {
			return holds
		}
		at += size + next
	}
}
