package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"storybot/bot"
)

// apology is what a person gets in place of an answer.
func (s *Server) apology(x exchange, err error) message { return x.apology(s.regret(x, err)) }

func (x exchange) apology(regret string) message {
	if x.echo {
		regret = quoted(x.question.Text) + regret
	}
	return message{content: regret}
}

// regret decides what a person is told of an error, and logs its cause under the id
// that they are shown.
func (s *Server) regret(x exchange, err error) string {
	text, level := sentence(err)
	x.log.Log(context.Background(), level, "discord: no answer", "error", err)
	if level >= slog.LevelWarn {
		text += fmt.Sprintf(" (%s)", parseSnowflake(x.request.ID).short())
	}
	return text
}

// sentence is an error in words for the person who asked. What is not the
// bot's doing is no more than information in the log.
func sentence(err error) (string, slog.Level) {
	switch {
	case errors.Is(err, bot.ErrEmptyQuestion):
		return "Ask me about the stories: mention me together with a question, or use /ask.", slog.LevelInfo
	case errors.Is(err, bot.ErrLongQuestion):
		return fmt.Sprintf("That question is too long: %d characters are the most.", bot.MaxQuestion), slog.LevelInfo
	case errors.Is(err, errRestarting):
		return "I am restarting. Please ask again in a minute.", slog.LevelInfo
	case isForbidden(err):
		return "I may not show you the sources in this channel: I lack a permission here. Ask me elsewhere, or ask its moderators.", slog.LevelInfo
	case errors.Is(err, errInterrupted):
		return "I was interrupted while I worked on this. Please ask again.", slog.LevelInfo
	case errors.Is(err, context.DeadlineExceeded):
		return "That took too long. Please ask again in a moment.", slog.LevelWarn
	default:
		return "Something went wrong here, and it has been noted. Please try again later.", slog.LevelError
	}
}
