package eval

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// A GroundingReport says what the check keeps and catches, in each of its modes.
type GroundingReport struct {
	Strict   GroundingFigures `json:"strict"`
	Normal   GroundingFigures `json:"normal"`
	Verbatim GroundingFigures `json:"verbatim"`

	// AUC is the area under the ROC curve of the closeness score: how often a
	// supported statement is closer to its quote than one that is not (Hanley &
	// McNeil 1982). It is 0 when all are of one label.
	AUC Share `json:"auc"`

	Mistaken []Mistaken `json:"-"` // in the order of the rows
}

// A Mistaken statement is one that strict mode shows and should not, or a supported one
// that normal mode keeps from the reader, with why.
type Mistaken struct {
	Labelled
	Why string // "" for what is shown
}

// GroundingFigures measure a mode. Shares are from 0 to 1, and 0 of nothing.
type GroundingFigures struct {
	Kept   Share                `json:"kept"`   // of the supported statements, those shown
	Caught Share                `json:"caught"` // of the others, those not shown
	Kinds  map[string]KindShown `json:"kinds"`
}

// KindShown is how many statements there are of a kind, and the share shown.
type KindShown struct {
	N     int   `json:"n"`
	Shown Share `json:"shown"`
}

func groundingReport(outcomes []checked) GroundingReport {
	var mistaken []Mistaken
	for _, c := range outcomes {
		switch {
		case !c.Supported && c.strict:
			mistaken = append(mistaken, Mistaken{c.Labelled, ""})
		case c.Supported && !c.normal:
			mistaken = append(mistaken, Mistaken{c.Labelled, c.why})
		}
	}
	return GroundingReport{
		Mistaken: mistaken,
		Strict:   groundingFigures(outcomes, func(c checked) bool { return c.strict }),
		Normal:   groundingFigures(outcomes, func(c checked) bool { return c.normal }),
		Verbatim: groundingFigures(outcomes, func(c checked) bool { return c.verbatim }),
		AUC:      auc(outcomes),
	}
}

func groundingFigures(outcomes []checked, shows func(checked) bool) GroundingFigures {
	n, shown := make(map[string]int), make(map[string]int) // by kind
	var supported, kept, caught int
	for _, c := range outcomes {
		n[c.Kind]++
		shown[c.Kind] += count(shows(c))
		supported += count(c.Supported)
		kept += count(c.Supported && shows(c))
		caught += count(!c.Supported && !shows(c))
	}
	f := GroundingFigures{
		Kept:   ratio(kept, supported),
		Caught: ratio(caught, len(outcomes)-supported),
		Kinds:  make(map[string]KindShown),
	}
	for kind := range n {
		f.Kinds[kind] = KindShown{n[kind], ratio(shown[kind], n[kind])}
	}
	return f
}

// auc is the rank sum of the supported statements (Mann & Whitney 1947), equal
// scores sharing the mean of their ranks.
func auc(outcomes []checked) Share {
	byCloseness := slices.SortedFunc(slices.Values(outcomes), func(a, b checked) int {
		return cmp.Compare(a.closeness, b.closeness)
	})
	supported, ranks := 0, 0.0
	for first := 0; first < len(byCloseness); {
		last, here := first, 0
		for ; last < len(byCloseness) && byCloseness[last].closeness == byCloseness[first].closeness; last++ {
			here += count(byCloseness[last].Supported)
		}
		supported += here
		ranks += float64(here) * float64(first+1+last) / 2
		first = last
	}
	pairs := supported * (len(outcomes) - supported)
	return Share(ranks-float64(supported*(supported+1))/2) / Share(max(pairs, 1))
}

// WriteTable prints the report for people, a column a mode.
func (r GroundingReport) WriteTable(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\tn\tstrict\tnormal\tverbatim")
	fmt.Fprintf(table, "kept\t\t%v\t%v\t%v\n", r.Strict.Kept, r.Normal.Kept, r.Verbatim.Kept)
	fmt.Fprintf(table, "caught\t\t%v\t%v\t%v\n", r.Strict.Caught, r.Normal.Caught, r.Verbatim.Caught)
	fmt.Fprintf(table, "auc\t\t%v\t\t\n", r.AUC)
	fmt.Fprintln(table, "shown, of each kind\t\t\t\t")
	for _, kind := range slices.Sorted(maps.Keys(r.Strict.Kinds)) {
		strict, normal, verbatim := r.Strict.Kinds[kind], r.Normal.Kinds[kind], r.Verbatim.Kinds[kind]
		fmt.Fprintf(table, "  %s\t%d\t%v\t%v\t%v\n", kind, strict.N, strict.Shown, normal.Shown, verbatim.Shown)
	}
	table.Flush()
}
