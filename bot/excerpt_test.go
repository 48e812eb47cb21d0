package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"storybot/prompts"
	"storybot/retrieval"
)

// passage is one of a score, whose sentences have scores of their own.
func passage(score float64, sentences ...float64) retrieval.Passage {
	p := retrieval.Passage{Score: score}
	for i, s := range sentences {
		if i > 0 {
			p.Text += " "
		}
		start := len(p.Text)
		p.Text += fmt.Sprintf("Sentence %d has %g.", i, s)
		p.Sentences = append(p.Sentences, retrieval.Sentence{Span: retrieval.Span{Start: start, End: len(p.Text)}, Score: s})
	}
	return p
}

// TestExcerptsShrink follows passages from what serves a model best to the least:
// they go from the worst up, and the best keeps what fits.
func TestExcerptsShrink(t *testing.T) {
	found := []retrieval.Passage{
		passage(1, .1, .9, .2, .85, .3), passage(.9, .1, .9, .2, .3), passage(.6, .9, .1, .2, .3), passage(.3, .1, .2, .9, .3), passage(.2, .9),
	}
	var got []string
	tokens := 1 << 20
	for shown := range excerpts(found) {
		var all []string
		for _, p := range shown {
			var kept strings.Builder
			for i, s := range found[p.Number-1].Sentences {
				if strings.Contains(p.Text, s.Of(found[p.Number-1].Text)) {
					fmt.Fprint(&kept, i)
				}
			}
			all = append(all, kept.String())
		}
		got = append(got, strings.Join(all, " "))
		n := prompts.Answer("?", "", shown).Tokens()
		if n > tokens {
			t.Errorf("%q takes %d tokens, after %d", got[len(got)-1], n, tokens)
		}
		tokens = n
	}
	want := []string{
		"01234 0123 01 2",
		"01234 12 01 2",
		"123 12 01 2",
		"123 12 0 2",
		"123 1 0 2",
		"123 1 0",
		"123 1",
		"123",
		"1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestExcerptsOfNothing has no passages: a request can be made all the same.
func TestExcerptsOfNothing(t *testing.T) {
	for shown := range excerpts(nil) {
		if len(shown) > 0 {
			t.Errorf("%+v", shown)
		}
	}
}

// TestExcerptsOfLongPassage has the best sentence stand where a model that is shown
// the whole passage would not see it.
func TestExcerptsOfLongPassage(t *testing.T) {
	scores := make([]float64, 400)
	scores[399] = .9
	for shown := range excerpts([]retrieval.Passage{passage(1, scores...)}) {
		if text := shown[0].Text; !strings.Contains(text, "Sentence 399") || len([]rune(text)) > prompts.MaxText {
			t.Errorf("%d characters: %.100s", len(text), text)
		}
		break
	}
}
