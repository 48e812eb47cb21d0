package retrieval

import (
	"slices"
	"strings"
	"time"

	"storybot/retrieval/analysis"
)

// maxDates bounds the dates of a question: each is a search of its own.
const maxDates = 3

// A date of the question is found where a passage tells of such a day, or was
// published on it, in whatever words.
type date struct {
	analysis.Date
	text     string // as the question has it
	relative bool   // it depends on when the question is asked
	groups   []int  // that stand for it
}

// date finds the question's dates. The words of a relative one are not what it
// means: another story's "yesterday" is another day.
func (q *query) date(question string, at time.Time) {
	fixed := analysis.Dates(question, q.lang, time.Time{})
	for _, d := range analysis.Dates(question, q.lang, at) {
		same := func(e date) bool {
			return d.From.Equal(e.From) && d.Until.Equal(e.Until) && d.Month == e.Month && d.Day == e.Day
		}
		if slices.ContainsFunc(q.dates, same) {
			continue
		}
		if len(q.dates) == maxDates {
			return
		}
		asked := date{Date: d, text: d.Of(question)}
		asked.relative = !slices.ContainsFunc(fixed, func(f analysis.Date) bool { return f.Span == d.Span })
		for i := range q.groups {
			g := &q.groups[i]
			if within(g.Token, d.Span) || g.Kind == analysis.Run && strings.Contains(asked.text, g.Text) {
				asked.groups = append(asked.groups, i)
				g.dated = g.dated || asked.relative
				g.name = g.name && !asked.relative
			}
		}
		q.dates = append(q.dates, asked)
	}
}

// mean adds a date that the question has by the one before it. The words that tell it stand
// for it too: a story may say "the day before" as well.
func (q *query) mean(meant date) {
	for i, g := range q.groups {
		if within(g.Token, meant.Span) || g.Kind == analysis.Run && strings.Contains(meant.text, g.Text) {
			meant.groups = append(meant.groups, i)
		}
	}
	q.dates = append(q.dates, meant)
}

// period is when the stories were published that the date may mean: where it
// leaves the year open, the last such day or month when the question was asked.
func (d date) period(at time.Time) (from, until time.Time) {
	if !d.From.IsZero() || at.IsZero() {
		return d.From, d.Until
	}
	for back := range 366 {
		day := analysis.On(at.AddDate(0, 0, -back))
		if d.Meets(day) {
			return whole(d.Date, day)
		}
	}
	return time.Time{}, time.Time{}
}

// narrow is the scope within the date's period; ok is false when the date has
// none.
func (d date) narrow(s Scope, at time.Time) (narrowed Scope, ok bool) {
	from, until := d.period(at)
	if from.IsZero() {
		return s, false
	}
	if from.After(s.Since) {
		s.Since = from
	}
	if s.Until.IsZero() || until.Before(s.Until) {
		s.Until = until
	}
	return s, true
}

// countDates notes the question's dates that a text of the language lang tells,
// which was written at a time that may be zero: unknown.
func (q *query) countDates(text, lang string, written time.Time, c *counts) {
	if len(q.dates) == 0 {
		return
	}
	for _, told := range analysis.Dates(text, lang, written) {
		q.countDate(aroundThen(told, written), c)
	}
	if !written.IsZero() {
		q.countDate(analysis.On(written), c)
	}
}

// aroundThen is the date within a year of when it was written down, which a date that
// leaves its year open nearly always means.
func aroundThen(told analysis.Date, written time.Time) analysis.Date {
	if told.From.IsZero() && !written.IsZero() {
		day := analysis.On(written)
		told.From, told.Until = day.From.AddDate(-1, 0, 1), day.From.AddDate(1, 0, 0)
	}
	return told
}

// vague is how much longer than a day a told period may be to tell of the day.
const vague = 7 * 24 * time.Hour

// length is how long a date is.
func length(d analysis.Date) time.Duration {
	switch {
	case d.Day != 0:
		return 24 * time.Hour
	case d.Month != 0:
		return 31 * 24 * time.Hour
	}
	return d.Until.Sub(d.From)
}

// countDate notes the question's dates that meet one: "this year" tells nothing of
// what was on the 8th.
func (q *query) countDate(told analysis.Date, c *counts) {
	for _, asked := range q.dates {
		if asked.Meets(told) && length(told) <= max(length(asked.Date), vague) {
			for _, i := range asked.groups {
				c.groups[i]++
				c.known[i] = same
			}
		}
	}
}

// When is the first time that a stretch of the passage tells, by when its story
// was published: a day as "2024-07-08", a month as "2024-07", a year as "2024", else an
// interval as "2024-07-01/2024-07-07" (ISO 8601); "" when it tells none that can be known.
// relative says that its words alone do not tell it: "yesterday".
func (p Passage) When(stretch Span) (told string, relative bool) {
	return when(stretch.Of(p.Text), analysis.Language(p.Text), p.PublishedAt)
}

// How far from the day on which it was written a date lies at most that leaves its
// year, or its month, open: nearer than in any other year; and so near that it is no
// other month's, to come, which "the 19th" often is.
const (
	yearOpen  = 182 // days
	monthOpen = 3   // days, before
)

// nearest is when a date of a text is that was written at a time: where the year is left
// open, the nearest such day or month, and where the month is, one just before, or
// zero: it cannot be known.
func nearest(d analysis.Date, written time.Time) (from, until time.Time) {
	if !d.From.IsZero() || written.IsZero() {
		return d.From, d.Until
	}
	ways, most := []int{-1, 1}, yearOpen
	if d.Month == 0 {
		ways, most = ways[:1], monthOpen
	}
	for days := range most + 1 {
		for _, way := range ways {
			if day := analysis.On(written.AddDate(0, 0, way*days)); d.Meets(day) {
				return whole(d, day)
			}
		}
	}
	return time.Time{}, time.Time{}
}

// whole is the day, or its month where the date tells none.
func whole(d, day analysis.Date) (from, until time.Time) {
	if d.Day == 0 {
		day.From = day.From.AddDate(0, 0, 1-day.From.Day())
		day.Until = day.From.AddDate(0, 1, 0)
	}
	return day.From, day.Until
}

func when(text, lang string, written time.Time) (told string, relative bool) {
	fixed := analysis.Dates(text, lang, time.Time{})
	for _, d := range analysis.Dates(text, lang, written) {
		from, until := nearest(d, written)
		if from.IsZero() || until.IsZero() {
			continue
		}
		relative = !slices.ContainsFunc(fixed, func(f analysis.Date) bool { return f.Span == d.Span && !f.From.IsZero() })
		last := until.AddDate(0, 0, -1)
		switch {
		case from.Equal(last):
			return from.Format(time.DateOnly), relative
		case from.Day() == 1 && until.Equal(from.AddDate(0, 1, 0)):
			return from.Format("2006-01"), relative
		case from.YearDay() == 1 && until.Equal(from.AddDate(1, 0, 0)):
			return from.Format("2006"), relative
		}
		return from.Format(time.DateOnly) + "/" + last.Format(time.DateOnly), relative
	}
	return "", false
}
