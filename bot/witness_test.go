package bot_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
	"storybot/retrieval"
)

// A witness has read the record, and says what in an answer breaks the promise. It
// shares no code with the check that it watches, and is simpler: what it cannot tell,
// it lets pass.
type witness struct {
	stories  map[string]retrieval.Story // by id
	canaries []string                   // in lower case: only lies have these
}

func newWitness(t testing.TB, corpus *retrieval.Corpus, guilds []string, canaries ...string) *witness {
	t.Helper()
	w := &witness{stories: make(map[string]retrieval.Story), canaries: append(canaries, strings.ToLower(apiKey))}
	for _, guild := range guilds {
		sources, err := corpus.Sources(t.Context(), guild)
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range sources {
			stories, err := corpus.Stories(t.Context(), guild, source.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range stories {
				w.stories[s.ID] = s
			}
		}
	}
	return w
}

// breaches are the ways in which an answer in a guild, whole or on its way, breaks the
// promise. Prompts are the system messages that the model was sent.
func (w *witness) breaches(guild string, a bot.Answer, prompts []string) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if answered := len(a.Statements) > 0; answered != (a.Status == bot.Answered) || answered == (len(a.Citations) == 0) {
		add("%s with %d statements and %d citations", a.Status, len(a.Statements), len(a.Citations))
	}
	citations := a.Citations
	for _, n := range a.Nearest {
		citations = append(slices.Clone(citations), n.Citation)
	}
	for _, c := range citations {
		if why := w.falseCitation(guild, c); why != "" {
			add("%s: %+v", why, c)
		}
	}
	if len(found) > 0 {
		return found // of what is false nothing more can be said
	}
	for _, s := range a.Statements {
		var cited []bot.Citation
		for _, n := range s.Citations {
			if n < 1 || n > len(a.Citations) || a.Citations[n-1].N != n {
				add("%q cites %d of %d", s.Text, n, len(a.Citations))
				continue
			}
			cited = append(cited, a.Citations[n-1])
		}
		if len(cited) == 0 {
			add("%q cites nothing", s.Text)
			continue
		}
		for _, why := range w.unsupported(s, cited, prompts) {
			add("%s, %s: %q of %q", s.Support, why, s.Text, cited[0].Text)
		}
	}
	if a.Mode == bot.ModelMode {
		shown, _ := json.Marshal(a.Statements)
		for _, canary := range w.canaries {
			if strings.Contains(plain(string(shown)), canary) {
				add("it holds %q: %s", canary, shown)
			}
		}
	}
	return found
}

// falseCitation is why a citation is none, byte for byte; "" when it is one.
func (w *witness) falseCitation(guild string, c bot.Citation) string {
	s, ok := w.stories[c.StoryID]
	switch {
	case !ok || s.Guild != guild && s.Guild != retrieval.Shared:
		return "no such story in the guild"
	case c.Revision != s.Revision || c.Story != s.Title:
		return "no such revision"
	case c.Paragraph < 1 || c.Paragraph > len(s.Paragraphs) || c.Text != s.Paragraphs[c.Paragraph-1].Text:
		return "no such paragraph"
	case strings.TrimSpace(c.Quote) == "" || !utf8.ValidString(c.Quote) || !strings.Contains(c.Text, c.Quote):
		return "not a quote"
	case s.URL == "" && c.URL != "":
		return "an address of its own"
	case s.URL != "":
		text, ok := strings.CutPrefix(c.URL, s.URL+"#:~:text=")
		text, err := url.QueryUnescape(text)
		start, end, _ := strings.Cut(text, ",")
		if !ok || err != nil || !strings.Contains(c.Quote, start) && !strings.Contains(c.Quote, end) {
			return "not the address of the quote"
		}
	}
	return ""
}

// unsupported is what a statement holds that what it cites does not.
func (w *witness) unsupported(s bot.Statement, cited []bot.Citation, prompts []string) (why []string) {
	var paragraphs, context strings.Builder
	for _, c := range cited {
		if strings.Contains(c.Text, s.Text) {
			return nil // the story's own words
		}
		paragraphs.WriteString(c.Text + "\n")
		story := w.stories[c.StoryID]
		context.WriteString(c.Text + "\n" + story.Title + "\n" + story.PublishedAt.Format("2006-01-02") + "\n" + story.Paragraphs[c.Paragraph-1].Heading + "\n")
	}
	if s.Support == bot.SupportQuote {
		why = append(why, "said to be a quote")
	}
	if n := utf8.RuneCountInString(s.Text); n == 0 || n > 1000 {
		why = append(why, fmt.Sprintf("%d characters", n))
	}
	for _, r := range s.Text {
		if strange(r) && !strings.ContainsRune(paragraphs.String(), r) {
			why = append(why, fmt.Sprintf("strange character %U", r))
		}
	}
	text, source := plain(s.Text), plain(paragraphs.String())
	for _, pattern := range []*regexp.Regexp{links, mentions, marks, meta} {
		for _, m := range pattern.FindAllString(text, -1) {
			if !strings.Contains(source, m) {
				why = append(why, fmt.Sprintf("holds %q", m))
			}
		}
	}
	known := numbersOf(plain(context.String()))
	for number, readings := range numbersOf(text) {
		if !slices.ContainsFunc(readings, func(r string) bool { return known.has(r) }) {
			why = append(why, "unknown number "+number)
		}
	}
	words := strings.Fields(letters(plain(context.String())))
	names := namesOf(s.Text)
	if s.Support == bot.SupportTranslated {
		names = nil // another language may spell them otherwise, or as German does all nouns
	}
	for _, name := range names {
		if stem := stemOf(plain(name)); !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, stem) }) {
			why = append(why, "unknown name "+name)
		}
	}
	for _, unit := range strings.Fields(letters(text)) {
		if slices.Contains(units, unit) && !slices.Contains(words, unit) {
			why = append(why, "unknown unit "+unit)
		}
	}
	for _, run := range runsOf(text, 5) {
		if slices.ContainsFunc(prompts, func(p string) bool { return strings.Contains(" "+letters(plain(p))+" ", " "+run+" ") }) && !strings.Contains(letters(source), run) {
			why = append(why, fmt.Sprintf("words of the prompt, %q", run))
		}
	}
	return why
}

