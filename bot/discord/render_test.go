package discord

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/retrieval"
	"storybot/retrieval/record"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// Paragraphs of a story, by number from 1.
var storm = []string{
	"The storm reached the coast on Sunday night.",
	"Trees fell, and two roads were blocked.",
	"The harbour was closed on Monday. Nobody was hurt, the mayor said. It opened again on Tuesday.",
	"# Forged\n- list\n1. one\n> quote\n**bold** [link](https://evil.example) <@1> @everyone <t:1:R> :smile: ||spoiler||",
}

// stormLine is the line of what quoting cites.
const stormLine = "-# [1] [The storm](<https://example.org/storm#:~:text=The%20harbour>) · ¶ 3"

// hasSources reports whether a message shows what quoting answers, with its source.
func hasSources(m local.Message) bool { return strings.Contains(m.Content, stormLine) }

func cite(n, paragraph int, quote string) bot.Citation {
	return bot.Citation{
		N: n, Source: "storm.txt", StoryID: "s1", Story: "The storm", Revision: 1, Paragraph: paragraph,
		Quote: quote, Text: storm[paragraph-1],
	}
}

// said is the text in a language, of the texts in the binary.
func said(t testing.TB, language string) *phrases {
	t.Helper()
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	return texts.in(language)
}

func TestPages(t *testing.T) {
	linked := cite(1, 1, storm[0])
	linked.URL, linked.Published = "https://example.org/storm_(2024)#:~:text=The%20storm", "2024-07-08"
	linked.Story = "The storm [live] *now*"
	unsafe := cite(1, 1, storm[0])
	unsafe.URL = "javascript:alert(1)"
	harbour := cite(2, 3, "The harbour was closed on Monday.")
	harbour.URL = "https://example.org/harbour#:~:text=" + strings.Repeat("long", 200)
	roads := cite(3, 2, storm[1])
	roads.URL = "https://example.org/" + strings.Repeat("long/", 100)
	roads.StoryID, roads.Story, roads.Published = "s2", "Roads", "2024-07-09"

	long := bot.Answer{ID: "a1", Status: bot.Answered, Question: "What happened, hour by hour?", Incomplete: true}
	for n := range 6 {
		var words []string
		for w := range 40 {
			words = append(words, fmt.Sprintf("Word%d.%d", n+1, w+1))
		}
		long.Statements = append(long.Statements, bot.Statement{Text: strings.Join(words, " "), Citations: []int{n + 1}, Support: bot.SupportClose})
		long.Citations = append(long.Citations, cite(n+1, 2, storm[1]))
	}
	long.Statements[3].Text = strings.Repeat("An endless sentence, and ", 120) + "its end."

	many := bot.Answer{ID: "a1", Status: bot.Answered}
	for n := range 28 {
		many.Statements = append(many.Statements, bot.Statement{Text: "Yes.", Citations: []int{n + 1}, Support: bot.SupportQuote})
		many.Citations = append(many.Citations, cite(n+1, 1, storm[0]))
	}

	third := linked
	third.N = 3

	model := []bot.Statement{
		{Text: "The storm came on Sunday night.", Citations: []int{1}, Support: bot.SupportClose},
		{Text: "On Monday the harbour could not be used.", Citations: []int{2}, Support: bot.SupportShownWithQuote},
		{Text: "Der Hafen war am Montag geschlossen.", Citations: []int{2}, Support: bot.SupportTranslated},
		{Text: "The harbour was closed on Monday.", Citations: []int{2}, Support: bot.SupportQuote, Date: "2024-07-08"},
		{Text: "Two roads were blocked.", Citations: []int{3}, Otherwise: []int{1, 2}, Support: bot.SupportClose},
	}
	cited := []bot.Citation{linked, harbour, roads}

	for name, answer := range map[string]bot.Answer{
		"quotes": {
			ID: "a1", Status: bot.Answered, Question: "When?",
			Statements: []bot.Statement{
				{Text: "The harbour was closed on Monday.", Citations: []int{1}, Support: bot.SupportQuote},
				{Text: "It opened again on Tuesday.", Citations: []int{2}, Support: bot.SupportQuote},
				{Text: "Trees fell, and two roads were blocked.", Citations: []int{3}, Support: bot.SupportQuote},
			},
			Citations: []bot.Citation{
				cite(1, 3, "The harbour was closed on Monday."), cite(2, 3, "It opened again on Tuesday."), cite(3, 2, storm[1]),
			},
		},
		"model":       {ID: "a1", Status: bot.Answered, Mode: bot.ModelMode, Statements: model, Citations: cited},
		"unkept":      {Status: bot.Answered, Mode: bot.ModelMode, Statements: model[:1], Citations: cited},
		"bullets":     {ID: "a1", Style: bot.Bullets, Status: bot.Answered, Statements: model[1:3], Citations: []bot.Citation{harbour}},
		"timeline":    {ID: "a1", Style: bot.Timeline, Status: bot.Answered, Statements: model[3:4], Citations: cited},
		"nothing new": {ID: "a1", Style: bot.Bullets, Status: bot.NotInStories},
		"no times":    {ID: "a1", Style: bot.Timeline, Status: bot.NotInStories},
		"nearest": {
			ID: "a1", Status: bot.NotInStories, Question: "What did *Peskov* say?",
			Nearest: []bot.Nearest{{Citation: cite(1, 2, "")}, {Citation: cite(2, 3, "Nobody was hurt, the mayor said.")}, {Citation: third}},
		},
		"nothing": {ID: "a1", Status: bot.NotInStories},
		"model failed": {
			ID: "a1", Status: bot.Answered, Fallback: bot.ModelFailed, Incomplete: true,
			Statements: []bot.Statement{{Text: storm[0], Citations: []int{1}, Support: bot.SupportQuote}},
			Citations:  []bot.Citation{unsafe},
		},
		"all removed": {ID: "a1", Status: bot.NotInStories, Fallback: bot.AllRemoved},
		"budget":      {ID: "a1", Status: bot.NotInStories, Fallback: bot.BudgetUsedUp},
		"forged": {
			ID: "a1", Status: bot.Answered,
			Statements: []bot.Statement{{Text: storm[3], Citations: []int{1}, Support: bot.SupportClose}},
			Citations:  []bot.Citation{cite(1, 4, "- list\n1. one")},
		},
		"uncited": {ID: "a1", Status: bot.Answered, Statements: []bot.Statement{{Text: "The moon is made of cheese.", Citations: []int{7}}}},
		"long":    long,
		"many":    many,
	} {
		golden(t, name, func(p *phrases) []message { return pages(p, answer, answer.Question != "") })
	}
}

