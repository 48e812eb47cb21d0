package retrieval_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"storybot/retrieval"
)

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 9, 0, 0, 0, time.UTC)
}

// dated is a story published on a day.
func dated(key string, on time.Time, texts ...string) retrieval.Story {
	s := story(key, texts...)
	s.PublishedAt = on
	return s
}

// TestWhen asks about times in other words than the stories use for them.
func TestWhen(t *testing.T) {
	l := open(t)
	put(t, l, retrieval.Shared, "/council",
		dated("may", day(2024, 5, 9), "Yesterday the council voted on the harbour. Nobody was against it."),
		dated("june", day(2024, 6, 12), "The council voted on the school. The vote was close."),
		dated("march", day(2024, 3, 1), "On 23 February 2024 the council voted on the bridge, and lost its mayor."),
		story("undated", "The council voted on the library. It was the last thing it did."))
	at := day(2024, 6, 13) // a Thursday
	for _, test := range []struct{ question, want string }{
		{"What did the council vote on yesterday?", "june"},
		{"What did the council vote on last month?", "may"},
		{"What did the council vote on on 8 May?", "may"},
		{"What did the council vote on on the 8th?", "may"},
		{"What did the council vote on on May 8th, 2024?", "may"},
		{"What did the council vote on in February?", "march"},
		{"What did the council vote on four months ago?", "march"},
		{"What did the council vote on last Wednesday?", "june"},
		{"What happened yesterday?", "june"},
		{"What happened last month?", "may"},
		{"What did the council vote on, the library?", "undated"},
	} {
		first := search(t, l, retrieval.Query{Text: test.question, At: at, Limit: 1}).Passages[0]
		if first.Title != "Story "+test.want {
			t.Errorf("%s: %s", test.question, first.Text)
		}
	}
}

