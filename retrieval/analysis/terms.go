package analysis

import "unicode/utf8"

// Terms are the index terms of text, in order and with repeats, stemmed as
// words of the language lang (see Language).
func Terms(text, lang string) []string {
	tokens := Tokens(text)
	terms := make([]string, 0, len(tokens))
	for _, t := range tokens {
		terms = t.appendTerms(terms, lang)
	}
	return terms
}

// Terms are the token's index terms, as in a text of the language lang.
func (t Token) Terms(lang string) []string { return t.appendTerms(nil, lang) }

// appendTerms adds the token's terms: a word's stem, a number, or the grams of
// a run.
func (t Token) appendTerms(terms []string, lang string) []string {
	switch t.Kind {
	case Run:
		return appendGrams(terms, t.Text, runLength(t.Text))
	case Number:
		return append(terms, t.Text)
	default:
		return append(terms, Stem(t.Text, lang))
	}
}

// A Group holds terms of a question that stand for the same thing: the
// variants of a word in the languages it is searched in. Any of them will do.
type Group struct {
	Token
	Terms []string // at least one, none twice
}

// Groups are the terms of a question, to be searched in texts of the languages
// langs: a group a word, a group a gram. A word or gram asked twice gives one
// group.
func Groups(question string, langs []string) []Group {
	var groups []Group
	seen := make(map[string]bool)
	add := func(t Token, terms []string) {
		if !seen[terms[0]] {
			seen[terms[0]] = true
			groups = append(groups, Group{t, terms})
		}
	}
	for _, t := range Tokens(question) {
		if t.Kind == Run {
			for _, gram := range appendGrams(nil, t.Text, runLength(t.Text)) {
				add(Token{Span: t.Span, Text: gram, Kind: Run}, []string{gram})
			}
			continue
		}
		add(t, t.variants(langs))
	}
	return groups
}

// variants are the token's terms in each of the languages.
func (t Token) variants(langs []string) []string {
	if t.Kind == Number {
		return []string{t.Text}
	}
	var terms []string
	for _, lang := range langs {
		terms = appendNew(terms, Stem(t.Text, lang))
	}
	return appendNew(terms, Stem(t.Text, ""))
}

func appendNew(terms []string, term string) []string {
	for _, t := range terms {
		if t == term {
			return terms
		}
	}
	return append(terms, term)
}

// Grams are the overlapping stretches of n characters of the word, or the
// word itself when it is shorter.
func Grams(word string, n int) []string { return appendGrams(nil, word, n) }

func appendGrams(grams []string, word string, n int) []string {
	starts := make([]int, 0, len(word)+1)
	for i := range word {
		starts = append(starts, i)
	}
	starts = append(starts, len(word))
	if utf8.RuneCountInString(word) <= n {
		return append(grams, word)
	}
	for i := 0; i+n < len(starts); i++ {
		grams = append(grams, word[starts[i]:starts[i+n]])
	}
	return grams
}
