package discord

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/bot/ledger"
)

// A planner makes the plan for an interaction.
type planner func(context.Context, *visit, *interaction) (plan, error)

// planner is what serves an interaction; nil for one that the bot does not know. Commands
// and components that are a moderator's go through moderated, every time.
func (s *Server) planner(i *interaction) planner {
	switch i.Type {
	case discordgo.InteractionApplicationCommand:
		switch i.Data.Name {
		case askCommand:
			return s.askPlan
		case summaryCommand:
			return s.summaryPlan
		case checkCommand:
			return s.checkPlan
		case askMenu:
			return s.askMenuPlan
		case checkMenu:
			return s.checkMenuPlan
		case serverCommand:
			return s.serverPlan
		case helpCommand:
			return s.helpPlan
		case forgetMeCommand:
			return s.forgetPlan
		case sourcesCommand:
			return moderated(s.sourcesPlan)
		case gapsCommand:
			return moderated(s.gapsCommandPlan)
		case feedbackCommand:
			return moderated(s.feedbackCommandPlan)
		case settingsCommand:
			return moderated(s.settingsPlan)
		}
	case discordgo.InteractionModalSubmit:
		if find := s.moderating(i); find != nil {
			return find
		}
	case discordgo.InteractionMessageComponent:
		if find := s.moderating(i); find != nil {
			return find
		}
		if id, ok := parseCustomID(i.Data.CustomID); ok {
			return func(_ context.Context, v *visit, i *interaction) (plan, error) { return s.componentPlan(v, i, id) }
		}
	}
	return nil
}

// componentPlan is the plan for a button or a menu. Whether the person may see what it shows
// is found out each time.
func (s *Server) componentPlan(v *visit, i *interaction, id customID) (plan, error) {
	switch id.kind {
	case "cite", "near":
		return s.openPlan(v, id.answer, id.n), nil
	case "cites":
		return s.openPlan(v, id.answer, i.chosen()), nil
	case "page":
		return s.pagePlan(v, id), nil
	case "good":
		return s.opinionPlan(v, id.answer, ledger.Good), nil
	case "wrong":
		return s.opinionPlan(v, id.answer, ledger.WrongCitation), nil
	case "missed":
		return s.opinionPlan(v, id.answer, ledger.Missed), nil
	case "which":
		return s.wrongPlan(v, i, id.answer), nil
	case "tell":
		return s.wishPlan(v, id.answer), nil
	case "forget":
		return s.forgettingPlan(v), nil
	case "keep":
		return s.keptPlan(v), nil
	}
	return plan{}, errForgotten
}

func (s *Server) askPlan(ctx context.Context, v *visit, i *interaction) (plan, error) {
	return s.questionPlan(ctx, v, question{
		text: i.text(questionOption), story: i.text(storyOption), private: i.flag(privateOption, v.settings.Private), echo: true,
	})
}

// askMenuPlan asks what somebody has written, for the eyes of who wants to know.
func (s *Server) askMenuPlan(ctx context.Context, v *visit, i *interaction) (plan, error) {
	text, err := s.target(i)
	if err != nil {
		return plan{}, err
	}
	return s.questionPlan(ctx, v, question{text: text, private: true, echo: true})
}

func (s *Server) checkPlan(ctx context.Context, v *visit, i *interaction) (plan, error) {
	return s.factCheckPlan(ctx, v, i.text(textOption), i.text(storyOption), i.flag(privateOption, v.settings.Private))
}

func (s *Server) checkMenuPlan(ctx context.Context, v *visit, i *interaction) (plan, error) {
	text, err := s.target(i)
	if err != nil {
		return plan{}, err
	}
	return s.factCheckPlan(ctx, v, text, "", true)
}

// target is the text of the message that a menu command was used on.
func (s *Server) target(i *interaction) (string, error) {
	m := i.Data.Resolved.Messages[i.Data.TargetID]
	if m == nil {
		return "", errNoText
	}
	if m.Author != nil && m.Author.ID == s.user {
		return "", errOwnMessage
	}
	text := s.withoutMentions(m)
	if text == "" {
		return "", errNoText
	}
	return text, nil
}

// factCheckPlan checks a text.
func (s *Server) factCheckPlan(ctx context.Context, v *visit, text, story string, private bool) (plan, error) {
	if err := s.answersHere(ctx, v); err != nil {
		return plan{counts: true}, err
	}
	return plan{private: private, counts: true, work: func(ctx context.Context, _ func(message)) (message, error) {
		asked, scope, err := s.askedOf(ctx, v, story)
		if err != nil {
			return message{}, err
		}
		f, err := s.bot.Check(ctx, bot.CheckRequest{
			Guild: asked.guild, User: v.User, Channel: v.Channel, Private: private, Scope: scope, Text: text, At: v.At,
		})
		if err != nil {
			return message{}, err
		}
		return asked.noted(factCheck(v.say, f)[0]), nil
	}}, nil
}

func (s *Server) summaryPlan(ctx context.Context, v *visit, i *interaction) (plan, error) {
	if err := s.answersHere(ctx, v); err != nil {
		return plan{counts: true}, err
	}
	since, err := since(i.text(sinceOption), v.At)
	if err != nil {
		return plan{counts: true}, err
	}
	style := bot.Style(i.text(styleOption))
	if style == "" {
		style = bot.Bullets
	}
	private := i.flag(privateOption, v.settings.Private)
	return plan{private: private, counts: true, work: func(ctx context.Context, show func(message)) (message, error) {
		asked, scope, err := s.askedOf(ctx, v, i.text(storyOption))
		if err != nil {
			return message{}, err
		}
		r := bot.SummaryRequest{Guild: asked.guild, User: v.User, Channel: v.Channel, Private: private, Style: style, Since: since}
		if scope.Story != "" {
			r.Stories = []string{scope.Story}
		}
		a, err := s.bot.Summarise(ctx, r, func(a bot.Answer) { show(pages(v.say, inProgress(a), false)[0]) })
		if err != nil {
			return message{}, err
		}
		m := pages(v.say, a, false)[0]
		if a.Status != bot.Answered {
			if m, err = s.whyNoSummary(ctx, v, r, m); err != nil {
				return message{}, err
			}
		}
		return asked.noted(m), nil
	}}, nil
}

// whyNoSummary says it, where that is for another reason than m says.
func (s *Server) whyNoSummary(ctx context.Context, v *visit, r bot.SummaryRequest, m message) (message, error) {
	stories, err := s.corpus.Suggest(ctx, r.Guild, "", 1)
	switch {
	case err != nil:
		return message{}, err
	case len(stories) == 0:
		m.content = v.say.say("summary_no_stories")
	case !r.Since.IsZero():
		m.content = v.say.say("summary_nothing_new", "Date", r.Since.UTC().Format(time.DateOnly))
	}
	return m, nil
}

// maxDays bounds how long ago a summary may begin: no news is older.
const maxDays = 100_000

// since reads a day, or a number of days before now as "7d"; the zero time for "".
func since(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	number, isDays := strings.CutSuffix(text, "d")
	days, err := strconv.Atoi(number)
	if !isDays || err != nil || days < 0 || days > maxDays {
		return time.Time{}, badSince(text)
	}
	return now.AddDate(0, 0, -days), nil
}
