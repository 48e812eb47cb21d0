package discord

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// A control is what a component or a modal of the moderators' is for. As text, its custom id,
// it is "mod:show:2:k3v9x2m4p6q7a". It is as little to be trusted as a customID.
type control struct {
	name  string
	page  int    // from 1
	about string // an id, or the name of a setting; mostly ""
}

// Names of controls.
const (
	sourcesControl  = "sources"  // a page of the sources
	showControl     = "show"     // a page of a source
	removeControl   = "remove"   // removes a source
	keepControl     = "keep"     // does not
	pasteControl    = "paste"    // the modal with a text
	takeControl     = "take"     // adds what was found at an address
	leaveControl    = "leave"    // does not
	cancelControl   = "cancel"   // ends a refresh
	reportControl   = "report"   // a page of what a refresh has found
	changesControl  = "changes"  // opens what a revision has changed
	revisionControl = "revision" // a page of that
	gapsControl     = "gaps"     // a page of the gaps
	dismissControl  = "dismiss"  // the menu that dismisses gaps
	feedbackControl = "feedback" // a page of the opinions
	historyControl  = "history"  // a page of the acts
	unlistControl   = "unlist"   // the menu that takes entries from a setting
)

var controls = []string{
	sourcesControl, showControl, removeControl, keepControl, pasteControl,
	takeControl, leaveControl, cancelControl, reportControl, changesControl, revisionControl,
	gapsControl, dismissControl, feedbackControl, historyControl, unlistControl,
}

const (
	controlPrefix = "mod:"
	maxAbout      = 40 // bytes
	maxPage       = 1_000_000
)

func (c control) String() string {
	return controlPrefix + c.name + ":" + strconv.Itoa(max(c.page, 1)) + ":" + c.about
}

// parseControl reads what String has written, and nothing else.
func parseControl(text string) (control, bool) {
	fields := strings.SplitN(strings.TrimPrefix(text, controlPrefix), ":", 3)
	if len(fields) != 3 || !slices.Contains(controls, fields[0]) || len(fields[2]) > maxAbout {
		return control{}, false
	}
	page, err := strconv.Atoi(fields[1])
	if err != nil || page < 1 || page > maxPage {
		return control{}, false
	}
	c := control{fields[0], page, fields[2]}
	return c, c.String() == text
}

// A listing is a page of a list, as moderators read it.
type listing struct {
	heading string   // escaped, as the lines
	lines   []string // together within maxDescription
	page    int      // from 1
	pages   int
	turn    control // a page of the same list
}

// maxLines is how many lines a page has of a list whose lines are bounded by maxLine.
const (
	maxLines = 10
	maxLine  = 400 // characters; ten of them and their line ends are within maxDescription
)

// pagesOf is how many pages a list takes that is read in maxLines: an empty one has one too.
func pagesOf(total int) int { return max(1, (total+maxLines-1)/maxLines) }

func (l listing) message(say *phrases) message {
	e := &discordgo.MessageEmbed{Title: l.heading, Description: strings.Join(l.lines, "\n")}
	m := message{embeds: []*discordgo.MessageEmbed{e}}
	if l.pages < 2 {
		return m
	}
	e.Footer = &discordgo.MessageEmbedFooter{Text: say.say("answer_page", "Page", l.page, "Pages", l.pages)}
	var buttons []discordgo.MessageComponent
	turn := func(page int, label string) {
		if page >= 1 && page <= l.pages {
			l.turn.page = page
			buttons = append(buttons, discordgo.Button{Style: discordgo.SecondaryButton, Label: label, CustomID: l.turn.String()})
		}
	}
	turn(l.page-1, say.say("button_previous"))
	turn(l.page+1, say.say("button_next"))
	m.components = append(m.components, row(buttons...))
	return m
}

func row(components ...discordgo.MessageComponent) discordgo.ActionsRow {
	return discordgo.ActionsRow{Components: components}
}
