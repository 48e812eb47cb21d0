package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// A load is what the bot is put under.
type load struct {
	guilds     int
	paragraphs int     // in all
	rate       float64 // questions a second
	duration   time.Duration
	refreshes  float64 // stories that change, a second
	faults     bool
	within     time.Duration // 0, or what the slowest of a hundred answers may take when the rate is raised
}

// loadFlags say where its figures go, too.
type loadFlags struct {
	load
	growth    []int
	csv, plot string
}

func (p *program) loadtestCommand() *cobra.Command {
	var f loadFlags
	cmd := &cobra.Command{
		Use:   "loadtest",
		Short: "Put the bot under load on a local Discord, and measure times and memory",
		Long: `Put the bot under load on a local Discord, and measure times and memory.

The bot that 'storybot serve' runs is put on a small Discord in this process, with
made-up stories in a temporary database, unless --db names a new one to keep. People
ask by /ask, in one server after another, at the given rate, however long answers
take; times count from when a question was due. Answers are quotes, whatever model is
configured, and each is checked: only its own server's story has the right one.

Exit status 1 when an answer was wrong, missing, or came twice. With --faults requests
fail and connections drop all the time: then a question may also go unheard, or its
asker be told to ask again.`,
		Example: `  storybot loadtest
  storybot loadtest --guilds 1000 --paragraphs 100000 --rate 100 --duration 1m --plot load.svg
  storybot loadtest --refreshes 5 --faults --json
  storybot loadtest --rate 50 --duration 10s --within 100ms     # the highest rate for that
  storybot loadtest --growth 10,100,1000 --plot growth.svg      # the same load on more and more servers`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.loadtest(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.guilds, "guilds", 10, "`N` servers")
	flags.IntVar(&f.paragraphs, "paragraphs", 10_000, "`N` paragraphs of stories, in all")
	flags.Float64Var(&f.rate, "rate", 20, "`N` questions a second")
	flags.DurationVar(&f.duration, "duration", 30*time.Second, "for this `TIME`")
	flags.Float64Var(&f.refreshes, "refreshes", 0, "`N` stories a second are changed meanwhile, as a refresh does it")
	flags.BoolVar(&f.faults, "faults", false, "requests fail and connections drop meanwhile")
	flags.DurationVar(&f.within, "within", 0, "raise the rate by a quarter, time after time, while 99 of 100 answers come within this `TIME`")
	flags.IntSliceVar(&f.growth, "growth", nil, "once for each number of servers `N,N,…`, under the same load in all")
	flags.StringVar(&f.csv, "csv", "", "write what was measured each second to this `FILE`")
	flags.StringVar(&f.plot, "plot", "", "draw it in this `FILE`, as SVG")
	return cmd
}

// check says what is wrong with the flags.
func (f loadFlags) check(db string) error {
	for _, guilds := range append(slices.Clone(f.growth), f.guilds) {
		switch {
		case guilds < 1 || guilds > maxLoadGuilds:
			return fmt.Errorf("servers have to be from 1 to %s", thousands(maxLoadGuilds))
		case f.paragraphs < guilds && (len(f.growth) == 0 || guilds != f.guilds):
			return fmt.Errorf("%s servers need as many --paragraphs at least", thousands(guilds))
		}
	}
	switch {
	case f.paragraphs > maxLoadParagraphs:
		return fmt.Errorf("--paragraphs may be %s at most", thousands(maxLoadParagraphs))
	case !(f.rate > 0 && f.rate <= 100_000):
		return errors.New("--rate has to be above 0, and 100,000 at most")
	case f.duration < time.Second || f.duration > 24*time.Hour:
		return errors.New("--duration has to be from 1s to 24h")
	case !(f.refreshes >= 0 && f.refreshes <= 1000):
		return errors.New("--refreshes has to be from 0 to 1,000")
	case f.within < 0:
		return errors.New("--within has to be a time above 0")
	case f.within > 0 && f.faults:
		return errors.New("--within and --faults do not go together: what is lost has no time")
	case len(f.growth) > 0 && db != "":
		return errors.New("--growth has a new database for each number of servers: leave out --db")
	case len(f.growth) > 0 && (f.csv != "" || f.within > 0):
		return errors.New("--growth goes with neither --csv nor --within")
	}
	return nil
}

// Bounds of a load: beyond them the machine's memory is what is measured.
const (
	maxLoadGuilds     = 100_000
	maxLoadParagraphs = 100_000_000
)

func (p *program) loadtest(ctx context.Context, f loadFlags) error {
	if err := f.check(p.db); err != nil {
		return usageError{err}
	}
	if len(f.growth) > 0 {
		return p.loadGrowth(ctx, f)
	}
	report, err := p.underLoad(ctx, f.load)
	if err != nil {
		return err
	}
	if err := writeFile(f.csv, report.csv); err != nil {
		return err
	}
	if err := writeFile(f.plot, func() []byte { return report.chart().SVG() }); err != nil {
		return err
	}
	if err := p.print(report, report.write); err != nil {
		return err
	}
	return report.failure()
}

// writeFile writes a file, when there is a path for it.
func writeFile(path string, content func() []byte) error {
	if path == "" {
		return nil
	}
	return os.WriteFile(path, content(), 0o644)
}

// thousands is a number with commas: 1,000,000.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// rounded is a rate as people write it.
func rounded(rate float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", rate), ".0") }

// line writes a row of a table.
func line(w io.Writer, cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }
