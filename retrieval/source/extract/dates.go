package extract

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// date is a date as pages, feeds and PDF files write it, in UTC, or the zero
// time when it is none. A date that two countries read differently,
// 03/04/2026, is none, nor is one of a century without a web, which is a
// template's; one whose zone is not told, or by a name that nobody knows, is
// taken for UTC's.
func date(text string) time.Time {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 100 {
		return time.Time{}
	}
	for _, form := range dateForms {
		m := form.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		part := func(name string) string {
			if i := form.SubexpIndex(name); i >= 0 {
				return m[i]
			}
			return ""
		}
		return moment(part("y"), part("m"), part("d"), part("clock")+part("zone"))
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

var dateForms = []*regexp.Regexp{
	// 2026-11-26T10:00:00Z, 2026/11/26, 2026年11月26日
	regexp.MustCompile(`^(?P<y>\d{4})(?:[-/.年]\s?)(?P<m>\d{1,2})(?:[-/.月]\s?)(?P<d>\d{1,2})(?:(?:日|T|t|,|\s|at|@)+(?P<clock>\d.*)?)?$`),
	// 20261126, 20261126T100000Z, 20261126100000+03'00'
	regexp.MustCompile(`^(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:T?(?P<clock>\d{4}|\d{6})(?P<zone>\D.*)?)?$`),
	// Thu, 26 Nov 2026 10:00:00 GMT; 26-ноя-26
	regexp.MustCompile(`^(?:\pL+\.?\s?,?\s*)?(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?(?:\s+de)?[\s-]+(?P<m>\pL+)\.?,?(?:\s+de)?[\s-]+(?P<y>\d{4}|\d{2})(?:(?:\s|,|at|г\.)+(?P<clock>\d.*))?$`),
	// 26.11.2026 10:00
	regexp.MustCompile(`^(?:\pL+,\s*)?(?P<d>\d{1,2})[.](?P<m>\d{1,2})[.](?P<y>\d{4})(?:(?:\s|,)+(?P<clock>\d.*))?$`),
	// November 26, 2026 10:00 AM EST; Thu Nov 26 2026 10:00:00 GMT+0300
	regexp.MustCompile(`^(?:\pL+\.?,?\s+)??(?P<m>\pL+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?:(?:\s|,|at)+(?P<clock>\d.*))?$`),
	// Thu Nov 26 10:00:00 MSK 2026
	regexp.MustCompile(`^(?:\pL+,?\s+)?(?P<m>\pL+)\s+(?P<d>\d{1,2})\s+(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)(?P<zone>\s+\S*)??\s*(?P<y>\d{4})$`),
	// 26/11/2026 and 11/26/2026
	regexp.MustCompile(`^(?P<d>1[3-9]|2\d|3[01])[-/](?P<m>\d{1,2})[-/](?P<y>\d{4})(?:(?:\s|,)+(?P<clock>\d.*))?$`),
	regexp.MustCompile(`^(?P<m>\d{1,2})[-/](?P<d>1[3-9]|2\d|3[01])[-/](?P<y>\d{4})(?:(?:\s|,)+(?P<clock>\d.*))?$`),
}

var (
	// Hours, minutes, seconds, half of the day, zone.
	dateClock = regexp.MustCompile(`^(\d{1,2})[:.hч時]?(\d{2})(?:[:.]?(\d{2})(?:[.,]\d+)?)?\s*((?i:[ap]\.?m\.?\b)?)\s*(.*)$`)
	dateZone  = regexp.MustCompile(`^\(?(?i:(?:GMT|UTC|UT|Z)\s*)?([+-])(\d{1,2})[:']?(\d{2})?`)
)

// moment is the time at a clock, which may be "", of a day.
func moment(year, month, day, clock string) time.Time {
	y, m, d := number(year), number(month), number(day)
	if m == 0 {
		m = monthNamed(month)
	}
	if len(year) == 2 {
		y += 2000
		if y > 2068 { // as POSIX reads years of two digits
			y -= 100
		}
	}
	if y < 1970 || y > 2200 || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}
	}
	var hour, minute, second, offset int
	if c := dateClock.FindStringSubmatch(clock); c != nil {
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
	m := dateZone.FindStringSubmatch(text)
	if m == nil {
		return int(zones[strings.ToUpper(strings.Trim(text, "() "))] * 3600)
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi(m[3])
	offset := hours*3600 + minutes*60
	switch {
	case hours > 14 || minutes > 59:
		return 0
	case m[1] == "-":
		return -offset
	}
	return offset
}

// zones are the hours that the zones by which news is dated are east of
// Greenwich: Go knows the names of the machine's own zone only.
var zones = map[string]float64{
	"WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "WAT": 1, "CEST": 2, "MESZ": 2, "EET": 2, "SAST": 2, "CAT": 2,
	"EEST": 3, "MSK": 3, "МСК": 3, "TRT": 3, "EAT": 3, "IRST": 3.5, "MSD": 4, "SAMT": 4, "GST": 4, "PKT": 5, "YEKT": 5, "UZT": 5, "IST": 5.5, "NPT": 5.75,
	"OMST": 6, "ALMT": 6, "ICT": 7, "WIB": 7, "NOVT": 7, "KRAT": 7, "HKT": 8, "SGT": 8, "PHT": 8, "MYT": 8, "AWST": 8, "IRKT": 8, "WITA": 8,
	"KST": 9, "JST": 9, "YAKT": 9, "WIT": 9, "ACST": 9.5, "AEST": 10, "VLAT": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
	"NDT": -2.5, "BRT": -3, "ART": -3, "ADT": -3, "CLST": -3, "NST": -3.5, "AST": -4, "EDT": -4, "CLT": -4, "EST": -5, "CDT": -5, "COT": -5, "PET": -5,
	"CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}

// monthNamed is the month of that name, in the languages of Europe, or 0. The
// first letters tell it.
func monthNamed(name string) int {
	name = strings.ToLower(name)
	for i, month := range months {
		for prefix := range strings.FieldsSeq(month) {
			if strings.HasPrefix(name, prefix) {
				return i + 1
			}
		}
	}
	return 0
}

var months = [12]string{
	"jan jän ene gen янв січ sty oca led ιαν",
	"feb fév fev фев лют lut şub úno φεβ",
	"mar mär mrz mrt мар бер bře μαρ",
	"apr avr abr апр кві kwi nis dub απρ",
	"may mai mag mei maj май мая тра kvě μαΐ μάι",
	"jun juin giu июн чер cze haz čer",
	"jul juil lug июл лип lip tem",
	"aug aoû aou ago авг сер sie ağu srp αυγ",
	"sep set сен вер wrz eyl zář σεπ",
	"oct okt out ott окт жов paź eki říj οκτ",
	"nov ноя лис lis kas νοε",
	"dec dez déc dic des дек гру gru ara pro δεκ",
}
