package retrieval

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"storybot/retrieval/analysis"
)

// thenList holds the phrases of many languages that tell a time by one that was told
// before: so many days from it, or 0 for any. A language and a number of days a line.
//
//go:embed thens.txt
var thenList string

type thenPhrase struct {
	phrase string
	days   int
}

// thenPhrases are the phrases of each language, the longest first, read once.
var thenPhrases = sync.OnceValue(func() map[string][]thenPhrase {
	phrases := make(map[string][]thenPhrase)
	for line := range strings.Lines(thenList) {
		head, list, _ := strings.Cut(line, ":")
		lang, days, _ := strings.Cut(head, " ")
		n, err := strconv.Atoi(days)
		if err != nil {
			panic(err) // unreachable: a test reads the list
		}
		for phrase := range strings.SplitSeq(list, ",") {
			text, _ := words(analysis.Tokens(phrase))
			phrases[lang] = append(phrases[lang], thenPhrase{text, n})
		}
	}
	for _, all := range phrases {
		slices.SortStableFunc(all, func(a, b thenPhrase) int { return len(b.phrase) - len(a.phrase) })
	}
	return phrases
})

// A then is the time of a question that is told by the time of the question before
// it: "and the day before?"
type then struct {
	Span
	days int // from that time; 0: any
}

// thenOf is the first such time of a question of these tokens; ok is false when it
// has none.
func thenOf(tokens []analysis.Token, lang string) (found then, ok bool) {
	text, places := words(tokens)
	for _, p := range thenPhrases()[lang] {
		at := strings.Index(text, p.phrase)
		if at < 0 {
			continue
		}
		found.days = p.days
		for i, t := range tokens {
			if places[i] < at+len(p.phrase) && at < places[i]+len(t.Text) {
				if found.End == 0 {
					found.Start = t.Start
				}
				found.End = t.End
			}
		}
		return found, true
	}
	return then{}, false
}

// from is the day that is meant, when the earlier question tells one; without its
// times, which are not this question's, what is left of that question.
func (t then) from(earlier string, at time.Time) (meant date, ok bool, rest string) {
	told, rest := Times(earlier, at)
	if t.days == 0 || len(told) == 0 {
		return date{}, false, rest
	}
	last := told[len(told)-1]
	switch {
	case !last.From.IsZero() && last.Until.Sub(last.From) == 24*time.Hour:
		meant.Date = analysis.On(last.From.AddDate(0, 0, t.days))
	case last.Day != 0 && last.Month != 0 && last.From.IsZero():
		day := time.Date(leapYear, last.Month, last.Day+t.days, 0, 0, 0, 0, time.UTC)
		meant.Month, meant.Day = day.Month(), day.Day()
	default:
		return date{}, false, rest
	}
	return meant, true, rest
}

// leapYear has every day that a date without a year may be.
const leapYear = 2000
