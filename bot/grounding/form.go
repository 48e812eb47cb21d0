package grounding

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"storybot/retrieval/analysis"
)

// MaxStatement bounds a statement, in characters: a long sentence has 300.
const MaxStatement = 1000

// A ban is what statements may not hold, as a pattern over the normal form in
// lower case, with the reason.
type ban struct {
	pattern *regexp.Regexp
	why     string
}

// always bans, whatever the paragraph says: what acts on a reader's screen, or
// on the next model.
var always = []ban{
	{regexp.MustCompile(`[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:javascript|mailto|discord|tel|file):\S|\][(\[]`), "It holds a link."},
	{regexp.MustCompile(`@[\pL\pN_]|<[@#:/a-z][^<>]*>`), "It holds a mention."},
	{regexp.MustCompile(`<\||\|>|\[/?inst\]|^#+ |(?:^|[.!?] )(?:system|assistant|user) ?:`), "It holds marks of a talk with a model."},
	{regexp.MustCompile(`\b(?:ignore|disregard|forget|override)\b.{0,20}\b(?:previous|prior|above|earlier|preceding|your|my)\b.{0,20}\b(?:instructions?|prompts?|rules|guidelines)\b`), "It speaks of instructions to a model."},
	{regexp.MustCompile(`\b(?:system|developer|hidden|initial) prompts?\b|\bprompt injection\b`), "It speaks of instructions to a model."},
}

// uncited bans what no cited paragraph has in the same words.
var uncited = []ban{
	{regexp.MustCompile(`[{}]|'[a-z_]+' ?:`), "It holds data, not a sentence."},
	{regexp.MustCompile(`\[\^?\d+\]`), "It holds a citation mark."},
	{regexp.MustCompile(`~~|\|\||\*\*|__|#+ |^(?:>|[*-]) `), "It holds formatting."},
	{regexp.MustCompile(`[\pL\pN-]+\.\pL[\pL\pN-]+(?:/\S*)?`), "It holds an address."},
	{regexp.MustCompile(`\b(?:the|this|that|these|provided|given|above|cited) (?:passages?|paragraphs?|excerpts?|quotes?|texts?|contexts?|sources?|snippets?|articles?|story|stories|documents?|prompts?|evidence)\b`), "It speaks of the text, not of what the text tells."},
	{regexp.MustCompile(`\bas an? (?:ai|assistant|(?:large )?language model)\b|\bi(?:'m| am) (?:an? (?:ai|assistant|language model)|unable to|not able to)\b|\bmy (?:training|instructions|knowledge)\b`), "It speaks of its writer."},
}

// improper says why a statement may not be shown whatever it cites, or "".
func improper(statement string, evidence []Evidence) string {
	form := strings.ToLower(normalize(statement).text)
	switch {
	case !utf8.ValidString(statement):
		return "It is not text."
	case utf8.RuneCountInString(statement) > MaxStatement, utf8.RuneCountInString(form) > MaxStatement:
		return "It is too long."
	case strings.ContainsFunc(statement, breaksLine) || strings.Contains(statement, "```"):
		return "It is more than a sentence."
	case !hasContent(statement):
		return "It says nothing."
	}
	for _, n := range always {
		if n.pattern.MatchString(form) {
			return n.why
		}
	}
	var cited string
	for _, e := range evidence {
		cited += e.Paragraph + "\n"
	}
	if why := disguised(statement, cited); why != "" {
		return why
	}
	cited = strings.ToLower(normalize(cited).text)
	for _, u := range uncited {
		for _, found := range u.pattern.FindAllString(form, -1) {
			if !strings.Contains(cited, found) {
				return u.why
			}
		}
	}
	return ""
}

func breaksLine(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

// hasContent says that a statement has a word which is more than a function word.
func hasContent(statement string) bool {
	lang := analysis.Language(statement)
	for _, t := range analysis.Tokens(statement) {
		if t.Kind != analysis.Number && !analysis.IsCommon(t, lang) {
			return true
		}
	}
	return false
}

// disguised says why a statement may read otherwise than it looks: it has
// invisible characters, struck-out letters, pictures or words of mixed alphabets that
// the cited text does not have.
func disguised(statement, cited string) string {
	for _, r := range norm.NFC.String(statement) {
		switch {
		case strings.ContainsRune(cited, r):
		case isInvisible(r), unicode.Is(overlays, r):
			return "It holds characters that hide or change others."
		case unicode.Is(unicode.So, r): // � too
			return "It holds a sign that the passage does not have."
		}
	}
	for _, t := range analysis.Tokens(statement) {
		if mixesAlphabets(t.Text) && !strings.Contains(cited, t.Of(statement)) {
			return "It holds a word of mixed alphabets."
		}
	}
	return ""
}

// overlays are the marks that can be put on any letter or digit. Those that
// belong to a letter of some language are mostly composed with it (NFC).
var overlays = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0300, Hi: 0x036F, Stride: 1}, {Lo: 0x1AB0, Hi: 0x1AFF, Stride: 1}, {Lo: 0x1DC0, Hi: 0x1DFF, Stride: 1},
	{Lo: 0x20D0, Hi: 0x20FF, Stride: 1}, {Lo: 0xFE20, Hi: 0xFE2F, Stride: 1},
}}

// lookalikes are the scripts whose letters are taken for one another.
var lookalikes = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee}

func mixesAlphabets(word string) bool {
	scripts := 0
	for _, script := range lookalikes {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(script, r) }) {
			scripts++
		}
	}
	return scripts > 1
}
