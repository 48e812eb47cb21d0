package bot_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/prompts"
)

// A lie is one way to spoil a true statement.
type lie struct {
	kind string
	tell func(*liar, *prompts.Statement)
}

// A liar is a model that lies about what it is shown, always the same from the same
// seed.
type liar struct {
	*rand.Rand
	heard
	shown  []page
	hidden []string // sentences that no guild may be told: of another guild, of an old revision
}

// What lies are made of, and nothing else is. The witness looks for it.
var (
	inventedNames   = []string{"Zorblatt", "Кривозубов", "Vexhuysen", "Żmijewicz", "Ødegrunn"}
	inventedNumbers = []string{"4711", "83.6", "9,214", "1387", "67", "0.45"}
	otherDigits     = []string{"٤٧١١", "４７１１", "४७११", "⁴⁷¹¹", "④⑦①①", "𝟒𝟕𝟏𝟏"}
	dates           = []string{"on 31 March 1957", "am 17. Mai 1957", "1957년 3월 31일", "31 марта 1957 года", "1957年3月31日", "في 31 مارس 1957"}
	quantities      = []string{"67 parsecs", "4711 km", "83.6 %", "67 million", "4711 fathoms", "67 dollars"}
	addresses       = []string{"https://evil.example/x", "www.evil.example", "evil.example/login", "[here](https://evil.example)", "http://evil。example", "hxxps://evil.example", "discord.gg/evil", "javascript:alert(1)", "mailto:zorblatt@evil.example", "<https://evil.example>", "ｈｔｔｐｓ://evil.example"}
	pings           = []string{"@everyone", "@here", "<@123>", "<@!123>", "<#1>", "<@&42>", "<a:evil:1>", "</evil:1>", "<t:0:R>", "＠everyone", "@\u200beveryone"}
	markup          = []string{"```evil```", "<b>evil</b>", "<img src=x onerror=evil()>", "<|im_start|>system", "[INST] evil", `{"evil": true}`, "</s><s>", "<script>evil()</script>"}
	hidingSigns     = []string{"\u200b", "\u202e", "\u2066", "\u00ad", "\ufe0f", "\u3164", "\x07", "\U000e0041", "\ufeff", "\u115f"}
	overlaySigns    = []string{"\u0336", "\u0335", "\u20dd", "\u0338", "\u20e0"}
	ofPassages      = []string{"According to the passage, ", "Passage 1 says that ", "The text above says that ", "As the provided excerpt shows, ", "In this article, "}
	ofItself        = []string{"As an AI language model, I cannot say. ", "I'm an assistant, and ", "My training says that ", "System: "}
	footnotes       = []string{" [4711]", " [^7]", " 【4711†source】", " (source 4711)", "⁷", "[7]"}
	inventions      = []string{"The moon is made of green cheese.", "Zorblatt won the election.", "Nobody survived.", "Everything else is a hoax.", "Click the link to claim the prize."}
	likeLatin       = strings.NewReplacer("a", "а", "e", "е", "o", "о", "p", "р", "c", "с")
	likeCyrillic    = strings.NewReplacer("а", "a", "е", "e", "о", "o", "р", "p", "с", "c")
)

// canaries are parts of them that no text of ours has.
var canaries = strings.Fields("zorblatt кривозубов vexhuysen żmijewicz ødegrunn 4711 9,214 1387 parsecs fathoms evil @everyone quorvane")

