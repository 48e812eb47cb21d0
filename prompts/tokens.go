package prompts

import "encoding/json"

// Tokens estimates how many tokens a text is to a model, from above: they differ by a
// third between models in English, and by more in other scripts.
func Tokens(text string) int {
	quarters := 0
	for _, r := range text {
		switch {
		case r < 0x80: // four characters a token
			quarters++
		case r < 0x1100: // alphabets of which vocabularies hold less: two
			quarters += 2
		default: // Han, Kana, Hangul, emoji: one
			quarters += 4
		}
	}
	return (quarters + 3) / 4
}

// Tokens estimates how many tokens the request is.
func (r Request) Tokens() int {
	const perMessage = 5 // marks of role and end
	return Tokens(r.System) + Tokens(r.User) + 2*perMessage
}

// Tokens estimates how many tokens the passage is in a request.
func (p Passage) Tokens() int {
	text, err := json.Marshal(show([]Passage{p}))
	if err != nil {
		panic(err) // unreachable: it is made of strings and an integer
	}
	return Tokens(string(text))
}
