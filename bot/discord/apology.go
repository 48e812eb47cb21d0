package discord

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// Why a person gets no answer, where that is theirs to change.
var (
	errNoStory     = errors.New("discord: there is no story of that name")
	errNoServer    = errors.New("discord: there is no server of that name with the bot and the person in it")
	errNoText      = errors.New("discord: the message has no text")
	errOwnMessage  = errors.New("discord: the message is the bot's own")
	errNotKept     = errors.New("discord: what was found at the address is not kept any more, or not for this person")
	errManyWaiting = errors.New("discord: the person has enough questions waiting")
	errForgotten   = errors.New("discord: the answer is not kept, or not for this person")
)

// An elsewhere is the error of a question in a channel where the bot does not answer.
type elsewhere struct{ channels []string }

func (elsewhere) Error() string { return "discord: the bot answers in other channels" }

// A badSince is a text that tells no time from which on a summary is wanted.
type badSince string

func (badSince) Error() string { return "discord: that is no day, and no number of days" }

// A badLink is a text that is no address of the web.
type badLink string

func (badLink) Error() string { return "discord: that is no address of the web" }

// errSilence is why nothing at all is said.
var errSilence = errors.New("discord: there is nothing to say")

// apology is what a person gets in place of an answer.
func (s *Server) apology(x exchange, err error) message { return message{content: s.regret(x, err)} }

// regret decides what a person is told of an error, and logs its cause under the id
// that they are shown.
func (s *Server) regret(x exchange, err error) string {
	text, level := sentence(x.say, err)
	x.log.Log(context.Background(), level, "discord: no answer", "error", err)
	if level >= slog.LevelWarn {
		text = x.say.say("error_with_id", "Text", text, "ID", x.id())
	}
	return text
}

// sentence is an error in words for the person who asked. What is not the
// bot's doing is no more than information in the log.
func sentence(say *phrases, err error) (string, slog.Level) {
	var over tooMany
	var other elsewhere
	var since badSince
	var link badLink
	var outsider notModerator
	var shared sharedSource
	var date badDay
	var channel unwritable
	var not unfit
	if errors.As(err, &not) {
		if text := notAdded(say, not.cause); text != "" {
			return text, slog.LevelInfo
		}
	}
	switch {
	case errors.As(err, &outsider) && len(outsider.roles) == 0:
		return say.say("moderator_needed_no_roles"), slog.LevelInfo
	case errors.As(err, &outsider):
		return say.say("moderator_needed", "Roles", settingIDs(rolesSetting, strings.Join(outsider.roles, ", "), maxListed)), slog.LevelInfo
	case errors.As(err, &shared):
		return say.say("sources_shared_here", "Title", oneLine(shared.title, maxSourceTitle)), slog.LevelInfo
	case errors.As(err, &date):
		return say.say("bad_date", "Text", oneLine(string(date), maxDetail)), slog.LevelInfo
	case errors.As(err, &channel):
		return say.say("settings_cannot_write", "Channel", settingID(channelsSetting, string(channel))), slog.LevelInfo
	case errors.Is(err, errNoSource):
		return say.say("sources_unknown"), slog.LevelInfo
	case errors.Is(err, errNotFetched):
		return say.say("sources_not_fetched"), slog.LevelWarn
	case errors.Is(err, source.ErrTooLarge):
		return say.say("sources_too_large", "Max", source.MaxFile>>20), slog.LevelInfo
	case errors.Is(err, source.ErrNotText):
		return say.say("sources_not_text"), slog.LevelInfo
	case errors.Is(err, source.ErrEmpty):
		return say.say("sources_no_text"), slog.LevelInfo
	case errors.Is(err, errNotHere):
		return say.say("settings_wrong_channel"), slog.LevelInfo
	case errors.Is(err, errEveryone):
		return say.say("settings_everyone"), slog.LevelInfo
	case errors.Is(err, errOutOfRange):
		return say.say("settings_out_of_range"), slog.LevelInfo
	case errors.Is(err, errManyListed):
		return say.say("settings_many_channels", "Max", maxListed), slog.LevelInfo
	case errors.Is(err, errNothingToDo):
		return say.say("settings_nothing_given"), slog.LevelInfo
	case errors.As(err, &over):
		return say.say(over.whose, "When", relative(over.until.Add(time.Second))), slog.LevelInfo
	case errors.As(err, &other):
		return say.say("scope_channels", "Channels", settingIDs(channelsSetting, strings.Join(other.channels, ","), maxTold)), slog.LevelInfo
	case errors.Is(err, errManyWaiting):
		return say.say("limit_waiting"), slog.LevelInfo
	case errors.Is(err, bot.ErrEmptyQuestion):
		return say.say("error_no_question"), slog.LevelInfo
	case errors.Is(err, bot.ErrLongQuestion):
		return say.say("error_long_question", "Max", bot.MaxQuestion), slog.LevelInfo
	case errors.Is(err, bot.ErrLongText):
		return say.say("check_too_long", "Max", bot.MaxCheck), slog.LevelInfo
	case errors.Is(err, bot.ErrNoClaim):
		return say.say("check_no_claim"), slog.LevelInfo
	case errors.Is(err, errNoStory):
		return say.say("scope_no_story"), slog.LevelInfo
	case errors.Is(err, errNoServer):
		return say.say("server_unknown"), slog.LevelInfo
	case errors.Is(err, errNoText):
		return say.say("error_no_text"), slog.LevelInfo
	case errors.Is(err, errOwnMessage):
		return say.say("error_own_message"), slog.LevelInfo
	case errors.Is(err, bot.ErrBadText):
		return say.say("error_bad_text"), slog.LevelInfo
	case errors.As(err, &link):
		return say.say("bad_link", "Text", oneLine(string(link), maxDetail)), slog.LevelInfo
	case errors.Is(err, errNotKept):
		return say.say("sources_not_kept"), slog.LevelInfo
	case errors.Is(err, errReportGone):
		return say.say("report_gone"), slog.LevelInfo
	case errors.Is(err, errNoRevision):
		return say.say("revision_unknown"), slog.LevelInfo
	case errors.Is(err, errNoPlan):
		return say.say("plan_nothing_given"), slog.LevelInfo
	case errors.Is(err, source.ErrSchedule):
		return say.say("bad_schedule"), slog.LevelInfo
	case errors.Is(err, source.ErrDays):
		return say.say("bad_days", "Max", source.MaxDays), slog.LevelInfo
	case errors.As(err, &since):
		return say.say("bad_since", "Text", oneLine(string(since), maxDetail)), slog.LevelInfo
	case errors.Is(err, ledger.ErrManyWishes):
		return say.say("wish_many", "Max", ledger.MaxWishes), slog.LevelInfo
	case errors.Is(err, errForgotten):
		return say.say("citation_forgotten"), slog.LevelInfo
	case errors.Is(err, retrieval.ErrBusy):
		return say.say("error_busy"), slog.LevelWarn
	case errors.Is(err, errRestarting):
		return say.say("error_restarting"), slog.LevelInfo
	case isForbidden(err):
		return say.say("error_forbidden"), slog.LevelInfo
	case errors.Is(err, errInterrupted):
		return say.say("error_interrupted"), slog.LevelInfo
	case errors.Is(err, retrieval.ErrPreparing):
		return say.say("error_preparing"), slog.LevelWarn
	case errors.Is(err, context.DeadlineExceeded):
		return say.say("error_too_slow"), slog.LevelWarn
	default:
		return say.say("error_unknown"), slog.LevelError
	}
}
