package extract

import (
	"strings"
	"time"
)

// layouts are the ways in which pages and feeds write times, the exact ones
// first. Those without a zone are taken as UTC.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05-07", "2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700",
	"2006-01-02T15:04:05.999999999", "2006-01-02T15:04",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700 MST",
	"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02", "2006.01.02 15:04", "2006.01.02", "20060102T150405Z0700", "20060102150405", "20060102",
	time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04 -0700", "Mon, 2 Jan 2006 15:04 MST",
	"Mon, 2 Jan 2006 15:04:05", "Mon, 2 Jan 2006", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05", "2 Jan 2006",
	"Mon, 2 January 2006 15:04:05 -0700", "Mon, 2 January 2006", "Monday, 2 January 2006 15:04:05", "Monday, 2 January 2006", "2 January 2006 15:04", "2 January 2006",
	"Mon, 02 Jan 06 15:04:05 -0700", "Mon, 02 Jan 06 15:04:05 MST", time.RFC850, time.ANSIC, time.UnixDate, time.RubyDate, "Mon Jan 2 2006 15:04:05 GMT-0700",
	"January 2, 2006 15:04:05", "January 2, 2006 3:04 PM MST", "January 2, 2006 3:04 PM", "January 2, 2006, 3:04 PM", "January 2, 2006 15:04", "January 2, 2006",
	"Jan 2, 2006 3:04:05 PM", "Jan 2, 2006 3:04 PM MST", "Jan 2, 2006 3:04 PM", "Jan 2, 2006 15:04", "Jan 2, 2006", "Monday, January 2, 2006 3:04 PM", "Monday, January 2, 2006", "Mon, January 2, 2006",
}

// zones are the offsets of the names of time zones in which news is dated:
// Go knows only those of the machine's own zone.
var zones = map[string]string{
	"UT": "+0000", "GMT": "+0000", "UTC": "+0000", "Z": "+0000", "WET": "+0000", "WEST": "+0100", "BST": "+0100", "CET": "+0100", "CEST": "+0200", "MEZ": "+0100", "MESZ": "+0200",
	"EET": "+0200", "EEST": "+0300", "MSK": "+0300", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
	"AKST": "-0900", "AKDT": "-0800", "HST": "-1000", "JST": "+0900", "KST": "+0900", "HKT": "+0800", "SGT": "+0800", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
}

// parseTime reads a time in one of the many ways; zero when it is none. A time
// of a century without a web is a template's.
func parseTime(text string) time.Time {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) < 8 || len(text) > 64 {
		return time.Time{}
	}
	if at := strings.LastIndexByte(text, ' '); at > 0 {
		if offset, ok := zones[strings.ToUpper(text[at+1:])]; ok {
			text = text[:at+1] + offset
		}
	}
	for _, layout := range layouts {
		for _, layout := range []string{layout, strings.ReplaceAll(layout, "MST", "-0700")} {
			if at, err := time.Parse(layout, text); err == nil {
				if at = at.UTC(); at.Year() < 1970 || at.Year() > 2200 {
					return time.Time{}
				}
				return at
			}
		}
	}
	return time.Time{}
}

// firstTime is the first of the texts that is a time.
func firstTime(texts []string) time.Time {
	for _, text := range texts {
		if at := parseTime(text); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}
