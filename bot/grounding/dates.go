package grounding

import (
	"slices"
	"strings"
	"time"

	"storybot/retrieval/analysis"
)

// someday is what "yesterday" and "on Tuesday" are reckoned from, in a statement and
// in what it cites alike: whenever they were written, the same words mean the same. A
// Thursday, so that there are days of its week on both sides.
var someday = time.Date(2001, time.June, 14, 0, 0, 0, 0, time.UTC)

const oneMonth = 31 * 24 * time.Hour

// tells says that a date of a passage tells the day, the month, and whether it is
// yesterday or last week, that a statement's date does. Years are numbers, and
// compared as such.
func tells(passage, statement analysis.Date) bool {
	length := func(d analysis.Date) time.Duration { return d.Until.Sub(d.From) }
	relative := statement.Month == 0 && statement.Day == 0 && length(statement) <= oneMonth
	return passage.Meets(statement) &&
		(statement.Month == 0 || passage.Month != 0) && (statement.Day == 0 || passage.Day != 0) &&
		(!relative || length(passage) > 0 && length(passage) <= length(statement))
}

// unknownDate finds a date of the claim that is not known.
func (k *known) unknownDate(dates []analysis.Date) (analysis.Date, bool) {
	i := slices.IndexFunc(dates, func(d analysis.Date) bool {
		year := d.Month == 0 && d.Day == 0 && d.Until.Sub(d.From) > oneMonth
		return !year && !slices.ContainsFunc(k.dates, func(have analysis.Date) bool { return tells(have, d) })
	})
	if i < 0 {
		return analysis.Date{}, false
	}
	return dates[i], true
}

// withoutDates is a text without the dates that are known in full, with the year: in
// another language they are written with other numbers (7월 8일, July 8).
func (k *known) withoutDates(text string, dates []analysis.Date) string {
	var b strings.Builder
	rest := 0
	for _, d := range dates {
		inFull := func(have analysis.Date) bool {
			return tells(have, d) && (d.From.IsZero() || !have.From.IsZero())
		}
		if d.Start >= rest && slices.ContainsFunc(k.dates, inFull) {
			b.WriteString(text[rest:d.Start] + "; ")
			rest = d.End
		}
	}
	return b.String() + text[rest:]
}
