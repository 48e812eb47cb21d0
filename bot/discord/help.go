package discord

import (
	"context"
	"strings"

	"storybot/retrieval"
)

const (
	// helpStories is how many stories are looked at for an example.
	helpStories = 10
	// maxExample bounds what an example quotes, in characters.
	maxExample = 120
	// sureEnough is the strength of the evidence from which an example is surely answered.
	sureEnough = 0.3
)

// helpPlan tells a person what they can do, with examples from the stories that they see.
func (s *Server) helpPlan(_ context.Context, v *visit, _ *interaction) (plan, error) {
	return rightAway(func(ctx context.Context) (response, error) {
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
		return privately(message{content: strings.Join(append(parts, v.say.say("help_privacy")+" "+v.say.say("help_gaps")), "\n\n")}), nil
	}), nil
}

// examples are commands to copy, about the newest stories: a question, if there is one that
// they surely answer, a summary, and a fact-check.
func (s *Server) examples(ctx context.Context, say *phrases, guild string) (string, error) {
	stories, err := s.corpus.Suggest(ctx, guild, "", helpStories)
	if err != nil {
		return "", err
	}
	if len(stories) == 0 {
		return say.say("summary_no_stories"), nil
	}
	question, err := s.exampleQuestion(ctx, say, guild, stories)
	if err != nil {
		return "", err
	}
	claim, err := s.exampleClaim(ctx, guild, stories[len(stories)-1])
	if err != nil {
		return "", err
	}
	lines := []string{say.say("help_examples")}
	for _, e := range []struct{ command, option, value string }{
		{"command_ask_name", "option_question_name", question},
		{"command_summary_name", "option_story_name", plainLine(stories[0].Title, maxExample)},
		{"command_check_name", "option_text_name", claim},
	} {
		if e.value != "" {
			text := "/" + say.say(e.command) + " " + say.say(e.option) + ": " + e.value
			lines = append(lines, "- `"+strings.ReplaceAll(text, "`", "'")+"`")
		}
	}
	return strings.Join(lines, "\n"), nil
}

// exampleQuestion is about the newest story that answers one; "" when there is none.
func (s *Server) exampleQuestion(ctx context.Context, say *phrases, guild string, stories []retrieval.Story) (string, error) {
	for _, story := range stories {
		question := say.say("help_example", "Title", plainLine(story.Title, maxExample))
		found, err := s.corpus.Search(ctx, retrieval.Query{Guild: guild, Text: question, Limit: 1})
		if err != nil {
			return "", err
		}
		if found.Evidence.Strength >= sureEnough && len(found.Passages) > 0 && found.Passages[0].Story == story.ID {
			return question, nil
		}
	}
	return "", nil
}

// exampleClaim is a sentence that a story begins a paragraph with; "" when they are too long.
func (s *Server) exampleClaim(ctx context.Context, guild string, story retrieval.Story) (string, error) {
	found, err := s.corpus.Revision(ctx, guild, story.ID, story.Revision)
	if err != nil {
		return "", err
	}
	for _, p := range found.Paragraphs {
		if sentence := retrieval.FirstSentence(p.Text); length(sentence) <= maxExample {
			return plainLine(sentence, maxExample), nil
		}
	}
	return "", nil
}