// TestWhenOpen resolves dates that leave the year or the month open, if that can be
// known.
func TestWhenOpen(t *testing.T) {
	written := day(2024, 7, 8)
	for text, want := range map[string]string{
		"Peskov answered on the 8th.":              "2024-07-08",
		"TASS asked on the 6th.":                   "2024-07-06",
		"On the 19th the council will meet again.": "", // of this month, or the last?
		"The fair opens on the 2nd.":               "",
		"On 8 March the mayor resigned.":           "2024-03-08",
		"The festival begins on 9 August.":         "2024-08-09",
		"In December the bridge will open.":        "2024-12",
		"In February the bridge was closed.":       "2024-02",
	} {
		p := retrieval.Passage{}
		p.Text, p.PublishedAt = text, written
		if got, _ := p.When(retrieval.Span{End: len(text)}); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestNamedTimeIsSearched has more stories about the same thing than the first
// stage takes: those of the time asked for are looked at all the same.
func TestNamedTimeIsSearched(t *testing.T) {
	l := open(t)
	stories := []retrieval.Story{dated("then", day(2024, 2, 3), "A meeting about other things, with the council and many guests from all over the country, who came to listen.")}
	for i := range 80 {
		stories = append(stories, dated("other"+string(rune('A'+i)), day(2023, 1, 1), "The council met. The council met again."))
	}
	put(t, l, retrieval.Shared, "/council", stories...)
	got := search(t, l, retrieval.Query{Text: "When did the council meet in February 2024?", At: day(2024, 6, 1), Limit: 10})
	for _, p := range got.Passages {
		if p.Title == "Story then" {
			return
		}
	}
	t.Error("not among the passages")
}

// TestNewestFirst has two sources tell the same.
func TestNewestFirst(t *testing.T) {
	l := open(t)
	const text = "The bridge is closed."
	put(t, l, retrieval.Shared, "/news",
		dated("old", day(2023, 1, 1), text), dated("new", day(2024, 1, 1), text), dated("older", day(2022, 1, 1), text))
	got := search(t, l, retrieval.Query{Text: "Is the bridge closed?", Limit: 3})
	var order []string
	for _, p := range got.Passages {
		order = append(order, p.Title)
	}
	if len(order) != 3 || order[0] != "Story new" || order[1] != "Story old" {
		t.Errorf("%q", order)
	}
}

// TestWithoutYear asks about a day and month of which many stories tell: the
// last ones are searched.
func TestWithoutYear(t *testing.T) {
	l := open(t)
	var stories []retrieval.Story
	for i := range 120 {
		stories = append(stories, dated(day(2024, 1, 1+i).Format(time.DateOnly), day(2024, 1, 1+i), "The council met again."))
	}
	put(t, l, retrieval.Shared, "/council", stories...)
	for question, want := range map[string]string{
		"Did the council meet on 8 March?":       "Story 2024-03-08",
		"Did the council meet on the 8th?":       "Story 2024-04-08",
		"Did the council meet on March 8, 2024?": "Story 2024-03-08",
		"What happened last week?":               "Story 2024-04-28",
	} {
		got := search(t, l, retrieval.Query{Text: question, At: day(2024, 5, 2), Limit: 1}).Passages
		if len(got) == 0 || got[0].Title != want {
			t.Errorf("%s: %+v", question, got)
		}
	}
}

// TestOtherTime asks about a time of which no story tells.
func TestOtherTime(t *testing.T) {
	l := open(t)
	put(t, l, retrieval.Shared, "/council", dated("may", day(2024, 5, 9), "The council voted on the harbour."))
	strength := func(question string) float64 {
		return search(t, l, retrieval.Query{Text: question, At: day(2024, 5, 10)}).Evidence.Strength
	}
	then, never := strength("What did the council vote on yesterday?"), strength("What did the council vote on last year?")
	if then <= never {
		t.Errorf("%v at the time, %v at another", then, never)
	}
}

// TestDatesAgainst asks about times that stories could be taken to tell of, and do
// not, and about a time alone.
func TestDatesAgainst(t *testing.T) {
	l := open(t)
	put(t, l, retrieval.Shared, "/news",
		dated("bridge", day(2026, 11, 24), "The new bridge over the Aar opened today."),
		dated("jetty", day(2026, 10, 21), "On 12 October the storm tore away the jetty.", "This year the pool has a second slide."))
	strength := func(question string) float64 {
		return search(t, l, retrieval.Query{Text: question, At: day(2026, 11, 25), Limit: 3}).Evidence.Strength
	}
	for _, test := range []struct{ told, not string }{
		{"What happened on 12 October 2026?", "What happened on 12 October 1999?"},
		{"What happened on 12 October?", "What happened on 3 March 2026?"},
		{"Was the bridge opened in 2026?", "Was the bridge opened in 1999?"},
		{"What opened on 24 November?", "What opened on 20 November?"},
		{"What happened yesterday?", "What happened last week?"},
		{"What happened last month?", "What happened in May 2026?"},
	} {
		if told, not := strength(test.told), strength(test.not); told < 0.3 || not > 0.2 {
			t.Errorf("%s %.2f; %s %.2f", test.told, told, test.not, not)
		}
	}
}

// TestManyDates has a question of nothing but dates, and passages that tell of
// as many: it takes no longer than others, and no longer than its context.
func TestManyDates(t *testing.T) {
	l := open(t)
	told := strings.Repeat("In February, in April and on the 8th. ", 20)
	var texts []string
	for i := range 60 {
		texts = append(texts, told+string(rune('A'+i)))
	}
	put(t, l, retrieval.Shared, "/dates", story("dates", texts...))
	ctx, cancel := context.WithCancel(t.Context())
	for _, question := range []string{strings.Repeat("the 31st ", 200), strings.Repeat("on 8 March, ", 150), strings.Repeat("yesterday ", 190)} {
		if _, err := l.Search(ctx, retrieval.Query{Text: question, At: day(2024, 5, 10), Limit: 1}); err != nil {
			t.Error(err)
		}
	}
	cancel()
	if _, err := l.Search(ctx, retrieval.Query{Text: "on 8 March", Limit: 1}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
