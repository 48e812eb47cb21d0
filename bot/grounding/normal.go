package grounding

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"storybot/retrieval/analysis"
)

// A normalText is a text in the one form in which a quote and its paragraph
// are compared, with the way back to the text itself.
//
// The form is compatibility-composed (NFKC), has one quotation mark, one dash,
// single spaces, no invisible characters, and nothing between groups of three
// digits. Case and accents stay: they are the writer's own words.
type normalText struct {
	text  string
	spans []analysis.Span // of each byte of text: the bytes that it stands for
}

// glyph is one character of the form.
type glyph struct {
	r rune
	analysis.Span
}

func normalize(text string) normalText {
	glyphs := ungroup(glyphsOf(text))
	var n normalText
	var b strings.Builder
	n.spans = make([]analysis.Span, 0, len(text))
	for _, g := range glyphs {
		b.WriteRune(g.r)
		for range utf8.RuneLen(g.r) {
			n.spans = append(n.spans, g.Span)
		}
	}
	n.text = b.String()
	return n
}

func glyphsOf(text string) []glyph {
	glyphs := make([]glyph, 0, len(text))
	var it norm.Iter
	for it.InitString(norm.NFKC, text); !it.Done(); {
		start := it.Pos()
		piece := it.Next()
		span := analysis.Span{Start: start, End: it.Pos()}
		if isQuotationMark(text[span.Start:span.End]) { // before NFKC takes ´ apart
			piece = []byte{'\''}
		}
		for _, r := range string(piece) {
			switch {
			case isDash(r):
				r = '-'
			case unicode.IsSpace(r):
				if n := len(glyphs); n == 0 || glyphs[n-1].r == ' ' {
					continue
				}
				r = ' '
			case isInvisible(r):
				continue
			}
			glyphs = append(glyphs, glyph{r, span})
		}
	}
	if n := len(glyphs); n > 0 && glyphs[n-1].r == ' ' {
		glyphs = glyphs[:n-1]
	}
	return glyphs
}

// isQuotationMark says that s is a quotation mark or apostrophe of any kind.
// They are one, because writers put single ones for double ones inside a quote.
func isQuotationMark(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size == len(s) && (unicode.In(r, unicode.Quotation_Mark) || r == '`' || r == '´' || r == 'ʼ')
}

func isDash(r rune) bool { return unicode.Is(unicode.Dash, r) }

// isInvisible says that r leaves no mark of its own on paper: joiners,
// directions, soft hyphens, variation selectors, fillers, control characters.
func isInvisible(r rune) bool {
	return !unicode.IsSpace(r) && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point)
}

// ungroup leaves out what stands between groups of three digits: 3,800 and
// 3 800 and 3, 800 (as found in badly typeset pages) are one number. After four
// digits and more no group follows: "in 2014, 300 people" is two numbers.
func ungroup(glyphs []glyph) []glyph {
	out := glyphs[:0]
	digits := 0 // how many stand at the end of out, since the last group
	for i := 0; i < len(glyphs); i++ {
		if n := separator(glyphs[i:]); n > 0 && 1 <= digits && digits <= 3 {
			i += n - 1
			digits = 0
			continue
		}
		digits++
		if !unicode.IsDigit(glyphs[i].r) {
			digits = 0
		}
		out = append(out, glyphs[i])
	}
	return out
}

// separator is how many characters separate a group of three digits that
// follows them, or 0.
func separator(glyphs []glyph) int {
	n := 0
	if glyphs[n].r == ',' || glyphs[n].r == '\'' {
		n++
	}
	if n < len(glyphs) && glyphs[n].r == ' ' {
		n++
	}
	digits := 0
	for n > 0 && digits < 4 && n+digits < len(glyphs) && unicode.IsDigit(glyphs[n+digits].r) {
		digits++
	}
	if digits != 3 {
		return 0
	}
	return n
}
