package discord

import (
	"strings"
	"testing"
)

// Pieces fit, and have all of a text between them.
func FuzzPieces(f *testing.F) {
	for _, text := range []string{"", "one two three four five six seven", "1. @everyone *bold*", strings.Repeat("👩‍👩‍👧", 40), "e" + strings.Repeat("\u0301", 90), strings.Repeat("*", 70)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const most = 40
		list := pieces(text, most)
		for _, piece := range list {
			if length(piece) > most || strings.TrimSpace(piece) == "" {
				t.Errorf("a piece of %d characters: %q", length(piece), piece)
			}
		}
		squeezed := func(s string) string { return strings.Join(strings.Fields(s), "") }
		all := squeezed(strings.ReplaceAll(strings.Join(list, " "), `\`, ""))
		want := squeezed(strings.ReplaceAll(clean(text), `\`, ""))
		if !strings.Contains(all, "…") && all != want {
			t.Errorf("pieces have %q of %q", all, want)
		}
		for _, page := range packed(list, most+1) {
			if n := length(strings.Join(page, "\n")); n > most+1 {
				t.Errorf("a page of %d characters", n)
			}
		}
	})
}
