package discord

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/bot/ledger"
)

// opinionPlan keeps what a person thinks of an answer. Which citation is wrong they are
// asked, where there are several.
func (s *Server) opinionPlan(v *visit, answer string, kind ledger.FeedbackKind) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		o, err := s.open(ctx, v, answer)
		if err != nil {
			return response{}, err
		}
		cited := append(o.answer.Citations, o.check.Citations...)
		if kind == ledger.WrongCitation && len(cited) > 1 {
			return privately(whichCitation(v.say, answer, cited)), nil
		}
		n := 0
		if kind == ledger.WrongCitation && len(cited) == 1 {
			n = cited[0].N
		}
		return s.keepOpinion(ctx, v, o.Entry, kind, n)
	})
}

// wrongPlan keeps which citation a person finds wrong.
func (s *Server) wrongPlan(v *visit, i *interaction, answer string) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		o, err := s.open(ctx, v, answer)
		if err != nil {
			return response{}, err
		}
		n := i.chosen()
		if _, ok := o.citation(n); !ok {
			return response{}, errForgotten
		}
		r, err := s.keepOpinion(ctx, v, o.Entry, ledger.WrongCitation, n)
		r.kind = discordgo.InteractionResponseUpdateMessage
		return r, err
	})
}

func (s *Server) keepOpinion(ctx context.Context, v *visit, e ledger.Entry, kind ledger.FeedbackKind, n int) (response, error) {
	err := s.ledger.GiveFeedback(ctx, ledger.Feedback{Entry: e.ID, Guild: e.Guild, User: v.User, Kind: kind, Citation: n, At: v.At})
	if errors.Is(err, ledger.ErrNotFound) {
		return response{}, errForgotten
	}
	return privately(message{content: thanks(v.say, kind, n)}), err
}

func thanks(say *phrases, kind ledger.FeedbackKind, n int) string {
	switch kind {
	case ledger.WrongCitation:
		return say.say("opinion_wrong", "N", n)
	case ledger.Missed:
		return say.say("opinion_missed")
	}
	return say.say("opinion_good")
}

// whichCitation asks which of an answer's citations is wrong. Of more than a menu holds the
// first are offered.
func whichCitation(say *phrases, answer string, cited []bot.Citation) message {
	menu := discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: customID{kind: "which", answer: answer}.String(), Placeholder: say.say("placeholder_wrong"),
	}
	for _, c := range cited[:min(len(cited), maxChoices)] {
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{
			Label: plainLine(fmt.Sprintf("[%d] %s · ¶ %d", c.N, c.Story, c.Paragraph), maxChoiceName), Value: strconv.Itoa(c.N),
		})
	}
	return message{
		content:    say.say("opinion_which"),
		components: []discordgo.MessageComponent{row(menu)},
	}
}
