package llm

import (
	"strings"
	"unicode"
)

// maxSaid bounds what errors and logs repeat of a server's words, in
// characters: a proxy's error can be a whole page.
const maxSaid = 300

// A secret is an API key. Servers repeat it in their errors, so whatever they
// said is redacted before anyone sees it.
type secret string

// redact returns what a server said on one line, without the secret and
// without what a terminal would obey.
func (s secret) redact(said string) string {
	if s != "" {
		said = strings.ReplaceAll(said, string(s), "[key]")
	}
	said = strings.Join(strings.FieldsFunc(said, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(said); len(runes) > maxSaid {
		return string(runes[:maxSaid]) + "…"
	}
	return said
}
