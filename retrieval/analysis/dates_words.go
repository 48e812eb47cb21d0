package analysis

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// dateList holds the words of dates in many languages: a line has a language,
// a kind and words, with a comma between things (the months) and a stroke
// between words for the same. A word with a question mark is also another word
// and counts only beside a number or after "in", as does one with a capital in
// the list and none in the text; a dot is an abbreviation's. The kinds:
//
//	months, weekdays, numbers, units    in order; weekdays of week -1 are last week's
//	day, week, month, year N            N from when the text was written
//	ago, last, next                     beside a number and unit, or a weekday
//	before, after day, month, year      make a day, month or year of a number
//	ordinal                             the same for a day, or anything counted
//	in, of                              before a month or year; between fields
//	not                                 a phrase that would be mistaken for others
//	beginnings, endings                 that each word of the lines below may have
//
//go:embed dates.txt
var dateList string

// A dateMeaning is what a word or number may be in a date.
type dateMeaning struct {
	kind    string      // as in dates.txt; "digits" for a number, "date" for 8.3.2023
	value   int         // place in its line, from 1: 3 for March, Wednesday and three; or the number
	shift   int         // -1 for yesterday, last year
	unsure  bool        // also another word
	capital bool        // written with a capital
	dotted  bool        // an abbreviation
	date    *dateFields // of the kind "date"
}

// A datePhrase is a word or several, folded.
type datePhrase struct {
	text     string
	meanings []dateMeaning
}

// datePhrases are a language's phrases by their first letter, the longest first.
type datePhrases map[rune][]datePhrase

// dateWords are the phrases of each language, read once. Under "" are the
// months of all, which count beside a number only.
var dateWords = sync.OnceValue(func() map[string]datePhrases {
	languages := map[string]datePhrases{"": {}}
	endings := map[string][]string{}
	beginnings := map[string][]string{}
	for line := range strings.Lines(dateList) {
		head, list, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			continue
		}
		lang, kind, _ := strings.Cut(head, " ")
		if languages[lang] == nil {
			languages[lang] = datePhrases{}
		}
		switch kind {
		case "endings":
			endings[lang] = strings.Split(list, ", ")
			continue
		case "beginnings":
			beginnings[lang] = strings.Split(list, ", ")
			continue
		}
		m := dateMeaning{kind: kind}
		if at := strings.LastIndexByte(kind, ' '); at >= 0 {
			if n, err := strconv.Atoi(kind[at+1:]); err == nil {
				m.kind, m.shift = kind[:at], n
			}
		}
		for i, variants := range strings.Split(list, ", ") {
			m.value = i + 1
			for word := range strings.SplitSeq(variants, "/") {
				languages[lang].addForms(word, m, beginnings[lang], endings[lang])
				if kind == "months" {
					languages[""].addForms(word, dateMeaning{kind: kind, value: m.value, unsure: true}, beginnings[lang], endings[lang])
				}
			}
		}
	}
	for _, phrases := range languages {
		for _, list := range phrases {
			slices.SortStableFunc(list, func(a, b datePhrase) int { return len(b.text) - len(a.text) })
		}
	}
	return languages
})

// addForms adds a word of dates.txt, and it with each beginning and ending.
func (p datePhrases) addForms(word string, m dateMeaning, beginnings, endings []string) {
	word, unsure := strings.CutSuffix(word, "?")
	m.unsure = m.unsure || unsure
	word, m.dotted = strings.CutSuffix(word, ".")
	m.capital = startsUpper(word)
	p.add(word, m)
	for _, b := range beginnings {
		p.add(b+word, m)
	}
	for _, e := range endings {
		p.add(word+e, m)
	}
}

func (p datePhrases) add(word string, m dateMeaning) {
	text, _ := foldWithOffsets(word)
	first, _ := utf8.DecodeRuneInString(text)
	i := slices.IndexFunc(p[first], func(phrase datePhrase) bool { return phrase.text == text })
	if i < 0 {
		i = len(p[first])
		p[first] = append(p[first], datePhrase{text: text})
	}
	p[first][i].meanings = append(p[first][i].meanings, m)
}

// match is the longest phrase at i, as an item that is empty if there is none.
// Glued is written in one with a number, counting also stands after one: there
// it is a unit rather than a longer phrase, as "minggu lalu" is last week, but
// not in "dua minggu lalu".
func (p datePhrases) match(text string, i int, glued, counting bool) dateItem {
	first, _ := utf8.DecodeRuneInString(text[i:])
	best := dateItem{Span: Span{i, i}}
	for _, phrase := range p[first] {
		end := i + len(phrase.text)
		if !strings.HasPrefix(text[i:], phrase.text) || !endsPhrase(text, i, end, glued) {
			continue
		}
		if phrase.meanings[0].dotted && strings.HasPrefix(text[end:], ".") {
			end++
		}
		it := dateItem{Span: Span{i, end}, meanings: phrase.meanings}
		if it.is("units") || !counting || !it.is("day", "week", "month", "year") && best.End == i {
			return it
		}
		if best.End == i {
			best = it
		}
	}
	return best
}

// endsPhrase says that a phrase may end there: with a word, or anywhere in
// scripts without spaces. A particle may follow in Korean, but one syllable is
// too short to tell, unless it is the mark of a number.
func endsPhrase(text string, start, end int, glued bool) bool {
	last, size := utf8.DecodeLastRuneInString(text[:end])
	next, _ := utf8.DecodeRuneInString(text[end:])
	switch {
	case end == len(text) || isNoLetter(next) || gramLength(next) != gramLength(last):
		return true
	case unicode.Is(unicode.Hangul, last):
		return glued || end-start > size
	}
	return gramLength(last) > 0
}

func startsUpper(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(first)
}

func isNoLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }
