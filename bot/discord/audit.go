package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// auditLimit bounds how long a moderator waits for a change to be told in the guild's
// channel for that.
const auditLimit = time.Second

// noting keeps an act of a moderator's and tells it in the guild's channel for that; m, which
// tells the moderator of it, says if that did not work. The change itself stands.
func (s *Server) noting(ctx context.Context, v *visit, m message, act ledger.Act) message {
	act.Guild, act.User = v.Guild, v.User
	if strings.HasPrefix(act.What, "sources.") {
		s.storiesChanged(v.Guild)
	}
	// The change is made, however little time is left.
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditLimit)
	defer cancel()
	if err := s.ledger.Note(kept, act); err != nil {
		s.log.Error("discord: noting an act", "guild", v.Guild, "user", v.User, "what", act.What, "error", err)
		m = m.noting(v.say.say("log_not_kept"))
	}
	return s.telling(ctx, v, v.settings, m, act)
}

// telling is noting of acts that the ledger has already.
func (s *Server) telling(ctx context.Context, v *visit, now ledger.Settings, m message, acts ...ledger.Act) message {
	if now.AuditChannel == "" || len(acts) == 0 {
		return m
	}
	err := s.tell(ctx, v, now, acts)
	if err == nil {
		return m
	}
	s.log.Warn("discord: telling of an act", "guild", v.Guild, "channel", now.AuditChannel, "error", err)
	if isForbidden(err) {
		return m.noting(v.say.say("settings_cannot_write", "Channel", settingID(channelsSetting, now.AuditChannel)))
	}
	return m.noting(v.say.say("log_not_posted", "Channel", settingID(channelsSetting, now.AuditChannel)))
}

// tell posts acts in the guild's channel for that, in the guild's language.
func (s *Server) tell(ctx context.Context, v *visit, now ledger.Settings, acts []ledger.Act) error {
	ctx, cancel := context.WithTimeout(ctx, auditLimit)
	defer cancel()
	say := s.texts.in(now.Language, s.guilds.locale(v.Guild))
	var lines []string
	for _, act := range acts {
		act.User = v.User
		lines = append(lines, s.actLine(say, act))
	}
	m := message{content: strings.Join(packed(lines, maxContent)[0], "\n")}
	// The nonce is another than that of a reply to the same interaction.
	return s.api.call(ctx, http.MethodPost, discordgo.EndpointChannelMessages(now.AuditChannel), m.post(nil, "a"+v.ID), nil)
}

// historyPlan shows a page of what was changed, in Discord and in the terminal.
func (s *Server) historyPlan(v *visit, page int, place placing) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		acts, total, err := s.ledger.Acts(ctx, v.Guild, maxLines, (page-1)*maxLines)
		if err != nil {
			return response{}, err
		}
		if total == 0 {
			return place(message{content: v.say.say("history_empty")}), nil
		}
		if last := pagesOf(total); page > last { // they were more
			return s.historyPlan(v, last, place).atOnce(ctx)
		}
		l := listing{heading: v.say.say("history_heading"), page: page, pages: pagesOf(total), turn: control{name: historyControl}}
		for _, act := range acts {
			l.lines = append(l.lines, "- "+v.say.say("history_line", "When", fmt.Sprintf("<t:%d:f>", act.At.Unix()), "What", s.actLine(v.say, act)))
		}
		return place(l.message(v.say)), nil
	})
}

const (
	maxDetail = 100 // characters of what an act is about
	maxTold   = 5   // channels or roles of a setting, before and after: with them a line is within maxLine
)

// actLine tells an act in words.
func (s *Server) actLine(say *phrases, act ledger.Act) string {
	who := say.say("history_terminal")
	if act.User != "" {
		who = quietMention(act.User)
	}
	about := oneLine(act.Detail, maxDetail)
	switch name, isSetting := strings.CutPrefix(act.What, "settings."); {
	case isSetting && slices.Contains(settingNames, name):
		old, now, _ := strings.Cut(act.Detail, " -> ")
		return say.say("log_setting", "Who", who, "Name", settingName(say, name),
			"Old", s.settingValue(say, name, old, maxTold), "New", s.settingValue(say, name, now, maxTold))
	case act.What == "sources.add":
		return say.say("log_source_added", "Who", who, "Title", about)
	case act.What == "sources.import": // "3 sources": the terminal writes it
		n, _, _ := strings.Cut(about, " ")
		return say.say("log_sources_imported", "Who", who, "Count", n)
	case act.What == "sources.plan":
		return say.say("log_source_planned", "Who", who, "Plan", about)
	case act.What == "sources.remove":
		return say.say("log_source_removed", "Who", who, "Title", about)
	case act.What == "sources.refresh" && about == "":
		return say.say("log_sources_refreshed", "Who", who)
	case act.What == "sources.refresh":
		return say.say("log_source_refreshed", "Who", who, "Title", about)
	case act.What == "gaps.dismiss":
		return say.say("log_gap_dismissed", "Who", who) // which one is for moderators alone
	}
	return say.say("log_other", "Who", who, "What", oneLine(act.What, maxDetail), "Detail", about) // of another version
}
