package retrieval_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
)

// titled is a story of that title, published on that day of May.
func titled(title string, day int) retrieval.Story {
	s := story(title, "Text.")
	s.Title = title
	s.PublishedAt = time.Date(2024, 5, day, 0, 0, 0, 0, time.UTC)
	return s
}

func suggested(t *testing.T, l *library, guild, text string, limit int) []string {
	t.Helper()
	stories, err := l.Suggest(t.Context(), guild, text, limit)
	if err != nil {
		t.Fatal(err)
	}
	titles := []string{}
	for _, s := range stories {
		titles = append(titles, s.Title)
	}
	return titles
}

func TestSuggest(t *testing.T) {
	l := open(t)
	put(t, l, "g", "/g", titled("Harbour fair", 1), titled("The harbour of Odda", 2), titled("Outharbour", 3), titled("Harbour closed", 5),
		titled("크렘린 대변인", 6), titled("Пресс-секретарь Пётр", 7), titled("東京の港", 8), titled("Ålesund’s Ｈall", 9))
	put(t, l, retrieval.Shared, "/s", titled("Harbours of the world", 4))
	put(t, l, "other", "/o", titled("Harbour of another server", 30))
	for _, test := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"harb", 10, []string{"Harbour closed", "Harbours of the world", "Harbour fair", "The harbour of Odda", "Outharbour"}},
		{"  HARBOUR  ", 2, []string{"Harbour closed", "Harbours of the world"}},
		{"harbour of", 10, []string{"The harbour of Odda"}},
		{"크", 10, []string{"크렘린 대변인"}},
		{"크레", 10, []string{"크렘린 대변인"}},
		{"대변", 10, []string{"크렘린 대변인"}},
		{"петр", 10, []string{"Пресс-секретарь Пётр"}},
		{"секр", 10, []string{"Пресс-секретарь Пётр"}},
		{"港", 10, []string{"東京の港"}},
		{"alesund's h", 10, []string{"Ålesund’s Ｈall"}},
		{"", 3, []string{"Ålesund’s Ｈall", "東京の港", "Пресс-секретарь Пётр"}},
		{"bakery", 10, []string{}},
		{"harbour", 0, []string{}},
	} {
		if diff := cmp.Diff(test.want, suggested(t, l, "g", test.text, test.limit)); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
	for _, guild := range []string{"none", retrieval.Shared} {
		if diff := cmp.Diff([]string{"Harbours of the world"}, suggested(t, l, guild, "harb", 10)); diff != "" {
			t.Errorf("guild %q: %s", guild, diff)
		}
	}
}

// TestSuggestFollows has what is suggested be what there is.
func TestSuggestFollows(t *testing.T) {
	l := open(t)
	check := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, want...), suggested(t, l, "g", "h", 10)); diff != "" {
			t.Error(diff)
		}
	}
	check()
	put(t, l, "g", "/a", titled("Harbour", 1))
	check("Harbour")
	shared := put(t, l, retrieval.Shared, "/s", titled("Hall", 2))
	check("Hall", "Harbour")
	if _, err := l.Remove(t.Context(), retrieval.Shared, shared.Source); err != nil {
		t.Fatal(err)
	}
	check("Harbour")
	changed := titled("Harbour", 1)
	changed.Title = "Haven"
	put(t, l, "g", "/a", changed)
	check("Haven")
}

// BenchmarkSuggest looks for a title that most of 10,000 are not.
func BenchmarkSuggest(b *testing.B) {
	l := open(b)
	var stories []retrieval.Story
	for i := range 10_000 {
		s := story(fmt.Sprint(i), "Text.")
		s.Title = fmt.Sprintf("The harbour of town %d is closed for the winter", i)
		stories = append(stories, s)
	}
	put(b, l, "g", "/a", stories...)
	if _, err := l.Suggest(context.Background(), "g", "", 25); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		found, err := l.Suggest(context.Background(), "g", "town 9999", 25)
		if err != nil || len(found) != 1 {
			b.Fatal(found, err)
		}
	}
}