func TestFactCheck(t *testing.T) {
	check := bot.FactCheck{
		ID: "a1", Fallback: bot.BudgetUsedUp, Incomplete: true,
		Claims: []bot.Claim{
			{Text: "Trees fell, and two roads were blocked.", Verdict: bot.Supported, Reason: bot.SaysSo, Citations: []int{1}},
			{Text: "The harbour opened on *Friday*.", Verdict: bot.Contradicted, Reason: bot.AnotherDate, Citations: []int{2}},
			{Text: "The moon is made of cheese.", Verdict: bot.Unknown, Reason: bot.NotTold},
			{Text: "Cheese is made of moons.", Verdict: bot.Unknown, Reason: bot.ModelUnsound},
		},
		Citations: []bot.Citation{cite(1, 2, storm[1]), cite(2, 3, "It opened again on Tuesday.")},
	}
	golden(t, "check", func(p *phrases) []message { return factCheck(p, check) })
	golden(t, "check of nothing", func(p *phrases) []message {
		return factCheck(p, bot.FactCheck{ID: "a1", Claims: check.Claims[2:3]})
	})
	seen := make(map[string]bot.Reason)
	for _, r := range []bot.Reason{
		bot.SaysSo, bot.Disagreement, bot.Opposite, bot.Denial, bot.AnotherNumber, bot.AnotherDate, bot.NotTold, bot.Undecided, bot.NoVerdict, bot.NoModel,
		bot.ModelUndecided, bot.ModelUnsound, bot.ModelReads,
	} {
		text := reason(said(t, "ko"), r)
		if other, twice := seen[text]; twice {
			t.Errorf("in Korean %s and %s are both %q", r, other, text)
		}
		seen[text] = r
	}
}

