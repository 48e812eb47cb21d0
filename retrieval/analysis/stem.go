package analysis

import (
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"
)

// maxStem bounds the words that are stemmed, in bytes: no language inflects
// longer ones, and a stemmer's time grows with the word.
const maxStem = 64

// Stem is the term of a normalised word (a Token's Text) in a language: its
// stem by Snowball's rules (snowballstem.org) where there are any, without
// diacritics. A word in another script than the language's is only folded.
func Stem(word, lang string) string {
	if len(word) > maxStem {
		return fold(word)
	}
	stem, script := stemmer(lang)
	first, _ := utf8.DecodeRuneInString(word)
	if stem == nil || !unicode.Is(script, first) {
		return fold(word)
	}
	env := snowballstem.NewEnv(word)
	stem(env)
	if stemmed := fold(env.Current()); stemmed != "" {
		return stemmed
	}
	return fold(word)
}

func stemmer(lang string) (func(*snowballstem.Env) bool, *unicode.RangeTable) {
	switch lang {
	case "ar":
		return arabic.Stem, unicode.Arabic
	case "da":
		return danish.Stem, unicode.Latin
	case "de":
		return german.Stem, unicode.Latin
	case "en":
		return english.Stem, unicode.Latin
	case "es":
		return spanish.Stem, unicode.Latin
	case "fi":
		return finnish.Stem, unicode.Latin
	case "fr":
		return french.Stem, unicode.Latin
	case "hu":
		return hungarian.Stem, unicode.Latin
	case "it":
		return italian.Stem, unicode.Latin
	case "nb":
		return norwegian.Stem, unicode.Latin
	case "nl":
		return dutch.Stem, unicode.Latin
	case "pt":
		return portuguese.Stem, unicode.Latin
	case "ro":
		return romanian.Stem, unicode.Latin
	case "ru":
		return russian.Stem, unicode.Cyrillic
	case "sv":
		return swedish.Stem, unicode.Latin
	case "tr":
		return turkish.Stem, unicode.Latin
	}
	return nil, nil
}
