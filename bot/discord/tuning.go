package discord

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// maxListed bounds the channels and the roles that a setting lists: they are shown together.
const maxListed = 25

// settingsPlan lets moderators see and change how the bot behaves in their guild.
func (s *Server) settingsPlan(ctx context.Context, v *visit, i *interaction) (plan, error) {
	name, _ := i.subcommand()
	switch name {
	case showSettings:
		return s.showSettingsPlan(v), nil
	case settingsHistory:
		return s.historyPlan(v, 1, privately), nil
	case channelsSetting, rolesSetting, autoSetting:
		return s.listedPlan(v, i, name), nil
	case languageSetting:
		code := i.text(languageOption)
		if code == automaticLanguage {
			code = ""
		} else if s.texts.speaks(code) == nil {
			return plan{}, errNothingToDo
		}
		return s.settingPlan(v, []string{"language"}, func(now *ledger.Settings) { now.Language = code }), nil
	case checkSetting:
		mode := ledger.Strictness(i.text(modeOption))
		if mode != ledger.Strict && mode != ledger.Normal && mode != ledger.Verbatim {
			return plan{}, errNothingToDo
		}
		return s.settingPlan(v, []string{"check"}, func(now *ledger.Settings) { now.Check = mode }), nil
	case privateSetting:
		private := i.flag(defaultOption, v.settings.Private)
		return s.settingPlan(v, []string{"private"}, func(now *ledger.Settings) { now.Private = private }), nil
	case budgetSetting:
		return s.budgetPlan(v, i)
	case revisionsSetting:
		return s.revisionsPlan(v, i)
	case logSetting:
		return s.logPlan(v, i.text(channelOption)), nil
	}
	return plan{}, errNothingToDo
}

// showSettingsPlan shows all settings.
func (s *Server) showSettingsPlan(v *visit) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		l := listing{heading: v.say.say("settings_heading"), page: 1, pages: 1}
		for _, name := range settingNames {
			l.lines = append(l.lines, v.say.say("settings_line", "Name", settingName(v.say, name), "Value", s.settingNow(v.say, name, v.settings)))
		}
		return privately(l.message(v.say)), nil
	})
}

// settingPlan changes settings, and tells which of them are others now.
func (s *Server) settingPlan(v *visit, names []string, change func(*ledger.Settings)) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		m, err := s.set(ctx, v, names, change)
		return privately(m), err
	})
}

func (s *Server) set(ctx context.Context, v *visit, names []string, change func(*ledger.Settings)) (message, error) {
	now, acts, err := s.ledger.Change(ctx, v.Guild, v.User, change)
	if err != nil {
		return message{}, err
	}
	var lines []string
	for _, name := range names {
		line := v.say.say("settings_unchanged", "Name", settingName(v.say, name), "Value", s.settingNow(v.say, name, now))
		for _, act := range acts {
			if act.What == "settings."+name {
				old, new, _ := strings.Cut(act.Detail, " -> ")
				line = v.say.say("settings_changed",
					"Name", settingName(v.say, name), "Old", s.settingValue(v.say, name, old, maxListed), "New", s.settingValue(v.say, name, new, maxListed))
			}
		}
		lines = append(lines, line)
	}
	m := message{content: strings.Join(lines, "\n")}
	if v.settings.AuditChannel != now.AuditChannel { // who read the log there is to know where it went
		m = s.telling(ctx, v, v.settings, m, acts...)
	}
	return s.telling(ctx, v, now, m, acts...), nil
}

// budgetPlan sets how much of a model a day may take.
func (s *Server) budgetPlan(v *visit, i *interaction) (plan, error) {
	server, forServer := i.number(serverOption)
	person, forPerson := i.number(personOption)
	if !isBudget(server) || !isBudget(person) {
		return plan{}, errOutOfRange
	}
	var names []string
	if forServer {
		names = append(names, "guild_budget")
	}
	if forPerson {
		names = append(names, "user_budget")
	}
	if len(names) == 0 {
		return plan{}, errNothingToDo
	}
	return s.settingPlan(v, names, func(now *ledger.Settings) {
		if forServer {
			now.GuildBudget = int64(server)
		}
		if forPerson {
			now.UserBudget = int64(person)
		}
	}), nil
}

// revisionsPlan sets how many revisions of each story are kept.
func (s *Server) revisionsPlan(v *visit, i *interaction) (plan, error) {
	n, given := i.number(keepOption)
	if !given || n < 1 || n > ledger.MaxRevisions || n != math.Trunc(n) {
		return plan{}, errOutOfRange
	}
	return s.settingPlan(v, []string{"revisions"}, func(now *ledger.Settings) { now.Revisions = int64(n) }), nil
}

// isBudget reports whether a number is one of tokens. Discord's go to 2⁵³.
func isBudget(n float64) bool { return n >= 0 && n <= 1<<53 && n == math.Trunc(n) }

