package retrieval_test

import (
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
	at := day(2024, 6, 13)
	for _, test := range []struct{ question, want string }{
		{"What did the council vote on yesterday?", "june"},
		{"What did the council vote on last month?", "may"},
		{"What did the council vote on on 8 May?", "may"},
		{"What did the council vote on on the 8th?", "may"},
		{"What did the council vote on on May 8th, 2024?", "may"},
		{"What did the council vote on in February?", "march"},
		{"What did the council vote on four months ago?", "march"},
		{"What did the council vote on, the library?", "undated"},
	} {
		first := search(t, l, retrieval.Query{Text: test.question, At: at, Limit: 1}).Passages[0]
		if first.Title != "Story "+test.want {
			t.Errorf("%s: %s", test.question, first.Text)
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