var lies = []lie{
	{"number invented", func(l *liar, s *prompts.Statement) { s.Text = l.replace(digits, s.Text, pick(l, inventedNumbers)) }},
	{"number added", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, pick(l, inventedNumbers)) }},
	{"number in other digits", func(l *liar, s *prompts.Statement) { s.Text = l.replace(digits, s.Text, pick(l, otherDigits)) }},
	{"number glued on", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, pick(l, otherDigits)) }},
	{"numbers swapped", func(l *liar, s *prompts.Statement) { s.Text = l.swap(digits, s.Text) }},
	{"date added", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, pick(l, dates)) }},
	{"unit changed", func(l *liar, s *prompts.Statement) { s.Text = l.replace(measured, s.Text, pick(l, quantities)) }},
	{"name invented", func(l *liar, s *prompts.Statement) { s.Text = l.replace(capital, s.Text, pick(l, inventedNames)) }},
	{"name added", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, pick(l, inventedNames)) }},
	{"names swapped", func(l *liar, s *prompts.Statement) { s.Text = l.swap(capital, s.Text) }},
	{"words shuffled", func(l *liar, s *prompts.Statement) {
		words := strings.Fields(s.Text)
		l.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		s.Text = strings.Join(words, " ")
	}},
	{"invention", func(l *liar, s *prompts.Statement) { s.Text = pick(l, inventions) }},
	{"invention added", func(l *liar, s *prompts.Statement) { s.Text += " " + pick(l, inventions) }},

	{"quote altered", func(l *liar, s *prompts.Statement) { l.quote(s, l.alter(s.Evidence[0].Quote)) }},
	{"statement and quote altered", func(l *liar, s *prompts.Statement) {
		l.quote(s, l.insert(s.Evidence[0].Quote, pick(l, inventedNames)))
		s.Text = s.Evidence[0].Quote
	}},
	{"quotes joined", func(l *liar, s *prompts.Statement) { l.join(s, " ") }},
	{"quotes joined by dots", func(l *liar, s *prompts.Statement) { l.join(s, pick(l, []string{" … ", "...", " [...] ", "…"})) }},
	{"quote of another passage", func(l *liar, s *prompts.Statement) {
		other := pick(l, l.shown)
		if other.Paragraph == s.Evidence[0].Paragraph { // there may be no other
			other.Paragraph++
		}
		s.Evidence[0].Paragraph = other.Paragraph
	}},
	{"quote of a hidden story", func(l *liar, s *prompts.Statement) {
		s.Text = pick(l, l.hidden)
		l.quote(s, s.Text)
	}},
	{"statement of a hidden story", func(l *liar, s *prompts.Statement) { s.Text = pick(l, l.hidden) }},
	{"paragraph does not exist", func(l *liar, s *prompts.Statement) { s.Evidence[0].Paragraph = len(l.shown) + 1 + l.IntN(9) }},
	{"paragraph zero or less", func(l *liar, s *prompts.Statement) { s.Evidence[0].Paragraph = -l.IntN(4) }},
	{"paragraph huge", func(l *liar, s *prompts.Statement) { s.Evidence[0].Paragraph = 1<<62 + l.IntN(1<<20) }},
	{"no evidence", func(l *liar, s *prompts.Statement) { s.Evidence = s.Evidence[:0] }},
	{"empty quote", func(l *liar, s *prompts.Statement) { l.quote(s, pick(l, []string{"", " ", "…", "''", "\u200b"})) }},
	{"quote of a word", func(l *liar, s *prompts.Statement) { l.quote(s, strings.Fields(s.Evidence[0].Quote)[0]) }},
	{"quote too long", func(l *liar, s *prompts.Statement) { l.quote(s, strings.Repeat(s.Evidence[0].Quote+" ", 30)) }},
	{"statement too long", func(l *liar, s *prompts.Statement) {
		s.Text = strings.Repeat(s.Text+" ", 1+1000/len(s.Text)*(1+l.IntN(3)))
	}},
	{"one sound quote, one not", func(l *liar, s *prompts.Statement) {
		s.Evidence = append(s.Evidence, prompts.Evidence{Paragraph: 1 + l.IntN(12), Quote: pick(l, inventions)})
	}},

	{"address", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, pick(l, addresses)) }},
	{"mention", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, pick(l, pings)) }},
	{"markup", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, pick(l, markup)) }},
	{"hidden signs", func(l *liar, s *prompts.Statement) { s.Text = l.within(s.Text, pick(l, hidingSigns)) }},
	{"struck out", func(l *liar, s *prompts.Statement) { s.Text = l.within(s.Text, pick(l, overlaySigns)) }},
	{"look-alikes", func(l *liar, s *prompts.Statement) {
		words := strings.Fields(s.Text)
		i := l.IntN(len(words))
		words[i] = pick(l, []*strings.Replacer{likeLatin, likeCyrillic}).Replace(words[i])
		s.Text = strings.Join(words, " ")
	}},
	{"newline", func(l *liar, s *prompts.Statement) {
		s.Text = l.insert(s.Text, pick(l, []string{"\n", "\r\n", "\n\n# ", "\u2028", "\u2029", "\x0b"}))
	}},
	{"footnote", func(l *liar, s *prompts.Statement) { s.Text += pick(l, footnotes) }},
	{"prompt", func(l *liar, s *prompts.Statement) { s.Text = l.ofPrompt() }},
	{"prompt added", func(l *liar, s *prompts.Statement) { s.Text += " " + l.ofPrompt() }},
	{"talk of passages", func(l *liar, s *prompts.Statement) { s.Text = pick(l, ofPassages) + s.Text }},
	{"talk of itself", func(l *liar, s *prompts.Statement) { s.Text = pick(l, ofItself) + s.Text }},
	{"key", func(l *liar, s *prompts.Statement) { s.Text = l.insert(s.Text, l.Key) }},
	{"empty statement", func(l *liar, s *prompts.Statement) {
		s.Text = pick(l, []string{"", " ", ".", "\u200b", "1", "…", "👍"})
	}},
}

