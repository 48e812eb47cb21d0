package discord

import (
	"slices"
	"strings"

	"storybot/bot"
)

// minPart is how much of a text is worth beginning at the end of a page, in characters.
const minPart = 80

// A book lays blocks out on pages, each a message within Discord's limits. Every page has a
// line for each citation that its blocks refer to.
type book struct {
	p        *phrases
	list     []bot.Citation // that blocks may refer to
	lines    map[int]string // theirs, by number
	head     string         // above the first page
	headroom int            // characters that are kept for it, whether it is shown or not: pages have to begin where they did
	heading  string         // above each page
	notes    string         // below each page
	answer   string         // its id; "" leaves out all that could be pressed
	opens    string         // the kind of custom id that opens a citation
	opinions []string       // kinds of custom ids: what can be said of the answer
	sheets   []*sheet
}

// A sheet is a page while it is filled.
type sheet struct {
	body  []string
	cited []bot.Citation // with a line below
	open  []bot.Citation // with a button
	left  int            // characters
}

// A block is a line of text that may go on on the next page.
type block struct {
	opening string // where it begins
	again   string // where it goes on
	text    string // escaped
	marks   []reference
	closing string
}

// A reference refers to citations: "[1]", or those that tell it otherwise.
type reference struct {
	cites []bot.Citation
	other bool
}

func newBook(p *phrases, citations []bot.Citation) *book {
	b := &book{p: p, list: citations, lines: map[int]string{}}
	for _, c := range citations {
		b.lines[c.N] = "-# " + citationLine(p, c, maxStory)
	}
	return b
}

// cited are the citations with those numbers, in their order.
func (b *book) cited(numbers []int) []bot.Citation {
	var cites []bot.Citation
	for _, c := range b.list {
		if slices.Contains(numbers, c.N) {
			cites = append(cites, c)
		}
	}
	return cites
}

func (b *book) marks(numbers []int) []reference {
	var marks []reference
	for _, c := range b.cited(numbers) {
		marks = append(marks, reference{cites: []bot.Citation{c}})
	}
	return marks
}

// refer is marks as they stand behind a text: "[1](" would be a link.
func (b *book) refer(marks []reference) string {
	var text string
	for _, m := range marks {
		var numbers []string
		for _, c := range m.cites {
			numbers = append(numbers, numbered(c.N))
		}
		so := strings.Join(numbers, " ")
		if m.other {
			so = b.p.say("answer_otherwise", "Numbers", so)
		}
		text += " " + so
	}
	return text
}

// render is a block in one piece.
func (b *book) render(bl block) string { return bl.opening + bl.text + b.refer(bl.marks) + bl.closing }

// room is what an empty sheet holds, in characters: there has to be some left for a note,
// and for which page it is.
func (b *book) room() int {
	const most = 9999
	numbering := length(notePrefix + b.p.say("answer_page", "Page", most, "Pages", most))
	return maxContent - maxNote - length(b.heading) - length(b.notes) - numbering
}

// sheet is the one that is being filled.
func (b *book) sheet() *sheet {
	if len(b.sheets) == 0 {
		b.next()
		b.sheets[0].left -= b.headroom
	}
	return b.sheets[len(b.sheets)-1]
}

func (b *book) next() { b.sheets = append(b.sheets, &sheet{left: b.room()}) }

// linesFor is what the lines of citations that a sheet does not have yet take.
func (b *book) linesFor(s *sheet, marks []reference) (cites []bot.Citation, characters int) {
	for _, m := range marks {
		for _, c := range m.cites {
			same := func(have bot.Citation) bool { return have.N == c.N }
			if !slices.ContainsFunc(s.cited, same) && !slices.ContainsFunc(cites, same) {
				cites = append(cites, c)
				characters += length(b.lines[c.N]) + 1
			}
		}
	}
	return cites, characters
}

// fit reports whether blocks fit on a sheet as they are.
func (b *book) fit(s *sheet, blocks ...block) bool {
	var all []reference
	characters := 0
	for _, bl := range blocks {
		characters += length(b.render(bl)) + 1
		all = append(all, bl.marks...)
	}
	cites, more := b.linesFor(s, all)
	return characters+more <= s.left && len(s.open)+len(cites) <= maxButtonRows*maxInMenu
}

