package eval_test

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/eval"
	"storybot/data"
)

// TestGrounding checks our own labelled statements, and keeps the figures of each
// language, and the statements that the check is mistaken about: what a
// change to a rule does shows as a diff.
func TestGrounding(t *testing.T) {
	names, err := fs.Glob(data.Questions(), "eval/grounding.*.jsonl")
	if err != nil || len(names) != 4 {
		t.Fatalf("%q, %v", names, err)
	}
	got := make(map[string]string)
	for _, name := range names {
		file, err := data.Questions().Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows, err := eval.ReadLabelled(name, file)
		if err != nil {
			t.Fatal(err)
		}
		report, err := eval.Grounding(t.Context(), rows, nil)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(path.Base(name), ".jsonl")
		var table strings.Builder
		report.WriteTable(&table)
		got[base+".figures.txt"] = table.String()
		got[base+".mistaken.txt"] = listed(report.Mistaken)

		// The floors are promises, whatever is accepted below.
		never := []string{"num_new", "num_new-translated", "date", "frankenquote", "paragraph", "mention", "prompt", "url"}
		for _, kind := range never {
			if shown := report.Strict.Kinds[kind].Shown; shown > 0 {
				t.Errorf("%s: strict shows %v of the kind %s", name, shown, kind)
			}
		}
		if report.Strict.Kinds["true-verbatim"].Shown < 1 || report.Verbatim.Caught < 1 || report.Normal.Kept < .75 {
			t.Errorf("%s: %+v", name, report)
		}
	}
	checkGoldens(t, "testdata/grounding", got)
}

func listed(mistaken []eval.Mistaken) string {
	var b strings.Builder
	for _, m := range mistaken {
		outcome := "shown"
		if m.Supported {
			outcome = "kept back"
		}
		fmt.Fprintf(&b, "%s, %s: %s\n", outcome, m.Kind, m.Statement)
		if m.Why != "" {
			fmt.Fprintf(&b, "  %s\n", m.Why)
		}
	}
	return b.String()
}

func TestReadLabelled(t *testing.T) {
	const row = `{"paragraphs": ["It may open on Monday."], "statement": "It may open.", "supported": true, "kind": "true"}`
	got, err := eval.ReadLabelled("f", strings.NewReader("\n"+row+"\n\n"+row))
	one := eval.Labelled{Paragraphs: []string{"It may open on Monday."}, Statement: "It may open.", Supported: true, Kind: "true"}
	if diff := cmp.Diff([]eval.Labelled{one, one}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for text, want := range map[string]string{
		"": "f holds no labelled statements",
		row + "\n" + `{"statement": "x", "supported": true, "kind": "true"}`:      "f:2 is not a labelled statement: it has no paragraphs",
		`{"paragraphs": ["x"], "statement": " ", "supported": true, "kind": "t"}`: "f:1 is not a labelled statement: it has no statement",
		`{"paragraphs": ["x"], "statement": "x", "kind": "true"}`:                 `does not say whether it is "supported"`,
		`{"paragraphs": ["x"], "statement": "x", "supported": false}`:             "it has no kind",
		"The harbour was closed.":  "f:1 is not a labelled statement",
		strings.Repeat("x", 1<<21): "f:1 cannot be read",
	} {
		if _, err := eval.ReadLabelled("f", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

// TestGroundingReport measures statements of which each mode's outcome is plain.
func TestGroundingReport(t *testing.T) {
	const paragraph = "The harbour of Odda was closed for 5 days after the storm. The mayor did not resign."
	label := func(statement string, supported bool, kind string) eval.Labelled {
		return eval.Labelled{Paragraphs: []string{paragraph}, Statement: statement, Supported: supported, Kind: kind}
	}
	report, err := eval.Grounding(t.Context(), []eval.Labelled{
		label("The mayor did not resign.", true, "true-verbatim"),
		label("The harbour of Odda was closed for five days.", true, "true-near"),
		label("The harbour of Odda was closed for 7 days.", false, "number"),
		label("The mayor resigned.", false, "negation"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		mode         string
		got          eval.GroundingFigures
		kept, caught eval.Share
	}{
		{"strict", report.Strict, 1, 1}, {"normal", report.Normal, 1, 1}, {"verbatim", report.Verbatim, .5, 1},
	} {
		if tt.got.Kept != tt.kept || tt.got.Caught != tt.caught {
			t.Errorf("%s: kept %v, caught %v", tt.mode, tt.got.Kept, tt.got.Caught)
		}
	}
	kinds := slices.Sorted(maps.Keys(report.Strict.Kinds))
	if diff := cmp.Diff([]string{"negation", "number", "true-near", "true-verbatim"}, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
