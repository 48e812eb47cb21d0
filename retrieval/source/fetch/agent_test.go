package fetch

import (
	"strings"
	"testing"
)

func TestUserAgent(t *testing.T) {
	for _, test := range []struct{ agent, contact, want string }{
		{"storybot/1.2", "", "storybot/1.2"},
		{"", "", "storybot"},
		{"storybot/1.2", "https://example.org/contact", "storybot/1.2 (+https://example.org/contact)"},
		{"storybot/1.2", " https://bücher.example ", "storybot/1.2 (+https://xn--bcher-kva.example/)"},
		{"storybot/1.2", "ops@example.org", "storybot/1.2 (mailto:ops@example.org)"},
		{"storybot/1.2", "The editors <ops@example.org>", "storybot/1.2 (mailto:ops@example.org)"},
		{"storybot/1.2", "mailto:ops@example.org", "storybot/1.2 (mailto:ops@example.org)"},
		{"storybot/1.2", "user #1 on Discord", "storybot/1.2 (user #1 on Discord)"},
		{"storybot/1.2", "a\r\nCookie: b", "storybot/1.2 (a Cookie: b)"},
		{"storybot/1.2\r\nCookie: b", "", "storybot/1.2 Cookie: b"},
		{"storybot/1.2", "ops) evil/1.0 (\\", "storybot/1.2 (ops evil/1.0)"},
		{"storybot/1.2", "\x00\u202e\x7f", "storybot/1.2"},
		{"storybot/1.2", strings.Repeat("a", 1000), "storybot/1.2 (" + strings.Repeat("a", maxAgent) + ")"},
	} {
		if got := userAgent(test.agent, test.contact); got != test.want {
			t.Errorf("%q, %q: %q, want %q", test.agent, test.contact, got, test.want)
		}
	}
}