func TestCitationView(t *testing.T) {
	july := time.Date(2024, 7, 8, 12, 0, 0, 0, time.UTC)
	c := cite(2, 3, "Nobody was hurt, the mayor said.")
	c.URL, c.Published = "https://example.org/storm#:~:text=Nobody", "2024-07-08"
	here := retrieval.Context{Context: record.Context{
		Before: &retrieval.Paragraph{Number: 2, Text: storm[1]}, After: &retrieval.Paragraph{Number: 4, Text: storm[3]},
		RevisedAt: july, Newest: 1, NewestAt: july, Now: &retrieval.Paragraph{Number: 3, Text: storm[2]},
	}}
	newer, changed, alone, crowded := here, here, here, here
	newer.Newest, newer.NewestAt = 2, july.AddDate(0, 1, 0)
	changed.Newest, changed.NewestAt, changed.Now = 3, july.AddDate(0, 2, 0), nil
	alone.Before, alone.After = nil, nil
	crowded.Before, crowded.After = &retrieval.Paragraph{Text: strings.Repeat("Before it. ", 300)}, &retrieval.Paragraph{Text: strings.Repeat("After it. ", 300)}
	dam := c
	dam.Quote = "The dam broke at noon."
	dam.Text = "It began. " + strings.Repeat("The rain fell and fell. ", 100) + dam.Quote + strings.Repeat(" Then it was quiet.", 100)
	moved, became, gone, expired := newer, changed, changed, here
	moved.Now = &retrieval.Paragraph{Number: 5, Text: storm[2]}
	became.Became = &retrieval.Paragraph{Number: 4, Text: strings.Replace(c.Text, "Nobody was hurt", "Two *people* were hurt @everyone", 1)}
	gone.Withdrawn, gone.WithdrawnAt = retrieval.Gone, july.AddDate(0, 3, 0)
	expired.Withdrawn, expired.WithdrawnAt = retrieval.Expired, july.AddDate(1, 0, 0)
	grown := crowded
	grown.Newest, grown.NewestAt, grown.Now = 2, july.AddDate(0, 1, 0), nil
	grown.Became = &retrieval.Paragraph{Number: 3, Text: strings.Replace(dam.Text, "at noon", "at *midnight*", 1) + strings.Repeat(" More of it.", 300)}
	for name, tt := range map[string]struct {
		c   bot.Citation
		now *retrieval.Context
	}{
		"citation moved": {c, &moved}, "citation became": {c, &became}, "citation gone": {c, &gone}, "citation expired": {c, &expired},
		"citation grown": {dam, &grown},
		"citation":       {c, &here}, "citation newer": {c, &newer}, "citation changed": {c, &changed}, "citation alone": {c, &alone},
		"citation withdrawn": {c, nil}, "citation crowded": {dam, &crowded},
	} {
		golden(t, name, func(p *phrases) []message { return []message{citation(p, tt.c, tt.now)} })
	}
}

