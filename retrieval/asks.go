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
	askTime
	askQuantity
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
	kinds := map[string]ask{"person": askPerson, "time": askTime, "quantity": askQuantity}
	phrases := make(map[string][]askPhrase)
	for line := range strings.Lines(askList) {
		head, list, _ := strings.Cut(line, ":")
		lang, kind, _ := strings.Cut(head, " ")
		for phrase := range strings.SplitSeq(list, ",") {
			phrases[lang] = append(phrases[lang], askPhrase{words(phrase), kinds[kind]})
		}
	}
	return phrases
})

// askOf is what a question in the language lang asks for; its first question
// word decides.
func askOf(question, lang string) ask {
	text := words(question)
	first, found := len(text), askAnything
	for _, p := range askPhrases()[lang] {
		if at := strings.Index(text, p.phrase); at >= 0 && at < first {
			first, found = at, p.ask
		}
	}
	return found
}

// words is text in normal form, a space on both sides of each word but not of
// runs of a script without spaces, in which phrases are found anywhere.
func words(text string) string {
	var b strings.Builder
	for _, t := range analysis.Tokens(text) {
		if t.Kind == analysis.Run {
			b.WriteString(t.Text)
		} else {
			b.WriteString(" " + t.Text + " ")
		}
	}
	return b.String()
}
