package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/retrieval"
)

// changesPlan shows a page of what a revision of a story has changed against the one that is
// kept before it. which is "k3v9x2m4p6q7a:3"; of 0 it is the newest. It is acknowledged first:
// thousands of paragraphs that were all changed take seconds to compare.
func (s *Server) changesPlan(v *visit, which string, page int, updates bool) plan {
	return plan{private: true, updates: updates, work: func(ctx context.Context, _ func(message)) (message, error) {
		story, number, _ := strings.Cut(which, ":")
		wanted, err := strconv.Atoi(number)
		if err != nil || !isAnswerID(story) {
			return message{}, errNoRevision
		}
		revisions, err := s.corpus.Revisions(ctx, v.Guild, story)
		if errors.Is(err, retrieval.ErrNotFound) || err == nil && len(revisions) == 0 {
			err = errNoRevision
		}
		if err != nil {
			return message{}, err
		}
		at := 0
		if wanted != 0 {
			at = slices.IndexFunc(revisions, func(r retrieval.Story) bool { return r.Revision == wanted })
		}
		if at < 0 || at+1 >= len(revisions) {
			return message{}, errNoRevision
		}
		now, err := s.revision(ctx, v, revisions[at])
		if err != nil {
			return message{}, err
		}
		before, err := s.revision(ctx, v, revisions[at+1])
		if err != nil {
			return message{}, err
		}
		pages := packed(changeLines(v.say, before, now), maxDescription)
		page := min(page, len(pages))
		m := listing{
			heading: oneLine(now.Title, maxSourceTitle), lines: pages[page-1], page: page, pages: len(pages),
			turn: control{name: revisionControl, about: revisionValue(story, now.Revision)},
		}.message(v.say)
		m.content = v.say.say("revision_compared", "Newer", now.Revision, "NewerDate", day(now.RevisedAt), "Older", before.Revision, "OlderDate", day(before.RevisedAt))
		if menu := revisionMenu(v.say, revisions, at); menu != nil {
			m.components = append(m.components, menu)
		}
		return m, nil
	}}
}

// revision is one with its paragraphs.
func (s *Server) revision(ctx context.Context, v *visit, r retrieval.Story) (retrieval.Story, error) {
	found, err := s.corpus.Revision(ctx, v.Guild, r.ID, r.Revision)
	if errors.Is(err, retrieval.ErrNotFound) { // it was just deleted
		err = errNoRevision
	}
	return found, err
}

// revisionMenu opens the changes of those revisions before which one is kept, as many as a
// menu holds around the one that is shown; nil when there is no other.
func revisionMenu(say *phrases, revisions []retrieval.Story, at int) discordgo.MessageComponent {
	revisions = revisions[:len(revisions)-1]
	if len(revisions) < 2 {
		return nil
	}
	from := max(0, min(at-maxInMenu/2, len(revisions)-maxInMenu))
	var options []discordgo.SelectMenuOption
	for i, r := range revisions[from:min(from+maxInMenu, len(revisions))] {
		options = append(options, discordgo.SelectMenuOption{
			Label: say.say("citation_revision", "N", r.Revision) + " · " + day(r.RevisedAt), Value: revisionValue(r.ID, r.Revision), Default: from+i == at,
		})
	}
	return row(discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: control{name: revisionControl}.String(), Placeholder: say.say("placeholder_revision"), Options: options,
	})
}

// changeLines are what is different in a story, in the order of the later one.
func changeLines(say *phrases, before, after retrieval.Story) []string {
	var lines []string
	if before.Title != after.Title {
		lines = append(lines, redlined(say.say("change_title")+" ", retrieval.Words(before.Title, after.Title), maxPiece)...)
	}
	if !before.PublishedAt.Equal(after.PublishedAt) {
		lines = append(lines, say.say("change_date", "Before", dayOrNone(say, before), "After", dayOrNone(say, after)))
	}
	if before.URL != after.URL {
		lines = append(lines, say.say("change_link"))
	}
	same := 0
	for _, e := range retrieval.Difference(before.Paragraphs, after.Paragraphs) {
		switch e.Kind {
		case retrieval.Same:
			same++
		case retrieval.Added:
			lines = append(lines, paragraphLines(fmt.Sprintf("➕ ¶ %d: ", e.After.Number), e.After.Text)...)
		case retrieval.Removed:
			lines = append(lines, paragraphLines(fmt.Sprintf("➖ ¶ %d: ", e.Before.Number), e.Before.Text)...)
		case retrieval.Moved:
			lines = append(lines, fmt.Sprintf("↕ ¶ %d → ¶ %d: ", e.Before.Number, e.After.Number)+oneLine(e.After.Text, maxMoved))
		case retrieval.Changed:
			place := fmt.Sprintf("✏️ ¶ %d", e.Before.Number)
			if e.Before.Number != e.After.Number {
				place += fmt.Sprintf(" → ¶ %d", e.After.Number)
			}
			if e.Before.Heading != e.After.Heading {
				lines = append(lines, redlined(place+" "+say.say("change_heading")+" ", retrieval.Words(e.Before.Heading, e.After.Heading), maxPiece)...)
			}
			if e.Before.Text != e.After.Text {
				lines = append(lines, redlined(place+": ", retrieval.Words(e.Before.Text, e.After.Text), maxPiece)...)
			}
		}
	}
	if same > 0 {
		lines = append(lines, "-# "+say.count("change_same", same))
	}
	return lines
}

// maxMoved is what is shown of a paragraph that is the same elsewhere, in characters.
const maxMoved = 100

func dayOrNone(say *phrases, s retrieval.Story) string {
	if s.PublishedAt.IsZero() {
		return say.say("value_none")
	}
	return day(s.PublishedAt)
}

// paragraphLines are a paragraph's text behind an opening.
func paragraphLines(opening, text string) []string {
	lines := pieces(text, maxPiece)
	lines[0] = opening + lines[0]
	return lines
}
