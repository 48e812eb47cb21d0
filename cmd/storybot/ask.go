package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"storybot/bot"
	"storybot/retrieval"
	"storybot/retrieval/record"
)

func (p *program) askCommand() *cobra.Command {
	var story, after string
	var explain bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "ask QUESTION",
		Short: "Answer one question, with the paragraph for every statement",
		Long: `Answer one question from the stories. Each statement carries the number of the
paragraph that it is quoted from, or close to. What the stories do not tell is
said to be not in them, with the nearest paragraphs. A configured model writes
the answer, else it is made of the stories' own sentences.`,
		Example: `  storybot ask "What did Peskov say about choosing between the two Koreas?"
  # A follow-up:
  storybot ask --after last "And what did he say about Yoon?"
  # Of one story; why these paragraphs; for programs:
  storybot ask --story "The title" "Who paid for it?"
  storybot ask --explain "Who paid for it?"
  storybot ask --json "Who is the Kremlin's spokesperson?"`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel, err := p.limit(cmd, timeout)
			if err != nil {
				return err
			}
			defer cancel()
			return p.ask(ctx, story, bot.Question{Guild: p.guild, Text: strings.Join(args, " "), After: after, At: time.Now(), Explain: explain})
		},
	}
	cmd.Flags().StringVar(&story, "story", "", "ask this `STORY` alone: its exact title, or the id of it or of its source")
	cmd.Flags().StringVar(&after, "after", "", "go on from the answer with this `ID`, or from the last one: \"last\"")
	cmd.Flags().BoolVar(&explain, "explain", false, "say why: what was searched for, and what each passage's score is made of")
	cmd.Flags().DurationVar(&timeout, "timeout", 20*time.Second, "give up after this `TIME`")
	return cmd
}

