package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
	"storybot/retrieval"
)

// maxSourceTitle is what is shown of a source's title in a line, in characters.
const maxSourceTitle = 100

// sourcesPlan lets moderators see and change what their guild's questions are answered from.
func (s *Server) sourcesPlan(_ context.Context, v *visit, i *interaction) (plan, error) {
	wanted := i.text(sourceOption)
	switch name, _ := i.subcommand(); name {
	case listSources:
		return s.listPlan(v, 1, privately), nil
	case showSource:
		return s.showPlan(v, wanted, 1, privately), nil
	case addSource:
		return s.addPlan(v, i)
	case removeSource:
		return s.removePlan(v, wanted), nil
	case refreshSource:
		return s.refreshPlan(v, wanted), nil
	case planSource:
		told, err := plannedBy(i)
		if err != nil {
			return plan{}, err
		}
		return s.planPlan(v, wanted, told)
	}
	return plan{}, errNothingToDo
}

// A placing makes a response of a message: privately or inPlace.
type placing func(message) response

// listPlan shows a page of the sources that the guild sees.
func (s *Server) listPlan(v *visit, page int, place placing) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		all, err := s.corpus.Sources(ctx, v.Guild)
		if err != nil {
			return response{}, err
		}
		if len(all) == 0 {
			return place(message{content: v.say.say("sources_empty")}), nil
		}
		page := min(page, pagesOf(len(all))) // they may have become fewer
		l := listing{heading: v.say.count("sources_heading", len(all)), page: page, pages: pagesOf(len(all)), turn: control{name: sourcesControl}}
		from := (page - 1) * maxLines
		for _, src := range all[from:min(from+maxLines, len(all))] {
			l.lines = append(l.lines, sourceLine(v.say, src))
		}
		return place(l.message(v.say)), nil
	})
}

// sourceLine is what a moderator goes by of a source.
func sourceLine(say *phrases, src retrieval.Source) string {
	line := "- " + say.say("sources_line",
		"Title", oneLine(src.Title, maxSourceTitle), "Kind", kindOf(say, src), "Stories", say.count("sources_stories", src.Stories))
	if src.Guild == retrieval.Shared {
		line += " · " + say.say("sources_shared")
	}
	line += " · `" + src.ID + "`"
	if src.Schedule != "" {
		line += " · " + scheduleOf(say, src.Schedule)
	}
	if !src.DueAt.IsZero() {
		line += " · " + say.say("plan_next", "When", relative(src.DueAt))
	}
	if src.Error != "" {
		line += " · " + say.say("sources_failing", "Reason", refreshReason(say, src.Code))
	} else if !src.CheckedAt.IsZero() {
		line += " · " + say.say("sources_checked", "When", relative(src.CheckedAt))
	}
	return line
}

func kindOf(say *phrases, src retrieval.Source) string {
	switch src.Kind {
	case "page":
		return say.say("sources_kind_page")
	case "feed":
		return say.say("sources_kind_feed")
	case "file":
		return say.say("sources_kind_file")
	case "attachment":
		return say.say("sources_kind_attachment")
	case "pasted":
		return say.say("sources_kind_pasted")
	case "bundled":
		return say.say("sources_kind_bundled")
	}
	return oneLine(src.Kind, maxSourceTitle)
}

// relative is a time as Discord shows it to each person: "2 hours ago".
func relative(t time.Time) string { return fmt.Sprintf("<t:%d:R>", t.Unix()) }

// showPlan shows a page of a source's stories, with their paragraphs as they are cited.
func (s *Server) showPlan(v *visit, name string, page int, place placing) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		src, err := s.sourceNamed(ctx, v.Guild, name)
		if err != nil {
			return response{}, err
		}
		stories, err := s.corpus.Stories(ctx, v.Guild, src.ID)
		if errors.Is(err, retrieval.ErrNotFound) {
			err = errNoSource
		}
		if err != nil {
			return response{}, err
		}
		lines := planLines(v.say, src)
		ends := make([]int, len(stories)) // of each story's lines
		for i, story := range stories {
			lines = append(lines, storyLines(v.say, story)...)
			ends[i] = len(lines)
		}
		pages := packed(lines, maxDescription)
		page := min(page, len(pages)) // it may have become shorter
		from := 0
		for _, before := range pages[:page-1] {
			from += len(before)
		}
		m := listing{
			heading: oneLine(src.Title, maxSourceTitle), lines: pages[page-1], page: page, pages: len(pages), turn: control{name: showControl, about: src.ID},
		}.message(v.say)
		var changed []retrieval.Story // of those that the page has lines of
		begins := 0
		for i, story := range stories {
			if story.Revision > 1 && ends[i] > from && begins < from+len(pages[page-1]) {
				changed = append(changed, story)
			}
			begins = ends[i]
		}
		m.components = append(changesMenus(v.say, changed), m.components...)
		return place(m), nil
	})
}

// changesMenus open what the newest revisions of stories have changed, as many as there are
// rows for.
func changesMenus(say *phrases, stories []retrieval.Story) (rows []discordgo.MessageComponent) {
	var options []discordgo.SelectMenuOption
	for _, story := range stories {
		options = append(options, discordgo.SelectMenuOption{
			Label: plainLine(cmp.Or(flat(story.Title), "¶"), maxOptionText), Value: revisionValue(story.ID, story.Revision),
			Description: say.say("citation_revision", "N", story.Revision) + " · " + day(story.RevisedAt),
		})
	}
	for some := range slices.Chunk(options, maxInMenu) {
		if len(rows) == maxButtonRows {
			break
		}
		rows = append(rows, row(discordgo.SelectMenu{
			MenuType: discordgo.StringSelectMenu, CustomID: control{name: changesControl, page: len(rows) + 1}.String(),
			Placeholder: say.say("placeholder_changes"), Options: some,
		}))
	}
	return rows
}

