package analysis

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
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
// stem by Snowball's rules (snowballstem.org) or a light stemmer's where there
// are any, without diacritics. A word in another script than the language's is
// only folded.
func Stem(word, lang string) string { return stemmers()[lang].of(word).stem }

// A stemmer finds the stems of a language's words. Nil stems none.
type stemmer struct {
	script *unicode.RangeTable
	stem   func(word string) string
	salt   uint64 // keeps the languages' slots apart
}

// stems remembers the stem of the last word that fell to each slot, as most
// words of any text are among few. It never grows, and nothing depends on it
// but time.
var (
	stems    [1 << 15]atomic.Pointer[stemmed]
	hashSeed = maphash.MakeSeed()
)

// A stemmed word has two stems, as an accent may make another ending of the
// same letters: nació, nacio.
type stemmed struct {
	by   *stemmer
	word string
	stem string // folded
	bare string // of the folded word
}

// of is the stemmed word.
func (s *stemmer) of(word string) stemmed {
	if s == nil || len(word) > maxStem {
		folded := fold(word)
		return stemmed{s, word, folded, folded}
	}
	slot := &stems[(maphash.String(hashSeed, word)^s.salt)%uint64(len(stems))]
	if known := slot.Load(); known != nil && known.word == word && known.by == s {
		return *known
	}
	word = strings.Clone(word) // the text that it is part of is not kept
	stem := s.find(word)
	found := stemmed{s, word, stem, stem}
	if folded := fold(word); folded != word {
		found.bare = s.find(folded)
	}
	slot.Store(&found)
	return found
}

func (s *stemmer) find(word string) string {
	first, _ := utf8.DecodeRuneInString(word)
	if unicode.Is(s.script, first) {
		if stem := fold(s.stem(word)); stem != "" {
			return stem
		}
	}
	return fold(word)
}

// stemmers are the stemmers by language, made once.
var stemmers = sync.OnceValue(func() map[string]*stemmer {
	all := lightStemmers()
	for lang, stem := range map[string]func(*snowballstem.Env) bool{
		"da": danish.Stem, "de": german.Stem, "en": english.Stem, "es": spanish.Stem, "fi": finnish.Stem,
		"fr": french.Stem, "hu": hungarian.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nl": dutch.Stem,
		"pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "sv": swedish.Stem, "tr": turkish.Stem,
	} {
		script := unicode.Latin
		if lang == "ru" {
			script = unicode.Cyrillic
		}
		all[lang] = &stemmer{script: script, stem: func(word string) string {
			env := snowballstem.NewEnv(word)
			stem(env)
			return env.Current()
		}}
	}
	for lang, stemmer := range all {
		stemmer.salt = maphash.String(hashSeed, lang)
	}
	return all
})
