package analysis

import "time"

// A Date is what a text tells of when: the days from From until Until that
// are of that month and day of the month. "8 March 2023" and "yesterday" are a
// day, "last week" and "March 2023" a period; "8 March", "March" and "the 8th"
// leave the year or more open, and are not guessed from when the text was
// written.
type Date struct {
	Span
	From, Until time.Time  // midnights in UTC, Until exclusive; both zero: in any year
	Month       time.Month // as told, or 0: any
	Day         int        // as told, or 0: any
	Swapped     bool       // Month and Day may be meant the other way round: 8/3/2023
}

// On is the day of t, in t's location.
func On(t time.Time) Date {
	year, month, day := t.Date()
	from := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return Date{From: from, Until: from.AddDate(0, 0, 1)}
}

// cycle is how many years hold every day of a year: 29 February comes after at
// most eight, from 1896 to 1904.
const cycle = 8

// Meets says that the two may be the same day, or one a day of the other:
// "the 8th" meets 8 March 2023, "last week" meets its days, 2023 meets March.
func (d Date) Meets(e Date) bool {
	if !d.Swapped && !e.Swapped && (differ(int(d.Month), int(e.Month)) || differ(d.Day, e.Day)) {
		return false // the days would show it, but slowly
	}
	from, until := d.From, d.Until
	if e.From.After(from) {
		from = e.From
	}
	if until.IsZero() || !e.Until.IsZero() && e.Until.Before(until) {
		until = e.Until
	}
	if until.IsZero() {
		from = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	if last := from.AddDate(cycle, 0, 0); until.IsZero() || last.Before(until) {
		until = last
	}
	for ; from.Before(until); from = from.Add(oneDay) {
		if d.has(from) && e.has(from) {
			return true
		}
	}
	return false
}

// differ says that two fields are told and not the same.
func differ(a, b int) bool { return a != 0 && b != 0 && a != b }

const oneDay = 24 * time.Hour

// has says that t is of the date's month and day.
func (d Date) has(t time.Time) bool {
	_, month, day := t.Date()
	return d.is(month, day) || d.Swapped && d.is(time.Month(day), int(month))
}

func (d Date) is(month time.Month, day int) bool {
	return (d.Month == 0 || d.Month == month) && (d.Day == 0 || d.Day == day)
}

// trim leaves out what is before the period's first such day and after its
// last one. There must be one.
func (d *Date) trim() {
	for d.From.Before(d.Until) && !d.has(d.From) {
		d.From = d.From.Add(oneDay)
	}
	for d.From.Before(d.Until) && !d.has(d.Until.Add(-oneDay)) {
		d.Until = d.Until.Add(-oneDay)
	}
}

// Dates are the dates that a text in the language lang names, in order. What
// is told from when the text was written ("yesterday", "last year", "on
// Tuesday", which is the last one up to then) is resolved by at, and left out
// when at is zero. Weeks begin on Monday (ISO 8601); "three months ago" is the
// month, not the day.
//
// Numbers are dates when something says so: all three of day, month and year
// (8.3.2023), a month's name, a word or mark for a day, month or year (8일). A
// bare year counts after such a word (in 2023), but a round one only where no
// noun follows: "in 2000 cases" is no year. Years have four digits. Buddhist
// years in Thai are understood, Solar Hijri ones in Persian left out. Of a
// range of days ("8-10 March") only the month is told. In a language that is
// not in dates.txt, or "", there are dates in digits and with a month's name.
func Dates(text, lang string, at time.Time) []Date {
	words, known := dateWords()[lang]
	if !known {
		lang, words = "", dateWords()[""]
	}
	folded, offsets := foldWithOffsets(text)
	p := dateParser{text: folded, lang: lang, items: lexDates(folded, words)}
	if !at.IsZero() {
		p.today = On(at).From
	}
	for i := range p.items {
		start := offsets[p.items[i].Start]
		p.items[i].upper = startsUpper(text[start:])
	}
	var dates []Date
	taken := 0 // items, by the dates before
	for i := 0; i < len(p.items); {
		d, n := p.parse(i)
		if n > 0 {
			first := i
			if i > taken && p.joined(i, dateFields{}) && (p.items[i-1].is("last") || p.items[i-1].is("next")) {
				first-- // last Monday
			}
			d.Span = original(Span{p.items[first].Start, p.items[i+n-1].End}, offsets)
			dates = append(dates, d)
			taken = i + n
		}
		i += max(n, 1)
	}
	return dates
}

// original is the stretch of the text that a stretch of its folded form comes
// from. A character that folds to several is taken whole.
func original(s Span, offsets []int) Span {
	end := s.End
	for end < len(offsets)-1 && offsets[end] == offsets[s.End-1] {
		end++
	}
	return Span{offsets[s.Start], offsets[end]}
}

// resolve makes a date of the fields, whose first item is i. It fails when
// there is no such day, or when nothing is left without knowing today.
func (p *dateParser) resolve(f dateFields, i int) (Date, bool) {
	d := Date{Month: time.Month(f.month), Day: f.day, Swapped: f.swapped}
	switch {
	case f.year != 0:
		d.From = time.Date(f.year, time.January, 1, 0, 0, 0, 0, time.UTC)
		d.Until = d.From.AddDate(1, 0, 0)
	case p.today.IsZero():
	case f.relative.kind != "":
		d.From, d.Until = period(p.today, f.relative.kind, f.relative.shift)
		if f.relative.kind == "week" && f.weekday != 0 {
			d.From, d.Until = period(d.From, "day", f.weekday-1)
		}
	case f.weekday != 0 && f.month == 0 && f.day == 0:
		d.From, d.Until = period(p.today, "day", p.daysTo(f.weekday, i))
	}
	if d.Month == 0 && d.Day == 0 && d.From.IsZero() || !d.Meets(d) {
		return Date{}, false
	}
	d.trim()
	return d, true
}

// daysTo is how far from today the weekday of item i is: the last one up to
// today, or as a "last" or "next" beside it says.
func (p *dateParser) daysTo(weekday, i int) int {
	ahead := (weekday - int(p.today.Weekday()) + 7) % 7
	beside := func(kind string) bool {
		return p.joined(i, dateFields{}) && p.items[i-1].is(kind) || p.joined(i+1, dateFields{}) && p.items[i+1].is(kind)
	}
	switch {
	case beside("next") && ahead == 0:
		return 7
	case beside("next") || ahead == 0 && !beside("last"):
		return ahead
	}
	return ahead - 7
}

// period is the day, week, month or year that is n after that of t.
func period(t time.Time, unit string, n int) (from, until time.Time) {
	switch unit {
	case "week":
		t = t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
	case "month":
		t = t.AddDate(0, 0, 1-t.Day())
	case "year":
		t = t.AddDate(0, 0, 1-t.YearDay())
	}
	return addUnits(t, unit, n), addUnits(t, unit, n+1)
}

func addUnits(t time.Time, unit string, n int) time.Time {
	switch unit {
	case "year":
		return t.AddDate(n, 0, 0)
	case "month":
		return t.AddDate(0, n, 0)
	case "week":
		n *= 7
	}
	return t.AddDate(0, 0, n)
}
