package discord

import (
	"context"
	"strings"

	"storybot/retrieval"
)

// helpExamples is how many stories the help shows how to ask about.
const helpExamples = 3

// maxExample bounds a title in an example, in characters.
const maxExample = 80

// helpPlan tells a person what they can do, with examples from the stories that they see.
func (s *Server) helpPlan(_ context.Context, v *visit, _ *interaction) (plan, error) {
	return plan{private: true, atOnce: func(ctx context.Context) (response, error) {
		asked, err := s.audience(ctx, v)
		if err != nil {
			return response{}, err
		}
		stories, err := s.corpus.Suggest(ctx, asked.guild, "", helpExamples)
		if err != nil {
			return response{}, err
		}
		parts := []string{v.say.say("help_intro"), v.say.say("help_ask"), examples(v.say, stories), v.say.say("help_more")}
		if v.Guild == "" {
			parts = append(parts, v.say.say("help_dm"))
		} else if v.isModerator() {
			parts = append(parts, v.say.say("help_moderators"))
		}
		return privately(message{content: strings.Join(append(parts, v.say.say("help_privacy")), "\n\n")}), nil
	}}, nil
}

// examples are commands to copy, one about each of the stories.
func examples(say *phrases, stories []retrieval.Story) string {
	if len(stories) == 0 {
		return say.say("help_no_stories")
	}
	lines := []string{say.say("help_examples")}
	for n, story := range stories {
		key := []string{"help_example_about", "help_example_who", "help_example_summary"}[n%3]
		lines = append(lines, "- `"+strings.ReplaceAll(say.say(key, "Title", plainLine(story.Title, maxExample)), "`", "'")+"`")
	}
	return strings.Join(lines, "\n")
}