// write puts a line on a sheet.
func (b *book) write(s *sheet, text string, marks []reference) {
	cites, characters := b.linesFor(s, marks)
	s.body = append(s.body, text)
	s.cited, s.open = append(s.cited, cites...), append(s.open, cites...)
	s.left -= length(text) + 1 + characters
}

// add puts blocks that belong together on one page if they fit, else in pieces on several,
// from the beginning of one.
func (b *book) add(blocks ...block) {
	if s := b.sheet(); len(s.body) > 0 && !b.fit(s, blocks...) {
		b.next()
	}
	for _, bl := range blocks {
		if s := b.sheet(); len(s.body) > 0 && !b.fit(s, bl) {
			b.next()
		}
		if s := b.sheet(); b.fit(s, bl) {
			b.write(s, b.render(bl), bl.marks)
		} else {
			b.split(bl)
		}
	}
}

// split puts a block that no page holds on several. Each piece of its text has the marks,
// as many as leave it half a page; those that do not stand behind the last.
func (b *book) split(bl block) {
	every, rest := b.divide(bl.marks)
	for opening, text := bl.opening, bl.text; text != ""; {
		s := b.sheet()
		_, lines := b.linesFor(s, every)
		refer := b.refer(every)
		piece, remains := beginning(text, s.left-length(opening+" …"+refer+bl.closing)-lines-1)
		if len(s.body) > 0 && remains != "" && length(piece) < minPart {
			b.next()
			continue
		}
		if remains == "" {
			b.write(s, opening+piece+refer+bl.closing, every)
			break
		}
		b.write(s, opening+piece+" …"+refer, every)
		b.next()
		opening, text = bl.again+"… ", remains
	}
	for len(rest) > 0 {
		more := block{opening: bl.again + "…"}
		for len(rest) > 0 {
			longer := more
			longer.marks = append(slices.Clip(more.marks), rest[0])
			if !b.fit(b.sheet(), longer) {
				break
			}
			more, rest = longer, rest[1:]
		}
		if len(more.marks) > 0 {
			b.write(b.sheet(), b.render(more), more.marks)
		}
		if len(rest) > 0 {
			b.next()
		}
	}
}

// divide parts marks into those whose lines leave half of a page, one at least, and the rest.
func (b *book) divide(marks []reference) (every, rest []reference) {
	for _, m := range marks {
		for _, c := range m.cites {
			rest = append(rest, reference{cites: []bot.Citation{c}, other: m.other})
		}
	}
	for len(rest) > 0 {
		more := append(slices.Clip(every), rest[0])
		_, lines := b.linesFor(&sheet{}, more)
		if len(every) > 0 && lines+length(b.refer(more)) > b.room()/2 {
			break
		}
		every, rest = more, rest[1:]
	}
	return every, rest
}

// line puts a line that must stay whole on a page, with a button for each citation.
func (b *book) line(text string, opens ...bot.Citation) {
	s := b.sheet()
	if len(s.body) > 0 && (length(text)+1 > s.left || len(s.open)+len(opens) > maxButtonRows*maxInMenu) {
		b.next()
		s = b.sheet()
	}
	b.write(s, text, nil)
	s.open = append(s.open, opens...)
}

// bind makes messages of the sheets.
func (b *book) bind() []message {
	var all []message
	for i, s := range b.sheets {
		byNumber := func(x, y bot.Citation) int { return x.N - y.N }
		slices.SortFunc(s.cited, byNumber)
		slices.SortFunc(s.open, byNumber)
		lines := s.body
		for _, c := range s.cited {
			lines = append(lines, b.lines[c.N])
		}
		content := b.heading + strings.Join(lines, "\n") + b.notes
		if i == 0 {
			content = b.head + content
		}
		if len(b.sheets) > 1 {
			content += notePrefix + b.p.say("answer_page", "Page", i+1, "Pages", len(b.sheets))
		}
		m := message{content: content}
		if b.answer != "" {
			m.components = append(b.openers(s), b.lastRow(i+1))
		}
		all = append(all, m)
	}
	return all
}
