package discord

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// Paragraphs of a story, by number from 1.
var storm = []string{
	"The storm reached the coast on Sunday night.",
	"Trees fell, and two roads were blocked.",
	"The harbour was closed on Monday. Nobody was hurt, the mayor said. It opened again on Tuesday.",
	"# Forged\n- list\n1. one\n> quote\n**bold** [link](https://evil.example) <@1> @everyone <t:1:R> :smile: ||spoiler||",
}

func cite(n, paragraph int, quote string) bot.Citation {
	return bot.Citation{
		N: n, Source: "storm.txt", StoryID: "s1", Story: "The storm", Revision: 1, Paragraph: paragraph,
		Quote: quote, Text: storm[paragraph-1],
	}
}

func TestRender(t *testing.T) {
	long := "It began. " + strings.Repeat("The rain fell and fell. ", 300) + "The dam broke at noon. " + strings.Repeat("Then it was quiet. ", 300)
	linked := cite(1, 1, storm[0])
	linked.URL = "https://example.org/storm#:~:text=The%20storm"
	unsafe := cite(1, 1, storm[0])
	unsafe.URL = "javascript:alert(1)"
	dam := cite(2, 2, "The dam broke at noon.")
	dam.Text = long

	tests := []struct {
		name   string
		answer bot.Answer
		echo   bool
	}{
		{"quotes", bot.Answer{
			Status: bot.Answered, Question: "When?",
			Statements: []bot.Statement{
				{Text: "The harbour was closed on Monday.", Citations: []int{1}, Support: bot.SupportQuote},
				{Text: "It opened again on Tuesday.", Citations: []int{2}, Support: bot.SupportQuote},
				{Text: "Trees fell, and two roads were blocked.", Citations: []int{3}, Support: bot.SupportQuote},
			},
			Citations: []bot.Citation{
				cite(1, 3, "The harbour was closed on Monday."), cite(2, 3, "It opened again on Tuesday."), cite(3, 2, storm[1]),
			},
		}, true},
		{"model", bot.Answer{
			Status: bot.Answered, Mode: bot.ModelMode,
			Statements: []bot.Statement{
				{Text: "The storm came on Sunday night.", Citations: []int{1}, Support: bot.SupportClose},
				{Text: "On Monday the harbour could not be used.", Citations: []int{2}, Support: bot.SupportShownWithQuote},
				{Text: "Der Hafen war am Montag geschlossen.", Citations: []int{2}, Support: bot.SupportTranslated},
				{Text: "The harbour was closed on Monday.", Citations: []int{2}, Support: bot.SupportQuote, Date: "2024-07-08"},
			},
			Citations: []bot.Citation{linked, cite(2, 3, "The harbour was closed on Monday.")},
		}, false},
		{"nearest", bot.Answer{
			Status: bot.NotInStories, Question: "What did *Peskov* say?",
			Nearest: []bot.Nearest{{Citation: cite(1, 2, "")}, {Citation: cite(2, 3, "Nobody was hurt, the mayor said.")}},
		}, true},
		{"nothing", bot.Answer{Status: bot.NotInStories}, false},
		{"model failed", bot.Answer{
			Status: bot.Answered, Fallback: bot.ModelFailed, Incomplete: true,
			Statements: []bot.Statement{{Text: storm[0], Citations: []int{1}, Support: bot.SupportQuote}},
			Citations:  []bot.Citation{unsafe},
		}, false},
		{"all removed", bot.Answer{Status: bot.NotInStories, Fallback: bot.AllRemoved}, false},
		{"forged", bot.Answer{
			Status:     bot.Answered,
			Statements: []bot.Statement{{Text: storm[3], Citations: []int{1}, Support: bot.SupportQuote}},
			Citations:  []bot.Citation{cite(1, 4, "- list\n1. one")},
		}, false},
		{"shortened", bot.Answer{
			Status:     bot.Answered,
			Statements: []bot.Statement{{Text: "The dam broke at noon.", Citations: []int{1, 2}, Support: bot.SupportQuote}},
			Citations:  []bot.Citation{linked, dam},
		}, false},
		{"uncited", bot.Answer{
			Status:     bot.Answered,
			Statements: []bot.Statement{{Text: "The moon is made of cheese.", Citations: []int{7}}},
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := readable(render(tt.answer, tt.echo))
			golden := filepath.Join("testdata", "render", strings.ReplaceAll(tt.name, " ", "_")+".golden")
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// readable is a message as its golden has it.
func readable(m message) string {
	text := m.content
	for _, e := range m.embeds {
		text += fmt.Sprintf("\n┌ %s\n│ %s\n└ %s\n", e.Title, strings.ReplaceAll(e.Description, "\n", "\n│ "), e.URL)
	}
	return text
}

func TestExcerpt(t *testing.T) {
	const text = "Rain fell all night. The dam broke at noon. Then it was quiet."
	tests := []struct {
		name   string
		text   string
		quotes []string
		max    int
		want   string
	}{
		{"whole", text, []string{"The dam broke at noon."}, 100, "Rain fell all night. **The dam broke at noon.** Then it was quiet."},
		{"around the quote", text, []string{"The dam broke at noon."}, 48, "… night. **The dam broke at noon.** Then it …"},
		{"only part of the quote", text, []string{"The dam broke at noon."}, 22, "… **The dam broke** …"},
		{"no quote", text, nil, 24, "Rain fell all night. …"},
		{"quotes that overlap", text, []string{"dam broke", "broke at noon"}, 100, "Rain fell all night. The **dam broke at noon**. Then it was quiet."},
		{"quotes apart", text, []string{"quiet", "Rain"}, 100, "**Rain** fell all night. The dam broke at noon. Then it was **quiet**."},
		{"quote that is not there", text, []string{"The dam held."}, 100, text},
		{"characters stay whole", "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", nil, 13, "👩‍👩‍👧👩‍👩‍👧 …"},
		{"escapes stay whole", "*****", nil, 7, `\*\* …`},
		{"no spaces", strings.Repeat("雨", 30), []string{"雨"}, 10, "**雨**雨雨雨 …"},
	}
	for _, tt := range tests {
		if got := excerpt(tt.text, tt.quotes, tt.max); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEscape(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Plain text, with 3.5 and a-b (c)!", "Plain text, with 3.5 and a-b (c)!"},
		{"# heading", `\# heading`},
		{"a # b", "a # b"},
		{"  - item\n-# small", "  \\- item\n\\-# small"},
		{"12. item and 3. not", `12\. item and 3. not`},
		{"> quote", `\> quote`},
		{"https://evil.example", `https\:\/\/evil.example`},
		{"discord.gg/abc", `discord.gg\/abc`},
		{"[a](b) <@1> @here <:x:1> `c` ~~d~~ __e__", "\\[a\\](b) \\<\\@1\\> \\@here \\<\\:x\\:1\\> \\`c\\` \\~\\~d\\~\\~ \\_\\_e\\_\\_"},
		{`a\`, `a\\`},
	}
	for _, tt := range tests {
		if got := escape(tt.text); got != tt.want {
			t.Errorf("escape(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// FuzzExcerpt: whatever the text, an excerpt is within its limit, shows a
// stretch of the text that ends between characters, and has nothing active
// but its own bold.
func FuzzExcerpt(f *testing.F) {
	for _, text := range storm {
		f.Add(text, text[5:20], 30)
	}
	f.Add("a\r\nb\u2028c\u202Ed\x00e\xff", "c", 5)
	f.Add("e\u0301e\u0301e\u0301", "\u0301", 4)
	f.Fuzz(func(t *testing.T, text, quote string, max int) {
		max = max&1023 + 10
		got := excerpt(text, []string{quote}, max)
		if length(got) > max {
			t.Errorf("%d characters, at most %d: %q", length(got), max, got)
		}
		if !utf8.ValidString(got) {
			t.Errorf("not UTF-8: %q", got)
		}
		shown := strings.TrimSuffix(strings.TrimPrefix(plain(t, got), "… "), " …")
		if !strings.Contains(clean(text), shown) {
			t.Errorf("%q is not in %q", shown, clean(text))
		}
	})
}

// plain undoes escapes and bold, and fails the test when anything else that
// Discord would act on is left.
func plain(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	bold := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" && strings.ContainsRune("#-+>", rune(trimmed[0])) {
			t.Errorf("the line %q begins with formatting", line)
		}
		for i := 0; i < len(line); i++ {
			switch {
			case line[i] == '\\':
				i++
				if i == len(line) {
					t.Fatalf("a torn escape ends %q", line)
				}
				b.WriteByte(line[i])
			case strings.HasPrefix(line[i:], "**"):
				bold++
				i++
			case strings.IndexByte("*_~`|<>[]@:/", line[i]) >= 0:
				t.Errorf("active %q in %q", line[i], line)
			default:
				b.WriteByte(line[i])
			}
		}
	}
	if bold%2 != 0 {
		t.Errorf("bold does not end in %q", text)
	}
	return b.String()
}

// FuzzRender: whatever an answer holds, its message keeps Discord's limits,
// and links go nowhere but to citations.
func FuzzRender(f *testing.F) {
	f.Add("text", "quote", "story", "https://example.org/", 3, 2, true)
	f.Add(strings.Repeat("*", 5000), strings.Repeat("*", 100), strings.Repeat("_", 300), "https://", 40, 40, false)
	f.Add(strings.Repeat("long words ", 900), "words", "¶", "HTTPS://x/ y", 12, 1, true)
	f.Fuzz(func(t *testing.T, text, quote, story, url string, citations, perParagraph int, shown bool) {
		citations, perParagraph = citations&63, perParagraph&15+1
		a := bot.Answer{Status: bot.Answered, Question: text, Fallback: bot.AllRemoved, Incomplete: true}
		for n := range citations {
			c := bot.Citation{N: n + 1, Story: story, Paragraph: n / perParagraph, Quote: quote, Text: text, URL: url}
			a.Citations = append(a.Citations, c)
			a.Nearest = append(a.Nearest, bot.Nearest{Citation: c})
			st := bot.Statement{Text: quote, Citations: []int{n + 1, 1, n, n / 2}, Support: bot.SupportQuote}
			if shown {
				st.Support = bot.SupportShownWithQuote
			}
			a.Statements = append(a.Statements, st)
		}
		for _, a.Status = range []bot.Status{bot.Answered, bot.NotInStories} {
			checkLimits(t, render(a, shown), url)
		}
		if m := render(a, shown); citations == 0 && strings.Contains(m.content, "[1]") {
			t.Errorf("a citation of nothing: %q", m.content)
		}
	})
}

func checkLimits(t *testing.T, m message, url string) {
	t.Helper()
	if n := length(m.content); n > maxContent || strings.TrimSpace(m.content) == "" {
		t.Errorf("%d characters of content", n)
	}
	if strings.Contains(m.content, "://") || strings.Contains(m.content, "](") {
		t.Errorf("a link in the content: %q", m.content)
	}
	if len(m.embeds) > maxEmbeds {
		t.Errorf("%d embeds", len(m.embeds))
	}
	total := 0
	for _, e := range m.embeds {
		total += length(e.Title) + length(e.Description)
		if length(e.Title) > maxTitle || e.Title == "" || length(e.Description) > maxDescription {
			t.Errorf("%d characters of title, %d of description", length(e.Title), length(e.Description))
		}
		if e.URL != "" && (e.URL != url || !strings.HasPrefix(strings.ToLower(url), "http")) {
			t.Errorf("links to %q", e.URL)
		}
		plain(t, e.Description)
	}
	if total > maxEmbedTotal {
		t.Errorf("%d characters of embeds", total)
	}
}

// The first statement always fits, with all that can stand around it.
func TestFirstStatementFits(t *testing.T) {
	a := bot.Answer{Status: bot.Answered, Question: strings.Repeat("q", 3000), Fallback: bot.BudgetUsedUp, Incomplete: true}
	st := bot.Statement{Text: strings.Repeat("s", 3000), Support: bot.SupportTranslated, Date: "2024-07-08"}
	for n := range 30 {
		a.Citations = append(a.Citations, bot.Citation{N: 1000 + n, Paragraph: n, Quote: strings.Repeat("q", 3000), Text: strings.Repeat("t", 5000)})
		st.Citations = append(st.Citations, 1000+n)
	}
	a.Statements = []bot.Statement{st, st}
	m := render(a, true)
	if !strings.Contains(m.content, "sss") || len(m.embeds) != maxEmbeds {
		t.Errorf("%d embeds for %q", len(m.embeds), m.content)
	}
	checkLimits(t, m, "")
}

// Each description ends between characters as people see them.
func TestExcerptWholeCharacters(t *testing.T) {
	text := strings.Repeat("ก็ 👨‍👩‍👧‍👦 e\u0301 🇩🇪 ", 20)
	whole := map[string]bool{}
	for g := graphemes.FromString(text); g.Next(); {
		whole[g.Value()] = true
	}
	for max := 10; max < 120; max++ {
		for g := graphemes.FromString(strings.TrimSuffix(excerpt(text, nil, max), " …")); g.Next(); {
			if !whole[g.Value()] {
				t.Fatalf("at most %d characters: %q is torn", max, g.Value())
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	a := bot.Answer{Status: bot.Answered}
	for n := range 10 {
		quote := "The dam broke at noon."
		text := strings.Repeat("The rain fell. ", 3000) + quote + strings.Repeat(" It was quiet.", 3000)
		a.Citations = append(a.Citations, bot.Citation{N: n + 1, Paragraph: n + 1, Quote: quote, Text: text})
		a.Statements = append(a.Statements, bot.Statement{Text: quote, Citations: []int{n + 1}, Support: bot.SupportQuote})
	}
	for b.Loop() {
		render(a, false)
	}
}
