package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"storybot/retrieval/analysis"
)

// clean is text on one line, as all text leaves this package: composed (NFC),
// with single spaces, without characters that nobody sees.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return norm.NFC.String(strings.Join(strings.Fields(text), " "))
}

// unseen reports whether r is a control or format character that terminals
// and chat programs act on, or that cuts words without showing: soft hyphens,
// zero width spaces, marks of direction, byte order marks. Joiners are
// spelling in Persian and in Indic scripts, and hold emoji together; the
// signs that Arabic sets before numbers are seen.
func unseen(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return !unicode.IsSpace(r)
	case r == '\u200C' || r == '\u200D':
		return false
	case r == '\uFFFC': // stands where an object was
		return true
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// cleanParagraphs cleans paragraphs in place, and drops those without a
// letter or digit.
func cleanParagraphs(paragraphs []analysis.Paragraph) []analysis.Paragraph {
	kept := paragraphs[:0]
	for _, p := range paragraphs {
		p.Heading, p.Text = clean(p.Heading), clean(p.Text)
		if wordy(p.Text) {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// wordy reports whether text holds a letter or a digit.
func wordy(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) >= 0
}

// garbled reports whether paragraphs are of a text that was stored in a wrong
// encoding before it came here, and of whose letters one in twenty is lost.
func garbled(paragraphs []analysis.Paragraph) bool {
	lost, all := 0, 0
	for _, p := range paragraphs {
		lost += strings.Count(p.Text, "\uFFFD")
		all += utf8.RuneCountInString(p.Text)
	}
	return lost*20 > all
}

// shorten cuts text to at most n runes, at a space when there is one near.
func shorten(text string, n int) string {
	end := n
	for i := range text {
		if end--; end < 0 {
			if space := strings.LastIndexByte(text[:i], ' '); space > i/2 {
				i = space
			}
			return text[:i] + "…"
		}
	}
	return text
}
