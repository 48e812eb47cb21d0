package analysis

import "unicode/utf8"

// Terms are the index terms of text, in order and with repeats, stemmed as
// words of the language lang (see Language).
func Terms(text, lang string) []string { return TermsOf(Tokens(text), lang) }

// TermsOf are the Terms of a text with these tokens.
func TermsOf(tokens []Token, lang string) []string {
	terms := make([]string, 0, len(tokens)+len(tokens)/8)
	for _, t := range tokens {
		terms = t.AppendTerms(terms, lang)
	}
	return terms
}

// AppendTerms adds the token's index terms, as in a text of the language lang:
// a word's stem, a number, or the grams of a run; then what else others may
// write for it.
func (t Token) AppendTerms(terms []string, lang string) []string {
	switch t.Kind {
	case Run:
		first, _ := utf8.DecodeRuneInString(t.Text)
		return appendGrams(terms, t.Text, gramLength(first))
	case Number:
		terms = append(terms, t.Text)
	default:
		terms = appendStems(terms, t.Text, lang)
	}
	switch {
	case t.Also == "":
		return terms
	case hasDigit(t.Also):
		return append(terms, t.Also)
	}
	return append(terms, Stem(t.Also, lang))
}

// appendStems adds the word's stem, and its stem without diacritics when that
// is another.
func appendStems(terms []string, word, lang string) []string {
	s := stemmers()[lang].of(word)
	if terms = append(terms, s.stem); s.bare != s.stem {
		terms = append(terms, s.bare)
	}
	return terms
}

// Grams are the overlapping stretches of n characters of the word, or the
// word itself when it is shorter.
func Grams(word string, n int) []string { return appendGrams(nil, word, n) }

func appendGrams(grams []string, word string, n int) []string {
	start := 0
	for i := range word {
		if n--; n < 0 {
			grams = append(grams, word[start:i])
			_, size := utf8.DecodeRuneInString(word[start:])
			start += size
		}
	}
	return append(grams, word[start:])
}
