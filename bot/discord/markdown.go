package discord

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// length is in code points, as Discord counts (discord-api-docs issue 1315).
func length(text string) int { return utf8.RuneCountInString(text) }

// active are the characters that mean something to Discord wherever they
// stand: styles, code, spoilers, masked links, mentions, timestamps, emoji,
// and the ":" and "/" that make an address of plain text.
const active = "\\*_~`|<>[]@:/"

// escape makes text that shows in Discord as it is. At a line's start it also
// takes what makes headings, lists and small print.
func escape(text string) string {
	var b strings.Builder
	start, number := true, false // at a line's start; in the digits there
	for _, r := range text {
		atStart := start && strings.ContainsRune("#-+", r)
		if atStart || number && r == '.' || strings.ContainsRune(active, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		number = (start || number) && '0' <= r && r <= '9'
		start = r == '\n' || start && unicode.IsSpace(r)
	}
	return b.String()
}

// clean drops what is invisible and could disturb what stands around it:
// control characters and the formatting that turns the direction of writing.
// Every kind of line end becomes "\n".
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case r == '\n':
			return r
		case unicode.IsControl(r), '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069':
			return -1
		}
		return r
	}, text)
}

// oneLine is text in one line of at most max characters, escaped.
func oneLine(text string, max int) string { return excerpt(flat(text), nil, max) }

// flat is text in one line.
func flat(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }

// A span is a stretch of a text, in bytes.
type span struct{ from, to int }

// excerpt shows a paragraph with its quotes in bold, in at most max
// characters. One that is too long is cut around the quotes, at words where
// there are any, never inside a character or an escape.
func excerpt(paragraph string, quotes []string, max int) string {
	text := clean(paragraph)
	bold := find(text, quotes)
	if whole := mark(text, bold, span{0, len(text)}); length(whole) <= max {
		return whole
	}
	core := span{}
	if len(bold) > 0 {
		core = span{bold[0].from, bold[len(bold)-1].to}
	}
	return window(text, bold, core, max)
}

// ending is the end of a text, in at most max characters.
func ending(text string, max int) string {
	text = clean(text)
	if whole := escape(text); length(whole) <= max {
		return whole
	}
	return window(text, nil, span{len(text), len(text)}, max)
}

// window shows what of a text fits in max characters, grown from a core.
func window(text string, bold []span, core span, max int) string {
	windows := newWindows(text, core)
	// Each window shows more than the one before it, by a character at least.
	// The last that fits wins.
	n := sort.Search(max+1, func(n int) bool { return length(mark(text, bold, windows.at(n))) > max })
	if n == 0 {
		return ""
	}
	return mark(text, bold, windows.at(n-1))
}

// find returns where the quotes are, in order, joined where they overlap,
// without the space around them.
func find(text string, quotes []string) []span {
	var found []span
	for _, quote := range quotes {
		quote = strings.TrimSpace(clean(quote))
		if at := strings.Index(text, quote); at >= 0 && quote != "" {
			found = append(found, span{at, at + len(quote)})
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].from < found[j].from })
	var joined []span
	for _, s := range found {
		if last := len(joined) - 1; last >= 0 && s.from <= joined[last].to {
			joined[last].to = max(joined[last].to, s.to)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

// mark renders a window of text: escaped, the quotes in bold, "…" where text
// is left out.
func mark(text string, bold []span, window span) string {
	var b strings.Builder
	if window.from > 0 {
		b.WriteString("… ")
	}
	at := window.from
	for _, s := range bold {
		s = span{max(s.from, at), min(s.to, window.to)}
		if quote := strings.TrimSpace(text[min(s.from, s.to):s.to]); quote != "" {
			b.WriteString(escape(text[at:s.from]) + "**" + escape(quote) + "**")
			at = s.to
		}
	}
	b.WriteString(escape(text[at:window.to]))
	if window.to < len(text) {
		b.WriteString(" …")
	}
	return b.String()
}

// windows are the stretches of a text that grow from a core: first through
// the core, then to both sides of it.
type windows struct {
	text        string
	bounds      []int // of the characters as people see them, in bytes
	first, last int   // the core, in bounds
}

func newWindows(text string, core span) windows {
	w := windows{text: text, bounds: []int{0}}
	for g := graphemes.FromString(text); g.Next(); {
		w.bounds = append(w.bounds, g.End())
	}
	w.first = sort.SearchInts(w.bounds, core.from+1) - 1 // a character that begins before the core is in it
	w.last = sort.SearchInts(w.bounds, core.to)
	return w
}

// at is window n: n characters of the core, or all of it and the rest of n
// on both sides.
func (w windows) at(n int) span {
	inside := min(n, w.last-w.first)
	around := n - inside
	from := w.bounds[max(0, w.first-around)]
	to := w.bounds[min(len(w.bounds)-1, w.first+inside+around)]
	return w.wholeWords(span{from, to})
}

// wordSlack bounds what is given up to end at a space, in bytes: some
// languages have none.
const wordSlack = 24

// wholeWords narrows a window to the spaces nearest its ends. It takes
// nothing of a core that is whole.
func (w windows) wholeWords(s span) span {
	core := span{w.bounds[w.first], w.bounds[w.last]}
	if s.from > 0 {
		if i := strings.IndexByte(w.text[s.from-1:core.from], ' '); i >= 0 && i < wordSlack {
			s.from += i
		}
	}
	if s.to < len(w.text) {
		keep := core.to
		if s.to < core.to {
			keep = core.from
		}
		if i := strings.LastIndexByte(w.text[keep:s.to+1], ' '); i >= 0 && s.to-keep-i < wordSlack {
			s.to = keep + i
		}
	}
	return s
}

// maxGrapheme is how long a character as people see it may be, in code points, before it is
// torn: one of more is heaped up to disturb.
const maxGrapheme = 100

// beginning is that of escaped text in at most max characters, and the rest. It is cut
// at a space where there is one, else never inside a character or an escape. The beginning is
// empty when not even a character fits.
func beginning(escaped string, max int) (beginning, rest string) {
	if length(escaped) <= max {
		return escaped, ""
	}
	at, space := 0, 0 // in bytes
	left := max
	for at < len(escaped) {
		unit := firstUnit(escaped[at:])
		if left -= length(unit); left < 0 {
			break
		}
		if unit == " " && at > 0 {
			space = at
		}
		at += len(unit)
	}
	if strings.HasPrefix(escaped[at:], " ") {
		space = at
	}
	// A space far back is given up: some languages have none.
	if space > 0 && length(escaped[space:at]) <= max/2 {
		at = space
	}
	return escaped[:at], strings.TrimPrefix(escaped[at:], " ")
}

// firstUnit is the first stretch of an escaped text that must stay whole.
func firstUnit(escaped string) string {
	end := min(len(escaped), 2*maxGrapheme*utf8.UTFMax) // no use in looking at more
	for end < len(escaped) && !utf8.RuneStart(escaped[end]) {
		end--
	}
	escaped = escaped[:end]
	for g := graphemes.FromString(escaped); g.Next(); {
		end = g.End()
		grown := escaped[:end]
		if slashes := len(grown) - len(strings.TrimRight(grown, `\`)); slashes%2 == 0 {
			break // else it ends in half an escape
		}
	}
	unit := escaped[:end]
	if length(unit) <= maxGrapheme {
		return unit
	}
	for at := range unit {
		if at > 0 && !strings.HasSuffix(unit[:at], `\`) {
			return unit[:at]
		}
	}
	return unit
}
