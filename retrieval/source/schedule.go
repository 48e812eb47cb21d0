package source

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"storybot/retrieval"
	"storybot/retrieval/source/fetch"
)

// ErrSchedule is a schedule that cannot be read.
var ErrSchedule = errors.New("source: a schedule is 'every 30m' (from 5m to 8760h), 'daily 06:00' (UTC) or 'manual'")

// Manual is the schedule of what is read again only when a person asks for it.
const Manual = "manual"

// Schedules of pages and feeds for which nobody has said another.
const (
	pageSchedule = "daily 06:00"
	feedSchedule = "every 1h"
)

// How often a source is read by itself at most, and at least.
const (
	minEvery = 5 * time.Minute
	maxEvery = 365 * 24 * time.Hour
)

// Schedule is a schedule as it is stored, and as it can be typed again: "every 30m",
// "daily 06:00", or "" for Manual. Times are UTC.
func Schedule(text string) (string, error) {
	fields := strings.Fields(strings.ToLower(text))
	switch {
	case len(fields) == 1 && fields[0] == Manual:
		return "", nil
	case len(fields) == 2 && fields[0] == "every":
		every, err := time.ParseDuration(fields[1])
		if err != nil || every < minEvery || every > maxEvery {
			return "", ErrSchedule
		}
		return "every " + shortDuration(every.Truncate(time.Minute)), nil
	case len(fields) == 2 && fields[0] == "daily":
		at, err := time.Parse("15:04", fields[1])
		if err != nil {
			return "", ErrSchedule
		}
		return "daily " + at.Format("15:04"), nil
	}
	return "", ErrSchedule
}

// shortDuration is "1h" for time.Duration's "1h0m0s".
func shortDuration(d time.Duration) string {
	text := strings.TrimSuffix(d.String(), "0s")
	if before, ok := strings.CutSuffix(text, "h0m"); ok {
		return before + "h"
	}
	return text
}

// next is when a schedule, as it is stored, comes after a time; zero for "".
func next(schedule string, after time.Time) time.Time {
	if schedule == "" {
		return time.Time{}
	}
	spec := "@" + schedule
	if at, ok := strings.CutPrefix(schedule, "daily "); ok {
		hour, minute, _ := strings.Cut(at, ":")
		spec = minute + " " + hour + " * * *"
	}
	parsed, err := cron.ParseStandard(spec)
	if err != nil {
		return time.Time{} // unreachable: Schedule has made it
	}
	return parsed.Next(after.UTC())
}

// A source that fails is left alone for longer and longer: so long at first, twice
// as long each time, and a day at most.
const (
	firstBackoff = 5 * time.Minute
	maxBackoff   = 24 * time.Hour
)

func backoff(failures int) time.Duration {
	if failures > 9 { // 5 minutes, doubled nine times, are more than a day
		return maxBackoff
	}
	return min(firstBackoff<<max(0, failures-1), maxBackoff)
}

// dueAfter is when a source is read again by itself that has failed with err now.
// One that is gone for good is not.
func (k *Keeper) dueAfter(src retrieval.Source, err error) time.Time {
	if src.Schedule == "" || isGone(err) || errors.Is(err, ErrFeedGone) {
		return time.Time{}
	}
	now := k.corpus.Now()
	wait := backoff(src.Failures + 1)
	var status *fetch.StatusError
	if errors.As(err, &status) {
		wait = max(wait, status.RetryAfter)
	}
	return later(next(src.Schedule, now), now.Add(wait))
}

// maxTTL is for how long a feed is left alone that asks for it: see extract.FeedDoc.
const maxTTL = 7 * 24 * time.Hour

// clockSlack is by how much the clocks of two machines may differ: what one plans is not
// taken for a wrong clock's by the other.
const clockSlack = 24 * time.Hour

// latest is how late a source may be due, as seen now.
func latest(src retrieval.Source, now time.Time) time.Time {
	wait := maxBackoff
	if src.Kind == "feed" {
		wait = maxTTL
	}
	return later(next(src.Schedule, now), now.Add(wait)).Add(clockSlack)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Plan says when a source of exactly that guild is read again, and for how many
// days after their publication its stories answer; 0: for good. An empty schedule
// or a negative number leaves what there is. Only what can be read again has a
// schedule; else it is ErrUploadAgain, ErrBundled or, for a file in Discord,
// ErrTerminalOnly.
func (k *Keeper) Plan(ctx context.Context, guild, id, schedule string, days int, by Origin) (retrieval.Source, error) {
	found, err := named(ctx, k.corpus, guild, []string{id})
	if err != nil {
		return retrieval.Source{}, err
	}
	src := found[0]
	plan, due := src.Schedule, src.DueAt
	if schedule != "" {
		if plan, err = Schedule(schedule); err != nil {
			return src, err
		}
		if err := readable(src, by); err != nil && plan != "" {
			return src, err
		}
		due = next(plan, k.corpus.Now())
	}
	if days < 0 {
		days = src.Days
	}
	if days > MaxDays {
		return src, ErrDays
	}
	if err := k.corpus.Plan(ctx, guild, src.ID, plan, due, days); err != nil {
		return src, err
	}
	return k.corpus.Source(ctx, guild, src.ID)
}

// ErrDays is a number of days that is too large.
var ErrDays = errors.New("source: stories answer for 36500 days at most, or, with 0, for good")

// MaxDays is for how many days stories may be planned to answer.
const MaxDays = 36500
