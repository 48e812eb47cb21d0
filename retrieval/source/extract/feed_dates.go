package extract

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// date is a date as feeds write it, in UTC, or the zero time when it is none.
// A date that two countries read differently, 03/04/2026, is none; one whose
// zone is not told, or by a name that nobody knows, is taken for UTC's.
func date(text string) time.Time {
	text = strings.TrimSpace(text)
	if len(text) > 100 {
		return time.Time{}
	}
	for _, form := range []struct {
		pattern *regexp.Regexp
		read    func(m []string) (year, month, day string)
	}{
		{dateISO, func(m []string) (string, string, string) { return m[1], m[2], m[3] }},
		{dateDayFirst, func(m []string) (string, string, string) { return m[3], m[2], m[1] }},
		{dateDotted, func(m []string) (string, string, string) { return m[3], m[2], m[1] }},
		{dateMonthFirst, func(m []string) (string, string, string) { return m[3], m[1], m[2] }},
	} {
		if m := form.pattern.FindStringSubmatch(text); m != nil {
			year, month, day := form.read(m)
			return moment(year, month, day, m[4])
		}
	}
	if m := dateC.FindStringSubmatch(text); m != nil { // time before the year
		return moment(m[5], m[1], m[2], m[3]+" "+m[4])
	}
	if m := dateSlashed.FindStringSubmatch(text); m != nil {
		switch first, second := number(m[1]), number(m[2]); {
		case first > 12:
			return moment(m[3], m[2], m[1], m[4])
		case second > 12:
			return moment(m[3], m[1], m[2], m[4])
		}
	}
	return time.Time{}
}

// firstDate is the first of texts that is a date.
func firstDate(texts ...string) time.Time {
	for _, text := range texts {
		if t := date(text); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

var (
	// 2026-11-26T10:00:00Z, 2026/11/26, 2026年11月26日
	dateISO = regexp.MustCompile(`^(\d{4})(?:[-/.年]\s?)(\d{1,2})(?:[-/.月]\s?)(\d{1,2})日?(?:(?:T|t|,|\s|at)*(\d.*))?$`)
	// Thu, 26 Nov 2026 10:00:00 GMT; 26-ноя-26
	dateDayFirst = regexp.MustCompile(`^(?:\pL+\.?\s?,?\s*)?(\d{1,2})(?:st|nd|rd|th|\.)?(?:\s+de)?[\s-]+(\pL+)\.?,?(?:\s+de)?[\s-]+(\d{4}|\d{2})(?:(?:\s|,|at|г\.)*(\d.*))?$`)
	// 26.11.2026 10:00
	dateDotted = regexp.MustCompile(`^(?:\pL+,\s*)?(\d{1,2})[.](\d{1,2})[.](\d{4})(?:(?:\s|,)*(\d.*))?$`)
	// November 26, 2026 10:00 AM EST
	dateMonthFirst = regexp.MustCompile(`^(?:\pL+\.?,?\s+)??(\pL+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:(?:\s|,|at)*(\d.*))?$`)
	// Thu Nov 26 10:00:00 MSK 2026
	dateC       = regexp.MustCompile(`^(?:\pL+,?\s+)?(\pL+)\s+(\d{1,2})\s+(\d{1,2}:\d{2}(?::\d{2})?)\s+(\S*)\s*(\d{4})$`)
	dateSlashed = regexp.MustCompile(`^(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?:(?:\s|,)*(\d.*))?$`)
	// Hours, minutes, seconds, half of the day, zone.
	dateClock = regexp.MustCompile(`^(\d{1,2})[:.hч時](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d+)?)?\s*((?i:[ap]\.?m\.?\b)?)\s*(.*)$`)
	dateZone  = regexp.MustCompile(`^\(?(?i:(?:GMT|UTC|UT|Z)\s*)?([+-])(\d{1,2}):?(\d{2})?`)
)

// moment is the time at a clock, which may be "", of a day.
func moment(year, month, day, clock string) time.Time {
	y, m, d := number(year), number(month), number(day)
	if m == 0 {
		m = int(monthNamed(month))
	}
	if len(year) == 2 {
		y += 2000
		if y > 2068 { // as POSIX reads years of two digits
			y -= 100
		}
	}
	if y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}
	}
	var hour, minute, second, offset int
	if c := dateClock.FindStringSubmatch(strings.TrimSpace(clock)); c != nil {
		hour, minute, second = number(c[1]), number(c[2]), number(c[3])
		switch half := strings.ToLower(c[4]); {
		case strings.HasPrefix(half, "p") && hour < 12:
			hour += 12
		case strings.HasPrefix(half, "a") && hour == 12:
			hour = 0
		}
		if hour > 24 || minute > 59 || second > 60 {
			return time.Time{}
		}
		offset = zone(c[5])
	}
	t := time.Date(y, time.Month(m), d, hour, minute, second, 0, time.FixedZone("", offset))
	if t.Day() != d && hour < 24 { // the 31st of a short month
		return time.Time{}
	}
	return t.UTC()
}

