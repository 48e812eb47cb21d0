package analysis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldWithOffsets is the normal form of text with every space as ' ', and for
// each of its bytes, and its end, where in text it comes from. Unlike Tokens it
// keeps the marks, which tell 8.3.2023 from 8,300.
func foldWithOffsets(text string) (string, []int) {
	folded := make([]byte, 0, len(text))
	offsets := make([]int, 0, len(text)+1)
	add := func(r rune, start int) {
		if r = normalRune(r); r < 0 {
			return
		}
		if unicode.IsSpace(r) {
			r = ' '
		}
		folded = utf8.AppendRune(folded, r)
		for len(offsets) < len(folded) {
			offsets = append(offsets, start)
		}
	}
	composed := norm.NFKC.QuickSpanString(text) // mostly all of it
	for i, r := range text[:composed] {
		add(r, i)
	}
	var it norm.Iter
	for it.InitString(norm.NFKC, text[composed:]); !it.Done(); {
		start := composed + it.Pos()
		for _, r := range string(it.Next()) {
			add(r, start)
		}
	}
	return string(folded), append(offsets, len(text))
}

// A dateItem is a word, phrase or number that may be part of a date.
type dateItem struct {
	Span     // in the folded text
	meanings []dateMeaning
	upper    bool // written with a capital
}

// as is the item's meaning of the kind, if it has one.
func (it dateItem) as(kind string) (dateMeaning, bool) {
	for _, m := range it.meanings {
		if m.kind == kind {
			return m, true
		}
	}
	return dateMeaning{}, false
}

// is says that the item has a meaning of one of the kinds.
func (it dateItem) is(kinds ...string) bool {
	return slices.ContainsFunc(it.meanings, func(m dateMeaning) bool { return slices.Contains(kinds, m.kind) })
}

// lexDates are the items of a folded text, in order.
func lexDates(text string, phrases datePhrases) []dateItem {
	var items []dateItem
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r >= '0' && r <= '9' {
			it, ok := lexNumber(text, i)
			if ok {
				items = append(items, it)
			}
			i = it.End
			continue
		}
		if isNoLetter(r) {
			i += size
			continue
		}
		counting, glued := false, false
		if last := len(items) - 1; last >= 0 {
			gap := text[items[last].End:i]
			counting = (gap == "" || gap == " ") && items[last].is("digits", "numbers")
			glued = (gap == "" || gap == "-" || gap == "'") && items[last].is("digits")
		}
		it := phrases.match(text, i, glued, counting)
		if it.End > i && !it.is("not") {
			items = append(items, it)
		} else if glued { // 5bn, 3人, 1980-х
			items = items[:len(items)-1]
		}
		i = max(it.End, i+unmatched(text[i:], r, size))
	}
	return items
}

// unmatched is how far to go on where no phrase begins: a word, or a character
// of a script without spaces. Korean has spaces, and particles.
func unmatched(text string, first rune, size int) int {
	if gramLength(first) > 0 && !unicode.Is(unicode.Hangul, first) {
		return size
	}
	end := strings.IndexFunc(text, func(r rune) bool { return isNoLetter(r) || gramLength(r) != gramLength(first) })
	if end >= 0 {
		return end
	}
	return len(text)
}

var (
	// numericDate is three numbers with one mark between them.
	numericDate = regexp.MustCompile(`^(\d{1,4})(?:(\. ?)(\d\d?)\. ?|(/)(\d\d?)/|([-–])(\d\d?)[-–])(\d{1,4})`)
	// numberCluster is a number with what is written in one with it: 1,500, 3-1, 10:30.
	numberCluster = regexp.MustCompile(`^\d+(?:[.,:/'–-]\d+)*`)
)

// noDateBefore and noDateAfter are marks that make a number something else.
const (
	noDateBefore = "$€£¥₩₽#+@"
	noDateAfter  = "$€£¥₩₽%°"
)

// lexNumber is the number at i, as an item. If it is none that a date may have,
// the item is what to go on after.
func lexNumber(text string, i int) (dateItem, bool) {
	cluster := numberCluster.FindString(text[i:])
	item := dateItem{Span: Span{i, i + len(cluster)}}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	if strings.ContainsRune(noDateBefore, before) || i > 0 && !isNoLetter(before) && gramLength(before) == 0 {
		return item, false
	}
	if m := numericDate.FindStringSubmatch(text[i:]); m != nil && len(m[0]) >= len(cluster) {
		if date, ok := readNumericDate(m[1], strings.TrimSpace(m[2]+m[4]+m[6]), m[3]+m[5]+m[7], m[8]); ok {
			item.End = i + len(m[0])
			item.meanings = []dateMeaning{{kind: "date", date: &date}}
			return item, true
		}
	}
	n, err := strconv.Atoi(cluster)
	item.meanings = []dateMeaning{{kind: "digits", value: n}}
	after, _ := utf8.DecodeRuneInString(text[item.End:])
	return item, err == nil && len(cluster) <= 4 && !strings.ContainsRune(noDateAfter, after)
}

// readNumericDate reads the date that numbers with a mark between them are:
// year first or last, the month before the day only where it can't be after.
// With a stroke or dash it may be either.
func readNumericDate(first, mark, second, third string) (dateFields, bool) {
	number := func(s string) int {
		n, _ := strconv.Atoi(s) // digits, and at most four
		return n
	}
	if len(first) == 4 && len(third) <= 2 {
		f := dateFields{year: number(first), month: number(second), day: number(third)}
		return f, f.month > 0 && f.day > 0
	}
	f := dateFields{year: number(third), month: number(second), day: number(first)}
	if f.month > 12 {
		f.month, f.day = f.day, f.month
	}
	f.swapped = mark != "." && f.day <= 12 && f.day != f.month
	return f, len(first) <= 2 && len(third) == 4 && f.month > 0 && f.day > 0
}
