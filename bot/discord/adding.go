package discord

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// The fields of the modal in which a text is pasted.
const (
	titleField = "title"
	dateField  = "date"
)

// textFields hold the text: Discord lets one have no more than maxField characters.
var textFields = []string{"text", "text_2", "text_3"}

const maxField = 4000

// A given story is what a moderator adds.
type given func(context.Context) (retrieval.Source, retrieval.Story, error)

// addPlan adds a file, looks at an address, or has a text be pasted.
func (s *Server) addPlan(v *visit, i *interaction) (plan, error) {
	title, date := i.text(titleOption), strings.TrimSpace(i.text(dateOption))
	published, err := parseDay(date)
	if err != nil {
		return plan{}, err
	}
	link, err := source.Link(i.text(linkOption))
	if err != nil {
		return plan{}, badLink(i.text(linkOption))
	}
	told, err := plannedBy(i)
	if err != nil {
		return plan{}, err
	}
	id := i.text(fileOption)
	if id == "" && link != "" {
		return s.lookPlan(v, link, title, published, told), nil
	}
	if told.stored != "" { // it is read only once
		return plan{}, unfit{source.ErrUploadAgain}
	}
	if id == "" {
		return rightAway(func(context.Context) (response, error) { return pasteModal(v.say, title, date, told.days), nil }), nil
	}
	file := i.Data.Resolved.Attachments[id]
	if file == nil {
		return plan{}, errNotFetched
	}
	return s.adding(v, published, told.days, func(ctx context.Context) (retrieval.Source, retrieval.Story, error) {
		raw, err := s.files.fetch(ctx, file)
		if err != nil {
			return retrieval.Source{}, retrieval.Story{}, err
		}
		src, story, err := source.Attachment(file.Filename, title, raw)
		if err != nil {
			return retrieval.Source{}, retrieval.Story{}, fileUnfit(err)
		}
		if strings.TrimSpace(title) != "" {
			src.GivenTitle = story.Title
		}
		story.URL = cmp.Or(link, story.URL)
		return src, story, nil
	}), nil
}

// fileUnfit is the error of a file that cannot be made a source; of those that a file alone
// can have the sentence is another.
func fileUnfit(err error) error {
	for _, own := range []error{source.ErrTooLarge, source.ErrNotText, source.ErrEmpty} {
		if errors.Is(err, own) {
			return own
		}
	}
	return unfit{err}
}

// pasteModal asks for a text. What was said of it already stands in it; for how many days it
// answers its id tells, unless that is -1.
func pasteModal(say *phrases, title, date string, days int) response {
	about := ""
	if days >= 0 {
		about = strconv.Itoa(days)
	}
	field := func(id, label, value string, style discordgo.TextInputStyle, required bool, most int) discordgo.MessageComponent {
		return row(discordgo.TextInput{CustomID: id, Label: label, Style: style, Value: value, Required: required, MaxLength: most})
	}
	return response{modal: &discordgo.InteractionResponseData{
		CustomID: control{name: pasteControl, about: about}.String(),
		Title:    say.say("modal_title"),
		Components: []discordgo.MessageComponent{
			field(titleField, say.say("field_title"), title, discordgo.TextInputShort, false, maxTitleOption),
			field(dateField, say.say("field_date"), date, discordgo.TextInputShort, false, len(time.DateOnly)),
			field(textFields[0], say.say("field_text"), "", discordgo.TextInputParagraph, true, maxField),
			field(textFields[1], say.say("field_text_2"), "", discordgo.TextInputParagraph, false, maxField),
			field(textFields[2], say.say("field_text_3"), "", discordgo.TextInputParagraph, false, maxField),
		},
	}}
}

// pastedPlan adds a text that was pasted. Each field begins a paragraph.
func (s *Server) pastedPlan(v *visit, i *interaction, answers string) (plan, error) {
	days := -1
	if n, err := strconv.Atoi(answers); err == nil && n >= 0 && n <= source.MaxDays {
		days = n
	}
	// A text is not lost for a date that cannot be read.
	published, wrong := parseDay(i.field(dateField))
	var parts []string
	for _, id := range textFields {
		parts = append(parts, i.field(id))
	}
	p := s.adding(v, published, days, func(context.Context) (retrieval.Source, retrieval.Story, error) {
		return source.Pasted(i.field(titleField), strings.Join(parts, "\n\n"))
	})
	if wrong == nil {
		return p, nil
	}
	add := p.work
	p.work = func(ctx context.Context, show func(message)) (message, error) {
		m, err := add(ctx, show)
		if err != nil {
			return message{}, err
		}
		text, _ := sentence(v.say, wrong)
		m.content += "\n" + text
		return m, nil
	}
	return p, nil
}

