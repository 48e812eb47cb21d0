package discord

import (
	"context"
	"slices"
	"strings"

	"storybot/retrieval"
)

const (
	// helpExamples is how many stories the help has an example about.
	helpExamples = 3
	// maxExample bounds what an example quotes, in characters.
	maxExample = 120
	// sureEnough is the strength of the evidence from which an example is surely answered.
	sureEnough = 0.5
)

// helpPlan tells a person what they can do, with examples from the stories that they see.
func (s *Server) helpPlan(_ context.Context, v *visit, _ *interaction) (plan, error) {
	return plan{private: true, atOnce: func(ctx context.Context) (response, error) {
		asked, err := s.audience(ctx, v)
		if err != nil {
			return response{}, err
		}
		sources, err := s.corpus.Sources(ctx, asked.guild)
		if err != nil {
			return response{}, err
		}
		stories := 0
		for _, source := range sources {
			stories += source.Stories
		}
		examples, err := s.examples(ctx, v.say, asked.guild)
		if err != nil {
			return response{}, err
		}
		parts := []string{"**" + v.say.say("help_title") + "**\n" + v.say.say("help_intro") + " " + v.say.count("help_stories", stories), v.say.say("help_ask"), examples}
		parts = append(parts, strings.Join([]string{v.say.say("help_followups"), v.say.say("help_citations"), v.say.say("help_summary"), v.say.say("help_check")}, "\n"))
		switch {
		case v.Guild == "" && asked.guild == "":
			parts = append(parts, v.say.say("server_shared"))
		case v.Guild == "":
			parts = append(parts, asked.note)
		case v.isModerator():
			parts = append(parts, v.say.say("help_moderators"))
		}
		return privately(message{content: strings.Join(append(parts, v.say.say("help_privacy")), "\n\n")}), nil
	}}, nil
}

// examples are commands to copy, about the newest stories: each a different one, and none
// that the stories would not answer.
func (s *Server) examples(ctx context.Context, say *phrases, guild string) (string, error) {
	stories, err := s.corpus.Suggest(ctx, guild, "", helpExamples)
	if err != nil {
		return "", err
	}
	if len(stories) == 0 {
		return say.say("summary_no_stories"), nil
	}
	lines := []string{say.say("help_examples")}
	for n, story := range stories {
		example, err := s.example(ctx, say, guild, story, n)
		if err != nil {
			return "", err
		}
		lines = append(lines, "- `"+strings.ReplaceAll(example, "`", "'")+"`")
	}
	return strings.Join(lines, "\n"), nil
}

// example is one about a story: a question, a summary or a fact-check, by n.
func (s *Server) example(ctx context.Context, say *phrases, guild string, story retrieval.Story, n int) (string, error) {
	title := plainLine(story.Title, maxExample)
	if n%3 == 0 {
		question := say.say("help_example", "Title", title)
		found, err := s.corpus.Search(ctx, retrieval.Query{Guild: guild, Text: question, Limit: 1})
		if err != nil {
			return "", err
		}
		if found.Evidence.Strength >= sureEnough && len(found.Passages) > 0 && found.Passages[0].Story == story.ID {
			return "/" + askCommand + " " + questionOption + ": " + question, nil
		}
	}
	if n%3 == 2 {
		found, err := s.corpus.Stories(ctx, guild, story.SourceID)
		if err != nil {
			return "", err
		}
		if at := slices.IndexFunc(found, func(other retrieval.Story) bool { return other.ID == story.ID }); at >= 0 {
			for _, p := range found[at].Paragraphs {
				if sentence := retrieval.FirstSentence(p.Text); length(sentence) <= maxExample {
					return "/" + checkCommand + " " + textOption + ": " + plainLine(sentence, maxExample), nil
				}
			}
		}
	}
	return "/" + summaryCommand + " " + storyOption + ": " + title, nil
}
