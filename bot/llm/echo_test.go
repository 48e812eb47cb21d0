package llm

import (
	"context"
	"testing"
)

// TestErrorsDoNotEcho has a server say what it was asked.
func TestErrorsDoNotEcho(t *testing.T) {
	const sent = `{"question": "When was the harbour closed?", "passages": ["항구는 월요일에 문을 닫았다."]}`
	for said, want := range map[string]string{
		"blocked: When was the harbour closed?":             "blocked: …",
		"blocked: harbour closed? and 월요일에 문을 닫았다 (policy)": "blocked:… and… (policy)",
		"context length 4096 exceeded":                      "context length 4096 exceeded",
		"the harbour":                                       "the harbour", // as anybody may say
		sent:                                                "…",
		"":                                                  "",
		"model \"llama\" not found, try pulling it first: [k]": "model \"llama\" not found, try pulling it first: [key]",
	} {
		if got := secret("[k]").redact(context.WithValue(t.Context(), sentKey{}, sent), said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
