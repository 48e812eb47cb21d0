package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLoadtestJSON holds the report to its keys, and the drawing to being XML.
func TestLoadtestJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	var got object
	decode(t, succeed(t, nil, "loadtest", "--json", "--guilds", "3", "--paragraphs", "60", "--duration", "2s", "--plot", "load.svg").stdout, &got)
	percentiles := object{"p50": "number", "p95": "number", "p99": "number", "max": "number"}
	course := object{"start": "number", "end": "number", "most": "number", "per_hour": "number"}
	step := func() object {
		return object{
			"rate": "number", "asked": "number", "answered": "number", "wrong": "number", "twice": "number", "missing": "number", "told": "number", "unheard": "number",
			"acknowledged_ms": percentiles, "answered_ms": percentiles,
		}
	}
	want := step()
	for key, value := range (object{
		"guilds": "number", "paragraphs": "number", "seconds": "number", "faults": "boolean", "within_ms": "number", "steps": list{step()},
		"prepared_seconds": "number", "refreshed": "number", "resident_mb": course, "heap_mb": course, "goroutines": course, "files": course,
		"samples": list{object{
			"second": "number", "asked": "number", "answered": "number", "acknowledged_p99_ms": "number", "answered_p50_ms": "number", "answered_p99_ms": "number",
			"resident_mb": "number", "heap_mb": "number", "goroutines": "number", "files": "number",
		}},
	}) {
		want[key] = value
	}
	if diff := cmp.Diff(want, shape(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	file, err := os.Open("load.svg")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for d := xml.NewDecoder(file); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestLoadtestFaults has no answer be wrong, come twice or be forgotten on a bad day.
func TestLoadtestFaults(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var got loadReport
	out := succeed(t, nil, "loadtest", "--json", "--guilds", "3", "--paragraphs", "60", "--rate", "50", "--duration", "2s", "--faults").stdout
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Wrong+got.Twice+got.Missing > 0 || got.Answered == 0 || got.Answered+got.Told+got.Unheard != got.Asked || got.Asked != 100 {
		t.Errorf("%+v", got.tally)
	}
}

// TestLoadtestJudges has each way in which an answer can be wrong be noticed.
func TestLoadtestJudges(t *testing.T) {
	q := asked{permit: permit{guild: 2, paragraph: 25, revision: 0}}
	c := crowd{revisions: map[[2]int]int{{2, 1}: 3}}
	for content, want := range map[string]tally{
		"under permit k2p25r1":                   {Answered: 1},
		"k2p24r1 k2p25r3 [1] Chronicle":          {Answered: 1},
		"k2p25r4":                                {Wrong: 1}, // is not there yet
		"k2p24r1":                                {Wrong: 1},
		"k1p25r1":                                {Wrong: 1},
		"k2p25r1 k1p25r1":                        {Wrong: 1},
		"k1p25r1 Please ask again.":              {Wrong: 1},
		"The stories do not tell.":               {Wrong: 1},
		"":                                       {Wrong: 1},
		"That took too long. Please ask again.":  {Told: 1},
		"I am restarting. Please ask again soon": {Told: 1},
	} {
		c.tally = tally{}
		q.content = content
		c.judge(&q)
		if c.tally != want {
			t.Errorf("%q: %+v", content, c.tally)
		}
	}
	for name, tt := range map[string]struct {
		report loadReport
		fails  bool
	}{
		"all right":               {loadReport{step: step{tally: tally{Asked: 2, Answered: 2}}}, false},
		"wrong":                   {loadReport{step: step{tally: tally{Asked: 2, Answered: 1, Wrong: 1}}, Faults: true}, true},
		"twice":                   {loadReport{step: step{tally: tally{Asked: 2, Answered: 1, Twice: 1}}, Faults: true}, true},
		"missing":                 {loadReport{step: step{tally: tally{Asked: 2, Answered: 1, Missing: 1}}, Faults: true}, true},
		"told to ask again":       {loadReport{step: step{tally: tally{Asked: 2, Answered: 1, Told: 1}}}, true},
		"unheard":                 {loadReport{step: step{tally: tally{Asked: 2, Answered: 1, Unheard: 1}}}, true},
		"excused":                 {loadReport{step: step{tally: tally{Asked: 3, Answered: 1, Told: 1, Unheard: 1}}, Faults: true}, false},
		"beyond the limit, wrong": {loadReport{step: step{tally: tally{Asked: 1, Answered: 1}}, Steps: []step{{tally: tally{Asked: 1, Wrong: 1}}}}, true},
		"beyond the limit, lost":  {loadReport{step: step{tally: tally{Asked: 1, Answered: 1}}, Steps: []step{{tally: tally{Asked: 1, Told: 1}}}}, false},
	} {
		if tt.report.Steps == nil {
			tt.report.Steps = []step{tt.report.step}
		}
		if err := tt.report.failure(); (err != nil) != tt.fails {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHistogram has percentiles be those of the sorted times, to a percent.
func TestHistogram(t *testing.T) {
	var even, odd histogram
	for n := range 1000 {
		h := &even
		if n%2 == 1 {
			h = &odd
		}
		h.add(time.Duration(n+1) * time.Millisecond)
	}
	even.merge(&odd)
	got := even.times()
	for name, v := range map[string][2]float64{"p50": {got.P50, 500}, "p95": {got.P95, 950}, "p99": {got.P99, 990}, "max": {got.Max, 1000}} {
		if v[0] < v[1] || v[0] > 1.01*v[1] {
			t.Errorf("%s: %v, want %v", name, v[0], v[1])
		}
	}
	if none := (&histogram{}).times(); none != (times{}) {
		t.Errorf("without times: %+v", none)
	}
}

// TestSlope has a steady growth be found after the warm-up, and none where there is none.
func TestSlope(t *testing.T) {
	var samples []sample
	for n := range 90 {
		s := sample{Second: float64(n), Resident: 100, Heap: 50}
		if n < 30 {
			s.Resident = float64(n) // the warm-up
		}
		s.Heap += float64(n) / 60
		samples = append(samples, s)
	}
	flat := courseOf(samples, func(s sample) float64 { return s.Resident })
	if flat.Start != 0 || flat.End != 100 || flat.Most != 100 || math.Abs(flat.PerHour) > 1e-6 {
		t.Errorf("%+v", flat)
	}
	grows := courseOf(samples, func(s sample) float64 { return s.Heap })
	if grows.PerHour < 59.9 || grows.PerHour > 60.1 {
		t.Errorf("%+v, want 60 an hour", grows)
	}
	if c := courseOf(samples[:1], func(s sample) float64 { return 1 }); c.PerHour != 0 {
		t.Errorf("one sample: %+v", c)
	}
}

// TestPlaces has the made-up stories tell of each place once, and of what is asked.
func TestPlaces(t *testing.T) {
	seen := map[string]bool{}
	for n := range 300_000 {
		if p := place(n); seen[p] {
			t.Fatalf("%s twice", p)
		} else {
			seen[p] = true
		}
	}
	text := permit{guild: 7, paragraph: 1234, revision: 2}.text()
	if !strings.Contains(text, place(1234)+" is kept under permit k7p1234r2.") || !strings.Contains(questionOn(1234), place(1234)) {
		t.Errorf("%s\n%s", questionOn(1234), text)
	}
	if got := permits(text); !cmp.Equal(got, []permit{{7, 1234, 2}}, cmp.AllowUnexported(permit{})) {
		t.Errorf("permits: %v", got)
	}
}
