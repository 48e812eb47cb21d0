package prompts

import (
	"io/fs"
	"strings"
	"sync"
	"unicode"
)

// ownRun is how many words in a row a text shares with a prompt by more than chance.
const ownRun = 5

// Leaks says that a text repeats what models are told, in words that its source does
// not have. A reply that tells them can pass for a translation of whatever it
// cites.
func Leaks(text, source string) bool {
	own, theirs := ownRuns(), runs(source)
	for run := range runs(text) {
		if own[run] && !theirs[run] {
			return true
		}
	}
	return false
}

// ownRuns are the runs of words in all that models are told.
var ownRuns = sync.OnceValue(func() map[string]bool {
	own := runs(closing)
	err := fs.WalkDir(texts, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := texts.ReadFile(path)
		for run := range runs(string(text)) {
			own[run] = true
		}
		return err
	})
	if err != nil {
		panic(err) // unreachable: they are embedded
	}
	return own
})

// runs are the runs of ownRun words in a text, in lower case and one space apart.
func runs(text string) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(visible(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	all := make(map[string]bool)
	for i := ownRun; i <= len(words); i++ {
		all[strings.Join(words[i-ownRun:i], " ")] = true
	}
	return all
}
