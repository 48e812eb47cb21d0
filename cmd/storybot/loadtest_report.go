package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"storybot/bot/eval/plot"
)

// A step is how a load went at one rate. Times are from when a question was due.
type step struct {
	Rate float64 `json:"rate"` // questions a second
	tally
	Acknowledged times `json:"acknowledged_ms"`
	Answers      times `json:"answered_ms"`
}

// A loadReport is what a load came to. Memory, goroutines and files are of the process, so
// of the local Discord too.
type loadReport struct {
	Guilds     int     `json:"guilds"`
	Paragraphs int     `json:"paragraphs"`
	Seconds    float64 `json:"seconds"`
	Faults     bool    `json:"faults"`
	step               // the last one that was within the limit, if there is a limit
	Steps      []step  `json:"steps"`
	Within     float64 `json:"within_ms"` // 0: no limit

	PreparedSeconds float64  `json:"prepared_seconds"` // until all stories were stored
	Refreshed       int      `json:"refreshed"`        // stories that changed meanwhile
	Resident        course   `json:"resident_mb"`
	Heap            course   `json:"heap_mb"`
	Goroutines      course   `json:"goroutines"`
	Files           course   `json:"files"`
	Samples         []sample `json:"samples"`
}

func newLoadReport(l load) *loadReport {
	return &loadReport{
		Guilds: l.guilds, Paragraphs: l.paragraphs, Seconds: l.duration.Seconds(), Faults: l.faults, Within: milliseconds(l.within),
		Samples: make([]sample, 0, int(l.duration/time.Second)), // so that they do not grow with the time
	}
}

// add adds a step, and reports whether a higher rate is to be tried.
func (r *loadReport) add(s step) bool {
	r.Resident = courseOf(r.Samples, func(s sample) float64 { return s.Resident })
	r.Heap = courseOf(r.Samples, func(s sample) float64 { return s.Heap })
	r.Goroutines = courseOf(r.Samples, func(s sample) float64 { return float64(s.Goroutines) })
	r.Files = courseOf(r.Samples, func(s sample) float64 { return float64(s.Files) })
	r.Steps = append(r.Steps, s)
	good := s.Answered == s.Asked && s.Answers.P99 <= r.Within
	if good || len(r.Steps) == 1 {
		r.step = s
	}
	return good
}

// failure is what nobody's load excuses, or nil.
func (r *loadReport) failure() error {
	failed := r.step
	if last := r.Steps[len(r.Steps)-1]; last.Wrong+last.Twice > 0 { // beyond the limit others may be missing
		failed = last
	}
	lost := failed.Missing
	if !r.Faults {
		lost = failed.Asked - failed.Answered - failed.Wrong - failed.Twice
	}
	if failed.Wrong+failed.Twice+lost == 0 {
		return nil
	}
	return fmt.Errorf("of %s questions %d got a wrong answer, %d more than one, %d none", thousands(failed.Asked), failed.Wrong, failed.Twice, lost)
}