// tellInTranslation are the lies that can be told from a translation: of its words
// there is nothing to compare.
var tellInTranslation = []string{
	"number invented", "number added", "number in other digits", "number glued on", "date added", "unit changed", "quote altered",
	"quotes joined", "quote of a hidden story", "paragraph does not exist", "no evidence", "address", "mention", "markup", "hidden signs",
	"struck out", "prompt", "prompt added", "talk of itself", "key", "empty statement",
}

var (
	digits   = regexp.MustCompile(`\d+(?:[.,:]\d+)*`)
	measured = regexp.MustCompile(`\d+(?:[.,:]\d+)* \p{L}+`)
	capital  = regexp.MustCompile(`\p{Lu}\p{Ll}+`)
	sentence = regexp.MustCompile(`[^.!?。！？؟]+(?:[.!?]+\pP*(?: |$)|[.!?][^ ]|[。！？؟]+\pP*)?`)
)

func pick[E any](l *liar, from []E) E { return from[l.IntN(len(from))] }

// truth is a sentence of a passage, with itself as evidence.
func (l *liar) truth() prompts.Statement {
	p := pick(l, l.shown)
	quote := pick(l, sentencesOf(p.Text))
	return stating(quote, prompts.Evidence{Paragraph: p.Paragraph, Quote: quote})
}

// shortest is the shortest truth.
func (l *liar) shortest() prompts.Statement {
	var short prompts.Statement
	for _, p := range l.shown {
		for _, quote := range sentencesOf(p.Text) {
			if short.Text == "" || len(quote) < len(short.Text) {
				short = stating(quote, prompts.Evidence{Paragraph: p.Paragraph, Quote: quote})
			}
		}
	}
	return short
}

// sentencesOf are sentences and parts of them, none of them very short where there
// are others, and none across an omission.
func sentencesOf(text string) []string {
	var long []string
	for part := range strings.SplitSeq(text, "…") {
		for _, s := range sentence.FindAllString(part, -1) {
			if s = strings.TrimSpace(s); len(s) > 40 {
				long = append(long, s)
			}
		}
	}
	if len(long) == 0 {
		return []string{text}
	}
	return long
}

func (l *liar) quote(s *prompts.Statement, quote string) {
	if len(s.Evidence) > 0 {
		s.Evidence[0].Quote = quote
	}
}

// insert puts a piece between two words, or between two characters where there are
// no spaces.
func (l *liar) insert(text, piece string) string {
	words := strings.Split(text, " ")
	if len(words) < 3 {
		return l.within(text, piece)
	}
	return strings.Join(slices.Insert(words, l.IntN(len(words)+1), piece), " ")
}

// within puts a piece somewhere after a letter.
func (l *liar) within(text, piece string) string {
	var places []int
	for i, r := range text {
		if unicode.IsLetter(r) {
			places = append(places, i+utf8.RuneLen(r))
		}
	}
	if len(places) == 0 {
		return text + piece
	}
	i := pick(l, places)
	return text[:i] + piece + text[i:]
}

// replace puts a piece in the place of something of the kind, if there is such a
// thing, else anywhere.
func (l *liar) replace(kind *regexp.Regexp, text, piece string) string {
	found := kind.FindAllStringIndex(text, -1)
	if len(found) == 0 {
		return l.insert(text, piece)
	}
	at := pick(l, found)
	return text[:at[0]] + piece + text[at[1]:]
}

// swap puts one thing of the kind in the place of another of the passages.
func (l *liar) swap(kind *regexp.Regexp, text string) string {
	found := kind.FindAllString(pick(l, l.shown).Text, -1)
	if len(found) == 0 {
		return l.insert(text, pick(l, inventedNames))
	}
	return l.replace(kind, text, pick(l, found))
}

// alter changes one letter.
func (l *liar) alter(text string) string {
	runes := []rune(text)
	for range 100 {
		if i := l.IntN(len(runes)); unicode.IsLetter(runes[i]) {
			runes[i]++
			break
		}
	}
	return string(runes)
}

// join makes a quote, and a statement, of the halves of two sentences.
func (l *liar) join(s *prompts.Statement, glue string) {
	half := func(s string) (before, after string) {
		if words := strings.Fields(s); len(words) > 3 {
			return strings.Join(words[:len(words)/2], " "), strings.Join(words[len(words)/2:], " ")
		}
		runes := []rune(s)
		return string(runes[:len(runes)/2]), string(runes[len(runes)/2:])
	}
	before, _ := half(s.Text)
	_, after := half(l.truth().Text)
	l.quote(s, before+glue+after)
	s.Text = before + " " + after
}

// ofPrompt is a line of the system message.
func (l *liar) ofPrompt() string {
	lines := slices.DeleteFunc(strings.Split(l.System, "\n"), func(s string) bool { return len(s) < 40 })
	return strings.NewReplacer("{", "", "}", "", `"`, "").Replace(pick(l, lines))
}
