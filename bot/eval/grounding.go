package eval

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"storybot/bot/grounding"
	"storybot/retrieval/analysis"
)

// A Labelled statement is one of which people know whether its paragraph supports it:
// a line of JSON.
type Labelled struct {
	Paragraphs []string `json:"paragraphs"` // the cited one, then others of its story
	Statement  string   `json:"statement"`
	Quote      string   `json:"quote"` // as the writer gives it, or "": see evidence
	Supported  bool     `json:"supported"`
	Kind       string   `json:"kind"` // how the statement was made: true-verbatim, num_swap
}

// maxLine bounds a line of labelled statements, in bytes: a paragraph has some
// hundred, and what is no such file may have no line breaks.
const maxLine = 1 << 20

// ReadLabelled reads the labelled statements of a file, a line each; empty
// lines are left out. Errors name the file and the line. A line must have all but
// the quote.
func ReadLabelled(name string, r io.Reader) ([]Labelled, error) {
	var rows []Labelled
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	number := 1
	for ; lines.Scan(); number++ {
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		row, err := parseLabelled(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("eval: %s:%d is not a labelled statement: %w", name, number, err)
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("eval: %s:%d cannot be read: %w", name, number, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("eval: %s holds no labelled statements", name)
	}
	return rows, nil
}

func parseLabelled(line []byte) (Labelled, error) {
	var row struct {
		Labelled
		Supported *bool `json:"supported"` // left out is not the same as false
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return Labelled{}, err
	}
	isBlank := func(text string) bool { return strings.TrimSpace(text) == "" }
	switch {
	case len(row.Paragraphs) == 0 || slices.ContainsFunc(row.Paragraphs, isBlank):
		return Labelled{}, errors.New("it has no paragraphs, or an empty one")
	case isBlank(row.Statement):
		return Labelled{}, errors.New("it has no statement")
	case row.Supported == nil:
		return Labelled{}, errors.New(`it does not say whether it is "supported"`)
	case isBlank(row.Kind):
		return Labelled{}, errors.New("it has no kind")
	}
	row.Labelled.Supported = *row.Supported
	return row.Labelled, nil
}

// Grounding checks each statement in every mode.
func Grounding(ctx context.Context, rows []Labelled, progress func(done, total int)) (GroundingReport, error) {
	outcomes := make([]checked, len(rows))
	for i, row := range rows {
		if err := ctx.Err(); err != nil {
			return GroundingReport{}, err
		}
		if progress != nil {
			progress(i, len(rows))
		}
		outcomes[i] = row.check()
	}
	if progress != nil {
		progress(len(rows), len(rows))
	}
	return groundingReport(outcomes), nil
}

// A checked statement is what became of a labelled one.
type checked struct {
	Labelled
	strict, normal, verbatim bool // does the mode show it
	closeness                float64
	why                      string // normal mode does not simply show it
}

// check asks what each mode shows of the statement: strict as it is, with no
// quote beside it; normal at all; verbatim when it is itself a quote.
func (l Labelled) check() checked {
	evidence := l.evidence()
	strict := grounding.Check(l.Statement, evidence, grounding.Strict)
	normal := grounding.Check(l.Statement, evidence, grounding.Normal)
	verbatim := grounding.Check(l.Statement, evidence, grounding.Verbatim)
	return checked{
		Labelled:  l,
		strict:    strict.Decision == grounding.Shown,
		normal:    normal.Decision >= grounding.ShownWithQuote,
		verbatim:  verbatim.Decision == grounding.Shown,
		closeness: strict.Closeness,
		why:       normal.Why,
	}
}

// evidence is what the statement rests on. A quote is claimed to stand in the
// first paragraph, which is the one cited: when it is of another one, the statement cites
// the wrong paragraph. Without a quote, the sentence of any of the
// paragraphs that the statement is closest to stands in for it.
func (l Labelled) evidence() []grounding.Evidence {
	if l.Quote != "" {
		return []grounding.Evidence{{Paragraph: l.Paragraphs[0], Quote: l.Quote}}
	}
	var best grounding.Evidence
	most := -1.0
	for _, p := range l.Paragraphs {
		for _, s := range analysis.Sentences(p) {
			e := []grounding.Evidence{{Paragraph: p, Quote: s.Of(p)}}
			if v := grounding.Check(l.Statement, e, grounding.Strict); v.Closeness > most {
				best, most = e[0], v.Closeness
			}
		}
	}
	return []grounding.Evidence{best}
}
