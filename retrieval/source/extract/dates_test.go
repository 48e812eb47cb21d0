package extract

import (
	"testing"
	"time"
)

// TestDate: the ways in which pages, feeds and PDF files write times.
func TestDate(t *testing.T) {
	want := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	day := want.Truncate(24 * time.Hour)
	for _, tt := range []struct {
		text string
		want time.Time
	}{
		{"Thu, 26 Nov 2026 10:00:00 GMT", want},
		{"Thu, 26 Nov 2026 10:00:00 UT", want},
		{"Thu, 26 Nov 2026 10:00:00 Z", want},
		{"26 Nov 2026 10:00 +0000", want},
		{"Thu, 26 Nov 26 12:00:00 CET", want.Add(time.Hour)},
		{"Thu, 26 Nov 2026 13:00:00 MSK", want},
		{"Thu, 26 Nov 2026 19:00:00 KST", want},
		{"Thu, 26 Nov 2026 19:00:00 JST", want},
		{"Thu, 26 Nov 2026 11:00:00 CET", want},
		{"Thu, 26 Nov 2026 12:00:00 CEST", want},
		{"Thu, 26 Nov 2026 05:00:00 EST", want},
		{"Thu, 26 Nov 2026 06:00:00 EDT", want},
		{"Thu, 26 Nov 2026 02:00:00 PST", want},
		{"Thu, 26 Nov 2026 03:00:00 PDT", want},
		{"Thu, 26 Nov 2026 15:30:00 IST", want},
		{"Thu, 26 Nov 2026 13:00:00 GMT+03:00", want},
		{"Thu, 26 Nov 2026 13:00:00 +0300 (MSK)", want},
		{"Чт, 26 ноя 2026 13:00:00 +0300", want},
		{"26 ноября 2026, 13:00 МСК", want},
		{"Do, 26 Nov 2026 11:00:00 +0100", want},
		{"jeu., 26 nov. 2026 11:00:00 +0100", want},
		{"26 de noviembre de 2026 10:00", want},
		{"November 26, 2026 5:00 AM EST", want},
		{"Thursday, November 26, 2026 5:00:00 pm +0700", want},
		{"Thu Nov 26 13:00:00 MSK 2026", want},
		{"Thu Nov 26 10:00:00 2026", want},
		{"2026-11-26T10:00:00Z", want},
		{"2026-11-26T10:00:00.123Z", want},
		{"2026-11-26T13:00:00+03:00", want},
		{"2026-11-26T13:00+0300", want},
		{"2026-11-26T15:30+0530", want},
		{"2026-11-26@04:00:00 CST", want},
		{"20261126", day},
		{"20261126T100000Z", want},
		{"20261126130000+03'00'", want},
		{"Thu Nov 26 2026 13:00:00 GMT+0300 (MSK)", want},
		{"Thursday, November 26, 2026, 10:00 AM", want},
		{"Nov  26,  2026", day},
		{"2026-11-26 10:00:00", want},
		{"2026-11-26", day},
		{"2026/11/26", day},
		{"26.11.2026 10:00", want},
		{"2026年11月26日 19:00 JST", want},
		{"11/26/2026", day},
		{"26/11/2026", day},
		{"03/04/2026", time.Time{}}, // April's or March's
		{"31 Feb 2026", time.Time{}},
		{"Thu, 26 Nov 2026 25:00:00 GMT", time.Time{}},
		{"0001-01-01T00:00:00Z", time.Time{}},
		{"yesterday", time.Time{}},
		{"", time.Time{}},
	} {
		if got := date(tt.text); !got.Equal(tt.want) {
			t.Errorf("date(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}