// logPlan sets in which channel changes are told; none is given: in none.
func (s *Server) logPlan(v *visit, channel string) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		if channel != "" {
			if err := s.isHere(ctx, v.Guild, channel); err != nil {
				return response{}, err
			}
		}
		m, err := s.set(ctx, v, []string{"audit_channel"}, func(now *ledger.Settings) { now.AuditChannel = channel })
		return privately(m), err
	})
}

// listedPlan adds a channel or a role to a setting that lists them, and takes another away;
// with neither it shows them, with a menu that takes some away: a channel that is no more
// cannot be named any other way.
func (s *Server) listedPlan(v *visit, i *interaction, name string) plan {
	add, remove := i.text(addOption), i.text(removeOption)
	threshold, forThreshold := i.number(thresholdOption)
	return rightAway(func(ctx context.Context) (response, error) {
		if forThreshold && (threshold < 0 || threshold > 1) {
			return response{}, errOutOfRange
		}
		if add == "" && remove == "" && !forThreshold {
			return s.listedNow(v, name)
		}
		if err := s.isListable(ctx, v.Guild, name, add); err != nil {
			return response{}, err
		}
		var names []string
		if add != "" || remove != "" {
			names = append(names, name)
		}
		if forThreshold {
			names = append(names, "threshold")
		}
		full := false
		m, err := s.set(ctx, v, names, func(now *ledger.Settings) {
			all := without(*listOf(now, name), add, remove)
			if add != "" {
				all = append(all, add)
			}
			if full = add != "" && len(all) > maxListed; full { // the terminal may have listed more
				return
			}
			if !sameSet(all, *listOf(now, name)) {
				*listOf(now, name) = all
			}
			if forThreshold {
				now.Threshold = threshold
			}
		})
		switch {
		case err != nil:
			return response{}, err
		case full:
			return response{}, errManyListed
		}
		if name == autoSetting && add != "" && !s.reads {
			m.content += "\n" + v.say.say("settings_no_content_intent")
		}
		return privately(m), nil
	})
}

// without is a list without some of what may be in it.
func without(list []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(some, id) })
}

// sameSet reports whether two lists, each without repeats, have the same in them.
func sameSet(a, b []string) bool { return len(a) == len(b) && len(without(a, b...)) == 0 }

// listOf is the list of a setting that has one.
func listOf(settings *ledger.Settings, name string) *[]string {
	switch name {
	case autoSetting:
		return &settings.Auto
	case rolesSetting:
		return &settings.Roles
	}
	return &settings.Channels
}

// isListable refuses what has no place in a setting's list.
func (s *Server) isListable(ctx context.Context, guild, name, add string) error {
	switch {
	case add == "":
		return nil
	case name != rolesSetting:
		return s.isHere(ctx, guild, add)
	case add == guild: // the id of the role that everybody has
		return errEveryone
	}
	return nil
}

// isHere refuses a channel that is another guild's, whatever a client says.
func (s *Server) isHere(ctx context.Context, guild, channel string) error {
	c, err := s.channel(ctx, channel)
	switch {
	case isForbidden(err):
		return unwritable(channel)
	case isCode(err, discordgo.ErrCodeUnknownChannel):
		return errNotHere
	case err != nil:
		return err
	case c.GuildID != guild:
		return errNotHere
	}
	return nil
}

// listedNow shows what a setting lists.
func (s *Server) listedNow(v *visit, name string) (response, error) {
	listed := *listOf(&v.settings, name)
	if len(listed) == 0 {
		return response{}, errNothingToDo
	}
	menu := discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: control{name: unlistControl, about: name}.String(), Placeholder: v.say.say("placeholder_unlist"),
	}
	lines := []string{v.say.say("settings_line", "Name", settingName(v.say, name), "Value", "")}
	for n, id := range listed[:min(len(listed), maxListed)] {
		number := strconv.Itoa(n + 1)
		lines = append(lines, number+". "+settingID(name, id))
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: number, Description: plainLine(id, maxChoiceName), Value: plainLine(id, maxChoiceName)})
	}
	menu.MaxValues = len(menu.Options)
	return privately(message{content: strings.Join(lines, "\n"), components: []discordgo.MessageComponent{row(menu)}}), nil
}

// unlistPlan takes what was chosen from a setting's list.
func (s *Server) unlistPlan(v *visit, name string, chosen []string) (plan, error) {
	if name != channelsSetting && name != rolesSetting && name != autoSetting {
		return plan{}, errForgotten
	}
	return rightAway(func(ctx context.Context) (response, error) {
		m, err := s.set(ctx, v, []string{name}, func(now *ledger.Settings) {
			if left := without(*listOf(now, name), chosen...); len(left) < len(*listOf(now, name)) {
				*listOf(now, name) = left
			}
		})
		return inPlace(m), err
	}), nil
}

// An unwritable is the error of a channel that the bot does not see.
type unwritable string

func (unwritable) Error() string { return "discord: the bot does not see the channel" }
