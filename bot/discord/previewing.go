package discord

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

// What is shown of what was found, in characters and in number.
const (
	maxFirst = 700 // of its first paragraph
	maxFeeds = 3   // that a page tells of
)

// preview shows what was found at an address.
func (s *Server) preview(ctx context.Context, v *visit, o offer) (message, error) {
	say, src, host := v.say, o.found.Source, hostOf(o.found.Source.Location)
	var lines, facts []string
	lead := say.say("found_page", "Host", host)
	var story retrieval.Story
	if len(o.found.Stories) > 0 {
		story = o.found.Stories[0]
	}
	published := story.PublishedAt
	if src.Kind == "feed" {
		lead = say.say("found_feed", "Host", host)
		facts = append(facts, say.count("sources_stories", o.found.Entries))
		if story.Title != "" {
			facts = append(facts, say.say("found_newest", "Title", oneLine(story.Title, maxSourceTitle)))
		}
	} else if !src.GivenDate.IsZero() {
		published = src.GivenDate
	}
	if !published.IsZero() {
		facts = append(facts, day(published))
	}
	if name := languageName(say, story.Language); name != "" {
		facts = append(facts, name)
	}
	if len(story.Paragraphs) > 0 {
		facts = append(facts, say.count("sources_paragraphs", len(story.Paragraphs)))
		lines = append(lines, "> "+oneLine(story.Paragraphs[0].Text, maxFirst))
	}
	lines = append([]string{strings.Join(facts, " · ")}, lines...)
	lines = append(lines, planLines(say, src)...)
	var feeds []string
	for _, address := range o.found.Feeds {
		if link := linkTo(address); link != "" && len(feeds) < maxFeeds {
			feeds = append(feeds, "<"+link+">")
		}
	}
	if len(feeds) > 0 && src.Kind != "feed" {
		lines = append(lines, say.say("found_feeds", "Feeds", strings.Join(feeds, " ")))
	}
	if o.found.Stored != "" && o.found.Known.ID == "" {
		lines = append(lines, say.say("found_elsewhere"))
	}
	if o.found.Known.ID != "" {
		already, err := s.already(ctx, v, o)
		if err != nil {
			return message{}, err
		}
		lines = append(lines, already)
	}
	return message{content: lead, embeds: []*discordgo.MessageEmbed{{
		Title: oneLine(src.Title, maxSourceTitle), Description: strings.Join(lines, "\n"),
	}}}, nil
}

// already says that what was found is a source already, and how it differs.
func (s *Server) already(ctx context.Context, v *visit, o offer) (string, error) {
	if o.found.Source.Kind == "feed" {
		return v.say.say("found_known_feed"), nil
	}
	stories, err := s.corpus.Stories(ctx, v.Guild, o.found.Known.ID)
	if err != nil {
		return "", err
	}
	if len(stories) == 0 || len(o.found.Stories) == 0 {
		return v.say.say("found_known"), nil
	}
	edits := editCounts(source.Count(retrieval.Difference(stories[0].Paragraphs, o.found.Stories[0].Paragraphs)))
	if edits == "" {
		return v.say.say("found_known_same"), nil
	}
	return v.say.say("found_known_changed", "Edits", edits), nil
}

// hostOf is the host of an address, as it is shown.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return oneLine(address, maxSourceTitle)
	}
	return oneLine(u.Hostname(), maxSourceTitle)
}

// languageName is what a language is called in another; its code where that is not known, and
// "" for what is no code.
func languageName(say *phrases, code string) string {
	tag, err := language.Parse(code)
	if err != nil || tag == language.Und {
		return ""
	}
	if namer := display.Tags(say.tag); namer != nil {
		if name := namer.Name(tag); name != "" {
			return oneLine(name, maxName)
		}
	}
	return oneLine(code, maxName)
}

// planLines say when a source is read again, and how long its stories answer.
func planLines(say *phrases, src retrieval.Source) []string {
	var lines []string
	if src.Kind == "page" || src.Kind == "feed" || src.Kind == "file" {
		lines = append(lines, say.say("plan_read", "When", scheduleOf(say, src.Schedule)))
	}
	if src.Days > 0 {
		lines = append(lines, say.count("plan_days", src.Days))
	}
	return lines
}

// scheduleOf is a schedule, as it is stored, in words.
func scheduleOf(say *phrases, schedule string) string {
	if every, ok := strings.CutPrefix(schedule, "every "); ok {
		return say.say("plan_every", "Time", every)
	}
	if at, ok := strings.CutPrefix(schedule, "daily "); ok {
		return say.say("plan_daily", "Time", at)
	}
	return say.say("plan_manual")
}

// editCounts tells what became of paragraphs: "+2 ~1 −1 ↕1"; "" when they are the same.
func editCounts(n source.Edits) string {
	var parts []string
	for _, part := range []struct {
		sign string
		n    int
	}{{"+", n.Added}, {"~", n.Changed}, {"−", n.Removed}, {"↕", n.Moved}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprint(part.sign, part.n))
		}
	}
	return strings.Join(parts, " ")
}