// storyLines are a story's title and its paragraphs, each with its number. A paragraph that
// is too long for a page takes several lines.
func storyLines(say *phrases, story retrieval.Story) []string {
	heading := say.say("sources_shown", "Title", oneLine(story.Title, maxSourceTitle), "Revision", story.Revision,
		"Paragraphs", say.count("sources_paragraphs", len(story.Paragraphs)))
	if !story.PublishedAt.IsZero() {
		heading += " · " + story.PublishedAt.UTC().Format(time.DateOnly)
	}
	lines := []string{"**" + heading + "**"}
	switch story.Withdrawn {
	case retrieval.Gone:
		lines = append(lines, "-# "+say.say("sources_story_gone", "Date", day(story.WithdrawnAt)))
	case retrieval.Expired:
		lines = append(lines, "-# "+say.say("sources_story_expired", "Date", day(story.WithdrawnAt)))
	}
	section := ""
	for _, p := range story.Paragraphs {
		if p.Heading != section {
			section = p.Heading
			lines = append(lines, "__"+oneLine(section, maxSourceTitle)+"__")
		}
		for n, piece := range pieces(p.Text, maxPiece) {
			if n == 0 {
				piece = fmt.Sprintf("¶ %d: %s", p.Number, piece)
			}
			lines = append(lines, piece)
		}
	}
	return lines
}

// maxPiece bounds what is shown of a paragraph in one line, in characters: with its number it
// fits on a page.
const maxPiece = maxDescription - 50

// sourceNamed is the source of that id, or the only one of that title, that a guild sees.
func (s *Server) sourceNamed(ctx context.Context, guild, name string) (retrieval.Source, error) {
	all, err := s.corpus.Sources(ctx, guild)
	if err != nil {
		return retrieval.Source{}, err
	}
	name = strings.TrimSpace(name)
	if at := slices.IndexFunc(all, func(src retrieval.Source) bool { return src.ID == name }); at >= 0 {
		return all[at], nil
	}
	all = slices.DeleteFunc(all, func(src retrieval.Source) bool { return !strings.EqualFold(src.Title, name) })
	if len(all) != 1 {
		return retrieval.Source{}, errNoSource
	}
	return all[0], nil
}

// ownSource is sourceNamed for who would change it: a shared one is the operator's.
func (s *Server) ownSource(ctx context.Context, guild, name string) (retrieval.Source, error) {
	src, err := s.sourceNamed(ctx, guild, name)
	if err == nil && src.Guild != guild {
		return retrieval.Source{}, sharedSource{src.Title}
	}
	return src, err
}

// removePlan asks whether a source is to be removed.
func (s *Server) removePlan(v *visit, name string) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		src, err := s.ownSource(ctx, v.Guild, name)
		if err != nil {
			return response{}, err
		}
		return privately(message{
			content: v.say.say("sources_confirm_remove", "Title", oneLine(src.Title, maxSourceTitle), "Stories", v.say.count("sources_stories", src.Stories)),
			components: []discordgo.MessageComponent{row(
				discordgo.Button{Style: discordgo.DangerButton, Label: v.say.say("button_remove"), CustomID: control{name: removeControl, about: src.ID}.String()},
				discordgo.Button{Style: discordgo.SecondaryButton, Label: v.say.say("button_keep"), CustomID: control{name: keepControl}.String()},
			)},
		}), nil
	})
}

// removingPlan removes a source of the guild's own, once that is confirmed.
func (s *Server) removingPlan(v *visit, id string) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		src, err := s.ownSource(ctx, v.Guild, id)
		if err != nil {
			return response{}, err
		}
		if src, err = s.corpus.Remove(ctx, v.Guild, src.ID); errors.Is(err, retrieval.ErrNotFound) {
			err = errNoSource
		}
		if err != nil {
			return response{}, err
		}
		m := message{content: v.say.say("sources_removed", "Title", oneLine(src.Title, maxSourceTitle))}
		return inPlace(s.noting(ctx, v, m, ledger.Act{What: "sources.remove", Detail: src.Title})), nil
	})
}

// keepingPlan leaves a source where it is.
func keepingPlan(v *visit) plan {
	return rightAway(func(context.Context) (response, error) {
		return inPlace(message{content: v.say.say("sources_not_removed")}), nil
	})
}

// suggestSources are the sources that a moderator sees whose titles hold what they have
// typed, the guild's own first. Nobody else is told of any.
func (s *Server) suggestSources(ctx context.Context, v *visit, typed string) ([]*discordgo.ApplicationCommandOptionChoice, error) {
	if !v.isModerator() {
		return nil, nil
	}
	all, err := s.corpus.Sources(ctx, v.Guild)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b retrieval.Source) int { return -cmp.Compare(a.Guild, b.Guild) }) // retrieval.Shared is ""
	var list []*discordgo.ApplicationCommandOptionChoice
	for _, src := range all {
		if strings.Contains(strings.ToLower(src.Title), strings.ToLower(strings.TrimSpace(typed))) {
			list = append(list, choice(src.Title, src.ID))
		}
	}
	return list, nil
}
