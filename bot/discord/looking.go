package discord

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// An offer is what was found at an address, as long as nobody has said whether it is to be added.
type offer struct {
	found  source.Found
	before retrieval.Source // that is there already; without an id when there is none
	told   planned
}

// A planned source is what a moderator says of when it is read and how long it answers.
type planned struct {
	schedule string // as it was typed; "" nothing
	days     int    // -1: nothing
}

// plannedBy are the options for that.
func plannedBy(i *interaction) (planned, error) {
	told := planned{schedule: strings.TrimSpace(i.text(refreshOption)), days: -1}
	if days, given := i.number(daysOption); given {
		told.days = int(days)
		if days < 0 || days > maxAnswerDays {
			return planned{}, source.ErrDays
		}
	}
	if told.schedule != "" {
		if _, err := source.Schedule(told.schedule); err != nil {
			return planned{}, err
		}
	}
	return told, nil
}

// maxAnswerDays is for how many days stories answer at most.
const maxAnswerDays = 36500

// lookPlan looks for a page or a feed at an address, and asks whether it is to be added.
func (s *Server) lookPlan(v *visit, address, title string, published time.Time, told planned) plan {
	return plan{private: true, reads: true, work: func(ctx context.Context, _ func(message)) (message, error) {
		found, err := s.keeper.Look(ctx, v.Guild, address, source.Discord)
		if err != nil {
			return message{}, unfit{err}
		}
		src := &found.Source
		src.GivenTitle, src.GivenDate = flat(title), published
		if told.schedule != "" {
			if src.Schedule, err = source.Schedule(told.schedule); err != nil {
				return message{}, err
			}
		}
		src.Days = max(0, told.days)
		before, err := s.sourceAt(ctx, *src)
		if err != nil {
			return message{}, err
		}
		if before.ID != "" { // what is known of it stays
			src.GivenTitle = cmp.Or(src.GivenTitle, before.GivenTitle)
			if src.GivenDate.IsZero() {
				src.GivenDate = before.GivenDate
			}
			if told.schedule == "" {
				src.Schedule = before.Schedule
			}
			if told.days < 0 {
				src.Days = before.Days
			}
		}
		src.Title = cmp.Or(src.GivenTitle, src.Title)
		o := offer{found, before, told}
		m, err := s.preview(ctx, v, o)
		if err != nil {
			return message{}, err
		}
		id := s.offers.put(v.Guild, v.User, o, sizeOf(found.Stories))
		m.components = []discordgo.MessageComponent{row(
			discordgo.Button{Style: discordgo.PrimaryButton, Label: v.say.say("button_add"), CustomID: control{name: takeControl, about: id}.String()},
			discordgo.Button{Style: discordgo.SecondaryButton, Label: v.say.say("button_leave"), CustomID: control{name: leaveControl, about: id}.String()},
		)}
		return m, nil
	}}
}

// sizeOf is about how many bytes stories take.
func sizeOf(stories []retrieval.Story) (size int) {
	for _, story := range stories {
		for _, p := range story.Paragraphs {
			size += len(p.Text) + len(p.Heading) + 100
		}
	}
	return size
}

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
	if o.before.ID != "" {
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
	stories, err := s.corpus.Stories(ctx, v.Guild, o.before.ID)
	if err != nil {
		return "", err
	}
	if len(stories) == 0 || len(o.found.Stories) == 0 {
		return v.say.say("found_known"), nil
	}
	edits := editsOf(retrieval.Difference(stories[0].Paragraphs, o.found.Stories[0].Paragraphs))
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

// takePlan adds what was found, once that is confirmed.
func (s *Server) takePlan(v *visit, id string) (plan, error) {
	o, ok := s.offers.take(v.Guild, v.User, id)
	if !ok {
		return plan{}, errNotKept
	}
	return plan{private: true, updates: true, reads: true, work: func(ctx context.Context, show func(message)) (message, error) {
		change, err := s.keeper.Add(ctx, o.found)
		if err != nil {
			return message{}, unfit{err}
		}
		src, err := s.corpus.Source(ctx, v.Guild, change.Source)
		if err == nil {
			src, err = s.plan(ctx, v, src, o.told)
		}
		if err != nil {
			return message{}, err
		}
		m := message{content: s.addedFrom(ctx, v, o, change)}
		if o.before.ID == "" || len(change.Added)+len(change.Changed) > 0 {
			m = s.noting(ctx, v, m, ledger.Act{What: "sources.add", Detail: src.Title})
		}
		if src.Kind != "feed" {
			if len(change.Changed) > 0 {
				m.components = append(m.components, row(changesButton(v.say, change.Changed[0])))
			}
			return m, nil
		}
		show(message{content: m.content})
		read := s.refresh(ctx, v, show, m.content, []retrieval.Source{src})
		return s.reported(v, m.content, read), nil
	}}, nil
}

// addedFrom tells what has become of what was found.
func (s *Server) addedFrom(ctx context.Context, v *visit, o offer, change retrieval.Change) string {
	if o.found.Source.Kind == "feed" {
		title := oneLine(o.found.Source.Title, maxSourceTitle)
		if o.before.ID != "" {
			return v.say.say("sources_known_feed", "Title", title)
		}
		return v.say.say("sources_added_feed", "Title", title)
	}
	story := o.found.Stories[0]
	story.Title = o.found.Source.Title
	return s.added(ctx, v, story, change)
}

// plan has a source be read and answer as a moderator wants it, where that is not so yet.
func (s *Server) plan(ctx context.Context, v *visit, src retrieval.Source, told planned) (retrieval.Source, error) {
	schedule := told.schedule
	if stored, err := source.Schedule(schedule); err == nil && stored == src.Schedule {
		schedule = ""
	}
	if schedule == "" && (told.days < 0 || told.days == src.Days) {
		return src, nil
	}
	return s.keeper.Plan(ctx, v.Guild, src.ID, schedule, told.days, source.Discord)
}

// leavePlan does not add what was found.
func (s *Server) leavePlan(v *visit, id string) plan {
	return rightAway(func(context.Context) (response, error) {
		s.offers.take(v.Guild, v.User, id)
		return inPlace(message{content: v.say.say("sources_not_added")}), nil
	})
}

// editsOf counts what became of paragraphs: "+2 ~1 −1 ↕1"; "" when they are the same.
func editsOf(edits []retrieval.Edit) string {
	var n source.Edits
	for _, e := range edits {
		switch e.Kind {
		case retrieval.Added:
			n.Added++
		case retrieval.Changed:
			n.Changed++
		case retrieval.Removed:
			n.Removed++
		case retrieval.Moved:
			n.Moved++
		}
	}
	return editCounts(n)
}

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
