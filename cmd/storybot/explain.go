package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"storybot/bot"
)

// writeRemoved prints what the model wrote that did not pass, with why.
func writeRemoved(w io.Writer, removed []bot.Removed) {
	for _, r := range removed {
		fmt.Fprintf(w, "\nRemoved: %s\n    %s\n", printable(r.Text), printable(r.Why))
	}
}

// writeExplanation prints why an answer rests on its passages.
func writeExplanation(w io.Writer, e bot.Explanation) {
	switch {
	case e.Foreign:
		fmt.Fprintf(w, "\nEvidence %.3f. The stories are in other languages than the question: the model was asked all the same.", e.Strength)
	case e.Strength < e.Needed:
		fmt.Fprintf(w, "\nEvidence %.3f, not enough: %.2f is needed.", e.Strength, e.Needed)
	default:
		fmt.Fprintf(w, "\nEvidence %.3f, enough: %.2f is needed.", e.Strength, e.Needed)
	}
	if len(e.Unknown) > 0 {
		fmt.Fprintf(w, " Not in the best passages: %s.", printable(strings.Join(e.Unknown, ", ")))
	}
	fmt.Fprint(w, "\n\n")

	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "word\tweight\tparagraphs\tsearched as")
	for _, t := range e.Terms {
		fmt.Fprintf(table, "%s\t%.2f\t%d\t%s\n", printable(t.Text), t.Weight, t.Paragraphs, printable(strings.Join(t.Variants, " ")))
	}
	table.Flush()
	fmt.Fprintln(w)
	fmt.Fprintln(table, "score\twords\tgrams\tpairs\tcoverage\tsentence\tpassage")
	for _, p := range e.Passages {
		f := p.Features
		fmt.Fprintf(table, "%.3f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%s, paragraph %d\n",
			p.Score, f.Words, f.Grams, f.Pairs, f.Coverage, f.Sentence, printable(p.Story), p.Paragraph)
	}
}
