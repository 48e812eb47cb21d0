package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"text/tabwriter"

	"storybot/bot/eval/plot"
)

// A growth is the same load on different numbers of servers.
type growth struct {
	Runs []loadReport `json:"runs"`
}

// loadGrowth puts the load on each number of servers, each time in a process of its own:
// what one leaves in memory is not counted with the next.
func (p *program) loadGrowth(ctx context.Context, f loadFlags) error {
	var g growth
	for _, guilds := range f.growth {
		run, err := p.loadChild(ctx, f.load, guilds)
		if err != nil {
			return fmt.Errorf("with %s servers: %w", thousands(guilds), err)
		}
		g.Runs = append(g.Runs, run)
	}
	if err := writeFile(f.plot, func() []byte { return g.chart().SVG() }); err != nil {
		return err
	}
	if err := p.print(g, g.write); err != nil {
		return err
	}
	for _, run := range g.Runs {
		if err := run.failure(); err != nil {
			return fmt.Errorf("with %s servers: %w", thousands(run.Guilds), err)
		}
	}
	return nil
}

// loadChild runs the program again, for one number of servers.
func (p *program) loadChild(ctx context.Context, l load, guilds int) (report loadReport, err error) {
	self, err := os.Executable()
	if err != nil {
		return report, err
	}
	child := exec.CommandContext(ctx, self, "loadtest", "--json", "--guilds", strconv.Itoa(guilds), "--paragraphs", strconv.Itoa(l.paragraphs),
		"--rate", fmt.Sprint(l.rate), "--duration", l.duration.String(), "--refreshes", fmt.Sprint(l.refreshes), fmt.Sprintf("--faults=%t", l.faults))
	var out bytes.Buffer
	child.Env, child.Stdout, child.Stderr = p.environ, &out, p.stderr
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) } // so that it removes its database
	failed := child.Run()
	if ctx.Err() != nil {
		return report, ctx.Err()
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		return report, cmp.Or(failed, err)
	}
	return report, nil // its own failure is found in the report
}

func (g growth) write(w io.Writer) {
	first := g.Runs[0]
	fmt.Fprintf(w, "%s paragraphs in all, for %gs %s questions a second in all.\n\n", thousands(first.Paragraphs), first.Seconds, rounded(first.Rate))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line(table, "servers", "answered", "acknowledged p99 ms", "answered p50 ms", "p99 ms", "resident MB", "live heap MB", "open files")
	for _, r := range g.Runs {
		line(table, thousands(r.Guilds), thousands(r.Answered)+" of "+thousands(r.Asked), figure(r.Acknowledged.P99), figure(r.Answers.P50), figure(r.Answers.P99),
			figure(r.Resident.End), figure(r.Heap.End), figure(r.Files.End))
	}
	table.Flush()
	fmt.Fprint(w, "\nThe local Discord and those who ask are in the same process: all figures are of both.\n")
}

// chart draws memory and times by the number of servers.
func (g growth) chart() plot.Chart {
	curve := func(name string, of func(loadReport) float64) plot.Curve {
		c := plot.Curve{Name: name}
		for _, r := range g.Runs {
			c.Points = append(c.Points, plot.Point{X: float64(r.Guilds), Y: of(r)})
		}
		return c
	}
	first := g.Runs[0]
	return plot.Chart{
		Title: fmt.Sprintf("%s paragraphs, %s questions a second, in more and more servers", thousands(first.Paragraphs), rounded(first.Rate)),
		X:     plot.Axis{Name: "servers", Logarithmic: true},
		Panels: []plot.Panel{
			{Y: plot.Axis{Unit: "ms"}, Curves: []plot.Curve{
				curve("answered, p99", func(r loadReport) float64 { return r.Answers.P99 }),
				curve("acknowledged, p99", func(r loadReport) float64 { return r.Acknowledged.P99 }),
			}},
			{Y: plot.Axis{Unit: "MB"}, Curves: []plot.Curve{
				curve("resident", func(r loadReport) float64 { return r.Resident.End }),
				curve("live heap", func(r loadReport) float64 { return r.Heap.End }),
			}},
		},
	}
}
