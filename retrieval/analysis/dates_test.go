package analysis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

// written is the Wednesday on which the texts of these tests were written.
var written = time.Date(2023, time.March, 15, 22, 30, 0, 0, time.UTC)

// showAll shows a text's dates, in order.
func showAll(text, lang string, at time.Time) string {
	var shown []string
	for _, d := range analysis.Dates(text, lang, at) {
		shown = append(shown, show(text, d))
	}
	return strings.Join(shown, "; ")
}

// show is a date's words and what they tell: 2023-03-08, 2023-03-06 to
// 2023-03-12, 2023-03 or 2023, and ????-03-08 in any year.
func show(text string, d analysis.Date) string {
	last := d.Until.AddDate(0, 0, -1)
	told := d.From.Format(time.DateOnly)
	switch {
	case d.From.IsZero():
		told = strings.ReplaceAll(fmt.Sprintf("????-%02d-%02d", int(d.Month), d.Day), "-00", "-??")
		if d.Day == 0 {
			told = strings.TrimSuffix(told, "-??")
		}
	case d.Until.Equal(d.From.AddDate(0, 0, 1)):
	case d.From.YearDay() == 1 && d.Until.Equal(d.From.AddDate(1, 0, 0)):
		told = d.From.Format("2006")
	case d.From.Day() == 1 && d.Until.Equal(d.From.AddDate(0, 1, 0)):
		told = d.From.Format("2006-01")
	default:
		told += " to " + last.Format(time.DateOnly)
	}
	if d.Swapped {
		told += ", or swapped"
	}
	return d.Of(text) + ": " + told
}

