package analysis

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A dateParser reads dates from the words and numbers that may be parts of
// one.
type dateParser struct {
	text  string // folded
	lang  string
	items []dateItem
	today time.Time // or zero
}

// dateFields are what has been read of a date; zero is not told.
type dateFields struct {
	year, month, day, weekday int
	swapped                   bool
	relative                  dateMeaning // yesterday, last year
	ordinal                   bool        // the day is "8th", which may count anything
	last                      string      // the field read last
}

// maxDateItems bounds a date, in words and numbers, so that "march march march…"
// is not read again from each of them. The longest has about ten.
const maxDateItems = 16

// parse reads the date that begins with item i. It returns how many items it
// has, 0 when there is none.
func (p *dateParser) parse(i int) (Date, int) {
	if d, ok := p.counted(i); ok {
		return d, 3
	}
	var f dateFields
	end := i // of what has been read
	for k := i; k < i+maxDateItems && (k == i || p.joined(k, f)); {
		n := p.take(&f, k)
		link := k > i && k == end && p.items[k].is("of", "in", "before day", "before month", "before year")
		if n == 0 && !link {
			break
		}
		k += max(n, 1)
		if n > 0 {
			end = k
		}
	}
	if end == i || !p.likely(f, i, end) {
		return Date{}, 0
	}
	d, ok := p.resolve(f, i)
	if !ok {
		return Date{}, 0
	}
	return d, end - i
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

// joined says that item k may go on with a date of which f was read: there is
// only a space or a mark between it and the item before.
func (p *dateParser) joined(k int, f dateFields) bool {
	if k <= 0 || k >= len(p.items) {
		return false
	}
	a, b := p.items[k-1], p.items[k]
	switch strings.TrimSpace(p.text[a.End:b.Start]) {
	case "", "-", "‐", "–", "'", "/":
		return true
	case ".":
		return a.is("digits")
	case ",", "،", "、":
		year, ok := b.as("digits")
		return f.last == "weekday" || b.is("weekdays") || f.month != 0 && ok && p.year(year.value) != 0
	case "(":
		return b.is("weekdays")
	}
	return false
}

// take reads the field that begins with item k. It returns how many items that
// takes, 0 when they do not go with what was read.
func (p *dateParser) take(f *dateFields, k int) int {
	for _, m := range p.items[k].meanings {
		taken := 0
		switch m.kind {
		case "digits", "numbers":
			taken = p.takeNumber(f, k, m)
		case "date":
			if year := p.year(m.date.year); year != 0 && (f.last == "" || f.last == "weekday") {
				f.year, f.month, f.day, f.last, taken = year, m.date.month, m.date.day, "day", 1
				f.swapped = m.date.swapped && (p.lang == "en" || p.lang == "")
			}
		case "months":
			if f.month == 0 || f.month == m.value && f.last == "month" { // two names of one: مارس/آذار
				f.month, f.last, taken = m.value, "month", 1
			}
		case "weekdays":
			if f.weekday == 0 {
				f.weekday, f.last, taken = m.value, "weekday", 1
			}
		case "weekdays of week":
			if *f == (dateFields{}) {
				f.weekday, f.relative = m.value, dateMeaning{kind: "week", shift: m.shift}
				f.last, taken = "weekday", 1
			}
		case "day", "week", "month", "year":
			if f.relative.kind == "" && f.year == 0 {
				f.relative, f.last, taken = m, "relative", 1
			}
		}
		if taken > 0 {
			return taken
		}
	}
	return 0
}

// takeNumber is take for a number: a day, month or year by the mark beside
// it, or by its place beside a month.
func (p *dateParser) takeNumber(f *dateFields, k int, m dateMeaning) int {
	field, n := p.marked(k)
	year := p.year(m.value)
	switch isDay := m.value >= 1 && m.value <= 31; {
	case (field == "day" || field == "ordinal") && isDay && f.day == 0 && (m.kind == "digits" || f.month != 0):
		f.day, f.ordinal, f.last = m.value, field == "ordinal", "day"
	case field == "month" && m.value >= 1 && m.value <= 12 && f.month == 0:
		f.month, f.last = m.value, "month"
	case field == "year" && year != 0 && f.year == 0 && (f.last == "" || f.month != 0):
		f.year, f.last = year, "year"
	case field != "" || m.kind != "digits":
		return 0
	case isDay && f.day == 0 && (f.last == "month" || p.monthAt(k+1)):
		f.day, f.last = m.value, "day"
	case year != 0 && f.year == 0 && (f.month != 0 || f.last == "" && p.introduced(k) || p.monthAt(k+1)):
		f.year, f.last = year, "year"
	default:
		return 0
	}
	return n
}

// marked is what a word or sign beside a number makes of it: a day, an
// ordinal, a month or a year, or "". It has n items, the number included.
func (p *dateParser) marked(k int) (field string, n int) {
	for _, field := range []string{"day", "month", "year"} {
		if p.joined(k+1, dateFields{}) && p.items[k+1].is("after "+field) {
			return field, 2
		}
		if p.joined(k, dateFields{}) && p.items[k-1].is("before "+field) {
			return field, 1
		}
	}
	if p.joined(k+1, dateFields{}) && p.items[k+1].is("ordinal") {
		return "ordinal", 2
	}
	return "", 1
}

// monthAt says that item k, or what it is the "of" of, is a month.
func (p *dateParser) monthAt(k int) bool {
	if !p.joined(k, dateFields{}) {
		return false
	}
	if p.items[k].is("months", "month", "before month") {
		return true
	}
	if p.items[k].is("digits", "numbers") {
		field, _ := p.marked(k)
		return field == "month"
	}
	return p.items[k].is("of") && p.monthAt(k+1)
}

// introduced says that item k stands after a word like the "in" of "in May".
func (p *dateParser) introduced(k int) bool {
	return p.joined(k, dateFields{}) && p.items[k-1].is("in")
}

// year is the Gregorian year of a number, or 0 when it is none.
func (p *dateParser) year(n int) int {
	switch {
	case p.lang == "th" && n >= 2400 && n < 2700:
		return n - 543 // the Buddhist era
	case n < 1000 || n > 2100 || p.lang == "fa" && n < 1500: // Solar Hijri years begin in March
		return 0
	}
	return n
}

// likely says that the fields read from the items from i to end are a date,
// and not the verb "may", an eighth place, or 2000 people.
func (p *dateParser) likely(f dateFields, i, end int) bool {
	told := 0
	for _, field := range []int{f.year, f.month, f.day} {
		if field != 0 {
			told++
		}
	}
	switch {
	case told > 1 || f.relative.kind != "":
		return true
	case f.day != 0:
		return !f.ordinal || p.clauseEnds(end-1)
	case f.year != 0:
		return !p.introduced(end-1) || f.year%100 != 0 || p.clauseEnds(end-1)
	}
	for _, it := range p.items[i:end] {
		for _, m := range it.meanings {
			if m.kind == "months" && (m.unsure || m.capital && !it.upper) {
				return p.introduced(i)
			}
			if m.kind == "weekdays" && (m.unsure || m.capital && !it.upper) {
				return f.month != 0
			}
		}
	}
	return true
}

// clauseEnds says that no noun follows item k: nothing, a mark, or a function
// word. In scripts without spaces a number with a sign (阿波罗1号) may be a name
// anywhere.
func (p *dateParser) clauseEnds(k int) bool {
	rest := p.text[p.items[k].End:]
	if last, _ := utf8.DecodeLastRuneInString(p.text[:p.items[k].End]); gramLength(last) > 0 {
		return false
	}
	word := strings.TrimLeft(rest, " ")
	if word == rest {
		return true
	}
	end := strings.IndexFunc(word, isNoLetter)
	if end >= 0 {
		word = word[:end]
	}
	return word == "" || IsCommon(Token{Text: word}, p.lang)
}
