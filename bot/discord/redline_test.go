package discord

import (
	"fmt"
	"strings"
	"testing"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

func TestRedlined(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"It cost 40 crowns.", "It cost 55 crowns.", "It cost ~~40~~ **55** crowns."},
		{"It cost 40.", "It cost 40.", `It cost 40\.`},
		{"It was closed.", "It was (nearly) closed.", "It was **(nearly)** closed."},
		{"It was (nearly) closed.", "It was (never) closed.", "It was (~~nearly~~ **never**) closed."},
		{"", "New.", "**New.**"},
		{"Old.", "", "~~Old.~~"},
		{"다리는 닫혔다.", "다리는 열렸다.", "다리는 ~~닫혔다~~ **열렸다**."},
		{"a ~~b~~ **c**", "a ~~d~~ **c** <@1> @everyone", `a \~\~~~b~~ **d**\~\~ \*\*c\*\* **\<\@1\> \@everyone**`},
		{"1. # - one", "1. # - two", `1\. \# \- ~~one~~ **two**`},
	} {
		got := redlined("", retrieval.Words(c.before, c.after), maxPiece)
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%q to %q is %q, want %q", c.before, c.after, got, c.want)
		}
	}
	long := strings.Repeat("The rain fell on Vesta. ", 400)
	lines := redlined("✏️ ¶ 1: ", retrieval.Words(long, strings.ReplaceAll(long, "rain", "snow *now*")), 500)
	if len(lines) < 20 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if length(line) > 500 {
			t.Errorf("a line of %d characters", length(line))
		}
		visible(t, line)
	}
	short := shortRedline(retrieval.Words(long+"It ended at noon. "+long, long+"It ended at midnight. "+long), 1000)
	if length(short) > 1000 || !strings.Contains(short, "It ended at ~~noon~~ **midnight**. The rain fell") || !strings.HasPrefix(short, "… ") {
		t.Errorf("in short it is %q", short)
	}
}

// Whatever two texts are, what is shown of their difference is within its bounds, and nothing of
// them formats, links or pings.
func FuzzRedline(f *testing.F) {
	f.Add("It cost 40 crowns.", "It cost 55 crowns.")
	f.Add("**a** ~~b~~ __c__", "@everyone <@1> [x](https://evil.example) `code` \\")
	f.Add("가나다라", "가나 다라 \u202e\u0000")
	f.Fuzz(func(t *testing.T, before, after string) {
		stretches := retrieval.Words(before, after)
		for _, line := range redlined("¶ 1: ", stretches, 500) {
			if length(line) > 500 {
				t.Errorf("a line of %d characters", length(line))
			}
			visible(t, line)
		}
		if short := shortRedline(stretches, 500); length(short) > 510 {
			t.Errorf("in short it is %d characters", length(short))
		} else {
			visible(t, short)
		}
	})
}

// A long report has pages, on which everything is, and menus that hold what was changed.
func TestReportPages(t *testing.T) {
	say := testTexts(t).in("en")
	r := source.Report{Source: retrieval.Source{Title: "News"}, Changed: 120, Failed: 1}
	for n := range 120 {
		r.Stories = append(r.Stories, source.StoryReport{
			What: source.Changed, ID: fmt.Sprintf("s%03d", n), Title: fmt.Sprintf("Story %03d", n), Revision: 2, Edits: source.Edits{Added: 2, Changed: 1, Removed: 1, Moved: 1},
		})
	}
	r.Stories = append(r.Stories, source.StoryReport{What: source.Failed, Title: "The *last*", Reason: source.ErrPaywall})
	f := finding{lead: "Done", pages: reportPages(reportLines(say, r))}
	var all []message
	for page := range f.pages {
		all = append(all, f.message(say, "k3v9x2m4p6q7a", page+1))
	}
	text := readable(all)
	for n := range 120 {
		if want := fmt.Sprintf("changed: Story %03d · revision 2 · ¶ +2 ~1 −1 ↕1", n); !strings.Contains(text, want) {
			t.Errorf("not there: %q", want)
		}
		if want := fmt.Sprintf("Story %03d = s%03d:2", n, n); !strings.Contains(text, want) {
			t.Errorf("not in a menu: %q", want)
		}
	}
	if want := `The \*last\*: its text is for subscribers only`; !strings.Contains(text, want) {
		t.Errorf("not there: %q", want)
	}
	for _, m := range all {
		if len(m.components) > 5 || length(m.embeds[0].Description) > maxDescription {
			t.Errorf("%d rows, %d characters", len(m.components), length(m.embeds[0].Description))
		}
	}
}

// A shelf has so much on it, and no more: the oldest goes.
func TestShelf(t *testing.T) {
	s := newShelf[int]()
	first := s.put("g", "u", 1, 10)
	for n := range maxShelved {
		s.put("g", "u", n, 10)
	}
	if _, ok := s.get("g", "u", first); ok || len(s.list) != maxShelved || s.size != 10*maxShelved {
		t.Errorf("%d things of %d bytes; the first is there: %v", len(s.list), s.size, ok)
	}
	large := s.put("g", "u", 7, maxShelvedSize)
	if n, ok := s.take("g", "u", large); !ok || n != 7 || len(s.list) != 0 || s.size != 0 {
		t.Errorf("took %d, %v; %d things of %d bytes are left", n, ok, len(s.list), s.size)
	}
}
