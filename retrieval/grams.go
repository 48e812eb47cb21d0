package retrieval

import (
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// gramSize is how many characters of a word are compared where its stem is
// not found: inflections and compounds that no stemmer knows (McNamee &
// Mayfield 2004 found four best for most European languages).
const gramSize = 4

// edge marks where a word begins and ends, as its first and last letters tell
// more than those between.
const edge = '_'

// wordGrams are the grams of a word.
func wordGrams(word string) []string {
	return analysis.Grams(string(edge)+word+string(edge), gramSize)
}

// runGrams are the grams that are compared for a term of a script without
// spaces: of Han, Kana and Hangul, where each character means something, the
// characters themselves, and with the one that follows in the question; of the
// scripts whose terms are longer, none.
func runGrams(term string, tokens []analysis.Token) []string {
	if utf8.RuneCountInString(term) > 2 {
		return nil
	}
	grams := append(analysis.Grams(term, 1), term)
	for _, t := range tokens {
		if t.Kind != analysis.Run {
			continue
		}
		for _, longer := range analysis.Grams(t.Text, 3) {
			if len(longer) > len(term) && longer[:len(term)] == term {
				grams = append(grams, longer)
			}
		}
	}
	return grams
}

// maxRunGram is the length of the longest of runGrams.
const maxRunGram = 3

// countWord counts the question's grams in a word of a text, and reports
// whether there are any. buffer is scratch space.
func (q *query) countWord(word string, c *counts, buffer *[]byte) (found bool) {
	*buffer = append(append(append((*buffer)[:0], edge), word...), edge)
	text := *buffer
	end := 0
	for range gramSize {
		_, size := utf8.DecodeRune(text[end:])
		end += size
	}
	for start := 0; ; {
		if place, ok := q.grams[string(text[start:end])]; ok {
			c.grams[place]++
			found = true
		}
		if end == len(text) {
			return found
		}
		_, first := utf8.DecodeRune(text[start:])
		_, next := utf8.DecodeRune(text[end:])
		start, end = start+first, end+next
	}
}

// countRun counts them in a run of a script without spaces.
func (q *query) countRun(run string, c *counts) {
	for start := range run {
		end := start
		for range maxRunGram {
			_, size := utf8.DecodeRuneInString(run[end:])
			if size == 0 {
				break
			}
			end += size
			if place, ok := q.grams[run[start:end]]; ok {
				c.grams[place]++
			}
		}
	}
}