// TestDates has a text's dates, or "" for numbers and words that are none.
func TestDates(t *testing.T) {
	for _, test := range []struct{ lang, text, want string }{
		{"en", "It began on 8 March 2023.", "8 March 2023: 2023-03-08"},
		{"en", "March 8th, 2023", "March 8th, 2023: 2023-03-08"},
		{"en", "Mar. 8, 2023, at noon", "Mar. 8, 2023: 2023-03-08"},
		{"en", "on Sunday, March 5, 2023", "Sunday, March 5, 2023: 2023-03-05"},
		{"en", "on 2023-03-08T10:00:00Z", "2023-03-08: 2023-03-08"},
		{"en", "08.03.2023", "08.03.2023: 2023-03-08"},
		{"en", "8/3/2023", "8/3/2023: 2023-03-08 to 2023-08-03, or swapped"},
		{"en", "3/25/2023", "3/25/2023: 2023-03-25"},
		{"de", "8/3/2023", "8/3/2023: 2023-03-08"},
		{"en", "the 8th of March", "8th of March: ????-03-08"},
		{"en", "in March 2023", "March 2023: 2023-03"},
		{"en", "in 2023 sales rose", "2023: 2023"},
		{"en", "in 2000, and by 2030", "2000: 2000; 2030: 2030"},
		{"en", "It was on the 8th.", "8th: ????-??-08"},
		{"en", "the 8th of the month", "8th: ????-??-08"},
		{"en", "in may or in April", "may: ????-05; April: ????-04"},
		{"en", "**8 March 2023** (8 March)", "8 March 2023: 2023-03-08; 8 March: ????-03-08"},
		{"en", "may 8 and 8 may", "may 8: ????-05-08; 8 may: ????-05-08"},
		{"en", "8-10 March 2023", "March 2023: 2023-03"},
		{"en", "29 February and February 29, 2023", "29 February: ????-02-29"},
		{"en", "today, tomorrow", "today: 2023-03-15; tomorrow: 2023-03-16"},
		{"en", "yesterday's vote", "yesterday: 2023-03-14"},
		{"en", "the day before yesterday", "the day before yesterday: 2023-03-13"},
		{"en", "last week and next month", "last week: 2023-03-06 to 2023-03-12; next month: 2023-04"},
		{"en", "this year", "this year: 2023"},
		{"en", "on Tuesday", "Tuesday: 2023-03-14"},
		{"en", "on Wednesday", "Wednesday: 2023-03-15"},
		{"en", "last Wednesday, next Friday", "last Wednesday: 2023-03-08; next Friday: 2023-03-17"},
		{"en", "Tuesday last week", "Tuesday last week: 2023-03-07"},
		{"en", "two days ago", "two days ago: 2023-03-13"},
		{"en", "a week ago", "a week ago: 2023-03-06 to 2023-03-12"},
		{"en", "12 months ago", "12 months ago: 2022-03"},
		{"en", "in the last 7 days", "last 7 days: 2023-03-08 to 2023-03-15"},
		{"en", "the 19th of last month", "19th of last month: 2023-02-19"},
		{"en", "March 8 last year", "March 8 last year: 2022-03-08"},
		{"en", "killed 8 last week", "last week: 2023-03-06 to 2023-03-12"},

		{"en", "May I? He may go, they march on. Theresa May said", ""},
		{"en", "1,500 people, version 2.3, a 3-1 win, 8 of them", ""},
		{"en", "call 555-1234 or +1 202 555 0199 at 10:30", ""},
		{"en", "2000 people, in 2000 cases, 2023 dollars", ""},
		{"en", "the 8th floor, the 8th Army, the 1980s, F16, 5bn", ""},
		{"en", "he sat in the sun, the second wed", ""},
		{"en", "30 Febr, 32.13.2023, 00.00.2023, 192.168.10.1, 2023-13-45", ""},

		{"de", "am 8. März 2023 und am 9. Mai", "8. März 2023: 2023-03-08; 9. Mai: ????-05-09"},
		{"de", "vorgestern, letzte Woche, vor zwei Tagen", "vorgestern: 2023-03-13; letzte Woche: 2023-03-06 to 2023-03-12; vor zwei Tagen: 2023-03-13"},
		{"de", "am Dienstagabend im Jahr 2000 geborene", "Dienstagabend: 2023-03-14; 2000: 2000"},
		{"de", "nach 8 Minuten, in 2000 Fällen, guten Morgen", ""},
		{"fr", "le 8 mars 2023, le 1er mai", "8 mars 2023: 2023-03-08; 1er mai: ????-05-01"},
		{"fr", "avant-hier, il y a deux jours", "avant-hier: 2023-03-13; il y a deux jours: 2023-03-13"},
		{"fr", "les 7 derniers jours, mardi dernier", "7 derniers jours: 2023-03-08 to 2023-03-15; mardi: 2023-03-14"},
		{"fr", "la planète Mars, mais", ""},
		{"es", "el 8 de marzo de 2023", "8 de marzo de 2023: 2023-03-08"},
		{"es", "hace tres semanas", "hace tres semanas: 2023-02-20 to 2023-02-26"},
		{"it", "l'8 marzo 2023, due giorni fa", "8 marzo 2023: 2023-03-08; due giorni fa: 2023-03-13"},
		{"pt", "em 8 de março, há dois dias, a segunda vez", "8 de março: ????-03-08; há dois dias: 2023-03-13"},
		{"nl", "8 maart 2023, twee dagen geleden", "8 maart 2023: 2023-03-08; twee dagen geleden: 2023-03-13"},
		{"sv", "för två år sedan, i 7 dagar", "två år sedan: 2021"},
		{"sv", "den 8 mars 2023, i fjol, planeten Mars", "8 mars 2023: 2023-03-08; i fjol: 2022"},
		{"da", "den 8. marts 2023, sidste uge", "8. marts 2023: 2023-03-08; sidste uge: 2023-03-06 to 2023-03-12"},
		{"nb", "8. mai 2023, i går", "8. mai 2023: 2023-05-08; i går: 2023-03-14"},
		{"fi", "8. maaliskuuta 2023, kaksi päivää sitten", "8. maaliskuuta 2023: 2023-03-08; kaksi päivää sitten: 2023-03-13"},
		{"pl", "8 marca 2023 roku, w marcu, dwa dni temu", "8 marca 2023 roku: 2023-03-08; marcu: ????-03; dwa dni temu: 2023-03-13"},
		{"cs", "8. března 2023, 8. 3. 2023", "8. března 2023: 2023-03-08; 8. 3. 2023: 2023-03-08"},
		{"ru", "8 марта 2023 года, в марте", "8 марта 2023 года: 2023-03-08; марте: ????-03"},
		{"ru", "8-го, 8 числа, за последние 7 дней", "8-го: ????-??-08; 8 числа: ????-??-08; последние 7 дней: 2023-03-08 to 2023-03-15"},
		{"ru", "19-го прошлого месяца, неделю назад", "19-го прошлого месяца: 2023-02-19; неделю назад: 2023-03-06 to 2023-03-12"},
		{"ru", "8-й армии, в 1980-х годах, 5 лет", ""},
		{"uk", "8 березня 2023 року, у п’ятницю", "8 березня 2023 року: 2023-03-08; п’ятницю: 2023-03-10"},
		{"ro", "8 martie 2023, mai mult, trei luni", "8 martie 2023: 2023-03-08"},
		{"hu", "2023. március 8-án, két nappal ezelőtt", "2023. március 8-án: 2023-03-08; két nappal ezelőtt: 2023-03-13"},
		{"tr", "8 Mart'ta, 2023'te, iki gün önce", "8 Mart: ????-03-08; 2023'te: 2023; iki gün önce: 2023-03-13"},
		{"el", "8 Μαρτίου 2023, πριν από δύο μέρες", "8 Μαρτίου 2023: 2023-03-08; πριν από δύο μέρες: 2023-03-13"},
		{"ar", "٨ مارس ٢٠٢٣", "٨ مارس ٢٠٢٣: 2023-03-08"},
		{"ar", "في 8 آذار/مارس 2023", "8 آذار/مارس 2023: 2023-03-08"},
		{"ar", "يوم الثلاثاء", "الثلاثاء: 2023-03-14"},
		{"ar", "منذ ذلك اليوم", ""},
		{"fa", "۸ مارس ۲۰۲۳", "۸ مارس ۲۰۲۳: 2023-03-08"},
		{"fa", "سال ۱۴۰۲", ""},
		{"he", "ב-8 במרץ 2023", "8 במרץ 2023: 2023-03-08"},
		{"hi", "८ मार्च २०२३", "८ मार्च २०२३: 2023-03-08"},
		{"id", "8 Maret 2023, minggu lalu, dua minggu lalu", "8 Maret 2023: 2023-03-08; minggu lalu: 2023-03-06 to 2023-03-12; dua minggu lalu: 2023-02-27 to 2023-03-05"},
		{"vi", "ngày 8 tháng 3 năm 2023, trong 8 ngày", "8 tháng 3 năm 2023: 2023-03-08"},
		{"zh", "NATO昨天", "昨天: 2023-03-14"},
		{"zh", "他2023年3月8日说", "2023年3月8日: 2023-03-08"},
		{"zh", "他去年三月八日和8日说", "去年三月八日: 2022-03-08; 8日: ????-??-08"},
		{"zh", "本月19日，上周二，三天前", "本月19日: 2023-03-19; 上周二: 2023-03-07; 三天前: 2023-03-12"},
		{"zh", "8名，8号线，阿波罗1号，一起，三个月", ""},
		{"ja", "先月19日、3日前、先週の火曜日", "先月19日: 2023-02-19; 3日前: 2023-03-12; 先週の火曜日: 2023-03-07"},
		{"ja", "8日間、3人、日本", ""},
		{"ko", "2023년 3월 8일에, 8일 대통령은", "2023년 3월 8일: 2023-03-08; 8일: ????-??-08"},
		{"ko", "지난달 19일, 지난주 화요일에", "지난달 19일: 2023-02-19; 지난주 화요일: 2023-03-07"},
		{"ko", "두 달 전, 최근 7일간", "두 달 전: 2023-01; 최근 7일간: 2023-03-08 to 2023-03-15"},
		{"ko", "8일간, 8일 만에, 오늘날, 8명", ""},
		{"th", "วันที่ 8 มีนาคม พ.ศ. 2566", "8 มีนาคม พ.ศ. 2566: 2023-03-08"},
		{"th", "เมื่อ 8 มี.ค. ๒๕๖๖ และ 2 ปีก่อน", "8 มี.ค. ๒๕๖๖: 2023-03-08; 2 ปีก่อน: 2021"},

		{"", "8 März 2023, 8 марта, 8/3/2023, march", "8 März 2023: 2023-03-08; 8 марта: ????-03-08; 8/3/2023: 2023-03-08 to 2023-08-03, or swapped"},
		{"xx", "8 mai 2023 and 2023/03/08", "8 mai 2023: 2023-05-08; 2023/03/08: 2023-03-08"},
		{"zh", "２０２３年３月８日", "２０２３年３月８日: 2023-03-08"},
		{"cs", "8. br\u030Cezna", "8. br\u030Cezna: ????-03-08"},
	} {
		t.Run(test.lang+" "+test.text, func(t *testing.T) {
			if diff := cmp.Diff(test.want, showAll(test.text, test.lang, written)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDatesWrittenUnknown has only what does not depend on when.
func TestDatesWrittenUnknown(t *testing.T) {
	for _, test := range []struct{ lang, text, want string }{
		{"en", "yesterday, last week, on Tuesday, two days ago", ""},
		{"en", "the 19th of last month; Tuesday 14 March", "19th of last month: ????-??-19; Tuesday 14 March: ????-03-14"},
		{"zh", "去年3月", "去年3月: ????-03"},
	} {
		if diff := cmp.Diff(test.want, showAll(test.text, test.lang, time.Time{})); diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
	}
}

func TestMeets(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"8 March 2023", "2023-03-08", true},
		{"8 March 2023", "9 March 2023", false},
		{"the 8th", "2023-03-08", true},
		{"the 8th", "2023-03-09", false},
		{"the 8th", "in March", true},
		{"the 31st", "April", false},
		{"8 March", "March 2023", true},
		{"8 April", "March 2023", false},
		{"29 February", "in 2023", false},
		{"29 February", "in 2024", true},
		{"2023-03-08", "in 2023", true},
		{"2023-03-08", "in 2022", false},
		{"March 2023", "in 2023", true},
		{"last week", "2023-03-08", true},
		{"last week", "2023-03-13", false},
		{"last week", "the 8th", true},
		{"last week", "the 13th", false},
		{"last 7 days", "on Friday", true},
		{"8/3/2023", "8 March 2023", true},
		{"8/3/2023", "3 August 2023", true},
		{"8/3/2023", "8 August 2023", false},
		{"8/3/2023", "May 2023", false},
		{"yesterday", "14 March", true},
	} {
		a, b := analysis.Dates(test.a, "en", written), analysis.Dates(test.b, "en", written)
		if len(a) != 1 || len(b) != 1 {
			t.Fatalf("%q: %v, %q: %v", test.a, a, test.b, b)
		}
		if a[0].Meets(b[0]) != test.want || b[0].Meets(a[0]) != test.want {
			t.Errorf("%q and %q meet: want %v", test.a, test.b, test.want)
		}
	}
}

// TestOn has the day of a moment be the one where it is told, not UTC's.
func TestOn(t *testing.T) {
	seoul := time.FixedZone("KST", 9*60*60)
	got := analysis.On(written.In(seoul)) // 07:30 on the 16th
	if diff := cmp.Diff(": 2023-03-16", show("", got)); diff != "" {
		t.Error(diff)
	}
	if today := analysis.Dates("today", "en", written.In(seoul)); !today[0].Meets(got) {
		t.Errorf("today: %v", today)
	}
}

// TestDatesOfMuch would take long if its time grew with the square of the
// text.
func TestDatesOfMuch(t *testing.T) {
	for _, part := range []string{"8 ", "8 of ", "of ", "1.", "8  ", "一", "어제", "march ", "two days ", "8th a"} {
		text := strings.Repeat(part, 1<<16/len(part))
		for _, lang := range []string{"en", "zh", "ko", "es"} {
			analysis.Dates(text, lang, written)
		}
	}
}

func BenchmarkDates(b *testing.B) {
	for _, s := range samples {
		b.Run(s.lang, func(b *testing.B) {
			text := strings.Repeat(s.text, 20)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				analysis.Dates(text, s.lang, written)
			}
		})
	}
}

// FuzzDates has the spans come in order, not overlap, and begin and end at
// characters, and the dates hold days.
func FuzzDates(f *testing.F) {
	for _, seed := range append(seeds, "8 March 2023, 8/3/2023", "去年3月8日", "지난달 19일", "8 มี.ค. 2566", "٨ مارس ٢٠٢٣", "㋂㏧") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, lang := range append(languages, "zh", "ja", "ko", "fa", "he", "hi", "id", "vi", "el", "cs", "uk", "") {
			end := 0
			for _, d := range analysis.Dates(text, lang, written) {
				if d.Start < end || d.Start >= d.End || d.End > len(text) {
					t.Fatalf("%s: span %v after %d", lang, d.Span, end)
				}
				end = d.End
				if utf8.ValidString(text) && !utf8.ValidString(d.Of(text)) {
					t.Errorf("%s: cut within a character: %q", lang, d.Of(text))
				}
				if !d.Meets(d) || d.From.IsZero() != d.Until.IsZero() {
					t.Errorf("%s: no such day: %+v", lang, d)
				}
			}
		}
	})
}
