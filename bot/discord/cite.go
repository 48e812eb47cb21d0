package discord

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/retrieval"
)

// maxLink bounds an address in a message's text, in characters: several have to fit.
const maxLink = 500

// citationLine says where a citation stands: "[1] [The storm](<https://…>) · ¶ 3 ·
// 2024-07-08", and, where the text is read again, of which day it is.
func citationLine(p *phrases, c bot.Citation, maxTitle int) string {
	parts := []string{p.say("citation_paragraph", "N", c.Paragraph)}
	if title := linked(c, maxTitle); title != "" {
		parts = append([]string{title}, parts...)
	}
	if date := oneLine(c.Published, maxDate); date != "" {
		parts = append(parts, date)
	}
	if c.Modified > c.Published { // days compare as text
		parts = append(parts, p.say("citation_updated", "Date", oneLine(c.Modified, maxDate)))
	}
	if c.AsOf != "" && c.AsOf != c.Published {
		parts = append(parts, p.say("citation_revised", "Date", oneLine(c.AsOf, maxDate)))
	}
	return numbered(c.N) + " " + strings.Join(parts, " · ")
}

// linked is the citation's story, as a link where it is on the web.
func linked(c bot.Citation, max int) string {
	title, link := oneLine(c.Story, max), linkTo(c.URL)
	if link == "" {
		return title
	}
	if title == "" {
		title = "🔗"
	}
	// Discord looks for the end of a link's text without heeding escapes.
	title = strings.NewReplacer(`\[`, "(", `\]`, ")").Replace(title)
	return "[" + title + "](<" + link + ">)"
}

// linkTo is an address as it can stand in a message's text: without the passage in the page when
// it is too long with it, and "" for one that is too long or no address of the web.
func linkTo(address string) string {
	u, err := url.Parse(address)
	web := err == nil && (strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://")) && u.Hostname() != ""
	if !web || address != clean(address) || strings.ContainsAny(address, " \n\"<>\\^`{|}") {
		return ""
	}
	// A bracket would end the link.
	escaped := strings.NewReplacer("(", "%28", ")", "%29")
	link := escaped.Replace(address)
	if length(link) > maxLink {
		page, _, _ := strings.Cut(address, "#")
		link = escaped.Replace(page)
	}
	if length(link) > maxLink {
		return ""
	}
	return link
}

// citation shows a cited paragraph, with what stands around it and what has become of it since.
// now is nil when the story is gone: then the answer alone remembers the paragraph.
func citation(p *phrases, c bot.Citation, now *retrieval.Context) message {
	dated := c
	if now != nil && !now.RevisedAt.IsZero() {
		dated.AsOf = "" // of the revision it is told
	}
	content := citationLine(p, dated, maxStory) + " · " + p.say("citation_revision", "N", c.Revision)
	if now != nil && !now.RevisedAt.IsZero() {
		content += " · " + p.say("citation_revised", "Date", day(now.RevisedAt))
	}
	m := message{content: content + notePrefix + fate(p, c, now)}
	var before, after string
	room := maxDescription
	if now != nil {
		if now.Before != nil {
			before = now.Before.Text
		}
		if now.After != nil {
			after = now.After.Text
		}
		if now.Became != nil {
			room = maxBeside
		}
	}
	if text := around(before, c, after, room); text != "" {
		m.embeds = []*discordgo.MessageEmbed{{Description: text}}
	}
	if now != nil && now.Became != nil {
		m.embeds = append(m.embeds, &discordgo.MessageEmbed{
			Title:       p.say("citation_became_heading", "Paragraph", now.Became.Number, "N", now.Newest),
			Description: shortRedline(retrieval.Words(c.Text, now.Became.Text), maxBeside),
		})
	}
	return m
}

// maxBeside bounds the text that was cited and what it has become, in characters each: Discord
// takes 6,000 in all embeds of a message.
const maxBeside = 2800

// fate is what has become of a paragraph since it was cited.
func fate(p *phrases, c bot.Citation, now *retrieval.Context) string {
	if now == nil {
		return p.say("citation_withdrawn")
	}
	text := p.say("citation_unchanged")
	switch date := day(now.NewestAt); {
	case now.Newest == c.Revision:
	case now.Became != nil:
		text = p.say("citation_became", "N", now.Newest, "Date", date)
	case now.Now == nil:
		text = p.say("citation_changed", "N", now.Newest, "Date", date)
	case now.Now.Number != c.Paragraph:
		text = p.say("citation_moved", "N", now.Newest, "Date", date, "Paragraph", now.Now.Number)
	default:
		text = p.say("citation_newer", "N", now.Newest, "Date", date)
	}
	switch now.Withdrawn {
	case retrieval.Gone:
		return p.say("citation_gone", "Date", day(now.WithdrawnAt)) + notePrefix + text
	case retrieval.Expired:
		return p.say("citation_expired", "Date", day(now.WithdrawnAt)) + notePrefix + text
	}
	return text
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// around is the cited paragraph with its quote in bold, between those before and after it in
// small print. What is too long is shortened: the paragraph to what is around its quote, the
// others to what is next to it, for all to be within room characters.
func around(before string, c bot.Citation, after string, room int) string {
	const small = "-# "
	const gap = "\n\n"
	before, after = flat(before), flat(after)
	quotes := []string{c.Quote}
	parts := []string{excerpt(before, nil, room), excerpt(c.Text, quotes, room), excerpt(after, nil, room)}
	lengths := []int{length(parts[0]), length(parts[1]), length(parts[2])}
	share := fairShare(lengths, room-2*length(small+gap))
	if lengths[0] > share {
		parts[0] = ending(before, share)
	}
	if lengths[1] > share {
		parts[1] = excerpt(c.Text, quotes, share)
	}
	if lengths[2] > share {
		parts[2] = excerpt(after, nil, share)
	}
	var shown []string
	for i, part := range parts {
		switch {
		case part == "":
		case i == 1:
			shown = append(shown, part)
		default:
			shown = append(shown, small+part)
		}
	}
	return strings.Join(shown, gap)
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
