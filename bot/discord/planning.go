package discord

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// planPlan says when a source of the guild's own is read again, and how long its stories answer.
func (s *Server) planPlan(v *visit, name string, told planned) (plan, error) {
	if told.schedule == "" && told.days < 0 {
		return plan{}, errNoPlan
	}
	return plan{private: true, work: func(ctx context.Context, _ func(message)) (message, error) {
		src, err := s.ownSource(ctx, v.Guild, name)
		if err != nil {
			return message{}, err
		}
		src, err = s.keeper.Plan(ctx, v.Guild, src.ID, told.schedule, told.days, source.Discord)
		if errors.Is(err, retrieval.ErrNotFound) {
			err = errNoSource
		}
		if reason, _ := sourceReason(v.say, err); err != nil && reason != "" {
			return message{content: v.say.say("sources_report_reason", "Title", oneLine(src.Title, maxSourceTitle), "Reason", reason)}, nil
		}
		if err != nil {
			return message{}, err
		}
		lines := append([]string{"**" + oneLine(src.Title, maxSourceTitle) + "**"}, planLines(v.say, src)...)
		if src.Days == 0 {
			lines = append(lines, v.say.say("plan_for_good"))
		}
		if !src.DueAt.IsZero() {
			lines = append(lines, v.say.say("plan_next", "When", relative(src.DueAt)))
		}
		m := message{content: strings.Join(lines, "\n")}
		return s.noting(ctx, v, m, planAct(src)), nil
	}}, nil
}

// planAct tells of a source's plan as it is typed.
func planAct(src retrieval.Source) ledger.Act {
	text := source.Manual
	if src.Schedule != "" {
		text = src.Schedule
	}
	if src.Days > 0 {
		text += ", " + strconv.Itoa(src.Days) + " d"
	}
	return ledger.Act{What: "sources.plan", Detail: src.Title + ": " + text}
}

// suggestSchedules are schedules for who has not typed another, and the one that was typed.
func suggestSchedules(v *visit, typed string) (list []*discordgo.ApplicationCommandOptionChoice) {
	if !v.isModerator() {
		return nil
	}
	typed = strings.ToLower(strings.TrimSpace(typed))
	all := []string{"every 30m", "every 1h", "every 6h", "daily 06:00", source.Manual}
	if schedule, err := source.Schedule(typed); err == nil && schedule != "" && !slices.Contains(all, schedule) {
		all = append([]string{schedule}, all...)
	}
	for _, text := range all {
		if schedule, _ := source.Schedule(text); strings.Contains(text, typed) || schedule == typed {
			list = append(list, choice(text, text))
		}
	}
	return list
}