func (r *loadReport) write(w io.Writer) {
	fmt.Fprintf(w, "%s servers, %s paragraphs; for %s %s questions a second", thousands(r.Guilds), thousands(r.Paragraphs),
		time.Duration(r.Seconds*float64(time.Second)), rounded(r.Rate))
	if r.Refreshed > 0 {
		fmt.Fprintf(w, ", while %s stories changed", thousands(r.Refreshed))
	}
	if r.Faults {
		fmt.Fprint(w, ", while requests failed and connections dropped")
	}
	fmt.Fprintf(w, ".\n\n%s asked, %s answered, %d wrong, %d twice, %d missing, %d told to ask again, %d not acknowledged in time.\n\n",
		thousands(r.Asked), thousands(r.Answered), r.Wrong, r.Twice, r.Missing, r.Told, r.Unheard)

	if r.Within > 0 {
		r.writeSteps(w)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line(table, "ms", "p50", "p95", "p99", "max")
	for _, row := range []struct {
		name string
		times
	}{{"acknowledged", r.Acknowledged}, {"answered", r.Answers}} {
		line(table, row.name, figure(row.P50), figure(row.P95), figure(row.P99), figure(row.Max))
	}
	table.Flush()
	fmt.Fprintln(w)
	table = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line(table, "", "start", "end", "most", "an hour")
	for _, row := range []struct {
		name string
		course
	}{{"resident MB", r.Resident}, {"live heap MB", r.Heap}, {"goroutines", r.Goroutines}, {"open files", r.Files}} {
		line(table, row.name, figure(row.Start), figure(row.End), figure(row.Most), fmt.Sprintf("%+.0f", row.PerHour))
	}
	table.Flush()
	fmt.Fprint(w, "\nThe local Discord and those who ask are in the same process: all figures are of both.\n",
		"\"An hour\" is the slope after a third of the time: of a short run it says little.\n")
}

// writeSteps says how it went at each rate.
func (r *loadReport) writeSteps(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line(table, "rate", "answered", "p50 ms", "p99 ms", "")
	within := 0.0
	for _, s := range r.Steps {
		verdict := "too slow"
		if s.Answered == s.Asked && s.Answers.P99 <= r.Within {
			verdict, within = "", s.Rate
		}
		line(table, rounded(s.Rate), thousands(s.Answered)+" of "+thousands(s.Asked), figure(s.Answers.P50), figure(s.Answers.P99), verdict)
	}
	table.Flush()
	if within == 0 {
		fmt.Fprintf(w, "\nEven %s questions a second take more than %g ms (p99).\n\n", rounded(r.Rate), r.Within)
		return
	}
	fmt.Fprintf(w, "\n%s questions a second take no more than %g ms (p99). The figures below are of them; memory and the like are of all.\n\n", rounded(within), r.Within)
}

// figure is a number as a table has it.
func figure(value float64) string {
	if value < 100 {
		return rounded(value)
	}
	return fmt.Sprintf("%.0f", value)
}

// csv is what was measured, a line a second.
func (r *loadReport) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"second", "asked", "answered", "acknowledged_p99_ms", "answered_p50_ms", "answered_p99_ms", "resident_mb", "heap_mb", "goroutines", "files"})
	for _, s := range r.Samples {
		var row []string
		for _, value := range []float64{s.Second, float64(s.Asked), float64(s.Answered), s.Acknowledged, s.AnsweredP50, s.AnsweredP99, s.Resident, s.Heap, float64(s.Goroutines), float64(s.Files)} {
			row = append(row, strconv.FormatFloat(value, 'f', -1, 64))
		}
		w.Write(row)
	}
	w.Flush() // a buffer takes all
	return b.Bytes()
}

// chart draws times and memory over the time of the run.
func (r *loadReport) chart() plot.Chart {
	curve := func(name string, of func(sample) float64) plot.Curve {
		c := plot.Curve{Name: name}
		for _, s := range r.Samples {
			c.Points = append(c.Points, plot.Point{X: s.Second, Y: of(s)})
		}
		return c
	}
	return plot.Chart{
		Title: fmt.Sprintf("%s servers, %s paragraphs, %s questions a second", thousands(r.Guilds), thousands(r.Paragraphs), rounded(r.Rate)),
		X:     plot.Axis{Name: "seconds"},
		Panels: []plot.Panel{
			{Y: plot.Axis{Unit: "ms"}, Curves: []plot.Curve{
				curve("answered, p99", func(s sample) float64 { return s.AnsweredP99 }),
				curve("acknowledged, p99", func(s sample) float64 { return s.Acknowledged }),
			}},
			{Y: plot.Axis{Unit: "MB"}, Curves: []plot.Curve{
				curve("resident", func(s sample) float64 { return s.Resident }),
				curve("live heap", func(s sample) float64 { return s.Heap }),
			}},
			{Curves: []plot.Curve{
				curve("goroutines", func(s sample) float64 { return float64(s.Goroutines) }),
				curve("open files", func(s sample) float64 { return float64(s.Files) }),
			}},
		},
	}
}
