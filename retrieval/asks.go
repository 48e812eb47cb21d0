package retrieval

import (
	_ "embed"
	"strings"
	"sync"

	"storybot/retrieval/analysis"
)

// ask is what kind of thing a question asks for. The answer to "when" has a
// number in it more often than not, the answer to "who" a name.
type ask uint8

const (
	askAnything ask = iota
	askPerson
	askNumber // when, how many
)

// askList holds the question words of many languages, a language and kind a
// line.
//
//go:embed asks.txt
var askList string

type askPhrase struct {
	phrase string
	ask    ask
}

// askPhrases are the phrases of each language, read once.
var askPhrases = sync.OnceValue(func() map[string][]askPhrase {
	kinds := map[string]ask{"person": askPerson, "time": askNumber, "quantity": askNumber, "event": askAnything}
	phrases := make(map[string][]askPhrase)
	for line := range strings.Lines(askList) {
		head, list, _ := strings.Cut(line, ":")
		lang, kind, _ := strings.Cut(head, " ")
		for phrase := range strings.SplitSeq(list, ",") {
			text, _ := words(analysis.Tokens(phrase))
			phrases[lang] = append(phrases[lang], askPhrase{text, kinds[kind]})
		}
	}
	return phrases
})

// An asking is what a question asks for, and with which of its words.
type asking struct {
	Span
	ask ask
}

// askOf is what a question of these tokens in the language lang asks for; its
// first question word decides.
func askOf(tokens []analysis.Token, lang string) asking {
	text, places := words(tokens)
	first := len(text)
	var found asking
	for _, p := range askPhrases()[lang] {
		at := strings.Index(text, p.phrase)
		if at < 0 || at >= first {
			continue
		}
		first, found = at, asking{ask: p.ask}
		for i, t := range tokens {
			if places[i] < at+len(p.phrase) && at < places[i]+len(t.Text) {
				if found.End == 0 {
					found.Start = t.Start
				}
				found.End = t.End
			}
		}
	}
	return found
}

// words is text in normal form, a space on both sides of each word but not of
// runs of a script without spaces, in which phrases are found anywhere; with
// the place of each token in it.
func words(tokens []analysis.Token) (text string, places []int) {
	var b strings.Builder
	for _, t := range tokens {
		if t.Kind == analysis.Run {
			places = append(places, b.Len())
			b.WriteString(t.Text)
		} else {
			places = append(places, b.Len()+1)
			b.WriteString(" " + t.Text + " ")
		}
	}
	return b.String(), places
}
