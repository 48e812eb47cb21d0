package discord

import (
	"context"
	"errors"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// Why a moderator's wish is not done, where that is theirs to change.
var (
	errNoSource    = errors.New("discord: there is no source of that name")
	errNotFetched  = errors.New("discord: the attachment cannot be fetched")
	errOutOfRange  = errors.New("discord: the number is out of its range")
	errEveryone    = errors.New("discord: the role is everybody's")
	errNotHere     = errors.New("discord: the guild has no such channel")
	errManyListed  = errors.New("discord: the setting lists enough channels or roles")
	errNothingToDo = errors.New("discord: nothing to change was given")
	errNoPlan      = errors.New("discord: neither when to read a source nor how long it answers was given")
	errReportGone  = errors.New("discord: the report is not kept any more, or not for this person")
	errNoRevision  = errors.New("discord: there is no such revision, or it is not kept")
)

// A notModerator is the error of who uses what is for moderators: those who may manage the
// guild, and the members of the roles.
type notModerator struct{ roles []string }

func (notModerator) Error() string { return "discord: that is for the guild's moderators" }

// A sharedSource is the error of who would change a source that is every guild's.
type sharedSource struct{ title string }

func (sharedSource) Error() string { return "discord: the source is shared by all guilds" }

// A badDay is the error of a text that is to be a day.
type badDay string

func (badDay) Error() string { return "discord: that is no day" }

// moderated is what only a guild's moderators are served. Discord shows their commands to no
// one else, but heeds neither the bot's roles nor what a modified client sends, and leaves
// components on messages to who has lost the permission: so it is asked at every call.
func moderated(find planner) planner {
	return func(ctx context.Context, v *visit, i *interaction) (plan, error) {
		if !v.isModerator() {
			return plan{}, notModerator{v.settings.Roles}
		}
		return find(ctx, v, i)
	}
}

// isModerator reports whether who asks may manage the guild, or has one of the roles that it
// has set for that.
func (v *visit) isModerator() bool {
	if v.Guild == "" || v.member == nil {
		return false
	}
	return v.member.has(discordgo.PermissionManageGuild|discordgo.PermissionAdministrator) ||
		slices.ContainsFunc(v.settings.Roles, func(role string) bool { return slices.Contains(v.member.Roles, role) })
}

// moderating serves the components and modals that are a moderator's; nil for those that
// are not.
func (s *Server) moderating(i *interaction) planner {
	id, ok := parseControl(i.Data.CustomID)
	if !ok {
		return nil
	}
	return moderated(func(ctx context.Context, v *visit, i *interaction) (plan, error) {
		if i.Type == discordgo.InteractionModalSubmit {
			if id.name == pasteControl {
				return s.pastedPlan(v, i, id.about)
			}
			return plan{}, errForgotten
		}
		switch id.name {
		case sourcesControl:
			return s.listPlan(v, id.page, inPlace), nil
		case showControl:
			return s.showPlan(v, id.about, id.page, inPlace), nil
		case removeControl:
			return s.removingPlan(v, id.about), nil
		case keepControl:
			return keepingPlan(v), nil
		case takeControl:
			return s.takePlan(v, id.about)
		case leaveControl:
			return s.leavePlan(v, id.about), nil
		case cancelControl:
			return s.cancelPlan(v, id.about), nil
		case reportControl:
			return s.reportPlan(v, id.about, id.page), nil
		case changesControl:
			return s.changesPlan(v, i.choice(id.about), 1, false), nil
		case revisionControl:
			return s.changesPlan(v, i.choice(id.about), id.page, true), nil
		case gapsControl:
			return s.gapsPlan(v, id.page, inPlace), nil
		case dismissControl:
			return s.dismissPlan(v, id.page, i.Data.Values), nil
		case feedbackControl:
			return s.feedbackPlan(v, id.page, inPlace), nil
		case historyControl:
			return s.historyPlan(v, id.page, inPlace), nil
		case unlistControl:
			return s.unlistPlan(v, id.about, i.Data.Values)
		}
		return plan{}, errForgotten
	})
}
