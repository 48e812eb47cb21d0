package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden drawings")

func charts() map[string]Chart {
	var long Curve
	for n := range 50 {
		long.Points = append(long.Points, Point{float64(n), float64(n*n) / 7})
	}
	long.Name = "a <long> one & more"
	return map[string]Chart{
		"logarithmic": {
			Title: "Time by size", X: Axis{Name: "paragraphs", Logarithmic: true},
			Panels: []Panel{{Axis{Unit: "ms", Logarithmic: true}, []Curve{
				{"plain", []Point{{1000, .4}, {10_000, 3}, {1_000_000, 101.5}}},
				{"ours", []Point{{1000, .3}, {10_000, 1}, {1_000_000, 39}}},
			}}},
		},
		"panels": {
			Title: "Over time", X: Axis{Name: "seconds"},
			Panels: []Panel{{Axis{Unit: "MB"}, []Curve{long}}, {Axis{}, []Curve{{"none", nil}}}, {Axis{Unit: "ms"}, []Curve{{"zero", []Point{{0, 0}}}}}},
		},
	}
}

// TestSVG holds the drawings to their goldens, which a browser shows; each is XML.
func TestSVG(t *testing.T) {
	for name, chart := range charts() {
		path, got := fmt.Sprintf("testdata/%s.svg", name), chart.SVG()
		for d := xml.NewDecoder(bytes.NewReader(got)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