// parseDay reads a day; the zero time for "".
func parseDay(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	published, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, badDay(text)
	}
	return published, nil
}

// adding makes what is given a source of the guild's, whose story answers for so many days; -1
// leaves that as it is.
func (s *Server) adding(v *visit, published time.Time, days int, read given) plan {
	return plan{private: true, work: func(ctx context.Context, _ func(message)) (message, error) {
		src, story, err := read(ctx)
		if err != nil {
			return message{}, err
		}
		src.Guild, src.GivenDate, src.Days = v.Guild, published, max(0, days)
		had, err := s.sourceAt(ctx, src)
		if err != nil {
			return message{}, err
		}
		before, err := s.storyOf(ctx, had)
		if err != nil {
			return message{}, err
		}
		// What is known of it stays, and what a person has said beats what is read.
		story.Title = cmp.Or(src.GivenTitle, had.GivenTitle, story.Title)
		src.Title = story.Title
		story.PublishedAt = firstTime(published, had.GivenDate, story.PublishedAt, before.PublishedAt)
		story.URL = cmp.Or(story.URL, before.URL)
		change, err := s.corpus.Put(ctx, src, []retrieval.Story{story})
		if err != nil {
			return message{}, unfit{err}
		}
		now := had
		if had.ID != "" {
			if now, err = s.plan(ctx, v, had, planned{days: days}); err != nil {
				return message{}, err
			}
		}
		old, err := s.tooOld(ctx, v, change.Source)
		if err != nil {
			return message{}, err
		}
		m := s.notingPlan(ctx, v, message{content: added(v.say, story, change) + old}, had, now)
		if len(change.Changed) > 0 {
			m.components = append(m.components, row(changesButton(v.say, change.Changed[0])))
		}
		if len(change.Added)+len(change.Changed) == 0 {
			return m, nil
		}
		return s.noting(ctx, v, m, ledger.Act{What: "sources.add", Detail: story.Title}), nil
	}}
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// sourceAt is what the guild has at a source's location already; the zero one when that is
// nothing.
func (s *Server) sourceAt(ctx context.Context, src retrieval.Source) (retrieval.Source, error) {
	sources, err := s.corpus.Sources(ctx, src.Guild)
	if err != nil {
		return retrieval.Source{}, err
	}
	at := slices.IndexFunc(sources, func(have retrieval.Source) bool { return have.Guild == src.Guild && have.Location == src.Location })
	if at < 0 {
		return retrieval.Source{}, nil
	}
	return sources[at], nil
}

// storyOf is the first story of a source; the zero one when it has none.
func (s *Server) storyOf(ctx context.Context, src retrieval.Source) (retrieval.Story, error) {
	if src.ID == "" {
		return retrieval.Story{}, nil
	}
	stories, err := s.corpus.Stories(ctx, src.Guild, src.ID)
	if err != nil || len(stories) == 0 {
		return retrieval.Story{}, err
	}
	return stories[0], nil
}

// tooOld says, on a line of its own, that a source's first story is older than the source lets
// it answer; "" when it is not.
func (s *Server) tooOld(ctx context.Context, v *visit, id string) (string, error) {
	story, err := s.storyOf(ctx, retrieval.Source{ID: id, Guild: v.Guild})
	if err != nil || story.Withdrawn != retrieval.Expired {
		return "", err
	}
	return "\n-# " + v.say.say("sources_story_expired", "Date", day(story.WithdrawnAt)), nil
}

// added tells what has become of a story that was given.
func added(say *phrases, story retrieval.Story, change retrieval.Change) string {
	title := oneLine(story.Title, maxSourceTitle)
	beginning := "\n" + quoted(story.Paragraphs[0].Text)
	switch {
	case len(change.Added) > 0:
		return say.say("sources_added", "Title", title, "Paragraphs", say.count("sources_paragraphs", len(story.Paragraphs))) + beginning
	case len(change.Changed) > 0:
		return say.say("sources_changed", "Title", title, "Revision", change.Revisions[change.Changed[0]]) + beginning
	}
	return say.say("sources_unchanged", "Title", title)
}
