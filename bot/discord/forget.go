package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// forgetPlan asks a person whether all that is kept about them is to be deleted.
func (s *Server) forgetPlan(_ context.Context, v *visit, _ *interaction) (plan, error) {
	return rightAway(func(context.Context) (response, error) {
		choice := row(
			discordgo.Button{Style: discordgo.DangerButton, Label: v.say.say("button_forget"), CustomID: customID{kind: "forget"}.String()},
			discordgo.Button{Style: discordgo.SecondaryButton, Label: v.say.say("button_keep"), CustomID: customID{kind: "keep"}.String()},
		)
		return privately(message{content: v.say.say("forget_confirm") + "\n" + v.say.say("forget_stays"), components: []discordgo.MessageComponent{choice}}), nil
	}), nil
}

// forgettingPlan deletes what is kept about who has pressed the button, whoever was asked.
func (s *Server) forgettingPlan(v *visit) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		gone, err := s.bot.Forget(ctx, v.User)
		if err != nil {
			return response{}, err
		}
		if err := s.inbox.ForgetUser(ctx, v.User); err != nil {
			return response{}, err
		}
		if gone == (ledger.Forgotten{}) {
			return inPlace(message{content: v.say.say("forget_nothing")}), nil
		}
		return inPlace(message{content: v.say.say("forget_done",
			"Answers", v.say.count("forget_answers", gone.Answers), "Opinions", v.say.count("forget_opinions", gone.Opinions),
			"Wishes", v.say.count("forget_wishes", gone.Wishes))}), nil
	})
}

// keptPlan leaves everything as it is.
func (s *Server) keptPlan(v *visit) plan {
	return rightAway(func(context.Context) (response, error) {
		return inPlace(message{content: v.say.say("forget_cancelled")}), nil
	})
}

// tidyPause is how many looks into the inbox are between two at what the ledger need not
// know of people any more: about an hour.
const tidyPause = 1200

// keepTidy has the ledger drop, until ctx ends, what it need not know any more.
func (s *Server) keepTidy(ctx context.Context) {
	defer recovered(s.log)
	for {
		if err := s.ledger.Tidy(ctx, s.connections.serves); err != nil && ctx.Err() == nil {
			s.log.Warn("discord: tidying the ledger", "error", err)
		}
		if !pause(ctx, tidyPause*s.beatPause) {
			return
		}
	}
}
