package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"storybot/bot"
)

func (p *program) summaryCommand() *cobra.Command {
	var style, since string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "summary STORY…",
		Short: "Summarise stories, with the paragraph for every sentence",
		Long: `Summarise stories, with the paragraph for every sentence. STORY is an exact
title, or the id of a story or of a source with one story. With --since, what has
been added or changed since that day, of all stories when none is named.`,
		Example: `  storybot summary "The title"
  storybot summary --style timeline "The title" "Another title"
  storybot summary --since 2026-11-20`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r := bot.SummaryRequest{Guild: p.guild, Style: bot.Style(style)}
			if !slices.Contains([]bot.Style{bot.Brief, bot.Bullets, bot.Timeline}, r.Style) {
				return usageError{fmt.Errorf("--style is brief, bullets or timeline, not %q", style)}
			}
			if since != "" {
				var err error
				if r.Since, err = time.Parse(time.DateOnly, since); err != nil {
					return usageError{fmt.Errorf("--since takes a day as in 2026-11-20, not %q", since)}
				}
			}
			if len(args) == 0 && since == "" {
				return usageError{errors.New("name a story, or give --since for what has changed in all; 'storybot sources list' shows what there is")}
			}
			ctx, cancel, err := p.limit(cmd, timeout)
			if err != nil {
				return err
			}
			defer cancel()
			return p.summary(ctx, args, r)
		},
	}
	cmd.Flags().StringVar(&style, "style", string(bot.Bullets), "`STYLE`: brief (three sentences), bullets, or timeline (what is dated, in order)")
	cmd.Flags().StringVar(&since, "since", "", "only what has come since this `DAY` (UTC)")
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "give up after this `TIME`")
	return cmd
}

func (p *program) summary(ctx context.Context, names []string, r bot.SummaryRequest) error {
	log := p.logger(slog.LevelWarn)
	lib, err := p.open(ctx, log)
	if err != nil {
		return err
	}
	defer lib.close()
	for _, name := range names {
		story, err := p.findStory(ctx, lib, name)
		if err != nil {
			return err
		}
		r.Stories = append(r.Stories, story.ID)
	}
	printer := answerPrinter{w: p.stdout}
	show := printer.show
	if p.json {
		show = nil
	}
	answer, err := p.bot(lib, log).Summarise(ctx, r, show)
	if err != nil {
		return err
	}
	return p.print(answer, func(w io.Writer) {
		if answer.Status == bot.NotInStories {
			fmt.Fprintln(w, nothingToSummarise(r))
			writeUsage(w, answer.Usage)
			return
		}
		printer.w = w
		printer.finish(answer)
	})
}

// nothingToSummarise says why there is no summary.
func nothingToSummarise(r bot.SummaryRequest) string {
	switch {
	case r.Style == bot.Timeline:
		return "Nothing for a timeline: no sentence tells a day, a month or a year that can be known."
	case !r.Since.IsZero():
		return "Nothing to summarise: no paragraph has been added or changed since then."
	}
	return "Nothing to summarise: there is no text."
}
