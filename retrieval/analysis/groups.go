package analysis

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Group holds terms of a question that stand for the same thing: the
// variants of a word in the languages it is searched in. Any of them will do.
// A term may be in two groups: that of Spider and that of Man hold spiderman.
type Group struct {
	Token
	Terms []string // at least one, none twice
}

// Groups are the terms of a question, to be searched in texts of the languages
// langs: a group a word, a group a gram. A word or gram asked twice gives one
// group.
func Groups(question string, langs []string) []Group {
	var groups []Group
	place := make(map[string]int) // of the group that begins with the term
	add := func(t Token, terms []string) {
		i, ok := place[terms[0]]
		if !ok {
			i = len(groups)
			place[terms[0]] = i
			groups = append(groups, Group{Token: t})
		}
		groups[i].Terms = appendNew(groups[i].Terms, terms...)
	}
	tokens := Tokens(question)
	lang := LanguageOf(tokens)
	if lang == "" && len(langs) == 1 {
		lang = langs[0]
	}
	pairs := pairUp(tokens, lang)
	for i, t := range tokens {
		if t.Kind == Run {
			for _, gram := range t.AppendTerms(nil, "") {
				add(Token{Span: t.Span, Text: gram, Kind: Run}, []string{gram})
			}
			continue
		}
		terms := variants(t.Text, langs)
		for _, other := range []string{t.Also, pairs[i], pairs[i+1], numerals().digits[numeral{t.Text, lang}]} {
			if other != "" {
				terms = appendNew(terms, variants(other, langs)...)
			}
		}
		add(t, terms)
	}
	return groups
}

// pairUp gives each token what it makes together with the one before, where
// another may write them in one: with a hyphen or an apostrophe between them,
// and with a space when neither is a function word (Spider Man, World Cup).
// There is one place more than tokens.
func pairUp(tokens []Token, lang string) []string {
	pairs := make([]string, len(tokens)+1)
	for i := 1; i < len(tokens); i++ {
		a, b := tokens[i-1], tokens[i]
		pair := a.Text + b.Text
		spaced := a.Kind == Word && b.Kind == Word && b.Start-a.End == 1 && !IsCommon(a, lang) && !IsCommon(b, lang)
		if spaced || b.Also == pair {
			pairs[i] = pair
		}
	}
	return pairs
}

// variants are the terms of a word in each of the languages, or of a number and
// the words for it.
func variants(word string, langs []string) []string {
	if hasDigit(word) {
		terms := []string{word}
		for _, lang := range langs {
			for _, name := range numerals().names[numeral{word, lang}] {
				terms = appendNew(terms, Stem(name, lang))
			}
		}
		return terms
	}
	var terms []string
	for _, lang := range langs {
		terms = appendNew(terms, appendStems(nil, word, lang)...)
		if spelled := respell(word, lang); spelled != word {
			terms = appendNew(terms, Stem(spelled, lang))
		}
	}
	return appendNew(terms, Stem(word, ""))
}

func appendNew(terms []string, more ...string) []string {
	for _, term := range more {
		if !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	return terms
}

// respell is the word with the vowels that German, Danish and Norwegian have of
// their own in the other of their two spellings: Müller, Mueller.
func respell(word, lang string) string {
	if lang != "de" && lang != "da" && lang != "nb" {
		return word
	}
	if spelled := withMarks.Replace(word); spelled != word {
		return spelled
	}
	return withoutMarks.Replace(word)
}

var (
	withMarks    = strings.NewReplacer("ae", "ä", "oe", "ö", "ue", "ü", "aa", "å")
	withoutMarks = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe", "æ", "ae")
)

// A numeral is a number, in digits or as a word of a language.
type numeral struct{ text, lang string }

type numeralLists struct {
	digits map[numeral]string
	names  map[numeral][]string
}

// numerals are the words for numbers from two to ten, in the lines of
// dates.txt. One is an article or a pronoun in most languages.
var numerals = sync.OnceValue(func() numeralLists {
	n := numeralLists{make(map[numeral]string), make(map[numeral][]string)}
	for line := range strings.Lines(dateList) {
		head, list, _ := strings.Cut(line, ":")
		lang, kind, _ := strings.Cut(head, " ")
		if kind != "numbers" {
			continue
		}
		for i, names := range strings.Split(list, ",") {
			digits := strconv.Itoa(i + 1)
			for _, t := range Tokens(names) {
				if i > 0 && t.Kind == Word {
					n.digits[numeral{t.Text, lang}] = digits
					n.names[numeral{digits, lang}] = append(n.names[numeral{digits, lang}], t.Text)
				}
			}
		}
	}
	return n
})

// IsCount says that the token counts something: it is a number, in digits or
// as a word of the language lang.
func IsCount(t Token, lang string) bool {
	return t.Kind == Number || numerals().digits[numeral{t.Text, lang}] != ""
}