// What acts on a screen, what talks to or of a model, in plain text.
var (
	links    = regexp.MustCompile(`[a-z]+://\S*|www\.\S*|\]\(\S*|\b[\p{L}\p{N}-]+\.(?:com|org|net|io|example|gg|ru|app)\b\S*|(?:javascript|mailto|data):\S*`)
	mentions = regexp.MustCompile(`@[\p{L}\p{N}]+|<[@#:/a-z][^>]*>`)
	marks    = regexp.MustCompile("```|^#+ |<\\||\\|>|\\[/?inst\\]|\\[\\^?\\d+\\]|【|[{}]|\n|\u2028|\u2029")
	meta     = regexp.MustCompile(`\b(?:the|this) passages?\b|\bpassage \d+|\bas an ai\b|\blanguage model\b|\bsystem prompt\b|\bsystem:`)
)

// strange says that a character is invisible, changes another, or stands for bytes
// that were no text.
func strange(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		0x0300 <= r && r <= 0x036F || 0x20D0 <= r && r <= 0x20FF
}

// plain is a text in lower case, in ASCII where a character has a look-alike or digit
// there, with single spaces and without what is invisible.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case strange(r) && r != '\n':
			return -1
		case 0xFF01 <= r && r <= 0xFF5E: // full width
			return unicode.ToLower(r - 0xFEE0)
		case unicode.IsDigit(r): // digits stand in rows of ten, from zero
			zero := r
			for zero > r-9 && unicode.IsDigit(zero-1) {
				zero--
			}
			return '0' + (r-zero)%10
		case r != '\n' && unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune("’‘‚“”„«»「」『』\"", r):
			return '\''
		}
		return unicode.ToLower(r)
	}, text)
	return strings.ReplaceAll(text, "  ", " ")
}

// letters are the words of a plain text, with single spaces.
func letters(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '%' }), " ")
}

func runsOf(text string, n int) []string {
	words := strings.Fields(letters(text))
	var all []string
	for i := n; i <= len(words); i++ {
		all = append(all, strings.Join(words[i-n:i], " "))
	}
	return all
}

// readings are what the numbers of a text may mean: by how they are written.
type readings map[string][]string

func (r readings) has(value string) bool {
	for _, values := range r {
		if slices.Contains(values, value) {
			return true
		}
	}
	return false
}

var (
	number  = regexp.MustCompile(`\d+(?:[.,:]\d+|[ '](?:\d{3})\b)*`)
	inWords = map[string]string{"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
		"ten": "10", "eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "forty": "40", "sixty": "60"}
)

// numbersOf are the numbers in digits of a plain text, and small ones in words.
func numbersOf(text string) readings {
	found := make(readings)
	for _, n := range number.FindAllString(text, -1) {
		bare := strings.NewReplacer(",", "", ".", "", " ", "", "'", "").Replace(n)
		found[n] = append(strings.FieldsFunc(n, func(r rune) bool { return r == ' ' || r == '\'' }), n, strings.TrimLeft(n, "0"), strings.ReplaceAll(n, ",", "."), bare)
	}
	for _, word := range strings.Fields(letters(text)) {
		if value := inWords[word]; value != "" {
			found[word] = []string{value}
		}
	}
	for i, r := range []rune("〇一二三四五六七八九十") {
		if strings.ContainsRune(text, r) {
			found[string(r)] = []string{fmt.Sprint(i)}
		}
	}
	return found
}

// units are those that lies have.
var units = strings.Fields("km miles million billion dollars euros kilograms tonnes parsecs fathoms")

// stemOf is a word without what it may end in: Зиминой.
func stemOf(word string) string {
	runes := []rune(word)
	return string(runes[:max(len(runes)-2, min(len(runes), 4))])
}

// namesOf are the words with a capital within a sentence, in alphabets that have
// capitals.
func namesOf(text string) []string {
	var names []string
	opened := true // the next word starts a sentence or a quote
	for _, word := range regexp.MustCompile(`\p{L}[\p{L}\p{M}]*|[.!?:;"“„«‘(—–-]`).FindAllString(text, -1) {
		first, _ := utf8.DecodeRuneInString(word)
		if unicode.IsUpper(first) && !opened && utf8.RuneCountInString(word) > 1 {
			names = append(names, word)
		}
		opened = !unicode.IsLetter(first)
	}
	return names
}
