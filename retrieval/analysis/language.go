package analysis

import (
	_ "embed"
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// commonList holds the function words of many languages, one language a line;
// 64 at most, as each has a bit.
//
//go:embed common.txt
var commonList string

// common is the list, read once.
var common = sync.OnceValue(readCommon)

type commonWords struct {
	langs []string
	bits  map[string]uint64 // a language's bit
	words map[string]uint64 // normal form to the bits of its languages
	grams map[string]bool   // function words, and grams of them, of scripts without spaces
}

func readCommon() *commonWords {
	c := commonWords{bits: make(map[string]uint64), words: make(map[string]uint64), grams: make(map[string]bool)}
	for line := range strings.Lines(commonList) {
		lang, list, _ := strings.Cut(line, ":")
		bit := uint64(1) << len(c.langs)
		c.langs = append(c.langs, lang)
		c.bits[lang] = bit
		for _, t := range Tokens(list) {
			if t.Kind != Run {
				c.words[t.Text] |= bit
				continue
			}
			for _, gram := range t.AppendTerms(nil, lang) {
				c.grams[gram] = true
			}
		}
	}
	return &c
}

// IsCommon says that the token is a function word (the, wer, что, 什么), or a
// gram of one: a word that says little about what a text tells. It is judged
// as a word of the language lang, or of any when lang is "": "war" is a verb
// in German and a thing in English. An acronym is none: the US.
func IsCommon(t Token, lang string) bool {
	c := common()
	if t.Kind == Run {
		return c.grams[t.Text]
	}
	set := c.words[t.Text]
	if bit, ok := c.bits[lang]; ok {
		set &= bit
	}
	return set != 0 && !t.Acronym
}

// Language is the language that text is written in, as an ISO 639-1 code, or
// "" when it cannot be told. Scripts of one language tell it; else it is the
// language with the most function words in the text.
func Language(text string) string { return LanguageOf(Tokens(text)) }

// LanguageOf is the Language of a text with these tokens.
func LanguageOf(tokens []Token) string {
	var scripts scriptCounts
	var counts [64]int
	c := common()
	for _, t := range tokens {
		scripts.add(t)
		for set := c.words[t.Text]; set != 0 && !t.Acronym; set &= set - 1 {
			counts[bits.TrailingZeros64(set)]++
		}
	}
	if lang := scripts.language(); lang != "" {
		return lang
	}
	best, lang := 0, ""
	for i, name := range c.langs {
		if counts[i] > best {
			best, lang = counts[i], name
		}
	}
	return lang
}

// scriptCounts counts characters of the scripts that tell a language by
// themselves.
type scriptCounts struct {
	han, kana, hangul, thai, lao, khmer, burmese, other int
}

func (c *scriptCounts) add(t Token) {
	if t.Kind != Run {
		c.other += utf8.RuneCountInString(t.Text)
		return
	}
	for _, r := range t.Text {
		switch {
		case unicode.Is(unicode.Han, r):
			c.han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			c.kana++
		case unicode.Is(unicode.Hangul, r):
			c.hangul++
		case unicode.Is(unicode.Thai, r):
			c.thai++
		case unicode.Is(unicode.Lao, r):
			c.lao++
		case unicode.Is(unicode.Khmer, r):
			c.khmer++
		case unicode.Is(unicode.Myanmar, r):
			c.burmese++
		}
	}
}

// language is the language of most of the text, when scripts without spaces
// make up at least a quarter of it. A character of Han weighs more than a
// letter: it is about a word.
func (c *scriptCounts) language() string {
	chinese := "zh"
	if 10*c.kana > c.han {
		chinese = "ja"
	}
	most, sum, lang := 0, 0, ""
	for _, s := range []struct {
		lang   string
		weight int
	}{
		{chinese, 3 * (c.han + c.kana)}, {"ko", 2 * c.hangul}, {"th", c.thai}, {"lo", c.lao}, {"km", c.khmer}, {"my", c.burmese},
	} {
		sum += s.weight
		if s.weight > most {
			most, lang = s.weight, s.lang
		}
	}
	if 3*sum < c.other {
		return ""
	}
	return lang
}
