package analysis

import "time"

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

// dateUnits are the units of time in the order of dates.txt.
var dateUnits = [...]string{"day", "week", "month", "year"}

// counted reads three items, in the order of any language, as "two days ago"
// or "last seven days".
func (p *dateParser) counted(i int) (Date, bool) {
	if p.today.IsZero() || !p.joined(i+1, dateFields{}) || !p.joined(i+2, dateFields{}) {
		return Date{}, false
	}
	count, unit, direction := 0, "", ""
	for _, it := range p.items[i : i+3] {
		for _, m := range it.meanings {
			switch m.kind {
			case "digits", "numbers":
				count = m.value
			case "units":
				unit = dateUnits[m.value-1]
			case "ago", "last", "next":
				direction = m.kind
			}
		}
	}
	if count < 1 || unit == "" || direction == "ago" && p.year(count)%100 != 0 { // 2023年前 is before 2023
		return Date{}, false
	}
	tomorrow := p.today.Add(oneDay)
	switch direction {
	case "ago":
		from, until := period(p.today, unit, -count)
		return Date{From: from, Until: until}, true
	case "last":
		return Date{From: addUnits(p.today, unit, -count), Until: tomorrow}, true
	case "next":
		return Date{From: p.today, Until: addUnits(tomorrow, unit, count)}, true
	}
	return Date{}, false
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