// zone is the offset of a time zone, in seconds east of Greenwich.
func zone(text string) int {
	if m := dateZone.FindStringSubmatch(text); m != nil {
		hours, _ := strconv.Atoi(m[2])
		minutes, _ := strconv.Atoi(m[3])
		offset := hours*3600 + minutes*60
		if hours > 14 || minutes > 59 {
			return 0
		}
		if m[1] == "-" {
			return -offset
		}
		return offset
	}
	name := strings.ToUpper(strings.Trim(strings.TrimSpace(text), "()"))
	quarters := 0
	switch name {
	case "WEST", "BST", "CET", "MEZ", "WAT":
		quarters = 4
	case "CEST", "MESZ", "EET", "SAST", "CAT":
		quarters = 8
	case "EEST", "MSK", "МСК", "TRT", "EAT":
		quarters = 12
	case "MSD", "SAMT", "GST":
		quarters = 16
	case "IRST":
		quarters = 14
	case "PKT", "YEKT", "UZT":
		quarters = 20
	case "IST":
		quarters = 22
	case "NPT":
		quarters = 23
	case "OMST", "ALMT":
		quarters = 24
	case "ICT", "WIB", "NOVT", "KRAT":
		quarters = 28
	case "HKT", "SGT", "PHT", "MYT", "AWST", "IRKT", "WITA":
		quarters = 32
	case "KST", "JST", "YAKT", "WIT":
		quarters = 36
	case "ACST":
		quarters = 38
	case "AEST", "VLAT":
		quarters = 40
	case "AEDT":
		quarters = 44
	case "NZST":
		quarters = 48
	case "NZDT":
		quarters = 52
	case "NDT":
		quarters = -10
	case "BRT", "ART", "ADT", "CLST":
		quarters = -12
	case "NST":
		quarters = -14
	case "AST", "EDT", "CLT":
		quarters = -16
	case "EST", "CDT", "COT", "PET":
		quarters = -20
	case "CST", "MDT":
		quarters = -24
	case "MST", "PDT":
		quarters = -28
	case "PST", "AKDT":
		quarters = -32
	case "AKST":
		quarters = -36
	case "HST":
		quarters = -40
	}
	return quarters * 15 * 60
}

// monthNamed is the month of that name, in the languages of Europe, or 0. The
// first letters tell it.
func monthNamed(name string) time.Month {
	letters := []rune(strings.ToLower(name))
	if len(letters) < 3 {
		return 0
	}
	if len(letters) >= 4 {
		switch string(letters[:4]) {
		case "juin":
			return time.June
		case "juil":
			return time.July
		}
	}
	switch string(letters[:3]) {
	case "jan", "jän", "ene", "gen", "янв", "січ", "sty", "oca", "led", "ιαν":
		return time.January
	case "feb", "fév", "fev", "фев", "лют", "lut", "şub", "úno", "φεβ":
		return time.February
	case "mar", "mär", "mrz", "mrt", "мар", "бер", "bře", "μαρ":
		return time.March
	case "apr", "avr", "abr", "апр", "кві", "kwi", "nis", "dub", "απρ":
		return time.April
	case "may", "mai", "mag", "mei", "maj", "май", "мая", "тра", "kvě", "μαΐ", "μάι":
		return time.May
	case "jun", "giu", "июн", "чер", "cze", "haz", "čer":
		return time.June
	case "jul", "lug", "июл", "лип", "lip", "tem":
		return time.July
	case "aug", "aoû", "aou", "ago", "авг", "сер", "sie", "ağu", "srp", "αυγ":
		return time.August
	case "sep", "set", "сен", "вер", "wrz", "eyl", "zář", "σεπ":
		return time.September
	case "oct", "okt", "out", "ott", "окт", "жов", "paź", "eki", "říj", "οκτ":
		return time.October
	case "nov", "ноя", "лис", "lis", "kas", "νοε":
		return time.November
	case "dec", "dez", "déc", "dic", "des", "дек", "гру", "gru", "ara", "pro", "δεκ":
		return time.December
	}
	return 0
}
