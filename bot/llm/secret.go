package llm

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSaid bounds what errors and logs repeat of a server's words, in
// characters: a proxy's error can be a whole page.
const maxSaid = 300

// A secret is an API key. Servers repeat it in their errors, so whatever they
// said is redacted before anyone sees it.
type secret string

// sentKey is the context's key of what is sent to the server: a question, and passages.
type sentKey struct{}

// redact returns what a server said on one line, without the secret, without what
// a terminal would obey, and without what was asked, which is nobody's who reads logs.
func (s secret) redact(ctx context.Context, said string) string {
	if s != "" {
		said = strings.ReplaceAll(said, string(s), "[key]")
	}
	said = strings.Join(strings.FieldsFunc(said, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if sent, ok := ctx.Value(sentKey{}).(string); ok {
		said = withoutEcho(said[:min(len(said), maxPage)], sent)
	}
	if runes := []rune(said); len(runes) > maxSaid {
		return string(runes[:maxSaid]) + "…"
	}
	return said
}

const (
	// minEcho is how long a stretch of what was sent is that a server would not say by
	// itself, in bytes.
	minEcho = 12
	// maxPage bounds what is looked through for it, in bytes.
	maxPage = 4 << 10
)

// withoutEcho puts "…" for the stretches of a text that are of what was sent.
func withoutEcho(said, sent string) string {
	var kept strings.Builder
	for len(said) > 0 {
		n := minEcho
		for n <= len(said) && strings.Contains(sent, said[:n]) {
			n++
		}
		if n > minEcho {
			kept.WriteString("…")
			said = strings.ToValidUTF8(said[n-1:], "") // a rune that was begun goes with it
			continue
		}
		_, size := utf8.DecodeRuneInString(said)
		kept.WriteString(said[:size])
		said = said[size:]
	}
	return kept.String()
}