// limit is the command's context, for so long. What is waited for before the stories
// can be asked is shown on a terminal.
func (p *program) limit(cmd *cobra.Command, timeout time.Duration) (context.Context, context.CancelFunc, error) {
	if timeout <= 0 {
		return nil, nil, usageError{fmt.Errorf("--timeout must be longer than nothing, not %v", timeout)}
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
	ctx, end := p.preparing(ctx)
	return ctx, func() { end(); cancel() }, nil
}

// lastAnswer stands for the id of the answer that was given last.
const lastAnswer = "last"

func (p *program) ask(ctx context.Context, story string, q bot.Question) error {
	log := p.logger(slog.LevelWarn)
	lib, err := p.open(ctx, log)
	if err != nil {
		return err
	}
	defer lib.close()
	if q.Scope, err = p.scope(ctx, lib, story); err != nil {
		return err
	}
	if q.After == lastAnswer {
		entry, err := lib.ledger.Last(ctx, q.Guild, q.User)
		if err != nil {
			return err
		}
		q.After = entry.ID
	}
	printer := answerPrinter{w: p.stdout}
	show := printer.show
	if p.json {
		show = nil
	}
	answer, err := p.bot(lib, log).Ask(ctx, q, show)
	if err != nil {
		return err
	}
	return p.print(answer, func(w io.Writer) {
		printer.w = w
		printer.finish(answer)
		if answer.Explain != nil {
			writeRemoved(w, answer.Removed)
			writeExplanation(w, *answer.Explain)
		}
	})
}

// scope is the story of that name alone; all stories when it is "".
func (p *program) scope(ctx context.Context, lib *library, story string) (retrieval.Scope, error) {
	if story == "" {
		return retrieval.Scope{}, nil
	}
	found, err := p.findStory(ctx, lib, story)
	return retrieval.Scope{Story: found.ID}, err
}

// findStory finds a story by its id, its exact title, or the id of the source
// whose only story it is, as 'sources list' shows it.
func (p *program) findStory(ctx context.Context, lib *library, name string) (retrieval.Story, error) {
	found, err := lib.corpus.FindStory(ctx, p.guild, name)
	if !errors.Is(err, record.ErrNotFound) {
		return found, err
	}
	if stories, sourceErr := lib.corpus.Stories(ctx, p.guild, name); sourceErr == nil && len(stories) == 1 {
		return stories[0], nil
	}
	return retrieval.Story{}, err
}

// An answerPrinter prints an answer for people, as it comes: statements with
// their numbers, then where each stands.
type answerPrinter struct {
	w    io.Writer
	said int // statements
}

// show prints the statements that have come since the last call.
func (p *answerPrinter) show(a bot.Answer) {
	if note := fallbackNote(a.Fallback); p.said == 0 && note != "" {
		if a.Status == bot.Answered {
			note += " These are the stories' own words."
		}
		fmt.Fprintf(p.w, "%s\n\n", note)
	}
	for _, s := range a.Statements[p.said:] {
		text := s.Text
		if s.Support == bot.SupportQuote {
			text = quoted(text)
		}
		fmt.Fprint(p.w, printable(text))
		if s.Date != "" {
			fmt.Fprintf(p.w, " (%s)", s.Date)
		}
		writeNumbers(p.w, s.Citations)
		if len(s.Otherwise) > 0 {
			fmt.Fprint(p.w, " (otherwise:")
			writeNumbers(p.w, s.Otherwise)
			fmt.Fprint(p.w, ")")
		}
		if s.Support == bot.SupportTranslated {
			fmt.Fprint(p.w, " (translated)")
		}
		fmt.Fprintln(p.w)
	}
	p.said = len(a.Statements)
}

// finish prints what show has not, and where the statements stand.
func (p *answerPrinter) finish(a bot.Answer) {
	p.show(a)
	defer writeUsage(p.w, a.Usage)
	if a.Status == bot.NotInStories {
		writeNearest(p.w, a.Nearest)
		return
	}
	if a.Incomplete {
		fmt.Fprintln(p.w, "(The model was cut off: the answer is not complete.)")
	}
	fmt.Fprintln(p.w)
	for _, c := range a.Citations {
		writeCitation(p.w, c)
		verbatim := func(s bot.Statement) bool { return s.Support == bot.SupportQuote && s.Text == c.Quote }
		if !slices.ContainsFunc(a.Statements, verbatim) {
			fmt.Fprintf(p.w, "    %s\n", printable(quoted(c.Quote)))
		}
	}
}

func fallbackNote(f bot.Fallback) string {
	switch f {
	case bot.ModelFailed:
		return "The model gave no usable answer."
	case bot.AllRemoved:
		return "Nothing that the model wrote passed the check."
	case bot.BudgetUsedUp:
		return "Today's budget for the model is used up, until midnight UTC."
	}
	return ""
}

func writeNearest(w io.Writer, nearest []bot.Nearest) {
	if len(nearest) == 0 {
		fmt.Fprintln(w, "Not in the stories.")
		return
	}
	fmt.Fprint(w, "Not in the stories. The nearest paragraphs:\n\n")
	for _, n := range nearest {
		writeCitation(w, n.Citation)
		fmt.Fprintf(w, "    %s\n", printable(n.Text))
	}
}

// writeUsage prints what models took, if they took anything.
func writeUsage(w io.Writer, u bot.Usage) {
	if u.PromptTokens+u.CompletionTokens == 0 {
		return
	}
	fmt.Fprintf(w, "\nThe model read %s and wrote %d", counted(u.PromptTokens, "token"), u.CompletionTokens)
	if u.Cost > 0 {
		fmt.Fprintf(w, ", for %s", money(u.Cost))
	}
	fmt.Fprintln(w, ".")
}

// money is an amount in the currency of the prices, to two figures however small it is: an
// answer costs a fraction of a cent.
func money(amount float64) string {
	if amount >= 0.1 || amount == 0 {
		return fmt.Sprintf("%.2f", amount)
	}
	return strconv.FormatFloat(amount, 'f', 1-int(math.Floor(math.Log10(amount))), 64)
}

// writeNumbers prints the numbers of citations.
func writeNumbers(w io.Writer, numbers []int) {
	for _, n := range numbers {
		fmt.Fprintf(w, " [%d]", n)
	}
}

func writeCitation(w io.Writer, c bot.Citation) {
	where := c.Source
	if c.URL != "" {
		where = c.URL
	}
	if c.AsOf != "" && c.AsOf != c.Published {
		where = "as of " + c.AsOf + ", " + where
	}
	if c.Modified > c.Published { // days compare as text
		where = "updated " + c.Modified + ", " + where
	}
	if c.Published != "" {
		where = c.Published + ", " + where
	}
	fmt.Fprintf(w, "[%d] %s, paragraph %d (%s)\n", c.N, printable(c.Story), c.Paragraph, printable(where))
}

// quoted marks a text as a story's own words.
func quoted(text string) string { return "“" + text + "”" }

// printable is text without the characters that a terminal acts on, or that turn
// round what follows them.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, text)
}
