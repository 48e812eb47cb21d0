package discord

import (
	"cmp"
	"context"
	"slices"
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

// addPlan adds a file, or has a text be pasted.
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
	id := i.text(fileOption)
	if id == "" && link != "" {
		return plan{}, errLinkNeedsFile
	}
	if id == "" {
		return rightAway(func(context.Context) (response, error) { return pasteModal(v.say, title, date), nil }), nil
	}
	file := i.Data.Resolved.Attachments[id]
	if file == nil {
		return plan{}, errNotFetched
	}
	return s.adding(v, published, func(ctx context.Context) (retrieval.Source, retrieval.Story, error) {
		raw, err := s.files.fetch(ctx, file)
		if err != nil {
			return retrieval.Source{}, retrieval.Story{}, err
		}
		src, story, err := source.Attachment(file.Filename, title, raw)
		story.URL = link
		return src, story, err
	}), nil
}

// pasteModal asks for a text. What was said of it already stands in it.
func pasteModal(say *phrases, title, date string) response {
	field := func(id, label, value string, style discordgo.TextInputStyle, required bool, most int) discordgo.MessageComponent {
		return row(discordgo.TextInput{CustomID: id, Label: label, Style: style, Value: value, Required: required, MaxLength: most})
	}
	return response{modal: &discordgo.InteractionResponseData{
		CustomID: control{name: pasteControl}.String(),
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
func (s *Server) pastedPlan(v *visit, i *interaction) (plan, error) {
	// A text is not lost for a date that cannot be read.
	published, wrong := parseDay(i.field(dateField))
	var parts []string
	for _, id := range textFields {
		parts = append(parts, i.field(id))
	}
	p := s.adding(v, published, func(context.Context) (retrieval.Source, retrieval.Story, error) {
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

// adding makes what is given a source of the guild's.
func (s *Server) adding(v *visit, published time.Time, read given) plan {
	return plan{private: true, work: func(ctx context.Context, _ func(message)) (message, error) {
		src, story, err := read(ctx)
		if err != nil {
			return message{}, err
		}
		src.Guild, story.PublishedAt = v.Guild, published
		before, err := s.storyBefore(ctx, src)
		if err != nil {
			return message{}, err
		}
		if published.IsZero() { // what is known of it stays
			story.PublishedAt = before.PublishedAt
		}
		story.URL = cmp.Or(story.URL, before.URL)
		change, err := s.corpus.Put(ctx, src, []retrieval.Story{story})
		if err != nil {
			return message{}, err
		}
		m := message{content: s.added(ctx, v, story, change)}
		if len(change.Added)+len(change.Changed) == 0 {
			return m, nil
		}
		return s.noting(ctx, v, m, ledger.Act{What: "sources.add", Detail: story.Title}), nil
	}}
}

// storyBefore is the story that a source has had so far; the zero one when there is none.
func (s *Server) storyBefore(ctx context.Context, src retrieval.Source) (retrieval.Story, error) {
	sources, err := s.corpus.Sources(ctx, src.Guild)
	if err != nil {
		return retrieval.Story{}, err
	}
	at := slices.IndexFunc(sources, func(have retrieval.Source) bool { return have.Guild == src.Guild && have.Location == src.Location })
	if at < 0 {
		return retrieval.Story{}, nil
	}
	stories, err := s.corpus.Stories(ctx, src.Guild, sources[at].ID)
	if err != nil || len(stories) == 0 {
		return retrieval.Story{}, err
	}
	return stories[0], nil
}

// added tells what has become of a story that was given.
func (s *Server) added(ctx context.Context, v *visit, story retrieval.Story, change retrieval.Change) string {
	title := oneLine(story.Title, maxSourceTitle)
	beginning := "\n" + quoted(story.Paragraphs[0].Text)
	switch {
	case len(change.Added) > 0:
		return v.say.say("sources_added", "Title", title, "Paragraphs", v.say.count("sources_paragraphs", len(story.Paragraphs))) + beginning
	case len(change.Changed) > 0:
		revision := 0
		if now, err := s.corpus.FindStory(ctx, v.Guild, change.Changed[0]); err == nil {
			revision = now.Revision
		}
		return v.say.say("sources_changed", "Title", title, "Revision", revision) + beginning
	}
	return v.say.say("sources_unchanged", "Title", title)
}