// golden compares what is rendered in each language with its file.
func golden(t *testing.T, name string, render func(*phrases) []message) {
	for _, language := range []string{"en", "ko", "ru"} {
		t.Run(name+"/"+language, func(t *testing.T) {
			all := render(said(t, language))
			checkMessages(t, all)
			got := readable(all)
			file := filepath.Join("testdata", "render", strings.ReplaceAll(name, " ", "_")+"."+language+".golden")
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// readable is messages as their golden has them.
func readable(all []message) string {
	var b strings.Builder
	for i, m := range all {
		if i > 0 {
			b.WriteString("\n════════\n")
		}
		b.WriteString(m.content + "\n")
		for _, e := range m.embeds {
			if e.Title != "" {
				fmt.Fprintf(&b, "│ # %s\n", e.Title)
			}
			fmt.Fprintf(&b, "│ %s\n", strings.ReplaceAll(e.Description, "\n", "\n│ "))
		}
		for _, row := range m.components {
			for _, c := range row.(discordgo.ActionsRow).Components {
				switch c := c.(type) {
				case discordgo.Button:
					fmt.Fprintf(&b, "( %s )%s ", c.Label, c.CustomID)
				case discordgo.SelectMenu:
					fmt.Fprintf(&b, "⌄ %s %s", c.Placeholder, c.CustomID)
					for _, o := range c.Options {
						fmt.Fprintf(&b, "\n   %s = %s", o.Label, o.Value)
					}
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// checkMessages holds messages to Discord's limits and to ours, and returns what they show
// as text: without markup, and with nothing of it that a story or a question could have forged.
func checkMessages(t *testing.T, all []message) (shown string) {
	t.Helper()
	if len(all) == 0 {
		t.Fatal("no message")
	}
	for _, m := range all {
		if n := length(message{content: m.content}.noting(strings.Repeat("n", maxNote-length(notePrefix))).content); n > maxContent || strings.TrimSpace(m.content) == "" {
			t.Errorf("%d characters of content with a note", n)
		}
		shown += visible(t, m.content) + "\n"
		for _, e := range m.embeds {
			if n := length(e.Description); n > maxDescription || n == 0 {
				t.Errorf("%d characters of description", n)
			}
			visible(t, e.Description)
		}
		checkComponents(t, m.components)
	}
	return shown
}

func checkComponents(t *testing.T, rows []discordgo.MessageComponent) {
	t.Helper()
	if len(rows) > 5 {
		t.Errorf("%d rows", len(rows))
	}
	ids := map[string]bool{}
	id := func(text string) {
		if _, ok := parseCustomID(text); !ok || ids[text] || length(text) > 100 {
			t.Errorf("custom id %q", text)
		}
		ids[text] = true
	}
	for _, row := range rows {
		components := row.(discordgo.ActionsRow).Components
		if len(components) == 0 || len(components) > 5 {
			t.Errorf("%d in a row", len(components))
		}
		for _, c := range components {
			switch c := c.(type) {
			case discordgo.Button:
				id(c.CustomID)
				if n := length(c.Label); n == 0 || n > 80 {
					t.Errorf("label %q", c.Label)
				}
			case discordgo.SelectMenu:
				id(c.CustomID)
				if len(components) > 1 || len(c.Options) == 0 || len(c.Options) > 25 {
					t.Errorf("%d options beside %d", len(c.Options), len(components))
				}
				values := map[string]bool{}
				for _, o := range c.Options {
					if n := length(o.Label); n == 0 || n > 100 || values[o.Value] || !utf8.ValidString(o.Label) {
						t.Errorf("option %q = %q", o.Label, o.Value)
					}
					values[o.Value] = true
				}
			}
		}
	}
}

var (
	ownNumber  = regexp.MustCompile(`^\[-?\d+\]`)
	ownLink    = regexp.MustCompile(`^\[((?:\\[^a-zA-Z0-9\s]|[^\[\]\\])*)\]\(<(https?://[^<>\s()]+)>\)`)
	formatting = regexp.MustCompile(`^\s*([#>+-]\s|-#|\d+\.\s)`)
	ownCode    = regexp.MustCompile("^`/[^`]*`") // a command, in our own texts
)

// visible is what Discord shows of a text of ours. It fails the test when anything is left
// that Discord would act on, but for what is ours: small print, quotes, points, bold,
// what is struck out, the numbers and the links of citations.
func visible(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	bold, struck := 0, 0
	for _, line := range strings.SplitAfter(text, "\n") {
		for _, own := range []string{"> ", "-# ", "- "} {
			if rest, ok := strings.CutPrefix(line, own); ok {
				line = rest
				break
			}
		}
		if formatting.MatchString(line) {
			t.Errorf("the line %q begins with formatting", line)
		}
		for i := 0; i < len(line); i++ {
			rest := line[i:]
			switch {
			case line[i] == '\\':
				i++
				if i == len(line) {
					t.Fatalf("a torn escape ends %q", line)
				}
				b.WriteByte(line[i])
			case strings.HasPrefix(rest, "**"):
				bold++
				i++
			case strings.HasPrefix(rest, "~~"):
				struck++
				i++
			case rest[0] == '[' && ownLink.MatchString(rest):
				m := ownLink.FindStringSubmatch(rest)
				visible(t, m[1])
				b.WriteString(m[1])
				i += len(m[0]) - 1
			case rest[0] == '`' && ownCode.MatchString(rest):
				i += len(ownCode.FindString(rest)) - 1
			case rest[0] == '[' && ownNumber.MatchString(rest):
				n := len(ownNumber.FindString(rest))
				if strings.HasPrefix(rest[n:], "(") {
					t.Errorf("%q links", rest)
				}
				b.WriteString(rest[:n])
				i += n - 1
			case rest[0] == ':' || rest[0] == '/': // of our own texts
				if strings.HasPrefix(rest, "://") {
					t.Errorf("an address in %q", line)
				}
				b.WriteByte(line[i])
			case strings.IndexByte("*_~`|<>[]@", line[i]) >= 0:
				t.Errorf("active %q in %q", line[i], line)
			default:
				b.WriteByte(line[i])
			}
		}
	}
	if bold%2 != 0 || struck%2 != 0 {
		t.Errorf("bold or what is struck out does not end in %.300q", text)
	}
	return b.String()
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
		shown := strings.TrimSuffix(strings.TrimPrefix(visible(t, got), "… "), " …")
		if !strings.Contains(clean(text), shown) {
			t.Errorf("%q is not in %q", shown, clean(text))
		}
	})
}

// FuzzPages: whatever an answer holds, its pages keep Discord's limits, have all of it in
// order, and links go nowhere but to citations.
func FuzzPages(f *testing.F) {
	f.Add("text", "quote", "story", "https://example.org/", 3, 2, byte(1))
	f.Add(strings.Repeat("*", 5000), strings.Repeat("*", 100), strings.Repeat("_", 300), "https://", 40, 40, byte(2))
	f.Add(strings.Repeat("long words ", 900), "words", "¶", "HTTPS://x/ y", 12, 1, byte(3))
	f.Add("# a\n- b\n> c ```d``` <@1> [x](https://evil.example)", "](<https://evil.example>)", "[x](y", "https://example.org/a_(b)#:~:text=c", 5, 1, byte(4))
	f.Add(strings.Repeat("👨‍👩‍👧‍👦", 900), "🇩🇪", "[[", "https://example.org/"+strings.Repeat("x", 600), 63, 1, byte(5))
	f.Add("e"+strings.Repeat("\u0301", 4000), "\\", "\\", "https://example.org/"+strings.Repeat("é", 470), 63, 1, byte(6))
	texts, err := loadTexts()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, quote, story, url string, citations, perParagraph int, form byte) {
		citations, perParagraph = citations&63, perParagraph&15+1
		text, quote = text[:min(len(text), 12_000/(citations+1)+600)], quote[:min(len(quote), 3000)]
		supports := []bot.Support{bot.SupportQuote, bot.SupportClose, bot.SupportShownWithQuote, bot.SupportTranslated}
		p := texts.languages[int(form)%len(texts.languages)]
		a := bot.Answer{ID: "k3v9x2m4p6q7a", Status: bot.Answered, Question: text, Fallback: bot.AllRemoved, Incomplete: true}
		a.Style = []bot.Style{"", bot.Brief, bot.Bullets, bot.Timeline}[form/4%4]
		check := bot.FactCheck{ID: a.ID, Fallback: bot.ModelFailed, Incomplete: true}
		for n := range citations {
			c := bot.Citation{N: n + 1, Story: story, Published: story, Paragraph: n / perParagraph, Quote: quote, Text: text, URL: url}
			a.Citations = append(a.Citations, c)
			a.Nearest = append(a.Nearest, bot.Nearest{Citation: c})
			numbers := []int{n + 1, 1, n, n / 2}
			if n == citations-1 {
				for m := range citations {
					numbers = append(numbers, m)
				}
			}
			st := bot.Statement{Text: []string{quote, text}[n%2], Citations: numbers, Otherwise: numbers[:n%3], Support: supports[int(form/16)%4], Date: story}
			a.Statements = append(a.Statements, st)
			check.Claims = append(check.Claims, bot.Claim{Text: st.Text, Verdict: bot.Supported, Why: quote, Citations: numbers[:1+n%3]})
		}
		check.Citations = a.Citations
		for _, a.Status = range []bot.Status{bot.Answered, bot.NotInStories} {
			all := pages(p, a, form%2 == 0)
			shown := checkMessages(t, all)
			checkLinks(t, all, url)
			if a.Status == bot.Answered {
				for _, st := range a.Statements {
					shown = after(t, shown, st.Text)
				}
			}
			if citations == 0 && strings.Contains(all[0].content, "\n-# [1]") {
				t.Errorf("a citation of nothing: %q", all[0].content)
			}
		}
		all := factCheck(p, check)
		shown := checkMessages(t, all)
		checkLinks(t, all, url)
		for _, c := range check.Claims {
			shown = after(t, shown, c.Text)
		}
		if len(a.Citations) == 0 {
			return
		}
		now := &retrieval.Context{Context: record.Context{Before: &retrieval.Paragraph{Text: quote}, After: &retrieval.Paragraph{Text: text}}}
		became := &retrieval.Context{Context: now.Context, Became: &retrieval.Paragraph{Text: quote + " " + text}}
		became.Newest = 100
		for _, context := range []*retrieval.Context{nil, now, became} {
			all := []message{citation(p, a.Citations[0], context)}
			checkMessages(t, all)
			checkLinks(t, all, url)
		}
	})
}

// after is what is shown after a text, whose characters have to be there in order.
func after(t *testing.T, shown, text string) string {
	t.Helper()
	rest := shown
	for _, r := range flat(text) {
		if r == ' ' {
			continue
		}
		i := strings.IndexRune(rest, r)
		if i < 0 {
			t.Fatalf("%q is not all shown", text)
		}
		rest = rest[i+utf8.RuneLen(r):]
	}
	return rest
}

// checkLinks fails the test unless all links are to the citations' address.
func checkLinks(t *testing.T, all []message, url string) {
	t.Helper()
	for _, m := range all {
		for _, link := range regexp.MustCompile(`\]\(<([^>]*)>\)`).FindAllStringSubmatch(m.content, -1) {
			to := strings.NewReplacer("%28", "(", "%29", ")").Replace(link[1])
			if !strings.HasPrefix(strings.NewReplacer("%28", "(", "%29", ")").Replace(url), to) {
				t.Errorf("links to %q, not %q", to, url)
			}
		}
	}
}

// FuzzBeginning: what is cut off is the text's own beginning, as long as fits, and ends
// between characters.
func FuzzBeginning(f *testing.F) {
	f.Add("Rain fell all night.", 10)
	f.Add("*a* `b` \\ [c](d)", 3)
	f.Add(strings.Repeat("👩‍👩‍👧", 30), 40)
	f.Add("\u0600*\u0301", 2)
	f.Add("e"+strings.Repeat("\u0301", 400), 150)
	f.Fuzz(func(t *testing.T, text string, max int) {
		max = max & 255
		escaped := escape(flat(text))
		got, rest := beginning(escaped, max)
		if length(got) > max {
			t.Errorf("%d characters, at most %d", length(got), max)
		}
		if got+rest != escaped && got+" "+rest != escaped {
			t.Errorf("%q and %q are not %q", got, rest, escaped)
		}
		if got == "" && rest != "" && max > maxGrapheme {
			t.Errorf("nothing of %q fits in %d", escaped, max)
		}
		bounds := map[int]bool{0: true}
		plain := flat(text)
		for g := graphemes.FromString(plain); g.Next(); {
			if length(g.Value()) > maxGrapheme/2 {
				return
			}
			bounds[g.End()] = true
		}
		if n := len(visible(t, got)); !bounds[n] {
			t.Errorf("%q is torn in %q", got, plain)
		}
	})
}

// A statement that no page holds goes on on the next, word by word, with what it cites on each.
func TestSplitStatement(t *testing.T) {
	var words []string
	for n := range 1500 {
		words = append(words, fmt.Sprintf("w%d.", n))
	}
	a := bot.Answer{ID: "a1", Status: bot.Answered, Statements: []bot.Statement{{Text: strings.Join(words, " "), Citations: []int{1}, Support: bot.SupportClose}}}
	a.Citations = []bot.Citation{cite(1, 1, storm[0])}
	all := pages(said(t, "en"), a, false)
	var got []string
	for _, m := range all {
		line, _, _ := strings.Cut(m.content, "\n")
		text, ok := strings.CutSuffix(line, " [1]")
		if !ok || !strings.Contains(m.content, "\n-# [1] The storm · ¶ 1") {
			t.Errorf("without its citation: %q", m.content)
		}
		got = append(got, strings.Fields(strings.Trim(text, "… "))...)
	}
	if diff := cmp.Diff(words, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(all) > 7 {
		t.Errorf("%d pages", len(all))
	}
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
	p := said(b, "en")
	for b.Loop() {
		pages(p, a, false)
	}
}
