package discord

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/retrieval/source"
)

// A finding is what a refresh has found, on pages.
type finding struct {
	lead  string
	pages []reportPage
}

// A reportPage has the lines that stand on a page, and the stories that were changed in them.
type reportPage struct {
	lines   []string
	changed []discordgo.SelectMenuOption
}

// A reportLine is a line with the story that it says was changed, if it says so.
type reportLine struct {
	text    string
	changed *discordgo.SelectMenuOption
}

// maxReportPage bounds what stands on a page of a report, in characters.
const maxReportPage = 2000

// reported shows what a refresh has found, below a lead.
func (s *Server) reported(v *visit, lead string, r refreshed) message {
	heading := v.say.count("sources_refreshed", len(r.reports))
	if r.ended == "" && !slices.ContainsFunc(r.reports, func(r source.Report) bool { return r.Reason == nil || r.Failed > 0 }) {
		heading = v.say.say("sources_nothing_refreshed")
	}
	lead = strings.TrimPrefix(lead+"\n"+heading, "\n")
	if len(r.reports) > 1 {
		lead += "\n" + totals(v.say, r.reports)
	}
	switch r.ended {
	case byPerson:
		lead += "\n" + v.say.say("refresh_cancelled")
	case byTime:
		lead += "\n" + v.say.say("refresh_out_of_time")
	case byStop:
		lead += "\n" + v.say.say("refresh_stopped")
	}
	if r.left > 0 {
		lead += " " + v.say.count("refresh_left", r.left)
	}
	news := func(r source.Report) int { return r.Added + r.Changed + r.Withdrawn + r.Failed }
	slices.SortStableFunc(r.reports, func(a, b source.Report) int { return cmp.Compare(news(b), news(a)) })
	var lines []reportLine
	for _, one := range r.reports {
		lines = append(lines, reportLines(v.say, one)...)
	}
	rep := finding{lead: lead, pages: reportPages(lines)}
	id := ""
	if len(rep.pages) > 1 {
		size := 0
		for _, line := range lines {
			size += len(line.text) + 200
		}
		id = s.reports.put(v.Guild, v.User, rep, size)
	}
	return rep.message(v.say, id, 1)
}

// totals are those of several reports.
func totals(say *phrases, reports []source.Report) string {
	var all source.Report
	for _, r := range reports {
		all.Added, all.Changed, all.Unchanged = all.Added+r.Added, all.Changed+r.Changed, all.Unchanged+r.Unchanged
		all.Withdrawn, all.Failed = all.Withdrawn+r.Withdrawn, all.Failed+r.Failed
	}
	return "**" + counts(say, all) + "**"
}

func counts(say *phrases, r source.Report) string {
	parts := []string{
		say.say("report_added", "N", r.Added), say.say("report_changed", "N", r.Changed), say.say("report_unchanged", "N", r.Unchanged),
	}
	if r.Withdrawn > 0 {
		parts = append(parts, say.say("report_withdrawn", "N", r.Withdrawn))
	}
	return strings.Join(append(parts, say.say("report_failed", "N", r.Failed)), ", ")
}

// reportLines are what a refresh has found in a source: a line for it, and one for each story
// of which there is something to tell.
func reportLines(say *phrases, r source.Report) []reportLine {
	title, news := oneLine(r.Source.Title, maxSourceTitle), len(r.Stories) > 0 || r.Reason == nil
	text := say.say("sources_report", "Title", title, "Counts", counts(say, r))
	if r.Reason != nil {
		reason := refreshReason(say, source.Code(r.Reason))
		if news {
			text += " · " + reason
		} else {
			text = say.say("sources_report_reason", "Title", title, "Reason", reason)
		}
	}
	lines := []reportLine{{text: "- " + text}}
	for _, story := range r.Stories {
		lines = append(lines, storyReport(say, story))
	}
	return lines
}

// storyReport is what a refresh has found of a story.
func storyReport(say *phrases, story source.StoryReport) reportLine {
	title := oneLine(story.Title, maxSourceTitle)
	line := reportLine{}
	switch story.What {
	case source.Added:
		line.text = say.say("report_story_added", "Title", title)
	case source.Changed:
		line.text = say.say("report_story_changed", "Title", title, "Revision", story.Revision)
		if edits := editCounts(story.Edits); edits != "" {
			line.text += " · ¶ " + edits
		}
		line.changed = &discordgo.SelectMenuOption{
			Label: plainLine(cmp.Or(flat(story.Title), "¶"), maxOptionText), Value: revisionValue(story.ID, story.Revision),
			Description: say.say("citation_revision", "N", story.Revision),
		}
	case source.Withdrawn:
		line.text = say.say("report_story_withdrawn", "Title", title)
	default:
		line.text = say.say("sources_report_reason", "Title", title, "Reason", refreshReason(say, source.Code(story.Reason)))
	}
	line.text = "  - " + line.text
	return line
}

// reportPages puts lines on pages: each has as many changed stories as a menu holds.
func reportPages(lines []reportLine) []reportPage {
	pages := make([]reportPage, 1)
	left := maxReportPage
	for _, line := range lines {
		size := length(line.text) + 1
		last := &pages[len(pages)-1]
		if len(last.lines) > 0 && (size > left || line.changed != nil && len(last.changed) == maxInMenu) {
			pages, left = append(pages, reportPage{}), maxReportPage
			last = &pages[len(pages)-1]
		}
		last.lines = append(last.lines, line.text)
		if line.changed != nil {
			last.changed = append(last.changed, *line.changed)
		}
		left -= size
	}
	return pages
}

// message is a page of the report, from 1; id is by which the others are found.
func (r finding) message(say *phrases, id string, page int) message {
	p := r.pages[page-1]
	m := listing{lines: p.lines, page: page, pages: len(r.pages), turn: control{name: reportControl, about: id}}.message(say)
	m.content = r.lead
	if len(p.lines) == 0 {
		m.embeds = nil
	}
	if len(p.changed) > 0 {
		m.components = append([]discordgo.MessageComponent{row(discordgo.SelectMenu{
			MenuType: discordgo.StringSelectMenu, CustomID: control{name: changesControl}.String(),
			Placeholder: say.say("placeholder_changes"), Options: p.changed,
		})}, m.components...)
	}
	return m
}

// reportPlan shows another page of a report.
func (s *Server) reportPlan(v *visit, id string, page int) plan {
	return rightAway(func(context.Context) (response, error) {
		r, ok := s.reports.get(v.Guild, v.User, id)
		if !ok || page > len(r.pages) {
			return response{}, errReportGone
		}
		return inPlace(r.message(v.say, id, page)), nil
	})
}

// revisionValue names a revision of a story in a menu.
func revisionValue(story string, revision int) string { return fmt.Sprintf("%s:%d", story, revision) }

// changesButton opens what the newest revision of a story has changed.
func changesButton(say *phrases, story string) discordgo.Button {
	return discordgo.Button{
		Style: discordgo.SecondaryButton, Label: say.say("button_changes"), CustomID: control{name: changesControl, about: revisionValue(story, 0)}.String(),
	}
}
