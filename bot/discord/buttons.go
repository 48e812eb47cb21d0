package discord

import (
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// Discord's limits of what stands below a message.
const (
	maxInRow      = 5  // buttons
	maxButtonRows = 4  // one is left for pages and opinions
	maxInMenu     = 25 // options
	maxOptionText = 100
)

// openers are rows of buttons that open the citations of a sheet, or of menus where they are
// too many for buttons.
func (b *book) openers(s *sheet) []discordgo.MessageComponent {
	var buttons []discordgo.MessageComponent
	var options []discordgo.SelectMenuOption
	last := 0
	for _, c := range s.open {
		if c.N <= last || c.N > maxNumber {
			continue // twice there, or nothing that an id can name
		}
		last = c.N
		buttons = append(buttons, b.button(strconv.Itoa(c.N), customID{kind: b.opens, answer: b.answer, n: c.N}))
		options = append(options, discordgo.SelectMenuOption{Label: b.label(c), Value: strconv.Itoa(c.N)})
	}
	var rows []discordgo.MessageComponent
	if len(buttons) <= maxButtonRows*maxInRow {
		for some := range slices.Chunk(buttons, maxInRow) {
			rows = append(rows, row(some...))
		}
		return rows
	}
	for some := range slices.Chunk(options, maxInMenu) {
		rows = append(rows, row(discordgo.SelectMenu{
			MenuType: discordgo.StringSelectMenu, CustomID: customID{kind: "cites", answer: b.answer, n: len(rows) + 1}.String(),
			Placeholder: b.p.say("placeholder_citation"), Options: some,
		}))
	}
	return rows
}

// label names a citation in a menu, where text is no markup: "[1] The storm · ¶ 3".
func (b *book) label(c bot.Citation) string {
	where := b.p.say("citation_paragraph", "N", c.Paragraph)
	number := numbered(c.N) + " "
	room := maxOptionText - length(number+" · "+where)
	var title string
	for text := flat(c.Story); text != ""; {
		g := firstUnit(text)
		if length(title+g) > room {
			break
		}
		title, text = title+g, text[len(g):]
	}
	if title == "" {
		return number + where
	}
	return number + title + " · " + where
}

// lastRow has the ways to the pages before and after, and what can be said of the answer.
func (b *book) lastRow(page int) discordgo.MessageComponent {
	var buttons []discordgo.MessageComponent
	if page > 1 {
		buttons = append(buttons, b.button(b.p.say("button_previous"), customID{kind: "page", answer: b.answer, n: page - 1, lang: b.p.code}))
	}
	if page < len(b.sheets) {
		label := b.p.say("button_next")
		if page == 1 {
			label = b.p.say("button_more") + " " + label
		}
		buttons = append(buttons, b.button(label, customID{kind: "page", answer: b.answer, n: page + 1, lang: b.p.code}))
	}
	for _, kind := range b.opinions {
		buttons = append(buttons, b.button(b.opinion(kind), customID{kind: kind, answer: b.answer}))
	}
	return row(buttons...)
}

func (b *book) opinion(kind string) string {
	switch kind {
	case "wrong":
		return b.p.say("button_wrong")
	case "missed":
		if b.opens == "cite" {
			return b.p.say("button_unanswered")
		}
		return b.p.say("button_missed")
	case "tell":
		return b.p.say("button_tell")
	}
	return b.p.say("button_good")
}

func (b *book) button(label string, id customID) discordgo.Button {
	return discordgo.Button{Style: discordgo.SecondaryButton, Label: label, CustomID: id.String()}
}
