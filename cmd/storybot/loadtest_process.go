package main

import (
	"math"
	"os"
	"runtime"
	rtmetrics "runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// A sample is how the process stood at the end of a second, and what that second brought.
type sample struct {
	Second       float64 `json:"second"` // since the first question
	Asked        int     `json:"asked"`
	Answered     int     `json:"answered"`
	Acknowledged float64 `json:"acknowledged_p99_ms"`
	AnsweredP50  float64 `json:"answered_p50_ms"`
	AnsweredP99  float64 `json:"answered_p99_ms"`
	Resident     float64 `json:"resident_mb"` // 0 where the system does not tell, as with files
	Heap         float64 `json:"heap_mb"`     // what the last collection found in use
	Goroutines   int     `json:"goroutines"`
	Files        int     `json:"files"`
}

// measure is what the process has.
func measure() sample {
	live := []rtmetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	rtmetrics.Read(live)
	files, _ := os.ReadDir("/proc/self/fd") // 0 where there is none
	return sample{
		Resident: residentMB(), Heap: float64(live[0].Value.Uint64()) / (1 << 20),
		Goroutines: runtime.NumGoroutine(), Files: len(files),
	}
}

// residentMB is the process's memory, 0 where the system does not tell.
func residentMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kB / 1024
		}
	}
	return 0
}

// A course is how a figure went during a run.
type course struct {
	Start   float64 `json:"start"`
	End     float64 `json:"end"`
	Most    float64 `json:"most"`
	PerHour float64 `json:"per_hour"` // slope of the straight line through it, the warm-up left out
}

// courseOf is the course of a figure, whose first third is the warm-up.
func courseOf(samples []sample, of func(sample) float64) (c course) {
	if len(samples) == 0 {
		return c
	}
	c.Start, c.End = of(samples[0]), of(samples[len(samples)-1])
	var hours, values []float64
	for i, s := range samples {
		c.Most = max(c.Most, of(s))
		if i >= len(samples)/3 {
			hours, values = append(hours, s.Second/3600), append(values, of(s))
		}
	}
	c.PerHour = slope(hours, values)
	return c
}

// slope is that of the line that fits best by least squares; 0 where there is none.
func slope(x, y []float64) float64 {
	mean := func(values []float64) (sum float64) {
		for _, v := range values {
			sum += v / float64(len(values))
		}
		return sum
	}
	meanX, meanY := mean(x), mean(y)
	var covariance, variance float64
	for i := range x {
		covariance += (x[i] - meanX) * (y[i] - meanY)
		variance += (x[i] - meanX) * (x[i] - meanX)
	}
	if variance == 0 {
		return 0
	}
	return covariance / variance
}

// A histogram counts times in steps of one percent, from a hundredth of a millisecond to
// more than a quarter of an hour, in memory that does not grow with them.
type histogram struct {
	counts [2000]int
	total  int
	most   time.Duration
}

const (
	histogramUnit = 10 * time.Microsecond
	histogramStep = 1.01
)

func (h *histogram) add(d time.Duration) {
	at := 0
	if d > histogramUnit {
		at = int(math.Ceil(math.Log(float64(d)/float64(histogramUnit)) / math.Log(histogramStep)))
	}
	h.counts[min(at, len(h.counts)-1)]++
	h.total++
	h.most = max(h.most, d)
}

// merge adds the times of another.
func (h *histogram) merge(other *histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
	h.most = max(h.most, other.most)
}

// quantile is a time in milliseconds that so great a share of all are not above; 0
// without any.
func (h *histogram) quantile(share float64) float64 {
	rank, seen := int(math.Ceil(share*float64(h.total))), 0
	for i, n := range h.counts {
		if seen += n; n > 0 && seen >= rank {
			return min(milliseconds(histogramUnit)*math.Pow(histogramStep, float64(i)), milliseconds(h.most))
		}
	}
	return 0
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// times are percentiles in milliseconds.
type times struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (h *histogram) times() times {
	return times{h.quantile(.5), h.quantile(.95), h.quantile(.99), milliseconds(h.most)}
}
