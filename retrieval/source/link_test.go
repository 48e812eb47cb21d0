package source_test

import (
	"errors"
	"strings"
	"testing"

	"storybot/retrieval/source"
)

func TestLink(t *testing.T) {
	for address, want := range map[string]string{
		"":                            "",
		" https://example.org/a?b=c ": "https://example.org/a?b=c",
		"http://example.org/тест":     "http://example.org/%D1%82%D0%B5%D1%81%D1%82",
	} {
		if got, err := source.Link(address); got != want || err != nil {
			t.Errorf("Link(%q) = %q, %v, want %q", address, got, err, want)
		}
	}
	for _, address := range []string{
		"example.org", "/a", "javascript:alert(1)", "ftp://example.org", "https://", "https://ann:secret@example.org", "https://example.org/" + strings.Repeat("a", 2000),
	} {
		if got, err := source.Link(address); !errors.Is(err, source.ErrLink) {
			t.Errorf("Link(%q) = %q, %v", address, got, err)
		}
	}
}
