package discord

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// Discord's limits of a message, in characters where not said otherwise.
const (
	maxContent     = 2000
	maxEmbeds      = 10 // embeds
	maxEmbedTotal  = 6000
	maxTitle       = 256
	maxDescription = 4096
	maxURL         = 2048
)

// Our own, in characters; together with the notes they leave the first
// statement room in maxContent.
const (
	maxEcho      = 200 // of the question
	maxStatement = 600
	maxBeside    = 400 // of the quotes beside a statement
)

// render makes a message of an answer: its statements, each with the numbers
// of what it cites, and the cited paragraphs as embeds. With echo the
// question stands above.
func render(a bot.Answer, echo bool) message {
	var content string
	if echo {
		content = quoted(a.Question)
	}
	footer := notes(a)
	text, cited := statements(a, maxContent-length(content)-length(footer)-maxNote)
	if text != "" {
		return message{content: content + text + footer, embeds: embeds(cited)}
	}
	var nearest []bot.Citation
	for _, n := range a.Nearest {
		n.N = 0 // no statement refers to it
		nearest = append(nearest, n.Citation)
	}
	content += "The stories do not tell."
	if len(nearest) > 0 {
		content += " These paragraphs come nearest:"
	}
	return message{content: content + "\n" + footer, embeds: embeds(nearest)}
}

// quoted is the question as it stands above an answer.
func quoted(question string) string {
	if line := oneLine(question, maxEcho); line != "" {
		return "> " + line + "\n"
	}
	return ""
}

// notes say, in small print, how the answer falls short of what was asked
// for.
func notes(a bot.Answer) string {
	var text string
	switch a.Fallback {
	case bot.NoFallback:
	case bot.ModelFailed:
		text = "-# The model gave no usable answer: this is from the stories alone.\n"
	case bot.AllRemoved:
		text = "-# Nothing that the model wrote is in the stories: this is from the stories alone.\n"
	case bot.BudgetUsedUp:
		text = "-# Today's budget for the model is used up, until midnight UTC: this is from the stories alone.\n"
	default:
		text = "-# Without the model: this is from the stories alone.\n"
	}
	if a.Incomplete {
		text += "-# The answer is incomplete.\n"
	}
	return text
}

// statements renders as many statements as fit in max characters and in one
// message's embeds, and returns what they cite. A statement that cites
// nothing is never shown.
func statements(a bot.Answer, max int) (text string, cited []bot.Citation) {
	const more = "-# There is more than fits here.\n"
	if a.Status != bot.Answered {
		return "", nil
	}
	for _, st := range a.Statements {
		cites := citations(a, st)
		if len(cites) == 0 {
			continue
		}
		next := statement(st, cites)
		together := slices.Concat(cited, cites)
		if length(text+next+more) > max || len(group(together)) > maxEmbeds {
			return text + more, cited
		}
		text, cited = text+next, together
	}
	return text, cited
}

// citations are what a statement cites, as far as embeds go.
func citations(a bot.Answer, st bot.Statement) []bot.Citation {
	var cites []bot.Citation
	for _, c := range a.Citations {
		if slices.Contains(st.Citations, c.N) && len(cites) < maxEmbeds {
			cites = append(cites, c)
		}
	}
	return cites
}

// statement renders one, ending in a line end: "[1](" would be a link.
func statement(st bot.Statement, cites []bot.Citation) string {
	text := oneLine(st.Text, maxStatement)
	if st.Support == bot.SupportQuote {
		text = "“" + text + "”"
	}
	if st.Date != "" {
		text += " (" + st.Date + ")"
	}
	for _, c := range cites {
		text += fmt.Sprintf(" [%d]", c.N)
	}
	if st.Support == bot.SupportTranslated {
		text += " (translated)"
	}
	text += "\n"
	if st.Support == bot.SupportShownWithQuote || st.Support == bot.SupportTranslated {
		for _, c := range cites {
			text += fmt.Sprintf("> “%s” [%d]\n", oneLine(c.Quote, maxBeside/len(cites)), c.N)
		}
	}
	return text
}

// A paragraph is one that is cited, however often.
type paragraph struct {
	bot.Citation
	numbers []int // of the citations
	quotes  []string
}

// group gathers the citations of each paragraph, in the order in which
// paragraphs are first cited.
func group(cites []bot.Citation) []*paragraph {
	var list []*paragraph
	for _, c := range cites {
		i := slices.IndexFunc(list, func(p *paragraph) bool {
			return p.StoryID == c.StoryID && p.Revision == c.Revision && p.Paragraph == c.Paragraph && p.Text == c.Text
		})
		if i < 0 {
			i = len(list)
			list = append(list, &paragraph{Citation: c})
		}
		list[i].quotes = append(list[i].quotes, c.Quote)
		if c.N != 0 && !slices.Contains(list[i].numbers, c.N) {
			list[i].numbers = append(list[i].numbers, c.N)
		}
	}
	return list
}

// embeds shows the cited paragraphs. When they are too long together, the
// longest are shortened to one length.
func embeds(cites []bot.Citation) []*discordgo.MessageEmbed {
	paragraphs := group(cites)
	paragraphs = paragraphs[:min(len(paragraphs), maxEmbeds)]
	list := make([]*discordgo.MessageEmbed, 0, len(paragraphs))
	room := maxEmbedTotal
	var lengths []int
	for _, p := range paragraphs {
		e := &discordgo.MessageEmbed{Title: p.title(), URL: p.link(), Description: p.description(maxDescription)}
		room -= length(e.Title)
		lengths = append(lengths, length(e.Description))
		list = append(list, e)
	}
	share := fairShare(lengths, room)
	for i, p := range paragraphs {
		if lengths[i] > share {
			list[i].Description = p.description(share)
		}
	}
	return list
}

func (p *paragraph) description(max int) string { return excerpt(p.Text, p.quotes, max) }

// title is "[1] [2] Story · ¶ 3".
func (p *paragraph) title() string {
	var numbers string
	for _, n := range p.numbers[:min(len(p.numbers), maxEmbeds)] {
		numbers += fmt.Sprintf("[%d] ", n)
	}
	where := fmt.Sprintf("¶ %d", p.Paragraph)
	if story := oneLine(p.Story, maxTitle-length(numbers)-length(where)-3); story != "" {
		where = story + " · " + where
	}
	return numbers + where
}

// link is the citation's URL, or "" for one that would make Discord refuse
// the message.
func (p *paragraph) link() string {
	u, err := url.Parse(p.URL)
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
	if !web || length(p.URL) > maxURL || strings.ContainsAny(p.URL, " \"<>\\^`{|}") {
		return ""
	}
	return p.URL
}

// fairShare is the length to which the longest texts have to be shortened for
// all to fit in room.
func fairShare(lengths []int, room int) int {
	sorted := slices.Sorted(slices.Values(lengths))
	for i, n := range sorted {
		share := room / (len(sorted) - i)
		if n > share {
			return share
		}
		room -= n
	}
	return maxDescription
}
