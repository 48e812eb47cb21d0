package discord

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Discord's limits of what is suggested.
const (
	maxChoices    = 25
	maxChoiceName = 100 // characters
)

// suggest answers while a person types. Nothing is kept of that, and what cannot be
// suggested is no more than a line in the log.
func (s *Server) suggest(i *interaction) {
	x := s.exchange(requestOf(i))
	ctx, cancel := context.WithTimeout(s.talk, acknowledgeLimit)
	defer cancel()
	choices, err := s.choices(ctx, &x, i)
	if err != nil {
		x.log.Warn("discord: suggesting", "error", err)
	}
	answer := map[string]any{ // the library leaves out choices where there are none
		"type": discordgo.InteractionApplicationCommandAutocompleteResult,
		"data": map[string]any{"choices": append([]*discordgo.ApplicationCommandOptionChoice{}, choices...)},
	}
	err = s.acks.call(ctx, http.MethodPost, discordgo.EndpointInteractionResponse(i.ID, i.Token), answer, nil)
	if err != nil && !isUnwanted(err) && !errors.Is(err, context.DeadlineExceeded) {
		x.log.Warn("discord: suggesting", "error", err)
	}
}

// choices are what is suggested to who may use the command.
func (s *Server) choices(ctx context.Context, x *exchange, i *interaction) (list []*discordgo.ApplicationCommandOptionChoice, err error) {
	defer caught(&err)
	ctx, cancel := context.WithTimeout(ctx, acknowledgeLimit-respondRest)
	defer cancel()
	v, err := s.visit(ctx, x)
	if err != nil {
		return nil, err
	}
	v.member = i.Member
	typed := i.focused()
	text, _ := typed.Value.(string)
	switch typed.Name {
	case storyOption:
		list, err = s.suggestStories(ctx, v, text)
	case nameOption:
		list, err = s.suggestServers(ctx, v.say, v.User, text)
	case sourceOption:
		list, err = s.suggestSources(ctx, v, text)
	case refreshOption:
		list = suggestSchedules(v, text)
	}
	return list[:min(len(list), maxChoices)], err
}

// suggestStories are the stories that a person sees whose titles fit.
func (s *Server) suggestStories(ctx context.Context, v *visit, typed string) ([]*discordgo.ApplicationCommandOptionChoice, error) {
	asked, err := s.audience(ctx, v)
	if err != nil {
		return nil, err
	}
	stories, err := s.corpus.Suggest(ctx, asked.guild, typed, maxChoices)
	if err != nil {
		return nil, err
	}
	var list []*discordgo.ApplicationCommandOptionChoice
	for _, story := range stories {
		list = append(list, choice(story.Title, story.ID))
	}
	return list, nil
}

// choice is one of Discord's choices, whose name is text and not markup.
func choice(name, value string) *discordgo.ApplicationCommandOptionChoice {
	return &discordgo.ApplicationCommandOptionChoice{Name: plainLine(name, maxChoiceName), Value: value}
}

// plainLine is text in one line of at most max characters, as it is shown where nothing
// marks anything up: names of choices and options.
func plainLine(text string, max int) string {
	line := flat(text)
	if length(line) <= max {
		return line
	}
	end, left := 0, max-1 // the sign of what is left out is one
	for g := graphemes.FromString(line); g.Next(); {
		if left -= length(g.Value()); left < 0 {
			break
		}
		end = g.End()
	}
	return strings.TrimSpace(line[:end]) + "…"
}
