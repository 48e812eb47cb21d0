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
	"storybot/retrieval/source"
)

// What is shown of a source in a line, in characters.
const (
	maxSourceTitle = 100
	maxSourceError = 120
)

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
	if src.Error != "" {
		line += " · " + say.say("sources_failing", "Reason", oneLine(src.Error, maxSourceError))
	} else if !src.CheckedAt.IsZero() {
		line += " · " + say.say("sources_checked", "When", relative(src.CheckedAt))
	}
	return line
}

func kindOf(say *phrases, src retrieval.Source) string {
	switch src.Kind {
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
		var lines []string
		for _, story := range stories {
			lines = append(lines, storyLines(v.say, story)...)
		}
		pages := packed(lines, maxDescription)
		page := min(page, len(pages)) // it may have become shorter
		return place(listing{
			heading: oneLine(src.Title, maxSourceTitle), lines: pages[page-1], page: page, pages: len(pages), turn: control{name: showControl, about: src.ID},
		}.message(v.say)), nil
	})
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

// refreshPlan reads a source again, or, when none is named, all of the guild's own.
func (s *Server) refreshPlan(v *visit, name string) plan {
	return plan{private: true, work: func(ctx context.Context, _ func(message)) (message, error) {
		act := ledger.Act{What: "sources.refresh"}
		var ids []string
		if name != "" {
			src, err := s.ownSource(ctx, v.Guild, name)
			if err != nil {
				return message{}, err
			}
			ids, act.Detail = []string{src.ID}, src.Title
		}
		reports, err := source.Refresh(ctx, s.corpus, v.Guild, source.Discord, ids...)
		if errors.Is(err, retrieval.ErrNotFound) {
			err = errNoSource
		}
		if err != nil {
			return message{}, err
		}
		news := func(r source.Report) int { return r.Added + r.Changed + r.Failed }
		slices.SortStableFunc(reports, func(a, b source.Report) int { return cmp.Compare(news(b), news(a)) })
		read := slices.ContainsFunc(reports, func(r source.Report) bool { return r.Reason == nil || r.Failed > 0 })
		lines := []string{v.say.count("sources_refreshed", len(reports))}
		if !read {
			lines[0] = v.say.say("sources_nothing_refreshed")
		}
		for _, r := range reports {
			lines = append(lines, "- "+reportLine(v.say, r))
		}
		// Of very many sources those that are unchanged, the last, are left out.
		m := message{content: strings.Join(packed(lines, maxContent-maxNote)[0], "\n")}
		if !read {
			return m, nil
		}
		return s.noting(ctx, v, m, act), nil
	}}
}

// reportLine tells what a refresh found in a source, or why it was not read.
func reportLine(say *phrases, r source.Report) string {
	title := oneLine(r.Source.Title, maxSourceTitle)
	if r.Reason != nil {
		return say.say("sources_report_reason", "Title", title, "Reason", unrefreshed(say, r.Reason))
	}
	return say.say("sources_report", "Title", title, "Added", r.Added, "Changed", r.Changed, "Unchanged", r.Unchanged, "Failed", r.Failed)
}

// unrefreshed is why a source was not read again.
func unrefreshed(say *phrases, err error) string {
	switch {
	case errors.Is(err, source.ErrTerminalOnly):
		return say.say("reason_terminal_only")
	case errors.Is(err, source.ErrUploadAgain):
		return say.say("reason_upload_again")
	case errors.Is(err, source.ErrBundled):
		return say.say("reason_bundled")
	case errors.Is(err, source.ErrTooLarge):
		return say.say("reason_too_large", "Max", source.MaxFile>>20)
	case errors.Is(err, source.ErrNotText):
		return say.say("reason_not_text")
	case errors.Is(err, source.ErrEmpty):
		return say.say("reason_empty")
	}
	return say.say("reason_unreachable")
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
