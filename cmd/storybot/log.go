package main

import (
	"cmp"
	"context"
	"log/slog"

	"storybot/bot"
)

// logger writes what is of that level or graver to stderr, as text or as JSON. Questions
// are not in it.
func (p *program) logger(level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(p.stderr, options)
	if cmp.Or(p.log, p.settings.Log) == "json" {
		handler = slog.NewJSONHandler(p.stderr, options)
	}
	return slog.New(traced{handler})
}

// isLogFormat reports whether there is such a format; "" stands for text.
func isLogFormat(name string) bool { return name == "" || name == "text" || name == "json" }

// traced marks what is logged on the way of a question with its id: see bot.Trace.
type traced struct{ slog.Handler }

func (t traced) Handle(ctx context.Context, r slog.Record) error {
	if id := bot.Trace(ctx); id != "" {
		r.AddAttrs(slog.String("id", id))
	}
	return t.Handler.Handle(ctx, r)
}

func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{t.Handler.WithAttrs(attrs)} }

func (t traced) WithGroup(name string) slog.Handler { return traced{t.Handler.WithGroup(name)} }
